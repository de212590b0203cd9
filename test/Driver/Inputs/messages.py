"""Runs each row's command and looks for its message and exit status.

usage: messages.py NNC FOLDER
"""
import io
import json
import os
import struct
import subprocess
import sys
import zipfile

import numpy as np

nnc, folder = sys.argv[1:3]
os.chdir(folder)
MODEL = """
const k = 1
model net(x: f32[N, 2]) { return linear(x, k) }
entry predict(x: f32[B, 2]) { return y = net(x) }
entry cube(x: f32[2, 2, 1]) { return y = 2 * x }
entry net1(x: f32[2, 2]) { return y = net(x), loss = mean(net(x)) }
entry scaled(s: f32[]) { return d = 2 * s }
entry two(x: f32[2, 2]) { return a = 2 * x, b = 3 * x }
step train(x: f32[B, 2], t: f32[B, 1]) {
  loss = mse(net(x), t)
  minimize loss with sgd(lr=0.01)
  return loss
}
"""
open("m.nn", "w").write(MODEL)
open("none.nn", "w").write("model net(x: f32[N, 2]) { return x }\n")
rng = np.random.default_rng(0)
np.save("x.npy", rng.random((2, 2), np.float32))
np.save("cube.npy", rng.random((2, 2, 1), np.float32))
np.savez("d.npz", x=rng.random((8, 2), np.float32), t=rng.random((8, 1), np.float32))
np.savez("one.npz", x=np.ones((1, 2), "f"), t=np.ones((1, 1), "f"))
open("d.csv", "w").write("a,b,c\n" + "1,2,3\n4,5,6\n7,8,10\n9,9,1\n")
good = open("x.npy", "rb").read()


def write(name, content):
    with open(name, "wb") as file:
        file.write(content)


def header(text):
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text


write("magic.npy", b"NUMPY" + good[5:])
write("short.npy", good[:11])
write("cut.npy", good[:-3])
write("key.npy", header(b"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}\n") + bytes(8))
write("header.npy", header(b"{'descr': '<f4', 'shape'\n"))
write("structured.npy", header(b"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}\n") + bytes(8))
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w", zipfile.ZIP_BZIP2) as file:
    file.writestr("x.npy", good)
write("bzip2.npz", archive.getvalue())
archive = bytearray(open("d.npz", "rb").read())
archive[archive.index(b"PK\1\2") + 8] |= 1
write("encrypted.npz", archive)

archive = bytearray(open("d.npz", "rb").read())
archive[0] = 0
write("corrupt.npz", archive)


def tensors(entries, data=b""):
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + data


def tensor(dtype, *offsets):
    return {"dtype": dtype, "shape": [1], "data_offsets": list(offsets)}


write("type.safetensors", tensors({"w": tensor("F8_E4M3", 0, 1)}, bytes(1)))
write("twice.safetensors", tensors(b'{"w": 1, "w": 2}'))
write("metadata.safetensors", tensors({"__metadata__": {"a": 1}}))
write("list.safetensors", tensors({"__metadata__": []}))
write("cut.safetensors", tensors({"w": tensor("F32", 0, 4)}, bytes(2)))
write("gap.safetensors", tensors({"w": tensor("F32", 4, 8)}, bytes(8)))
write("more.safetensors", tensors({"w": tensor("F32", 0, 4)}, bytes(7)))
write("bool.safetensors", tensors({"w": tensor("BOOL", 0, 1)}, b"\7"))

