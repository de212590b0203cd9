"""What nnc does when it crashes: a signal takes the place of the mistake.

usage: crash.py NNC
"""
import signal
import subprocess
import sys
import time

child = subprocess.Popen([sys.argv[1], "check", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def catches():
    with open(f"/proc/{child.pid}/status") as file:
        caught = next(line for line in file if line.startswith("SigCgt"))
    return int(caught.split()[1], 16) >> (signal.SIGILL - 1) & 1


while not catches():
    time.sleep(0.01)
# It waits for its model soon.
time.sleep(0.2)
child.send_signal(signal.SIGILL)
_, err = child.communicate()
assert child.returncode == 3, (child.returncode, err)
assert "nnc: internal error: please report it with the model and the command line" in err, err
