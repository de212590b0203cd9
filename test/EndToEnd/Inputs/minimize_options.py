"""The options of `minimize`, `frozen`, `averaged` and `plateau` against NumPy.

usage: minimize_options.py NNC
"""
import ctypes
import re
import sys

import numpy as np

from harness import Workspace, expect, load_safetensors, run

nnc = sys.argv[1]
SOURCE = """
model net(x) { return linear(x, 1, bias=false, name="fc") }
model tail(x) { return x |> batch_norm |> linear(1, name="fc") }
model wide(x) { return linear(x, 3, bias=false, name="fc") }

# A user's optimiser takes all options.
optimizer heavy(p, g, lr, t) {
  state v = zeros_like(p)
  v <- 0.5 * v + g
  p <- p - lr * v / (t + 1)
}

step plain(x: f32[2, 3], rate: f32[]) {
  loss = mean(net(x))
  minimize loss with heavy(rate)
  return loss
}
step accumulated(x: f32[2, 3], rate: f32[]) {
  loss = mean(net(x))
  minimize loss with heavy(rate, accumulate=3)
  return loss
}
step clipped(x: f32[2, 3], t: f32[2, 1]) {
  loss = mse(net(x), t) + mean(tail(x))
  minimize loss with sgd(0.1, clip_norm=0.5)
  return loss
}
step bounded(x: f32[2, 3], rate: f32[]) {
  loss = mean(net(x))
  minimize loss with sgd(rate, clip_value=0.25)
  return loss
}
step everything(x: f32[2, 3], rate: f32[]) {
  loss = mean(net(x))
  minimize loss with heavy(lr=rate, accumulate=2, clip_norm=0.5, ema=0.75)
  return loss
}
entry average(x: f32[2, 3]) { return y = averaged(net)(x) }

step cut(x: f32[2, 3]) {
  y = wide(x) |> frozen(tail)
  loss = mean(y)
  minimize loss with sgd(0.1)
  return loss, y
}

step flat(x: f32[2, 3]) {
  loss = mean(net(x))
  minimize loss with sgd(plateau(0.5, patience=1))
  return loss
}
"""
rng = np.random.default_rng(3)
x = rng.normal(size=(2, 3)).astype(np.float32)
target = rng.normal(size=(2, 1)).astype(np.float32)
w0 = rng.normal(size=(1, 3)).astype(np.float32)
weights = {"net.fc.weight": w0, "tail.batch_norm_0.weight": np.float32([1, 2, 3]),
           "tail.batch_norm_0.bias": np.float32([0, 1, 0]),
           "tail.batch_norm_0.running_mean": np.float32([.5, 0, 0]),
           "tail.batch_norm_0.running_var": np.float32([1, 4, 1]),
           "wide.fc.weight": rng.normal(size=(3, 3)).astype(np.float32),
           "tail.fc.weight": np.float32([[1, -1, 2]]), "tail.fc.bias": np.float32([.5])}
x64, w64 = x.astype(np.float64), w0.astype(np.float64)
slope = x64.mean(0)[None, :]


def heavy(p, gradients, rate):
    v = 0
    for t, g in enumerate(gradients):
        v = 0.5 * v + g
        p = p - rate * v / (t + 1)
        yield p


def clip(gradients, limit):
    norm = np.sqrt(sum((g * g).sum() for g in gradients))
    return [g * min(1, limit / (norm + 1e-6)) for g in gradients]


