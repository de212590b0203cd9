"""Ten steps of examples/own-optimizer against float64 NumPy, derivatives by hand.

usage: own_optimizer_oracle.py NNC EXAMPLES
"""
import sys

import numpy as np

from harness import Workspace, expect, load_safetensors

nnc, examples = sys.argv[1:3]
data = np.genfromtxt(f"{examples}/diabetes/data/diabetes.csv", delimiter=",", skip_header=1)
x, t = data[:, :10], data[:, 10:]
mean, deviation = x.mean(0), x.std(0)
BATCH, STEPS = 26, 10
NAMES = ["gated_0.value.weight", "gated_0.value.bias", "gated_0.gate.weight", "gated_0.gate.bias",
         "head.weight", "head.bias"]


def loss_and_gradients(w, x, t):
    value_w, value_b, gate_w, gate_b, head_w, head_b = w
    z = (x - mean) / deviation
    value = z @ value_w.T + value_b
    gate = 1 / (1 + np.exp(-(z @ gate_w.T + gate_b)))
    hidden = value * gate
    e = (150 + 80 * (hidden @ head_w.T + head_b) - t) / 50
    root = np.sqrt(1 + e * e)
    loss = 50 * np.mean(root - 1)
    d_head = 80 * e / root / e.size
    d_hidden = d_head @ head_w
    d_value, d_gate = d_hidden * gate, d_hidden * value * gate * (1 - gate)
    return loss, [d_value.T @ z, d_value.sum(0), d_gate.T @ z, d_gate.sum(0),
                  d_head.T @ hidden, d_head.sum(0)]


def triangle(step, low=.002, high=.02, half=40):
    return np.interp(step % (2 * half), [0, half, 2 * half], [low, high, low])


w = Workspace(nnc, f"{examples}/own-optimizer/own-optimizer.nn")
for options in [[], ["--interpret"]]:
    given = {"net.normalize_0.mean": np.float32(mean),
             "net.normalize_0.deviation": np.float32(deviation)}
    rng = np.random.default_rng(11)
    weights = []
    for name, shape in zip(NAMES, [(8, 10), 8, (8, 10), 8, (1, 8), 1]):
        given["net." + name] = rng.uniform(-.3, .3, shape).astype(np.float32)
        weights.append(np.float64(given["net." + name]))
    means, spreads = [np.zeros_like(p) for p in weights], [np.zeros_like(p) for p in weights]
    # The normaliser's constants are what the compiled step sees.
    mean, deviation = (np.float64(given[k]) for k in ["net.normalize_0.mean", "net.normalize_0.deviation"])
    for step in range(STEPS):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        out = w.call("train", {"x": x[rows].astype(np.float32), "t": t[rows].astype(np.float32)},
                     "-D", f"B={BATCH}", "--save-weights", w.path("next.safetensors"), *options,
                     weights=given)
        given = load_safetensors(w.path("next.safetensors"))
        loss, gradients = loss_and_gradients(weights, x[rows], t[rows])
        rate = triangle(step)
        for p, g, m, s in zip(weights, gradients, means, spreads):
            m[...] = .9 * m + .1 * g
            s[...] = .99 * s + .01 * (g - m) ** 2 + 1e-8
            move = m / (1 - .9 ** (step + 1)) / (np.sqrt(s / (1 - .99 ** (step + 1))) + 1e-8)
            p -= rate * (move + (.01 * p if p.ndim > 1 else 0))
        expect(f"loss of step {step} {options}", out["loss"], loss, relative=1e-5)
        expect(f"rate of step {step} {options}", given["optimizer.train.lr"], rate, relative=1e-5)
    for name, p, m, s in zip(NAMES, weights, means, spreads):
        for key, wanted in [("net." + name, p), (f"optimizer.train.net.{name}.mean", m),
                            (f"optimizer.train.net.{name}.spread", s)]:
            error = np.linalg.norm(given[key] - wanted) / np.linalg.norm(wanted)
            assert error < 2e-5, (key, error, options)
    print(f"ok: weights and slots after {STEPS} steps {options}")
