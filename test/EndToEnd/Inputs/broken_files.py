"""Broken data and weights: what is said, the exit status, and nothing left behind.

usage: broken_files.py NNC
"""
import gzip
import os
import re
import struct
import subprocess
import sys

import numpy as np

from harness import Workspace, run, save_safetensors

w = Workspace(sys.argv[1])
w.source("""
model net(x: f32[N, 2]) { return linear(x, 3) }
entry predict(x: f32[4, 2]) { return y = net(x) }
step train(x: f32[B, 2], label: i32[B]) {
  loss = cross_entropy(net(x), label)
  minimize loss with sgd(lr=0.1)
  return loss
}
""")
run(w.nnc, "build", w.model, "-D", "B=4", "--emit=exe", "-o", w.path("program"))
x = np.arange(16, dtype=np.float32).reshape(8, 2)
label = np.arange(8, dtype=np.int32) % 3


def write(name, content):
    with open(w.path(name), "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return w.path(name)


def content(path):
    with open(path, "rb") as file:
        return file.read()


def npz(name, **arrays):
    np.savez(w.path(name), **arrays)
    return w.path(name)


def csv(name, *rows):
    return write(name, "\n".join(["x0,x1,label", "1,2,0", *rows]) + "\n")


def weights(name, **tensors):
    save_safetensors(w.path(name), {"net.linear_0." + key: value for key, value in tensors.items()})
    return w.path(name)


good = npz("good.npz", x=x, label=label)
whole = content(good)
flipped = bytearray(whole)
flipped[whole.index(x.tobytes()) + 5] ^= 1
nan = x.copy()
nan[3, 1] = np.nan
os.mkdir(w.path("folder"))
np.save(w.path("folder/label.npy"), label)
write("folder/x.npy", content(w.path("folder/label.npy"))[:100])
idx = struct.pack(">BBBBII", 0, 0, 13, 2, 8, 2) + x.astype(">f4").tobytes()
weight, bias = np.zeros((3, 2), np.float32), np.zeros(3, np.float32)
fine = weights("fine.st", weight=weight, bias=bias)

# What --data, x=… or --weights is given, and what is said of it behind the file's name.
data = [
    (w.path("none.csv"), r": error: cannot open: No such file or directory"),
    (csv("ragged.csv", "1,2"), r":3:4: error: this row has 2 cells, the header 3"),
    (csv("long.csv", "1,2,0,4"), r":3:7: error: this row has more cells than the header's 3"),
    (csv("text.csv", "1,two,0"), r":3:3: error: column 'x1': 'two' is no number"),
    (csv("nan.csv", "1,2,0", "nan,2,0"), r":4:1: error: column 'x0': 'nan' is no finite number"),
    (csv("empty.csv", ",2,0"), r":3:1: error: column 'x0' has an empty cell"),
    (csv("quote.csv", '"1,2,0'), r":3:1: error: this quote is never closed"),
    (write("column.csv", "x0,label\n1,0\n"), r": error: there is no data for input 'x' of f32\[N, 2\]: wanted 2 columns "
     r"'x0' to 'x1', or --columns x=FIRST:LAST; the header has x0, label"),
    (write("twice.csv", "x0,x0,label\n1,2,0\n"), r":1:4: error: two columns are called 'x0'"),
    (write("nothing.csv", ""), r": error: is empty: expected a header row"),
    (write("header.csv", "x0,x1,label\n"), r": error: there are no samples"),
    (write("cut.csv.gz", gzip.compress(b"x0,x1,label\n1,2,0\n")[:-3]), r": error: is no gzip file, or is cut short or corrupt"),
    (write("cut.npz", whole[:-9]), r": error: is no .npz archive or is cut short"),
    (write("flipped.npz", bytes(flipped)), r": error: corrupt .npz archive: the checksum of array 'x' is wrong"),
    (write("garbage.npz", b"\0" * 1000), r": error: is no .npz archive or is cut short"),
    (npz("shape.npz", x=x.reshape(4, 4), label=label), r": error: array 'x' is float32\[4, 4\], and input 'x' is f32\[N, 2\]"),
    (npz("nan.npz", x=nan, label=label), r": error: array 'x' holds nan at \[3, 1\] \(row 3, from 0\)"),
    (npz("complex.npz", x=x.astype(complex), label=label), r":x: error: elements of type '<c16' are not supported"),
    (w.path("folder"), r"/x.npy: error: .*cut short"),
    (write("data.txt", "1 2 3"), r": error: unknown kind of data: expected .npz, .csv, a folder of .npy files or INPUT=FILE,…"),
    ("x=" + write("cut.idx2-float", idx[:-1]) + ",label=" + good, r"error: is cut short: the header says float32\[8, 2\], and "
     r"63 bytes of values follow"),
    ("x=" + write("wrong.idx2-float", b"\1" + idx) + ",label=" + good, r"error: is no IDX file or is cut short"),
]
only_train = [
    (npz("missing.npz", x=x), r": error: there is no data for input 'label' of i32\[N\]; it has 'x'"),
    (npz("samples.npz", x=x, label=label[:5]), r": error: array 'label' has 5 samples, and 'x' has 8"),
    (npz("half.npz", x=x, label=label + 0.5), r": error: array 'label' is float64 and its value 0.5 at \[0\] is no int32"),
    (npz("wide.npz", x=x, label=label + np.int64(2**40)), r": error: array 'label' is int64 and its value 1099511627776 at \[0\] is no int32"),
    (csv("half.csv", "1,2,0.5"), r":3:5: error: column 'label': 0.5 is no int32"),
    (npz("few.npz", x=x[:3], label=label[:3]), r"error: there are 3 samples, fewer than the batch of 4"),
    (npz("range.npz", x=x, label=label + 7), r"error: train: an index is out of range"),
]
broken_weights = [
    (w.path("none.st"), r": error: cannot open: No such file or directory"),
    (write("cut.st", content(fine)[:-1]), r": error: tensor '.*' lies at bytes .*: is it cut short\?"),
    (write("header.st", content(fine)[:40]), r": error: is no safetensors file or is cut short"),
    (write("garbage.st", "not weights"), r": error: is no safetensors file or is cut short"),
    (write("json.st", struct.pack("<Q", 8) + b"{\"a\": 1}"), r": error: corrupt safetensors header: tensor 'a'"),
    (weights("bias.st", weight=weight), r": error: parameter 'net.linear_0.bias' is missing"),
    (weights("shape.st", weight=weight.T, bias=bias), r": error: tensor 'net.linear_0.weight' is f32\[2, 3\], and the model's is f32\[3, 2\]"),
    (weights("other.st", weight=weight, gain=bias), r"'net.linear_0.bias' is missing; it has 'net.linear_0.gain' instead"),
    (weights("overflow.st", weight=weight, bias=bias.astype(np.float64) + 1e300), r": error: array 'net.linear_0.bias' is float64 and "
     r"its value 1e\+300 at \[0\] is no float32"),
]


def refused(program, command, arguments, message):
    before = sorted(os.listdir(w.folder.name))
    done = subprocess.run([*program, *command, *arguments], capture_output=True, text=True)
    said = done.stderr
    left = sorted(set(os.listdir(w.folder.name)) - set(before))
    if (done.returncode != 1 or done.stdout or not re.search(message, said) or said.count("error: ") != 1 or left):
        problems.append(f"{command[0]} {arguments}: {done.returncode}\nwanted {message}\nfound {said}{done.stdout}{left}")


count, problems = 0, []
outputs = ["--out", w.path("out.st"), "--log", w.path("log.jsonl"), "--plot", w.path("plot.svg"), "--checkpoint", w.path("c")]
for program, cases in [([w.path("program")], slice(None)), ([w.nnc], slice(0, None, 7))]:
    model = [w.model] if program[0] == w.nnc else []
    for name, message in (data + only_train)[cases]:
        refused(program, ["train", *model], ["--data", name, "--batch", "4", *outputs], message)
        count += 1
    for name, message in data[cases]:
        if name.startswith("x=") or os.path.isdir(name):
            given = ["--data", name]
        else:
            given = ["x=" + name] if ".csv" in name else ["--data", name]
        if "nan.npz" in name:
            continue  # prediction takes what there is
        refused(program, ["predict", *model, "predict"], [*given, "--weights", fine, "-o", w.path("y.npz")], message)
        count += 1
    for name, message in broken_weights[cases]:
        refused(program, ["predict", *model, "predict"], ["x=" + good, "--weights", name, "-o", w.path("y.npz")], message)
        refused(program, ["train", *model], ["--data", good, "--batch", "4", "--weights", name, *outputs], message)
        count += 2
    refused(program, ["train", *model], ["--data", good, "--batch", "4", "--resume", fine, *outputs], r"is no checkpoint: weights alone")
    refused(program, ["train", *model], ["--data", good, "--batch", "4", "--out", "/nowhere/w"], r"/nowhere/w: error: cannot write")
    count += 2
if problems:
    raise SystemExit("\n".join(problems))
print(f"ok: {count} refusals")

# What was there before stays as it was.
write("out.st", "old")
write("log.jsonl", "old\n")
subprocess.run([w.path("program"), "train", "--data", good, "--batch", "4", "--weights", w.path("cut.st"), *outputs],
               capture_output=True)
assert content(w.path("out.st")) == b"old" and content(w.path("log.jsonl")) == b"old\n"
print("ok: older files stay")
