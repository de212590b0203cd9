"""Rows of initialisers and random functions, with what their draws are."""
import dataclasses
import math
from typing import Callable, Optional

import numpy as np

SHAPE = [1000, 1000]          # fan_in and fan_out are 1000
KERNEL = [500, 100, 4, 5]     # fan_in 2,000, fan_out 10,000


@dataclasses.dataclass
class Drawn:
    code: str
    distribution: Optional[Callable] = None
    shape: list = dataclasses.field(default_factory=lambda: SHAPE)
    holds: Optional[Callable] = None  # where there is no distribution: (what, whether) of the values
    first: int = 0                    # of integers: the smallest, and the share of each
    shares: list = ()

    @property
    def name(self):
        return self.code.split("(")[0]


def uniform(a, b):
    return lambda: _stats().uniform(a, b - a)


def normal(mean, std):
    return lambda: _stats().norm(mean, std)


def truncated(mean, std, a, b):
    return lambda: _stats().truncnorm((a - mean) / std, (b - mean) / std, mean, std)


def _stats():
    from scipy import stats
    return stats


def is_orthogonal(gain):
    def holds(x):
        x = x.reshape(x.shape[0], -1) / gain
        gram = x @ x.T if x.shape[0] <= x.shape[1] else x.T @ x
        n = max(x.shape)
        yield "orthonormal", np.abs(gram - np.eye(len(gram))).max() < 1e-5
        yield "no direction is preferred", abs(x.mean()) < 5 / math.sqrt(n * x.size)
    return holds


INITIALIZERS = [
    Drawn("zeros", shape=[7], holds=lambda x: [("is 0", (x == 0).all())]),
    Drawn("ones", shape=[7], holds=lambda x: [("is 1", (x == 1).all())]),
    Drawn("constant(2.5)", shape=[7], holds=lambda x: [("is 2.5", (x == 2.5).all())]),
    Drawn("uniform", uniform(0, 1)),
    Drawn("uniform(-3, 5)", uniform(-3, 5)),
    Drawn("normal", normal(0, 1)),
    Drawn("normal(2, std=0.5)", normal(2, .5)),
    Drawn("truncated_normal", truncated(0, 1, -2, 2)),
    Drawn("truncated_normal(std=0.02, a=-0.05, b=0.03)", truncated(0, .02, -.05, .03)),
    Drawn("truncated_normal(mean=1, std=2, a=2, b=4)", truncated(1, 2, 2, 4)),
    Drawn("kaiming_normal", normal(0, math.sqrt(2 / 1000))),
    Drawn("kaiming_normal(gain=1)", normal(0, math.sqrt(1 / 2000)), KERNEL),
    Drawn("kaiming_normal(mode=\"fan_out\")", normal(0, math.sqrt(2 / 10000)), KERNEL),
    Drawn("kaiming_uniform", uniform(-math.sqrt(6 / 1000), math.sqrt(6 / 1000))),
    Drawn("kaiming_uniform(mode=\"fan_out\", gain=3)", uniform(-3 * math.sqrt(3 / 10000), 3 * math.sqrt(3 / 10000)), KERNEL),
    Drawn("xavier_normal", normal(0, math.sqrt(2 / 2000))),
    Drawn("xavier_normal(gain=2)", normal(0, 2 * math.sqrt(2 / 12000)), KERNEL),
    Drawn("xavier_uniform", uniform(-math.sqrt(6 / 2000), math.sqrt(6 / 2000))),
    Drawn("xavier_uniform(gain=0.5)", uniform(-.5 * math.sqrt(6 / 12000), .5 * math.sqrt(6 / 12000)), KERNEL),
    Drawn("orthogonal", shape=[64, 64], holds=is_orthogonal(1)),
    Drawn("orthogonal", shape=[40, 100], holds=is_orthogonal(1)),
    Drawn("orthogonal(gain=2)", shape=[128, 3, 3, 3], holds=is_orthogonal(2)),
]
LOGITS = [0.0, 1.0, -1.0, 2.0]
RANDOM = [
    Drawn(f"uniform({SHAPE})", uniform(0, 1)),
    Drawn(f"uniform({SHAPE}, low=-1, high=3)", uniform(-1, 3)),
    Drawn(f"normal({SHAPE})", normal(0, 1)),
    Drawn(f"normal({SHAPE}, mean=-1, std=3)", normal(-1, 3)),
    Drawn(f"bernoulli({SHAPE})", shares=[.5, .5]),
    Drawn(f"bernoulli({SHAPE}, p=0.3)", shares=[.7, .3]),
    Drawn(f"randint({SHAPE}, -2, 5)", first=-2, shares=[1 / 7] * 7),
    Drawn(f"randint({SHAPE}, -(2 ** 31), 2 ** 31)", uniform(-2 ** 31, 2 ** 31)),
    Drawn(f"categorical(expand(constant({LOGITS}), [1000, 1000, 4]))", shares=list(np.exp(LOGITS) / np.exp(LOGITS).sum())),
]
