"""nnc: its own timing of a compiled step or entry, and what its build writes."""

import json
import os
import re
import subprocess
import time
from pathlib import Path

import numpy as np

from . import operators
from .workloads import data

MODELS = Path(__file__).resolve().parent.parent / "models"


def _checked(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


def _save(folder, arrays):
    for name, array in arrays.items():
        np.save(f"{folder}/{name}.npy", array)
    return [f"{name}={folder}/{name}.npy" for name in arrays]


def run(row, mode, batch, threads, seconds, nnc, folder):
    reference = None
    if row in operators.CASES:
        arrays = dict(zip("ab", operators.inputs(row, mode, batch)))
        entry, settings = mode, operators.constants(row, batch)
        reference = operators.in_numpy(row, mode)(*arrays.values())
    else:
        x, t = data(row, mode, batch)
        arrays = {"ids" if row == "M6" else "x": x}
        if mode == "train":
            arrays["next" if row == "M6" else "t"] = t
        entry, settings = "train" if mode == "train" else "predict", [f"B={batch}"]
    model = str(MODELS / f"{row.lower()}.nn")
    code = [*(part for setting in settings for part in ("-D", setting)), "--entry", entry, "--cpu=native"]
    call = [nnc, "run", model, entry, *_save(folder, arrays), *code, f"--threads={threads}"]

    begin = time.perf_counter()
    _checked([*call, "-o", f"{folder}/y.npz"])
    first = time.perf_counter() - begin
    facts = json.loads(_checked([*call, f"--time={seconds}"]).strip().splitlines()[-1])
    _checked([nnc, "build", model, "-o", f"{folder}/model", *code])

    header = Path(f"{folder}/model.h").read_text()
    parameters = int(re.search(r"_PARAMETERS_SIZE\s+(\d+)", header).group(1)) // 4
    result = {key: facts[key] for key in ("median_s", "min_s", "compile_s", "flops", "arena_bytes")}
    if reference is not None:
        (output,) = np.load(f"{folder}/y.npz").values()
        result["max_error"] = float(np.abs(output - reference).max())
    return result | {
        "calls": facts["n"],
        "first_s": first,
        "parameters": parameters,
        "artefact_bytes": os.path.getsize(f"{folder}/model.o"),
    }
