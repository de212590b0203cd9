"""Trainings stopped by signals, and killed: resumed, they end with the same bits.

usage: resume.py NNC EXAMPLES/diabetes [TURNS]
TURNS trainings are stopped, 5 unless given, and a large one killed as often.
"""
import glob
import json
import os
import random
import shlex
import signal
import subprocess
import sys
import time

from harness import Workspace, load_safetensors, run

nnc, example = sys.argv[1:3]
turns = int(sys.argv[3]) if len(sys.argv) > 3 else 5
w = Workspace(nnc)
w.source("""
model net(x: f32[N, 10]) {
  return x |> normalize |> linear(8) |> relu |> dropout(0.2) |> linear(1)
}
entry evaluate(x: f32[8, 10], t: f32[8, 1]) {
  return error = mse(net(x), t)
}
step train(x: f32[B, 10], t: f32[B, 1]) {
  loss = mse(net(x), t)
  minimize loss with adam(lr=cosine(0.01, steps=20000))
  return loss
}
step cut(x: f32[B, 10], t: f32[B, 1]) {
  loss = l2(net, 1e-4)
  minimize loss with sgd(lr=0.01, momentum=0.5)
  return size = loss + 0 * mean(x) * mean(t)
}
""")
run(nnc, "build", w.model, "-D", "B=16,2", "--emit=exe", "-o", w.path("program"))
common = ["train", "--data", f"{example}/data/diabetes.csv", "--columns", "x=age:s6,t=target", "--split", "0.2",
          "--standardize", "--batch", "16", "--seed", "5", "--step", "train:3,cut:1", "--keep-best", "error"]
random.seed(1)


def content(path):
    with open(path, "rb") as file:
        return file.read()


def read_metadata(path):
    data = content(path)
    return json.loads(data[8:8 + int.from_bytes(data[:8], "little")])["__metadata__"]


def log(path):
    lines = []
    with open(path) as file:
        for line in file:
            lines.append(json.loads(line))
            lines[-1].pop("seconds")
    return lines


def command(name, *more, epochs):
    return [w.path("program"), *common, "--epochs", str(epochs), "--out", w.path(name), "--log", w.path(name + ".jsonl"),
            *more]


# As long as about half a second, whatever the machine.
epochs = 400
began = time.time()
run(*command("whole", epochs=epochs))
seconds = time.time() - began
epochs = int(epochs * max(1, 0.5 / seconds))
run(*command("whole", epochs=epochs))
wanted, wanted_log = content(w.path("whole")), log(w.path("whole.jsonl"))
assert len(wanted_log) == epochs and {"train.lr", "cut.lr", "loss", "size", "error"} < set(wanted_log[0])

stopped = 0
for turn in range(turns):
    words, status = command("part", epochs=epochs), None
    # Where a stop comes too late, the training is through.
    for epoch in sorted(random.sample(range(1, epochs // 2), random.randint(1, 3))):
        child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        sent = random.choice([signal.SIGINT, signal.SIGTERM])
        while (line := child.stderr.readline()) and not line.startswith(f"epoch {epoch}/"):
            pass
        if line:
            time.sleep(random.uniform(0, 0.002))
            child.send_signal(sent)
        out, err = child.communicate()
        status = child.returncode
        if status == 0:
            break
        assert status == 128 + sent, (status, err[-500:])
        assert out == "" and not os.path.exists(w.path("part")), out
        stopped += 1
        assert f"the checkpoint is in {w.path('part')}.checkpoint\n" in err, err[-500:]
        words = shlex.split(err.strip().splitlines()[-1].removeprefix("remark: resume with: "))
    if status != 0:
        run(*words)
    assert content(w.path("part")) == wanted, f"turn {turn}: other weights"
    assert log(w.path("part.jsonl")) == wanted_log, f"turn {turn}: another log"
    os.remove(w.path("part"))
assert stopped >= turns, stopped
print(f"ok: {turns} trainings stopped {stopped} times")

# Killed, mostly in the midst of writing, as it writes after every step.
words, kills = command("killed", "--checkpoint", w.path("c"), "--every", "1", epochs=6), 0
run(*command("short", epochs=6))
while True:
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        child.wait(timeout=random.uniform(0.02, 0.25))
        assert child.returncode == 0, child.returncode
        break
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        kills += 1
    if os.path.exists(w.path("c")):
        load_safetensors(w.path("c"))
        words = command("killed", "--checkpoint", w.path("c"), "--every", "1" if kills < 20 else "50", "--resume",
                        w.path("c"), epochs=6)
assert content(w.path("killed")) == content(w.path("short"))
assert log(w.path("killed.jsonl")) == log(w.path("short.jsonl"))
for rest in glob.glob(w.path("c.??????")):
    os.remove(rest)
print(f"ok: killed {kills} times")

# A checkpoint of 10 MB: killed while it is written, the one before stays, whole.
large = Workspace(nnc)
large.source("""
model net(x: f32[N, 10]) { return x |> linear(900) |> tanh |> linear(900) |> tanh |> linear(1) }
step train(x: f32[B, 10], t: f32[B, 1]) {
  loss = mse(net(x), t)
  minimize loss with adam(lr=0.001)
  return loss
}
""")
run(nnc, "build", large.model, "-D", "B=221", "--emit=exe", "-o", large.path("program"))
straight = [large.path("program"), "train", "--data", f"{example}/data/diabetes.csv", "--columns", "x=age:s6,t=target",
            "--epochs", str(2 * turns), "--out"]
run(*straight, large.path("straight"))
words, amid, last = [*straight, large.path("killed"), "--checkpoint", large.path("c"), "--every", "1"], 0, 0
for turn in range(turns):
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # Once it has begun on a file or some, at any time of the last one.
    seen, count = set(), random.randint(1, 4)
    while len(seen) < count and child.poll() is None:
        seen |= (begun := set(glob.glob(large.path("c.??????"))))
    time.sleep(random.uniform(0, 0.01))
    child.kill()
    child.wait()
    amid += any(map(os.path.exists, begun))
    for rest in glob.glob(large.path("c.??????")):
        os.remove(rest)
    if os.path.exists(large.path("c")):
        load_safetensors(large.path("c"))
        metadata = read_metadata(large.path("c"))
        assert int(metadata["step"]) >= last, (metadata["step"], last)
        last = int(metadata["step"])
        words = [*straight, large.path("killed"), "--checkpoint", large.path("c"), "--every", "1", "--resume",
                 large.path("c")]
run(*words)
assert content(large.path("killed")) == content(large.path("straight"))
assert amid > 0
print(f"ok: a large checkpoint, {amid} of {turns} times killed within it, at step {last} in the end")

# The compiler's own train, with the rest compiled as the data asks for.
words = [nnc, "train", w.model, *common[1:], "--epochs", str(epochs), "--out", w.path("part")]
child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
for line in child.stderr:
    if line.startswith("epoch 3/"):
        child.send_signal(signal.SIGTERM)
    last = line
assert child.wait() in (0, 143)
if child.returncode:
    words = shlex.split(last.strip().removeprefix("remark: resume with: "))
    assert words[:2] == [nnc, "train"], words
    run(*words)
run(nnc, "train", w.model, *common[1:], "--epochs", str(epochs), "--out", w.path("straight"))
assert content(w.path("part")) == content(w.path("straight"))
print("ok: nnc train")
