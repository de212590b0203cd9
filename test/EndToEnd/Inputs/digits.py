"""Trains the digits; scikit-learn judges what the trained model predicts.

usage: digits.py NNC EXAMPLES/digits
"""
import json
import sys

import numpy as np

from harness import Workspace, run

nnc, example = sys.argv[1:3]
model = f"{example}/digits.nn"
data = np.load(f"{example}/data/digits.npz")
w = Workspace(nnc, model)

# The data are scikit-learn's.
try:
    from sklearn.datasets import load_digits
    from sklearn.metrics import confusion_matrix
    digits = load_digits()
    assert np.array_equal(digits.images, data["image"]) and np.array_equal(digits.target, data["label"])
except ImportError:
    confusion_matrix = None

for seed in range(2):
    out, _ = run(nnc, "train", model, "--data", f"{example}/data/digits.npz", "--split", 0.2, "--standardize",
                 "--batch", 32, "--epochs", 12, "--seed", seed, "--metric", "confusion(probability,label)",
                 "--log", w.path("log.jsonl"), "--out", w.path("w.safetensors"))
    with open(w.path("log.jsonl")) as log:
        last = [json.loads(line) for line in log][-1]
    table = np.array(last["confusion(probability,label)"])
    assert table.sum() == 359, table
    assert abs(np.trace(table) / 359 - last["accuracy"]) < 1e-6
    assert last["accuracy"] >= 0.97, last
    print(f"ok: seed {seed}: {last['accuracy']:.4f}")

# Over all rows: predictions, and the entry's averages.
inputs = [f"image={example}/data/digits.npz", f"label={example}/data/digits.npz"]
run(nnc, "predict", model, "predict", "--weights", w.path("w.safetensors"), inputs[0], "-o", w.path("p.npz"))
with np.load(w.path("p.npz")) as out:
    p = out["probability"]
run(nnc, "evaluate", model, "evaluate", "--weights", w.path("w.safetensors"), *inputs, "-o", w.path("e.npz"))
with np.load(w.path("e.npz")) as out:
    error, accuracy = float(out["error"]), float(out["accuracy"])
label = data["label"].astype(int)
assert p.shape == (1797, 10)
assert abs(accuracy - np.mean(p.argmax(1) == label)) < 1e-6
assert abs(error + np.mean(np.log(p[np.arange(1797), label]))) < 1e-5, error
print("ok: averages by rows")
if confusion_matrix is not None:
    print(confusion_matrix(label, p.argmax(1)))
