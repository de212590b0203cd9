"""The timing loop, and what a process says of itself."""

import gc
import os
import statistics
import time


def since_start():
    """Seconds since this process was started, the interpreter's own start included."""
    with open("/proc/self/stat") as stat:
        started = int(stat.read().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started / os.sysconf("SC_CLK_TCK")


def first_call(call):
    """Makes the first call, which compiles where a peer compiles late."""
    begin = time.perf_counter()
    result = call()
    return result, {"compile_s": time.perf_counter() - begin, "first_s": since_start()}


def measure(call, seconds):
    """Warms up for a quarter of the time, then times single calls."""
    now = time.perf_counter
    begin = now()
    call()
    while now() - begin < seconds / 4:
        call()
    gc.collect()
    gc.disable()
    times = []
    begin = now()
    while len(times) < 3 or now() - begin < seconds:
        start = now()
        call()
        times.append(now() - start)
    return {"median_s": statistics.median(times), "min_s": min(times), "calls": len(times)}
