"""Writes the array `picture`, values from 0 to 1, of an .npz as a greyscale image.

usage: picture.py FILE.npz FILE.pgm
"""
import sys

import numpy as np

with np.load(sys.argv[1]) as file:
    picture = np.rint(255 * file["picture"]).astype(np.uint8)
with open(sys.argv[2], "wb") as out:
    out.write(b"P5 %d %d 255\n" % picture.shape[::-1] + picture.tobytes())
