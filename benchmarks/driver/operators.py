"""M8 and M9: single operators, in nnc, NumPy (OpenBLAS) and PyTorch (MKL).

A case is an entry of models/m8.nn or m9.nn and a size: "m×n×k" for products,
the number of elements for the rest, whose rows have 1000.
"""

import numpy as np

from .timing import first_call, measure

COLUMNS = 1000
PRODUCTS = ["nn", "nt", "tn", "tt"]
CUBES = [f"{n}×{n}×{n}" for n in (256, 512, 1024, 2048)]
SHAPES = ["8192×64×512", "64×8192×512", "1×4096×4096", "1×1000×512"]  # tall, flat, batch 1
ARRAYS_MOVED = {"add_relu": 3, "softmax_rows": 2, "norm_rows": 2, "sum_rows": 1, "transposed": 2}
CASES = {
    "M8": [(entry, size) for size in CUBES + SHAPES for entry in PRODUCTS],
    "M9": [(entry, str(10**power)) for entry in ARRAYS_MOVED for power in (3, 4, 5, 6, 7)],
}


def constants(row, size):
    if row == "M8":
        return [f"{name}={value}" for name, value in zip("mnk", size.split("×"))]
    return [f"rows={int(size) // COLUMNS}"]


def inputs(row, entry, size):
    draw = np.random.default_rng(8)
    if row == "M8":
        m, n, k = map(int, size.split("×"))
        shapes = [(k, m) if entry[0] == "t" else (m, k), (n, k) if entry[1] == "t" else (k, n)]
    else:
        shapes = [(int(size) // COLUMNS, COLUMNS)] * (2 if entry == "add_relu" else 1)
    return [draw.standard_normal(shape, dtype=np.float32) for shape in shapes]


def flops(row, size):
    return 2 * int(np.prod([int(n) for n in size.split("×")])) if row == "M8" else 0


def bytes_moved(row, entry, size):
    if row == "M8":
        m, n, k = map(int, size.split("×"))
        return 4 * (m * k + k * n + m * n)
    return 4 * ARRAYS_MOVED[entry] * int(size)


def in_numpy(row, entry):
    if row == "M8":
        return lambda a, b: (a.T if entry[0] == "t" else a) @ (b.T if entry[1] == "t" else b)

    def softmax(a):
        y = np.exp(a - a.max(-1, keepdims=True))
        return y / y.sum(-1, keepdims=True)

    def norm(a):
        y = a - a.mean(-1, keepdims=True)
        return y / np.sqrt((y * y).mean(-1, keepdims=True) + np.float32(1e-5))

    return {
        "add_relu": lambda a, b: np.maximum(a + b, 0),
        "softmax_rows": softmax,
        "norm_rows": norm,
        "sum_rows": lambda a: a.sum(-1),
        "transposed": lambda a: np.ascontiguousarray(a.T),
    }[entry]


def _in_torch(row, entry, threads):
    import torch
    from torch.nn import functional as F

    torch.set_num_threads(threads)
    if row == "M8":
        return torch.from_numpy, in_numpy(row, entry)
    return torch.from_numpy, {
        "add_relu": lambda a, b: torch.relu(a + b),
        "softmax_rows": lambda a: F.softmax(a, -1),
        "norm_rows": lambda a: F.layer_norm(a, (COLUMNS,), eps=1e-5),
        "sum_rows": lambda a: a.sum(-1),
        "transposed": lambda a: a.T.contiguous(),
    }[entry]


def run(row, entry, size, threads, seconds, peer):
    convert, function = _in_torch(row, entry, threads) if peer == "torch" else (np.asarray, in_numpy(row, entry))
    values = [convert(value) for value in inputs(row, entry, size)]
    _, facts = first_call(lambda: function(*values))
    del facts["compile_s"]
    return facts | measure(lambda: function(*values), seconds)
