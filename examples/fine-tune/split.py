"""Splits the digits: low.npz has 0 to 4; few.npz has fifty of each from 5 to 9,
as labels 0 to 4, and many.npz the others of these.

usage: split.py DIGITS.npz
"""
import sys

import numpy as np

with np.load(sys.argv[1]) as digits:
    image, label = digits["image"], digits["label"].astype(np.int32)
low = label < 5
few = np.concatenate([np.flatnonzero(label == digit)[:50] for digit in range(5, 10)])
many = np.setdiff1d(np.flatnonzero(~low), few)
np.savez("low.npz", image=image[low], label=label[low])
np.savez("few.npz", image=image[few], label=label[few] - 5)
np.savez("many.npz", image=image[many], label=label[many] - 5)
