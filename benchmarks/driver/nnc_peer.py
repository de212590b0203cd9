"""nnc: its own timing of a compiled step or entry, and what its build writes."""

import json
import os
import re
import subprocess
import time
from pathlib import Path

import numpy as np

from .workloads import data

MODELS = Path(__file__).resolve().parent.parent / "models"


def run(name, mode, batch, threads, seconds, nnc, folder):
    model = str(MODELS / f"{name.lower()}.nn")
    entry = "train" if mode == "train" else "predict"
    x, t = data(name, mode, batch)
    np.save(f"{folder}/x.npy", x)
    np.save(f"{folder}/t.npy", t)
    names = ("ids", "next") if name == "M6" else ("x", "t")
    inputs = [f"{names[0]}={folder}/x.npy"]
    if mode == "train":
        inputs.append(f"{names[1]}={folder}/t.npy")
    code = ["-D", f"B={batch}", "--entry", entry, "--cpu=native"]
    call = [nnc, "run", model, entry, *inputs, *code, f"--threads={threads}"]

    begin = time.perf_counter()
    subprocess.run([*call, "-o", f"{folder}/y.npz"], check=True, capture_output=True)
    first = time.perf_counter() - begin

    timed = subprocess.Popen([*call, f"--time={seconds}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines, errors = timed.communicate()
    if timed.returncode:
        raise RuntimeError(errors.strip())
    facts = json.loads(lines.strip().splitlines()[-1])

    built = subprocess.run(
        [nnc, "build", model, "-o", f"{folder}/model", *code], check=True, capture_output=True, text=True
    )
    header = Path(f"{folder}/model.h").read_text()
    parameters = int(re.search(r"_PARAMETERS_SIZE\s+(\d+)", header).group(1)) // 4
    return {
        "median_s": facts["median_s"],
        "min_s": facts["min_s"],
        "calls": facts["n"],
        "compile_s": facts["compile_s"],
        "first_s": first,
        "flops": facts["flops"],
        "arena_bytes": facts["arena_bytes"],
        "parameters": parameters,
        "artefact_bytes": os.path.getsize(f"{folder}/model.o"),
    }
