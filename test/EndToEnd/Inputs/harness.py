"""What the end-to-end tests share: running nnc, and files in its formats."""
import json
import os
import struct
import subprocess
import tempfile

import numpy as np

DTYPES = {"F32": np.float32, "F64": np.float64, "I64": np.int64, "I32": np.int32,
          "I16": np.int16, "I8": np.int8, "U8": np.uint8, "BOOL": np.bool_}
NAMES = {np.dtype(v): k for k, v in DTYPES.items()}


def run(*arguments, status=0):
    """Runs a command and returns (stdout, stderr); fails on another exit status."""
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
    if done.returncode != status:
        raise SystemExit(f"{' '.join(map(str, arguments))}\nexit status {done.returncode}, "
                         f"wanted {status}\n{done.stdout}{done.stderr}")
    return done.stdout, done.stderr


def save_safetensors(path, tensors):
    header, offset, blobs = {}, 0, []
    for name, array in tensors.items():
        array = np.asarray(array, order="C")
        blob = array.tobytes()
        header[name] = {"dtype": NAMES[array.dtype], "shape": list(array.shape),
                        "data_offsets": [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def load_safetensors(path):
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(content[8 + length + begin:8 + length + end],
                                      DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors


def fill(sizes, model):
    """Fill rule F: layers `fc0`, `fc1`, … of the given sizes, [out, in] row-major,
    weights and biases in order, one counter n: ((7n mod 11) - 5) / 10."""
    tensors, n = {}, 0

    def take(*shape):
        nonlocal n
        count = int(np.prod(shape))
        values = ((7 * np.arange(n, n + count)) % 11 - 5) / 10
        n += count
        return values.reshape(shape).astype(np.float32)

    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        tensors[f"{model}.fc{i}.weight"] = take(outputs, inputs)
        tensors[f"{model}.fc{i}.bias"] = take(outputs)
    return tensors


class Workspace:
    """A temporary folder, and runs of one model in it."""

    def __init__(self, nnc, model=None):
        self.nnc, self.model = nnc, model
        self.folder = tempfile.TemporaryDirectory()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def source(self, text):
        self.model = self.path("model.nn")
        with open(self.model, "w") as file:
            file.write(text)

    def call(self, entry, inputs, *options, weights=None):
        """`nnc run`: the outputs by name."""
        arguments = [self.nnc, "run", self.model, entry, "-o", self.path("out.npz"), *options]
        for name, value in inputs.items():
            np.save(self.path(name + ".npy"), value)
            arguments.append(f"{name}={self.path(name + '.npy')}")
        if weights is not None:
            save_safetensors(self.path("in.safetensors"), weights)
            arguments += ["--weights", self.path("in.safetensors")]
        run(*arguments)
        with np.load(self.path("out.npz")) as out:
            return {name: out[name] for name in out.files}


def expect(what, found, wanted, absolute=0.0, relative=0.0):
    found, wanted = np.asarray(found, np.float64), np.asarray(wanted, np.float64)
    if found.shape != wanted.shape and found.size != wanted.size:
        raise SystemExit(f"{what}: shape {found.shape}, wanted {wanted.shape}")
    found = found.reshape(wanted.shape)
    if not np.allclose(found, wanted, rtol=relative, atol=absolute, equal_nan=True):
        raise SystemExit(f"{what}: found {found}, wanted {wanted}")
    print(f"ok: {what}")
