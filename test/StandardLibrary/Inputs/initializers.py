"""Initialisers and random functions over a million draws: moments, bounds,
distributions, and streams that have nothing to do with each other.

usage: initializers.py NNC

The draws are the same on every run, so a limit that holds once holds always;
5 deviations are what a wrong generator exceeds and a right one hardly ever.
"""
import itertools
import math
import sys

import numpy as np
from scipy import stats

from initializer_rows import INITIALIZERS, RANDOM, SHAPE
from program import Program

nnc = sys.argv[1]
N = math.prod(SHAPE)
problems, checked = [], 0


def check(what, ok, *numbers):
    global checked
    checked += 1
    if not ok:
        problems.append(f"{what}: {numbers}")


def judge(what, draws, distribution):
    """Moments, bounds and shares of a sample against a distribution of scipy's."""
    draws = np.float64(draws).ravel()
    low, high = distribution.support()
    check(f"{what}: bounds", draws.min() >= low - 1e-6 * abs(low) and draws.max() <= high + 1e-6 * abs(high),
          draws.min(), draws.max())
    if math.isfinite(low):
        reach = 20 * (high - low) / draws.size + 1e-6 * (abs(low) + abs(high))
        check(f"{what}: reaches its bounds", draws.min() < low + reach and draws.max() > high - reach, draws.min(), draws.max())
    mean, variance, _, kurtosis = (float(v) for v in distribution.stats("mvsk"))
    n, deviation = draws.size, math.sqrt(variance)
    check(f"{what}: mean", abs(draws.mean() - mean) < 5 * deviation / math.sqrt(n), draws.mean(), mean)
    check(f"{what}: variance", abs(draws.var() - variance) < 5 * variance * math.sqrt((kurtosis + 2) / n), draws.var(),
          variance)
    # 256 cells of equal probability.
    counts = np.histogram(distribution.cdf(draws), 256, (0, 1))[0]
    p = stats.chisquare(counts).pvalue
    check(f"{what}: chi-square", 1e-5 < p < 1 - 1e-5, p)
    lag = np.corrcoef(draws[:-1], draws[1:])[0, 1]
    check(f"{what}: neighbours", abs(lag) < 5 / math.sqrt(n), lag)


text = "".join(f"model m{i}() {{\n  param p: f32{list(row.shape)} = {row.code}\n  return sum(p)\n}}\n"
               for i, row in enumerate(INITIALIZERS))
# Once more under another name, in f32 as all parameters are.
text += f"model again() {{\n  param p: f32{SHAPE} = uniform\n  param q: f32{SHAPE} = uniform\n  return sum(p) + sum(q)\n}}\n"
text += "entry all() {\n  return y = again()" + "".join(f" + m{i}()" for i in range(len(INITIALIZERS))) + "\n}\n"
text += "".join(f"entry r{i}() {{\n  return y = {row.code}\n}}\n" for i, row in enumerate(RANDOM))
text += f"entry many() {{\n  return a = uniform({SHAPE}), b = uniform({SHAPE}), c = normal({SHAPE})\n}}\n"
text += f"step dropped(x: f32{SHAPE}) {{\n  y = dropout(x, p=0.3)\n  slope = grad(sum(y), x)\n  return y, slope\n}}\n"
program = Program(nnc, text, seed=1)

streams = {"again.p": program.read("again.p"), "again.q": program.read("again.q")}
for i, row in enumerate(INITIALIZERS):
    values = program.read(f"m{i}.p")
    if row.distribution:
        judge(row.code, values, row.distribution())
        if values.size == N:
            streams[f"m{i}.p: {row.code}"] = values
    else:
        for what, ok in row.holds(np.float64(values)):
            check(f"{row.code}: {what}", ok, values.ravel()[:8])

for out in (program.call("many"), program.call("many")):
    streams |= {f"{name}{len(streams)}": value for name, value in out.items()}
for i, row in enumerate(RANDOM):
    first, second = program.call(f"r{i}")["y"], program.call(f"r{i}")["y"]
    check(f"{row.code}: draws anew", (first != second).mean() > .1)
    for draws in (first, second):
        if row.distribution:
            judge(row.code, draws, row.distribution())
        else:
            shares = np.bincount(np.int64(draws).ravel() - row.first, minlength=len(row.shares)) / draws.size
            check(f"{row.code}: values", len(shares) == len(row.shares), shares)
            p = stats.chisquare(shares * draws.size, np.array(row.shares) * draws.size).pvalue
            check(f"{row.code}: shares", p > 1e-5, shares, row.shares)

# Dropout: each element is gone with probability p, or divided by 1 − p, and so is
# its gradient.
x = np.random.default_rng(5).uniform(1, 2, SHAPE).astype(np.float32)
first, second = program.call("dropped", x=x), program.call("dropped", x=x)
for out in (first, second):
    kept = out["y"] != 0
    check("dropout: share", abs(kept.mean() - .7) < 5 * math.sqrt(.21 / N), kept.mean())
    check("dropout: values", np.allclose(out["y"][kept], x[kept] / .7, rtol=1e-6))
    check("dropout: gradient", np.allclose(out["slope"], kept / np.float32(.7), rtol=1e-6))
    streams[f"dropout{len(streams)}"] = kept.astype(np.float32)
check("dropout draws anew", (first["y"] != second["y"]).any())

# The same seed gives the same numbers, another seed others.
program.init(1)
check("the same seed", (program.read("again.p") == streams["again.p"]).all())
program.init(2)
streams["seed 2"] = program.read("again.p")
program.init(0)
streams["seed 0"] = program.read("again.p")
flat = {name: (np.float64(v).ravel() - v.mean(dtype=np.float64)) / v.std(dtype=np.float64) for name, v in streams.items()}
for (a, x), (b, y) in itertools.combinations(flat.items(), 2):
    correlation = x @ y / N
    check(f"{a} and {b}", abs(correlation) < 5 / math.sqrt(N), correlation)

print("\n".join(problems))
print(f"{len(INITIALIZERS)} initialisers, {len(RANDOM)} random functions, {checked} checks, {len(problems)} problems")
sys.exit(bool(problems))
