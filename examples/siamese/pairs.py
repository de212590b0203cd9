"""Pairs digits, half of the pairs equal ones: train.npz from four fifths of the
images, held-back.npz from the rest.

usage: pairs.py DIGITS.npz
"""
import sys

import numpy as np

random = np.random.default_rng(0)
with np.load(sys.argv[1]) as digits:
    image, label = digits["image"].astype(np.float32), digits["label"]
order = random.permutation(len(image))
border = len(image) * 4 // 5


def pair(rows, count):
    first = random.choice(rows, count)
    same = np.arange(count) % 2
    second = [random.choice(rows[(label[rows] == label[i]) == s]) for i, s in zip(first, same)]
    return {"a": image[first], "b": image[second], "same": same.astype(np.float32)}


np.savez("train.npz", **pair(order[:border], 6000))
np.savez("held-back.npz", **pair(order[border:], 1000))
