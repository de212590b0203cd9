"""ONNX Runtime and OpenVINO: inference on the PyTorch model's export.

The export runs in a process of its own (python -m driver.onnx_peers), so that
the measured one never loads PyTorch.
"""

import os
import sys
import time

import numpy as np

from .timing import first_call, measure
from .workloads import data


def export(name, batch, path):
    import torch

    from . import torch_models

    model = torch_models.model(name, "infer").eval()
    x, _ = data(name, "infer", batch)
    with torch.no_grad():
        reference = model(torch.from_numpy(x)).numpy()
    torch.onnx.export(
        model, (torch.from_numpy(x),), path, input_names=["x"], output_names=["y"], dynamo=False, opset_version=17
    )
    np.savez(path + ".npz", reference=reference, parameters=sum(p.numel() for p in model.parameters()))


def _onnxruntime(path, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda x: session.run(None, {"x": x})[0]


def _openvino(path, threads):
    import openvino

    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
    }
    request = openvino.Core().compile_model(path, "CPU", settings).create_infer_request()
    return lambda x: request.infer([x], share_inputs=True, share_outputs=True)[0]


def run(name, mode, batch, threads, seconds, path, runtime):
    x, _ = data(name, mode, batch)
    begin = time.perf_counter()
    infer = {"onnxruntime": _onnxruntime, "openvino": _openvino}[runtime](path, threads)
    prepared = time.perf_counter() - begin
    result, facts = first_call(lambda: infer(x))
    kept = np.load(path + ".npz")
    error = float(np.abs(result - kept["reference"]).max())
    facts |= {
        "compile_s": prepared,
        "artefact_bytes": os.path.getsize(path),
        "parameters": int(kept["parameters"]),
        "max_error": error,
    }
    return facts | measure(lambda: infer(x), seconds)


if __name__ == "__main__":
    export(sys.argv[1], int(sys.argv[2]), sys.argv[3])
