"""Holds ridge, lasso and a linear autoencoder beside what mathematics says of their
minimum.

usage: check.py sparse.npz ridge.safetensors lasso.safetensors normal.npz reduced.safetensors
"""
import json
import struct
import sys

import numpy as np


def weights(path, name="net.fit.weight"):
    """A tensor of a safetensors file."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))[name]
        begin, end = header["data_offsets"]
        return np.frombuffer(file.read()[begin:end], np.float32).astype(float).reshape(header["shape"])


with np.load(sys.argv[1]) as data:
    x, t = data["x"].astype(float), data["t"][:, 0].astype(float)
n, columns = x.shape

# ridge: (XᵀX/n + 0.1·I) w = Xᵀt/n
exact = np.linalg.solve(x.T @ x / n + 0.1 * np.eye(columns), x.T @ t / n)
print(f"ridge: off by {np.abs(weights(sys.argv[2])[0] - exact).max():.0e}")

# lasso: the slope is −0.3·sign(w) where w is not 0, and at most 0.3 elsewhere
w = weights(sys.argv[3])[0]
slope = 2 * x.T @ (x @ w - t) / n
off = np.where(w != 0, np.abs(slope + 0.3 * np.sign(w)), np.maximum(np.abs(slope) - 0.3, 0))
print(f"lasso: off by {off.max():.0e}, {np.count_nonzero(w)} of {columns} columns used")

# dimensionality reduction: the decoder's columns span the two principal components
with np.load(sys.argv[4]) as data:
    x = data["x"].astype(float)
principal = np.linalg.svd(x - x.mean(0))[2][:2]
spanned = np.linalg.qr(weights(sys.argv[5], "decoder.linear_0.weight"))[0]
sine = np.sqrt(np.maximum(1 - np.linalg.svd(principal @ spanned)[1].min() ** 2, 0))
print(f"components: the plane is turned by {np.degrees(np.arcsin(sine)):.2f} degrees")