w = Workspace(nnc)
w.source(SOURCE)
out = w.path("out.safetensors")
rate = {"x": x, "rate": np.float32(0.1)}
for how in [[], ["--interpret"]]:
    def after(step, inputs, calls, given=weights):
        w.call(step, inputs, "--repeat", calls, "--save-weights", out, *how, weights=given)
        return load_safetensors(out)

    got = after("plain", rate, 4)["net.fc.weight"]
    expect("lr of an input", got, list(heavy(w64, [slope] * 4, 0.1))[-1], 1e-6)

    for calls in range(1, 8):
        found = after("accumulated", rate, calls)
        wanted = [w64, *heavy(w64, [slope] * 2, 0.1)][calls // 3]
        expect(f"accumulate, {calls} calls", found["net.fc.weight"], wanted, 1e-6)
        expect("accumulated", found["optimizer.accumulated.net.fc.weight.accumulated"],
               slope * (calls % 3) / 3, 1e-6)
        expect("t", found["optimizer.accumulated.t"], calls)

    # The norm is that of all parameters together.
    found = after("clipped", {"x": x, "t": target}, 1)
    names = [n for n in weights if "running" not in n and "wide" not in n]
    change = [(weights[n].astype(np.float64) - found[n]) / 0.1 for n in names]
    expect("clipped norm", np.sqrt(sum((g * g).sum() for g in change)), 0.5, 1e-5)
    g = 2 * (x64 @ w64.T - target).T @ x64 / 2
    expect("clipped direction", change[0] / np.linalg.norm(change[0]), g / np.linalg.norm(g), 1e-5)

    got = after("bounded", rate, 1)["net.fc.weight"]
    expect("clip_value", got, w64 - 0.1 * np.clip(slope, -.25, .25), 1e-6)

    found = after("everything", rate, 5)
    path = list(heavy(w64, clip([slope], .5) * 2, 0.1))
    shadow = w64
    for p in path:
        shadow = .75 * shadow + .25 * p
    expect("all options", found["net.fc.weight"], path[-1], 1e-6)
    expect("ema", found["optimizer.everything.net.fc.weight.ema"], shadow, 1e-6)
    got = w.call("average", {"x": x}, *how, weights=found)["y"]
    expect("averaged", got, x64 @ shadow.T, 1e-5)
    got = w.call("average", {"x": x}, *how, weights=weights)["y"]
    expect("averaged before the first step", got, x64 @ w64.T, 1e-5)

    # `frozen`: inference inside, gradients through, parameters and states kept.
    found = after("cut", {"x": x}, 1)
    scale = np.array([1, 2, 3]) / np.sqrt(np.array([1, 4, 1]) + 1e-5)
    wide = weights["wide.fc.weight"].astype(np.float64)
    h = x64 @ wide.T
    y = ((h - [.5, 0, 0]) * scale + [0, 1, 0]) @ [[1], [-1], [2]] + .5
    got = w.call("cut", {"x": x}, *how, weights=weights)["y"]
    expect("frozen", got, y, 1e-5)
    d = np.full((2, 1), .5) @ [[1, -1, 2]] * scale
    expect("gradient through frozen", found["wide.fc.weight"], wide - .1 * d.T @ x64, 1e-5)
    for name in weights:
        if name.startswith("tail."):
            expect(name, found[name], weights[name])

# `plateau`, driven by PREFIX_report, against PyTorch's rule.
folder = w.folder.name
run(nnc, "build", w.model, "-o", f"{folder}/m", "--entry=flat")
run("cc", "-shared", "-o", f"{folder}/m.so", f"{folder}/m.o", "-lm")
header = open(f"{folder}/m.h").read()
size = int(re.search(r"#define M_SIZE (\d+)", header)[1])
library = ctypes.CDLL(f"{folder}/m.so")
block = ctypes.create_string_buffer(size + 64)
model = ctypes.c_void_p(-(-ctypes.addressof(block) // 64) * 64)
assert library.m_init(model, ctypes.c_uint64(0)) == 0


class Plateau:
    def __init__(self, rate, factor=.1, patience=1, threshold=1e-4):
        self.rate, self.factor, self.patience, self.threshold = rate, factor, patience, threshold
        self.best, self.bad = np.inf, 0

    def report(self, metric):
        if metric < self.best * (1 - self.threshold):
            self.best, self.bad = metric, 0
        else:
            self.bad += 1
        if self.bad > self.patience:
            self.bad = 0
            if self.rate * (1 - self.factor) > 1e-8:
                self.rate *= self.factor


def parameter():
    """net.fc.weight is the first tensor."""
    value = np.empty((1, 3), np.float32)
    assert library.m_read(model, ctypes.c_size_t(0), value.ctypes.data_as(ctypes.c_void_p)) == 0
    return value.astype(np.float64)


oracle = Plateau(.5)
for i, reports in enumerate([[], [1.0], [.9], [.9], [.89999], [.95], [.8], [.8, .8], [.8] * 5, [.1],
                             [], [.2], [float("nan")], [.3]]):
    for metric in reports:
        assert library.m_report(model, ctypes.c_float(metric)) == 0
        oracle.report(metric)
    before = parameter()
    assert library.m_flat(model, x.ctypes.data_as(ctypes.c_void_p), None) == 0
    expect(f"plateau, call {i}", parameter(), before - oracle.rate * slope, 3e-7)
