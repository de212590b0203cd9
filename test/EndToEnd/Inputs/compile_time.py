"""The time of starting nnc, of compiling two examples, and of loops of 10 and 1,000 turns.

usage: compile_time.py NNC EXAMPLES FOLDER
"""
import os
import subprocess
import sys

nnc, examples, folder = sys.argv[1:4]
os.chdir(folder)


def seconds(*words, turns=3):
    """The least of a few runs."""
    best = float("inf")
    for _ in range(turns):
        child = subprocess.Popen([nnc, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        assert status == 0, words
        best = min(best, usage.ru_utime + usage.ru_stime)
    return best


def expect(what, found, limit):
    print(f"{what}: {found:.3f} s")
    assert found < limit, f"{what} took {found:.3f} s, and {limit} s are wanted"


expect("nnc --help", seconds("--help", turns=20), 0.05)
expect("diabetes", seconds("build", f"{examples}/diabetes/diabetes.nn", "-D", "B=4", "-o", "diabetes"), 1)
expect("cnn224", seconds("build", f"{examples}/cnn224/cnn224.nn", "-D", "B=8", "-o", "cnn224"), 10)

with open("scan.nn", "w") as file:
    file.write("""
model m(x: f32[B, N, 8]) {
  param u: f32[16, 8] = kaiming_uniform
  h = zeros(4, 16)
  scan xt in x along 1 carry h { h = tanh(xt @ u.T + 0.5 * h) }
  return sum(h * h)
}
step train(x: f32[4, T, 8]) {
  loss = m(x)
  minimize loss with adam(lr=0.1)
  return loss
}
""")
ten, thousand = (seconds("build", "scan.nn", "-D", f"T={turns}", "-o", "scan") for turns in (10, 1000))
expect("a scan over 10", ten, 1)
expect("a scan over 1,000", thousand, 1.2 * ten)
