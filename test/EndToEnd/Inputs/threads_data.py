"""Writes x.npy, t.npy and image.npy into the folder given."""
import sys
import numpy as np

rng = np.random.default_rng(1)
np.save(sys.argv[1] + "/x.npy", rng.standard_normal((151, 203), np.float32))
np.save(sys.argv[1] + "/t.npy", rng.standard_normal((151, 33), np.float32))
np.save(sys.argv[1] + "/image.npy", rng.standard_normal((17, 32, 15, 14), np.float32))
