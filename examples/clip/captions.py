"""Writes captioned.npz: each digit's image, and its name in letters (a is 1).

usage: captions.py DIGITS.npz
"""
import sys

import numpy as np

NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
letters = np.array([[ord(c) - 96 for c in name] + [0] * (5 - len(name)) for name in NAMES], np.int32)
with np.load(sys.argv[1]) as digits:
    np.savez("captioned.npz", image=digits["image"], name=letters[digits["label"]])
