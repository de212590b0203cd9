"""A model compiled into a shared library and called in this process.

One build holds as many entries and steps as a test asks for: compiling costs,
calling does not.
"""
import ctypes
import os
import pathlib
import re
import sys
import tempfile

import numpy as np

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "EndToEnd/Inputs"))
from harness import Workspace, run  # noqa: E402, F401  (found through the line above)

CODES = {1: np.float32, 2: np.float64, 3: np.int8, 4: np.uint8, 5: np.int16, 6: np.int32,
         7: np.int64, 8: np.bool_}
C_TYPES = {"float": np.float32, "double": np.float64, "int8_t": np.int8, "uint8_t": np.uint8,
           "int16_t": np.int16, "int32_t": np.int32, "int64_t": np.int64}


class Program:
    """What `nnc build --emit=shared` makes of a source text."""

    def __init__(self, nnc, text, *options, seed=0):
        self.folder = tempfile.TemporaryDirectory()
        prefix = os.path.join(self.folder.name, "library")
        pathlib.Path(prefix + ".nn").write_text(text)
        run(nnc, "build", prefix + ".nn", "-o", prefix, "--emit=shared", *options)
        header = pathlib.Path(prefix + ".h").read_text()

        def number(name):
            return int(re.search(rf"^#define LIBRARY_{name} (\d+)", header, re.M)[1])

        self.library = ctypes.CDLL(prefix + ".so")
        self.block = ctypes.create_string_buffer(number("SIZE") + 64)
        self.model = ctypes.c_void_p(-(-ctypes.addressof(self.block) // 64) * 64)
        self.functions = {}
        for comment, name, arguments in re.findall(r"/\*((?:(?!\*/).)*)\*/\nint library_(\w+)\(library \*model, ([^;]*)\);",
                                                   header, re.S):
            shapes = re.findall(r"\b(in|out): +(\w+) \[([\d, ]*)\]", comment)
            types = [a.replace("const ", "").split(" ")[0] for a in arguments.split(", ")]
            if len(shapes) == len(types):
                self.functions[name] = [
                    (way, argument, tuple(int(n) for n in shape.split(",") if n.strip()), C_TYPES[c])
                    for (way, argument, shape), c in zip(shapes, types)]

        class Tensor(ctypes.Structure):
            _fields_ = [("name", ctypes.c_char * number("NAME_MAX"))] + [
                (field, ctypes.c_int32) for field in ("type", "kind", "rank")] + [
                ("shape", ctypes.c_int64 * 8), ("bytes", ctypes.c_uint64)]

        tensors = (Tensor * number("TENSORS")).in_dll(self.library, "library_tensors") if number("TENSORS") else []
        self.tensors = {t.name.decode(): (i, CODES[t.type], tuple(t.shape[:t.rank]))
                        for i, t in enumerate(tensors)}
        self.init(seed)

    def init(self, seed):
        assert self.library.library_init(self.model, ctypes.c_uint64(seed)) == 0

    def call(self, name, **inputs):
        """Runs an entry or step: its outputs by name."""
        arguments, outputs, kept = [], {}, []
        for way, argument, shape, kind in self.functions[name]:
            if way == "in":
                array = np.asarray(inputs.pop(argument), dtype=kind, order="C")
                assert array.shape == shape, (name, argument, array.shape, shape)
            else:
                array = outputs[argument] = np.empty(shape, kind)
            kept.append(array)
            arguments.append(array.ctypes.data_as(ctypes.c_void_p))
        assert not inputs, (name, inputs)
        status = getattr(self.library, "library_" + name)(self.model, *arguments)
        assert status == 0, (name, status)
        return outputs

    def report(self, metric):
        """Tells the plateau schedules a metric."""
        assert self.library.library_report(self.model, ctypes.c_float(metric)) == 0

    def read(self, name):
        """The value of a parameter, a state or a slot."""
        index, kind, shape = self.tensors[name]
        array = np.empty(shape, kind)
        assert self.library.library_read(self.model, ctypes.c_size_t(index),
                                   array.ctypes.data_as(ctypes.c_void_p)) == 0
        return array

    def write(self, name, value):
        index, kind, shape = self.tensors[name]
        array = np.asarray(value, dtype=kind, order="C")
        assert array.shape == shape, (name, array.shape, shape)
        assert self.library.library_write(self.model, ctypes.c_size_t(index),
                                    array.ctypes.data_as(ctypes.c_void_p)) == 0
