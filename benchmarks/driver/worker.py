"""One measurement in one process: the request is a JSON argument, the answer one JSON line.

What decides the number of threads is set before any library is loaded.
"""

import json
import os
import sys


def prepare(threads, cores):
    os.sched_setaffinity(0, cores)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(threads)
    core = openblas_core()
    if core:
        os.environ.setdefault("OPENBLAS_CORETYPE", core)
    os.environ["JAX_PLATFORMS"] = "cpu"
    if threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"


def openblas_core():
    """The kernels for this processor's vectors; OpenBLAS falls back to old ones for models it does not know."""
    with open("/proc/cpuinfo") as facts:
        flags = facts.read().split()
    return "SkylakeX" if "avx512vl" in flags else "Haswell" if "avx2" in flags else None


def dispatch(peer, cell, extra):
    if peer == "nnc":
        from . import nnc_peer

        return nnc_peer.run(*cell, **extra)
    if cell[0] in ("M8", "M9"):
        from . import operators

        return operators.run(*cell, peer=peer)
    if peer in ("torch", "torch-compile"):
        from . import torch_peer

        return torch_peer.run(*cell, compiled=peer == "torch-compile")
    if peer in ("jax", "jax-scan"):
        from . import jax_peer

        return jax_peer.run(*cell, scanned=peer == "jax-scan")
    from . import onnx_peers

    return onnx_peers.run(*cell, runtime=peer, **extra)


if __name__ == "__main__":
    request = json.loads(sys.argv[1])
    prepare(request["threads"], request["cores"])
    cell = [request[key] for key in ("row", "mode", "batch", "threads", "seconds")]
    print(json.dumps(dispatch(request["peer"], cell, request["extra"])), flush=True)
    # Some runtimes' threads outlive the interpreter's shutdown.
    os._exit(0)
