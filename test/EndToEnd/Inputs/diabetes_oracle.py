"""Every step of diabetes training against a float64 run in NumPy.

usage: diabetes_oracle.py NNC EXAMPLES/diabetes
"""
import json
import sys

import numpy as np

from harness import Workspace, load_safetensors, run, save_safetensors

nnc, example = sys.argv[1:3]
data = np.genfromtxt(f"{example}/data/diabetes.csv", delimiter=",", names=True)
columns = list(data.dtype.names)
x = np.stack([data[c] for c in columns[:10]], axis=1)
t = data["target"][:, None]


class Net:
    """10-5-ReLU-1 in float64, gradient by hand."""

    def __init__(self, weights):
        self.w = {k: np.float64(v) for k, v in weights.items()}

    def step(self, x, t, rate):
        w0, b0, w1, b1 = (self.w[k] for k in ("net.linear_0.weight", "net.linear_0.bias",
                                              "net.linear_1.weight", "net.linear_1.bias"))
        h = x @ w0.T + b0
        r = np.maximum(h, 0)
        e = r @ w1.T + b1 - t
        loss = np.mean(e * e)
        dy = 2 * e / e.size
        dh = (dy @ w1) * (h > 0)
        w1 -= rate * dy.T @ r
        b1 -= rate * dy.sum(0)
        w0 -= rate * dh.T @ x
        b0 -= rate * dh.sum(0)
        return loss

    def predict(self, x):
        r = np.maximum(x @ self.w["net.linear_0.weight"].T + self.w["net.linear_0.bias"], 0)
        return r @ self.w["net.linear_1.weight"].T + self.w["net.linear_1.bias"]


w = Workspace(nnc, f"{example}/diabetes.nn")
common = ["--data", f"{example}/data/diabetes.csv", "--columns", "x=age:s6,t=target",
          "--batch", 4, "--epochs", 10, "--no-shuffle", "--standardize"]
mean, deviation = x.mean(0), x.std(0)
z = (x - mean) / deviation

# The data are what the notes had: what a linear fit makes of them is known.
linear = np.concatenate([z, np.ones_like(t)], axis=1)
rest = t - linear @ np.linalg.lstsq(linear, t, rcond=None)[0]
assert abs(np.mean(rest ** 2) - 2859.7) < .05, np.mean(rest ** 2)
assert abs(1 - np.mean(rest ** 2) / t.var() - .518) < .0005

# Given initial weights: the same at every step, and at the end.
rng = np.random.default_rng(7)
start = {"net.linear_0.weight": rng.uniform(-.3, .3, (5, 10)),
         "net.linear_0.bias": rng.uniform(-.3, .3, 5),
         "net.linear_1.weight": rng.uniform(-.4, .4, (1, 5)),
         "net.linear_1.bias": rng.uniform(-.4, .4, 1)}
start = {k: v.astype(np.float32) for k, v in start.items()}
save_safetensors(w.path("start.safetensors"), start)
run(nnc, "train", w.model, *common, "--weights", w.path("start.safetensors"),
    "--out", w.path("end.safetensors"), "--log", w.path("log.jsonl"))
net = Net(start)
losses = []
for epoch in range(10):
    sums = 0.0
    for begin in range(0, 442, 4):
        part = slice(begin, begin + 4)
        rows = len(z[part])
        sums += net.step(z[part], t[part], 0.001) * rows
    losses.append(sums / 442)
with open(w.path("log.jsonl")) as log:
    logged = [json.loads(line)["loss"] for line in log]
assert len(logged) == 10, logged
assert np.allclose(logged, losses, rtol=1e-5), (logged, losses)
end = load_safetensors(w.path("end.safetensors"))
for name, value in net.w.items():
    error = np.linalg.norm(end[name] - value) / np.linalg.norm(value)
    assert error < 1e-5, (name, error)
print("ok: losses of 10 epochs and final weights")

# Step by step, through `nnc run`, the first batches; interpreted, the first of them.
step = Workspace(nnc, w.model)
state = {"net.normalize_0.mean": mean.astype(np.float32),
         "net.normalize_0.deviation": deviation.astype(np.float32)}
for options, batches in [([], 12), (["--interpret"], 3)]:
    net = Net(start)
    weights = dict(start)
    weights.update({k: v for k, v in state.items() if k in end})
    assert len(weights) == len(end), (sorted(weights), sorted(end))
    for begin in range(0, 4 * batches, 4):
        part = slice(begin, begin + 4)
        wanted = net.step(z[part], t[part], 0.001)
        out = step.call("train", {"x": x[part].astype(np.float32), "t": t[part].astype(np.float32)},
                        "-D", "B=4", "--save-weights", step.path("next.safetensors"), *options,
                        weights=weights)
        assert abs(out["loss"] - wanted) <= 1e-5 * abs(wanted), (begin, out["loss"], wanted)
        weights = load_safetensors(step.path("next.safetensors"))
        weights = {k: v for k, v in weights.items() if k in end}
    print(f"ok: single steps {options}")

# Below 3,000 from eight seeds, default initialisation.
for seed in range(8):
    run(nnc, "train", w.model, *common, "--seed", seed, "--out", w.path("seed.safetensors"))
    trained = load_safetensors(w.path("seed.safetensors"))
    mse = np.mean((Net(trained).predict(z) - t) ** 2)
    assert mse < 3000, (seed, mse)
    print(f"ok: seed {seed}: {mse:.1f}")
