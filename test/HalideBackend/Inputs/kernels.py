"""Every kernel of a model through both back ends, compared.

usage: kernels.py NNC FOLDER MODEL [build options…]

Each kernel becomes an entry of its own in a model without variables, which is
built by each back end and called with the same random inputs. Kernels that
Halide does not express are not compared; how many is printed.
"""
import ctypes
import os
import re
import subprocess
import sys

import numpy as np

TYPES = {"f32": np.float32, "f64": np.float64, "i1": np.uint8, "i8": np.int8, "ui8": np.uint8,
         "i16": np.int16, "i32": np.int32, "i64": np.int64}


def parse(tensor):
    *shape, element = re.fullmatch(r"tensor<(.*)>", tensor).group(1).split("x")
    return [int(size) for size in shape], element


def to_entries(text):
    """The kernels of a `.kernel.mlir` as entries, and their signatures."""
    entries, signatures = [], {}
    pattern = r"^  kernel\.func @(\S+?)\((.*?)\)(?: -> (.*?))? (?:attributes \{.*?\} )?\{\n(.*?)^  \}"
    for name, arguments, results, body in re.findall(pattern, text, re.M | re.S):
        inputs = re.findall(r"(%\w+): (tensor<[^>]*>)", arguments)
        outputs = re.findall(r"tensor<[^>]*>", results)
        named = ", ".join(f'{value}: {type_} {{nn.name = "x{i}"}}' for i, (value, type_) in enumerate(inputs))
        given = ", ".join(f'{type_} {{nn.name = "y{i}"}}' for i, type_ in enumerate(outputs))
        body = body.replace("kernel.return", "nn.return")
        entries.append(f"nn.entry @run_{name}({named}) -> ({given}) {{\n{body}}}\n")
        signatures["run_" + name] = [parse(type_) for _, type_ in inputs], [parse(type_) for type_ in outputs]
    return "module {\n" + "".join(entries) + "}\n", signatures


def draw(random, shape, element):
    if element.startswith("f"):
        values = random.normal(size=shape)
        return np.asarray(values, TYPES[element])
    return np.asarray(random.integers(0, 2, size=shape), TYPES[element])


def call(library, prefix, name, inputs, outputs):
    instance = np.zeros(getattr(library, "size") + 64, np.uint8)
    address = (instance.ctypes.data + 63) // 64 * 64
    init = getattr(library, f"{prefix}_init")
    if init(ctypes.c_void_p(address), ctypes.c_uint64(0)):
        raise SystemExit(f"init of {prefix} fails")
    # Null outputs are not written; these are.
    results = [np.full(shape, 77, TYPES[element]) for shape, element in outputs]
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in inputs + results]
    status = getattr(library, f"{prefix}_{name}")(ctypes.c_void_p(address), *pointers)
    if status:
        raise SystemExit(f"{name} answers {status}")
    return results


def main():
    nnc, folder, model, *options = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    base = os.path.join(folder, "m")
    subprocess.run([nnc, "build", model, *options, "--emit=kernel", "-o", base], check=True,
                   stderr=subprocess.DEVNULL)
    text, signatures = to_entries(open(base + ".kernel.mlir").read())
    with open(base + ".mlir", "w") as file:
        file.write(text)
    libraries, left = {}, 0
    for backend in ("mlir", "halide"):
        prefix = os.path.join(folder, backend)
        done = subprocess.run([nnc, "build", base + ".mlir", "--emit=shared", "-o", prefix, "--cpu=native",
                               f"--backend={backend}"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise SystemExit(f"build by {backend} fails:\n{done.stderr}")
        if backend == "halide":
            left = done.stderr.count("is left to MLIR")
            for why in sorted(set(re.findall(r"Halide has no (.*)", done.stderr))):
                print("  left:", why)
        libraries[backend] = ctypes.CDLL(prefix + ".so")
        header = open(prefix + ".h").read()
        libraries[backend].size = int(re.search(r"_SIZE (\d+)", header).group(1))
    random, worst = np.random.default_rng(0), 0.0
    for name, (inputs, outputs) in signatures.items():
        given = [draw(random, *each) for each in inputs]
        expected, actual = (call(libraries[b], b, name, given, outputs) for b in ("mlir", "halide"))
        for number, (a, b) in enumerate(zip(expected, actual)):
            if a.dtype.kind == "f":
                if not np.array_equal(np.isnan(a), np.isnan(b)):
                    raise SystemExit(f"{name}: NaNs of result {number} differ")
                finite = np.isfinite(a)
                if not np.array_equal(a[~finite & ~np.isnan(a)], b[~finite & ~np.isnan(a)]):
                    raise SystemExit(f"{name}: infinities of result {number} differ")
                scale = max(1.0, float(np.max(np.abs(a[finite]), initial=0)))
                error = float(np.max(np.abs(a[finite] - b[finite]), initial=0)) / scale
                worst = max(worst, error)
                if error > 1e-4:
                    raise SystemExit(f"{name}: result {number} differs by {error} of {scale}")
            elif np.mean(a != b, dtype=float) > 1e-3:
                raise SystemExit(f"{name}: result {number} differs at {np.sum(a != b)} of {a.size}")
    print(f"{len(signatures) - left} kernels of {len(signatures)} compared, off by {worst:.1e} at most")


main()
