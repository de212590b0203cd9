"""The workloads: what is measured, on which batches, and with what data.

The architectures are in models/*.nn for nnc and in torch_models.py and
jax_models.py for its peers; only what all of them share is here.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Workload:
    title: str
    optimizer: str
    rate: float
    shape: tuple  # of one sample
    label: str  # "values", "classes" or "truth"
    batches: dict  # mode -> batches
    infer_shape: tuple = None

    def cells(self, modes):
        return [(mode, batch) for mode in modes for batch in self.batches[mode]]

    def sample(self, mode):
        return self.infer_shape if mode == "infer" and self.infer_shape else self.shape


def _batches(train, *infer):
    return {"train": [train], "infer": list(infer)}


WORKLOADS = {
    "M1": Workload("diabetes MLP 10-5-1", "sgd", 1e-3, (10,), "values", _batches(4)),
    "M2": Workload("MLP 784-512-256-10", "adam", 1e-3, (784,), "classes", _batches(64, 1, 64)),
    "M3": Workload("CNN 1×28×28", "momentum", 1e-2, (1, 28, 28), "classes", _batches(64, 1, 64)),
    "M4": Workload("CNN 3×224×224", "adam", 1e-3, (3, 224, 224), "truth", _batches(8, 1)),
    "M5": Workload("ResNet-18", "momentum", 1e-1, (3, 32, 32), "classes", _batches(32, 1), (3, 224, 224)),
    "M6": Workload("character GPT", "adam", 3e-4, (128,), "characters", _batches(16, 1)),
    "M7": Workload("LSTM 64→128", "adam", 1e-3, (64, 64), "classes", _batches(32, 1)),
}

# How often an update must at least move the parameters: read and written, and
# so the optimiser's slots. Inference reads them once.
TRAFFIC = {"infer": 1, "sgd": 2, "momentum": 4, "adam": 6}


def data(name, mode, batch):
    """The inputs and targets that every peer is fed."""
    workload = WORKLOADS[name]
    draw = np.random.default_rng(20)
    shape = (batch, *workload.sample(mode))
    if workload.label == "characters":
        text = draw.integers(0, 96, (batch, shape[1] + 1), dtype=np.int32)
        return np.ascontiguousarray(text[:, :-1]), np.ascontiguousarray(text[:, 1:])
    x = draw.standard_normal(shape, dtype=np.float32)
    if workload.label == "classes":
        return x, draw.integers(0, 10, batch, dtype=np.int32)
    if workload.label == "truth":
        return x, draw.integers(0, 2, (batch, 1)).astype(np.float32)
    return x, draw.standard_normal((batch, 1), dtype=np.float32)


def minimum_bytes(name, mode, parameters):
    """Memory traffic that no implementation gets below, when the parameters are not in cache."""
    return 4 * parameters * TRAFFIC["infer" if mode == "infer" else WORKLOADS[name].optimizer]