run, train = "run m.nn cube x=", "train m.nn --data d.npz --batch 4 "
rows = [
    ("help help", 2, "help explains a command; nnc help lists them"),
    ("--nosuch", 2, "nnc has no option '--nosuch'; a command comes first"),
    ("check m.nn -D B", 2, "-D wants NAME=VALUE, found 'B'"),
    ("check m.nn -D B=x", 2, "unknown name 'x'"),
    ("check m.nn -D B=1+", 2, "expected an expression"),
    ("check m.nn -D B=0", 2, "must be a positive int, but -D gives 0"),
    ("check m.nn -D k=1,2", 2, "constant 'k' has one value, but -D gives 2"),
    ("check m.nn -D k=1.5", 2, "constant 'k' is an int, but -D gives the float 1.5"),
    ("check m.onnx", 1, "m.onnx: the reader of ONNX models is not built in; .nn and .mlir are"),
    ("bench none.nn", 1, "none.nn: there is no entry or step to measure"),
    ("build none.nn -o x", 1, "none.nn: there is no entry or step to build"),
    (run + "magic.npy", 1, "magic.npy: error: is no .npy file or is cut short"),
    (run + "short.npy", 1, "short.npy: error: is cut short in the header"),
    (run + "cut.npy", 1, "bytes, the file holds"),
    (run + "key.npy", 1, "key.npy: error: corrupt .npy header: unknown key 'x'"),
    (run + "header.npy", 1, "header.npy: error: corrupt .npy header"),
    (run + "structured.npy", 1, "structured.npy: error: structured arrays are not supported"),
    (run + "bzip2.npz:x", 1, "bzip2.npz: error: array 'x' is compressed by method 12, not by deflate"),
    (run + "encrypted.npz:x", 1, "encrypted.npz: error: array 'x' is encrypted"),
    (run + ".", 1, ".: error: is a folder, not a file"),
    (run + "1", 2, ", 2, 1], and 1 is a number"),
    ("run m.nn scaled s=1e400", 1, "1e400: error: is neither a number nor a file, and input 's' is f32"),
    ("run m.nn scaled s=nothing.npz:s", 1, "nothing.npz: error: cannot open: No such file or directory"),
    ("run m.nn cube x", 2, "error: expected INPUT=FILE, found 'x'"),
    (run + "cube.npy --threads 17", 2, "error: --threads: expected 1 to 16, found 17"),
    (run + "cube.npy -o o.txt", 2, "error: -o o.txt: expected .npz, .npy or .csv"),
    (run + "cube.npy -o o.csv", 2, "axes, and a table takes at most 2"),
    ("run m.nn two x=x.npy -o o.npy", 2, "a .npy holds one array, and there are"),
    (train + "--out .", 1, ".: error: cannot write: it is a folder"),
    (run + "cube.npy --save-weights no/such", 1, "no/such: error: cannot write: No such file or directory"),
    ("info type.safetensors", 1, "tensor 'w': elements of type 'F8_E4M3' are not supported"),
    ("info twice.safetensors", 1, "corrupt safetensors header: 'w' stands twice"),
    ("info metadata.safetensors", 1, "corrupt safetensors header: __metadata__"),
    ("info list.safetensors", 1, "corrupt safetensors header: __metadata__"),
    ("info cut.safetensors", 1, "tensor 'w' lies at bytes 0 to 4, and the file holds 2: is it cut short?"),
    ("info gap.safetensors", 1, "tensor 'w' leaves a gap after the one before it"),
    ("info more.safetensors", 1, "3 bytes follow the last tensor"),
    ("info bool.safetensors", 1, "corrupt: a bool is neither 0 nor 1"),
    (train + "--metric r2(y) --split 0.5", 2, "--metric: expected KIND(OUTPUT,INPUT), found 'r2(y)'"),
    (train + "--metric r3(y,t) --split 0.5", 2, "--metric: unknown metric 'r3'"),
    (train + "--standardize", 1, "--standardize: the model has no normalize layer that is applied to an input of the step"),
    (train + "--columns x=a:b", 2, "--columns is for a .csv, and the data is"),
    ("train m.nn --batch 1 --split 0.5 --data one.npz", 1, "--split needs two samples or more, and there is"),
    ("train m.nn --batch 3 --epochs 1 --last-batch=drop --data d.npz", 0,
     "the last 2 of 8 samples of an epoch are left out: they fill no batch of 3"),
]
rows += [
    ("build m.nn --entry cube --emit=obj,nn -o o", 0, "code is for"),
    ("info o.o --values", 0, "an object holds no values: init makes them"),
    ("check o.nn.mlir -D B=2", 2, "'B' is neither a const nor a free dimension: a .mlir model has none"),
    (run + "corrupt.npz:x", 1, "corrupt.npz: error: corrupt .npz archive: array 'x'"),
    ("train m.nn --batch 4 --data x=x.npy,t", 2, "error: --data: expected INPUT=FILE, found 't'"),
    ("train m.nn --batch 4 --data x=x.npy,x=x.npy", 2, "error: --data gives 'x'"),
    ("build m.nn -D B=2 -o d/", 2, "-o wants the beginning of a file's name, found 'd/'"),
    ("build m.nn -D B=2 --features -avx2 -o f", 0, "code is for"),
    ("build m.nn -D B=2 --features -g -o f", 2, "has no feature 'g'"),
    ("run m.nn net1 x=x.npy -o o.csv", 2, "outputs 'y' and 'loss' one is a single value, and the other has rows"),
    ("train m.nn --batch 4 --epochs 1 --data d.csv --columns x=a:b,t=c --validation d.npz --metric r2(predict.y,t)", 0,
     "epoch 1/1"),
    ("train m.nn --batch 4 --epochs 1 --data d.npz --columns x=a:b,t=c --validation d.csv --metric r2(predict.y,t)", 0,
     "epoch 1/1"),
    ("train m.nn --batch 4 --data d.npz --columns x=a:b,t=c --validation d.npz", 2, "--columns is for a .csv"),
    ("check m.nn -O3 -O1", 2, "nnc: error: -O is given 2 times"),
    ("check m.nn --entry=", 2, "nnc: error: --entry wants a value: NAME"),
    ("run m.nn predict -D B=1,2 x=x.npy --interpret", 2,
     "'predict' is several functions, and --interpret runs one of them: predict_1, predict_2"),
    ("run m.nn predict_3 -D B=1,2 x=x.npy --interpret", 2, "there is no entry or step 'predict_3'"),
    ("run m.nn predict_2 -D B=1,2 x=x.npy --interpret", 0, ""),
    ("predict m.nn predict --weights w", 2, "'predict' is missing x=FILE (f32[N, 2])"),
    ("new project", 0, "build it with: cmake -S project"),
]
wrong = 0
for words, status, message in rows:
    done = subprocess.run([nnc, *words.split()], capture_output=True, text=True)
    if done.returncode != status or message not in done.stderr:
        wrong += 1
        print(f"nnc {words}\n  status {done.returncode}, wanted {status}\n  wanted: {message}\n  found: {done.stderr}")
sys.exit(wrong != 0)
