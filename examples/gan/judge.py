"""Holds drawn digits beside the real ones most like them.

usage: judge.py codes CODE.npy          writes the codes of 1,000 drawings
       judge.py DRAWN.npz DIGITS.npz    judges the drawings of these codes

Prints the mean distance from a drawing to the nearest real digit, from a real
digit to the nearest other one and from noise to the nearest real one, and how
many of the ten digits are nearest to at least 2 % of the drawings.
"""
import sys

import numpy as np

random = np.random.default_rng(0)
if sys.argv[1] == "codes":
    np.save(sys.argv[2], random.normal(size=(1000, 16)).astype(np.float32))
    sys.exit()

with np.load(sys.argv[1]) as drawn, np.load(sys.argv[2]) as digits:
    drawn = drawn["image"].reshape(-1, 64)
    real, label = digits["image"].reshape(-1, 64).astype(np.float32), digits["label"]


def nearest(images, skip=0):
    """The distance to the nearest real digit, and its place."""
    squares = (images**2).sum(1)[:, None] + (real**2).sum(1) - 2 * images @ real.T
    place = np.argsort(squares, axis=1)[:, skip]
    return np.sqrt(np.maximum(squares[np.arange(len(images)), place], 0)).mean(), place


distance, place = nearest(drawn)
among, _ = nearest(real, skip=1)
noise, _ = nearest(random.permuted(real, axis=1))
share = np.bincount(label[place], minlength=10) / len(place)
print(f"distance: {distance:.1f} (real digits: {among:.1f}, noise: {noise:.1f})")
print(f"digits seen: {np.count_nonzero(share >= 0.02)}")
