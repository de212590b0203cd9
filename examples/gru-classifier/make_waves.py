"""Writes waves.npz: 1,200 waves of four shapes, with random pitch, phase, height and noise.

usage: make_waves.py [waves.npz]
"""
import sys

import numpy as np

random = np.random.default_rng(0)
count, length = 1200, 64
label = random.integers(0, 4, count)
pitch, start = random.uniform(2, 5, (count, 1)), random.uniform(0, 1, (count, 1))
turn = (pitch * np.arange(length) / length + start) % 1
shapes = np.stack([np.sin(2 * np.pi * turn),  # sine
                   np.where(turn < 0.5, 1, -1),  # square
                   4 * np.abs(turn - 0.5) - 1,  # triangle
                   2 * turn - 1])  # sawtooth
wave = random.uniform(0.7, 1.3, (count, 1)) * shapes[label, np.arange(count)] + 0.1 * random.normal(size=(count, length))
np.savez(sys.argv[1] if len(sys.argv) > 1 else "waves.npz",
         wave=wave.astype(np.float32), label=label.astype(np.int32))
