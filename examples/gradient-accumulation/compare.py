"""Prints how far apart the parameters in two files of weights are.

usage: compare.py A.safetensors B.safetensors
"""
import json
import struct
import sys

import numpy as np


def parameters(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header, content = json.loads(file.read(length)), file.read()
    return np.concatenate([np.frombuffer(content[slice(*entry["data_offsets"])], np.float32)
                           for name, entry in sorted(header.items()) if name.startswith("net.linear")])


a, b = map(parameters, sys.argv[1:3])
print(f"largest difference: {np.abs(a - b).max():.0e} of {np.abs(a).max():.1f}")
