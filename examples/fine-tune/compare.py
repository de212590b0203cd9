"""Says which parts of a model differ between two files of weights.

usage: compare.py BEFORE.safetensors AFTER.safetensors
"""
import json
import struct
import sys


def tensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header, content = json.loads(file.read(length)), file.read()
    return {name: content[slice(*entry["data_offsets"])] for name, entry in header.items() if name != "__metadata__"}


before, after = map(tensors, sys.argv[1:3])
for part in sorted({name.split(".")[0] for name in after} - {"random"}):
    names = [name for name in after if name.startswith(part + ".")]
    print(f"{part}: {sum(before[name] != after[name] for name in names)} of {len(names)} tensors changed")
