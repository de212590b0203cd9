"""Writes digits.npz from scikit-learn's copy of the data.

usage: make_digits.py [digits.npz]
"""
import sys

import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
np.savez_compressed(sys.argv[1] if len(sys.argv) > 1 else "digits.npz",
                    image=digits.images.astype(np.uint8), label=digits.target.astype(np.uint8))
