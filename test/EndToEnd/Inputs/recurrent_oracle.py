"""Compares recurrent layers with PyTorch's definitions, in NumPy.

usage: recurrent_oracle.py NNC recurrent.nn [OPTION...]
"""
import sys
import tempfile

import numpy as np
from harness import run, save_safetensors

NNC, SOURCE, OPTIONS = sys.argv[1], sys.argv[2], sys.argv[3:]
random = np.random.default_rng(7)
UNITS = 4


def draw(*shape):
    return random.uniform(-1, 1, shape).astype(np.float32)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def rnn(act):
    def cell(x, h, c, w_ih, w_hh, b_ih, b_hh):
        return act(w_ih @ x + b_ih + w_hh @ h + b_hh), c
    return 1, cell


def gru_cell(x, h, c, w_ih, w_hh, b_ih, b_hh):
    r_x, z_x, n_x = np.split(w_ih @ x + b_ih, 3)
    r_h, z_h, n_h = np.split(w_hh @ h + b_hh, 3)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    return (1 - z) * np.tanh(n_x + r * n_h) + z * h, c


def lstm_cell(x, h, c, w_ih, w_hh, b_ih, b_hh):
    i, f, g, o = np.split(w_ih @ x + b_ih + w_hh @ h + b_hh, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def weights_of(gates, features, layers, suffixes):
    weights = {}
    for k in range(layers):
        width = features if k == 0 else UNITS * len(suffixes)
        for suffix in suffixes:
            weights[f"weight_ih_l{k}{suffix}"] = draw(gates * UNITS, width)
            weights[f"weight_hh_l{k}{suffix}"] = draw(gates * UNITS, UNITS)
            weights[f"bias_ih_l{k}{suffix}"] = draw(gates * UNITS)
            weights[f"bias_hh_l{k}{suffix}"] = draw(gates * UNITS)
    return weights


def evaluate(cell, weights, x, layers, suffixes, h0, c0):
    """One sample and one turn at a time."""
    batch, length, _ = x.shape
    finals, cells = np.zeros_like(h0), np.zeros_like(c0)
    for k in range(layers):
        out = np.zeros((batch, length, UNITS * len(suffixes)))
        for d, suffix in enumerate(suffixes):
            p = [weights[f"{name}_l{k}{suffix}"].astype(np.float64)
                 for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
            s = k * len(suffixes) + d
            for b in range(batch):
                h, c = h0[s, b], c0[s, b]
                for t in reversed(range(length)) if suffix else range(length):
                    h, c = cell(x[b, t], h, c, *p)
                    out[b, t, d * UNITS:(d + 1) * UNITS] = h
                finals[s, b], cells[s, b] = h, c
        x = out
    return {"hs": x, "h": finals, "c": cells}


def check(entry, model, site, kind, layers=2, suffixes=("", "_reverse"), states=("h0",)):
    gates, cell = kind
    weights = weights_of(gates, 3, layers, suffixes)
    inputs = {"x": draw(2, 5, 3)}
    zero = np.zeros((layers * len(suffixes), 2, UNITS))
    initial = {"h0": zero, "c0": zero}
    for name in states:
        inputs[name] = draw(*zero.shape)
        initial[name] = inputs[name].astype(np.float64)
    expected = evaluate(cell, weights, inputs["x"].astype(np.float64), layers, suffixes, **initial)
    with tempfile.TemporaryDirectory() as folder:
        save_safetensors(f"{folder}/w.safetensors",
                         {f"{model}.{site}.{name}": value for name, value in weights.items()})
        files = []
        for name, value in inputs.items():
            np.save(f"{folder}/{name}.npy", value)
            files.append(f"{name}={folder}/{name}.npy")
        run(NNC, "run", SOURCE, entry, *files, *OPTIONS,
            f"--weights={folder}/w.safetensors", "-o", f"{folder}/out.npz")
        with np.load(f"{folder}/out.npz") as out:
            for name in out.files:
                error = np.abs(out[name] - expected[name]).max()
                assert out[name].shape == expected[name].shape, f"{entry}: shape of {name}"
                assert error < 1e-5, f"{entry}: {name} differs by {error}"


check("rnn_plain", "plain", "rnn_0", rnn(np.tanh), 1, ("",), ())
check("rnn_relu", "rectified", "rnn_0", rnn(lambda x: np.maximum(x, 0)))
check("gru_all", "gated", "gru_0", (3, gru_cell))
check("lstm_all", "long", "lstm_0", (4, lstm_cell), states=("h0", "c0"))
print("recurrent layers agree with their definitions")
