"""A training on a terminal and on a pipe.

usage: terminal.py NNC EXAMPLES/diabetes
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

from harness import Workspace, run

nnc, example = sys.argv[1:3]
w = Workspace(nnc, f"{example}/diabetes.nn")
run(nnc, "build", w.model, "-D", "B=4,2", "--emit=exe", "-o", w.path("program"))
common = [w.path("program"), "train", "--data", f"{example}/data/diabetes.csv", "--columns", "x=age:s6,t=target",
          "--batch", "4", "--standardize", "--out", w.path("out")]


def on_terminal(*more, command=common, columns=100, interrupt=None, environment=()):
    """Runs on a terminal of its own; types Ctrl-C once `interrupt` was seen. Returns status and output."""
    child, master = pty.fork()
    if child == 0:
        os.environ.update({"TERM": "xterm", "NO_COLOR": ""} | dict(environment))
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            os.execv(command[0], command + list(more))
        finally:
            os._exit(99)
    text, typed, end = b"", False, time.time() + 60
    while time.time() < end:
        if select.select([master], [], [], 1)[0]:
            try:
                part = os.read(master, 65536)
            except OSError:
                break
            if not part:
                break
            text += part
        if interrupt and not typed and re.search(interrupt, text):
            os.write(master, b"\x03")
            typed = True
    else:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(master)
    return os.waitstatus_to_exitcode(status), text.decode()


def screen(text, columns):
    """What stands on the screen in the end, of text with \\r, \\n and 'erase to the end of the line'."""
    lines, column = [""], 0
    for piece in re.findall(r"\x1b\[[0-9;]*[A-Za-z]|[\s\S]", text):
        line = lines[-1]
        if piece == "\r":
            column = 0
        elif piece == "\n":
            lines.append("")
        elif piece.endswith("K") and len(piece) > 1:
            lines[-1] = line[:column]
        elif len(piece) > 1:
            assert piece.endswith("m"), repr(piece)
        else:
            lines[-1] = line[:column].ljust(column) + piece + line[column + 1:]
            column += 1
            assert column < columns or lines[-1][:1] != "e" or "ETA" not in lines[-1], "a bar as wide as the terminal"
    return [line.rstrip() for line in lines]


# The bar is redrawn in place; Ctrl-C takes it away and says how to resume.
status, text = on_terminal("--epochs", "100000000", interrupt=rb"epoch 100/[\s\S]*ETA[\s\S]*ETA")
assert status == 130, (status, text[-500:])
bars = re.findall(r"\r(epoch \d+/100000000 \[=* *\] \d+/111  \d+ samples/s  ETA [\d:]+  loss [\d.e+]+)\x1b\[K", text)
assert len(bars) >= 2, text[-2000:]
left = screen(text, 100)
assert not any("ETA" in line for line in left), left[-5:]
assert any(line.startswith("remark: ended in epoch ") for line in left), left[-5:]
assert f"--resume {w.path('out')}.checkpoint" in left[-2] and left[-1] == "", left[-5:]
assert any(re.match(r"epoch 1/100000000  step 111  loss [\d.]+  [\d.]+ s$", line) for line in left), left[:3]
# Of fast epochs the first hundred leave a line each, and then one a second does, with the bar below it.
lines = [line for line in left if " step " in line and line.startswith("epoch")]
assert 100 <= len(lines) < 110 and "epoch 100/" in lines[99], (len(lines), lines[98:102])
print("ok: bar, Ctrl-C and hint")

# A narrow terminal: a shorter line, never a wrapped one.
status, text = on_terminal("--epochs", "100000000", columns=40, interrupt=rb"/111")
assert status == 130
assert all(len(bar) < 40 for bar in re.findall(r"\r(epoch [^\r\x1b]*)\x1b\[K", text)), text[-500:]
print("ok: narrow terminal")

# Colour, or none.
broken = ["--epochs", "x"]
status, text = on_terminal(*broken)
assert status == 2 and "\x1b[1;31merror:\x1b[0m" in text, text
status, text = on_terminal(*broken, environment={"NO_COLOR": "1"})
assert status == 2 and "\x1b" not in text and "error: --epochs" in text, text
status, text = on_terminal(*broken, environment={"TERM": "dumb"})
assert status == 2 and "\x1b" not in text, text
with open(w.path("bad.nn"), "w") as file:
    file.write("const\n")
with open(w.path("bad.mlir"), "w") as file:
    file.write("nn.nosuch\n")
for wrong in ["check", w.path("bad.nn")], ["check", w.path("bad.mlir")], ["check", w.path("absent.nn")]:
    status, text = on_terminal(command=[nnc, *wrong])
    assert status == 1 and "\x1b[0m" in text and "error: " in text, text
    status, text = on_terminal(command=[nnc, *wrong], environment={"NO_COLOR": "1"})
    assert status == 1 and "\x1b" not in text and "error: " in text, text
print("ok: colour")

# On a pipe: a line per epoch, no control characters, results on stdout.
out, err = run(*common, "--epochs", "3")
assert not re.search(r"[^\n\x20-\x7e]", out + err), err
assert len(re.findall(r"^epoch \d/3  step \d+  loss .* s$", err, re.M)) == 3, err
assert re.match(r"loss: [\d.]+\nlr: 0.001\n$", out), out
out, err = run(nnc, "train", w.model, *common[2:], "--epochs", "2")
assert not re.search(r"[^\n\x20-\x7e]", out + err), err
print("ok: pipe")

# Without a place for it, nothing is kept, and that is said.
child = subprocess.Popen([*common[:-2], "--epochs", "100000000"], stderr=subprocess.PIPE, text=True)
while not child.stderr.readline().startswith("epoch"):
    pass
child.send_signal(signal.SIGINT)
_, err = child.communicate()
assert child.returncode == 130 and err.endswith("; nothing is kept without --checkpoint or --out\n"), err[-300:]
print("ok: nothing to keep it in")
