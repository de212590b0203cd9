"""Counts the instructions of fixed kernels and fails where they are too many.

  count.py HOST

Counts do not depend on the machine, since the object is for a named processor,
nor on its load. A budget is per unit of work that a vector of eight float32
holds, about a fifth above what the kernel takes; scalar code takes several times it.
"""

import re
import subprocess
import sys

LANES = 8
BUDGETS = {
    # function: (vectors of work, instructions for each, what a higher count means)
    "product": (64 * 96 * 128 // LANES, 2.4, "loads and loop overhead are no longer shared by a register tile"),
    "window": (16 * 16 * 16 * 8 * 9 // LANES, 3.4, "taps of a convolution no longer share its loads"),
    "descend": (2 * 16 * 64 * 32 // LANES, 3.1, "a training step computes more than its two products"),
    "rows": (64 * 256 // LANES, 60, "softmax passes over its rows more often, or not in vectors"),
    "chain": (16384 // LANES, 84, "an elementwise chain is split, or its tanh is called for each element"),
}


def instructions(host, function):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--toggle-collect=fixed_{function}"]
    done = subprocess.run([*command, host, function], capture_output=True, text=True)
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not counted:
        sys.exit(f"{function}: exit status {done.returncode}\n{done.stderr}")
    return int(counted.group(1))


failed = False
for function, (vectors, budget, meaning) in BUDGETS.items():
    each = instructions(sys.argv[1], function) / vectors
    print(f"{function}: {each:.2f} instructions per vector, {budget} allowed")
    # Less than one for each vector is no kernel that ran.
    if not 1 <= each <= budget:
        print(f"{function}: {meaning}")
        failed = True
sys.exit(failed)
