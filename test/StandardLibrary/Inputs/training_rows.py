"""Rows of optimisers, regularisers and schedules."""
import dataclasses
import math
from typing import Callable, Optional

import numpy as np

try:
    import jax.numpy as jnp
    import optax
except ImportError:  # what only counts the rows needs neither
    jnp = optax = None


@dataclasses.dataclass
class TrainingRow:
    code: str
    oracle: Callable                     # an optax transformation; a schedule's values over so many calls
    extra: str = ""                      # added to the loss
    penalty: Optional[Callable] = None   # the same, of the parameters
    reports: Optional[Callable] = None   # the metric reported before call t

    @property
    def name(self):
        return self.code.split("(")[0]


class ByHand:
    """A transformation from a rule (slot, gradient) → (slot, move), for each parameter."""

    def __init__(self, rule):
        self.rule = rule

    def init(self, p):
        return {k: np.zeros_like(v) for k, v in p.items()}

    def update(self, g, state, p):
        both = {k: self.rule(state[k], np.asarray(g[k])) for k in p}
        return {k: b[1] for k, b in both.items()}, {k: b[0] for k, b in both.items()}


def averaged_slope(v, g):
    v = .9 * v + .1 * g
    return v, -.05 * v


def shrinking(total, g):
    total = total + g * g
    return total, -.05 * g / (np.sqrt(total) + 1e-10)


R = TrainingRow
OPTIMIZERS = [
    R("sgd(0.05)", lambda: optax.sgd(.05)),
    R("sgd(0.05, momentum=0.9)", lambda: optax.sgd(.05, momentum=.9)),
    R("sgd(0.05, momentum=0.9, nesterov=true)", lambda: optax.sgd(.05, momentum=.9, nesterov=True)),
    R("sgd(0.05, momentum=0.8, weight_decay=0.1)",
      lambda: optax.chain(optax.add_decayed_weights(.1), optax.sgd(.05, momentum=.8))),
    R("sgd(0.05, momentum=0.8, nesterov=true, weight_decay=0.1)",
      lambda: optax.chain(optax.add_decayed_weights(.1), optax.sgd(.05, momentum=.8, nesterov=True))),
    R("momentum(0.05)", lambda: ByHand(averaged_slope)),
    R("adagrad(0.05)", lambda: ByHand(shrinking)),
    R("rmsprop(0.01)", lambda: optax.rmsprop(.01, decay=.99, eps=1e-8, eps_in_sqrt=False)),
    R("rmsprop(0.01, alpha=0.9)", lambda: optax.rmsprop(.01, decay=.9, eps=1e-8, eps_in_sqrt=False)),
    R("adam(0.01)", lambda: optax.adam(.01)),
    R("adam(0.01, beta1=0.8, beta2=0.95, eps=0.001)", lambda: optax.adam(.01, b1=.8, b2=.95, eps=.001)),
    R("adamw(0.01)", lambda: optax.adamw(.01, weight_decay=.01)),
    R("adamw(0.01, weight_decay=0.2)", lambda: optax.adamw(.01, weight_decay=.2)),
    R("lion(0.01)", lambda: optax.lion(.01, weight_decay=0)),
    R("lion(0.01, beta1=0.8, beta2=0.9, weight_decay=0.1)", lambda: optax.lion(.01, b1=.8, b2=.9, weight_decay=.1)),
    # The options that every optimiser takes.
    R("adam(0.01, clip_norm=0.1)", lambda: optax.chain(optax.clip_by_global_norm(.1), optax.adam(.01))),
    R("sgd(0.05, clip_norm=100)", lambda: optax.sgd(.05)),
    R("sgd(0.05, clip_value=0.02)", lambda: optax.chain(optax.clip(.02), optax.sgd(.05))),
    R("adam(0.01, accumulate=3)", lambda: optax.MultiSteps(optax.adam(.01), 3)),
    R("adam(lr=cosine(0.05, steps=8, warmup=2))",
      lambda: optax.adam(optax.warmup_cosine_decay_schedule(0, .05, 2, 10))),
]
REGULARIZERS = [
    R("sgd(0.05)", lambda: optax.sgd(.05), " + l2({model}, 0.1)",
      lambda p: .1 * sum((v * v).sum() for v in p.values())),
    R("sgd(0.05)", lambda: optax.sgd(.05), " + l1({model}, 0.1)",
      lambda p: .1 * sum(jnp.abs(v).sum() for v in p.values())),
]


def of(schedule):
    """A schedule's values over the calls, from optax, computed in float64."""
    return lambda calls: [float(schedule()(np.float64(t))) for t in range(calls)]


def each(rate):
    return lambda calls: [rate(t) for t in range(calls)]


def metric(t):
    """Falls, stays, and falls again, with noise."""
    noise = math.sin(12.9898 * t) * .3
    return float(np.float32(max(5 - .02 * t, 2 if t < 600 else 1.7 - .001 * (t - 600)) + noise * (t % 3 == 0)))


def plateau(lr, factor, patience, mode="min", threshold=1e-4, report=metric):
    """PyTorch's ReduceLROnPlateau with a relative threshold."""
    def values(calls):
        rate, best, bad, rates = lr, math.inf if mode == "min" else -math.inf, 0, []
        for t in range(calls):
            m = report(t)
            better = m < best * (1 - threshold) if mode == "min" else m > best * (1 + threshold)
            if better:
                best, bad = m, 0
            else:
                bad += 1
            if bad > patience:
                bad = 0
                if rate - rate * factor > 1e-8:
                    rate *= factor
            rates.append(rate)
        return rates
    return values


SCHEDULES = [
    R("step_decay(0.5, every=100, gamma=0.5)",
      of(lambda: optax.exponential_decay(.5, 100, .5, staircase=True))),
    R("step_decay(0.5, every=7)", each(lambda t: .5 * .1 ** (t // 7))),
    R("multi_step(0.5, at=[10, 300, 301, 900], gamma=0.3)",
      of(lambda: optax.piecewise_constant_schedule(.5, {10: .3, 300: .3, 301: .3, 900: .3}))),
    R("exponential(0.5, gamma=0.99)", of(lambda: optax.exponential_decay(.5, 1, .99))),
    R("exponential(0.5, gamma=0.9)", each(lambda t: .5 * .9 ** t)),
    R("cosine(0.5, steps=1000)", of(lambda: optax.cosine_decay_schedule(.5, 1000))),
    R("cosine(0.5, steps=300, final=0.01)", of(lambda: optax.cosine_decay_schedule(.5, 300, alpha=.02))),
    R("cosine(0.5, steps=700, warmup=100)", of(lambda: optax.warmup_cosine_decay_schedule(0, .5, 100, 800))),
    R("cosine(0.5, steps=700, warmup=100, final=0.1)",
      of(lambda: optax.warmup_cosine_decay_schedule(0, .5, 100, 800, .1))),
    R("linear_warmup(0.5, steps=300)", of(lambda: optax.linear_schedule(0, .5, 300))),
    R("plateau(0.5)", plateau(.5, .1, 10), reports=metric),
    R("plateau(0.5, factor=0.7, patience=3, threshold=0.01)", plateau(.5, .7, 3, threshold=.01), reports=metric),
    R("plateau(0.5, factor=0.5, patience=20, mode=\"max\")",
      plateau(.5, .5, 20, "max", report=lambda t: -metric(t) + 10), reports=lambda t: -metric(t) + 10),
]
