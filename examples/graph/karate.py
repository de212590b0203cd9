"""Writes karate.npz: Zachary's karate club.

usage: karate.py [karate.npz]

W. W. Zachary, "An Information Flow Model for Conflict and Fission in Small
Groups", Journal of Anthropological Research 33 (1977): who met whom outside of
the club (figure 1), and whom each of the 34 members followed when it split, the
instructor (0) or the president (1).
"""
import sys

import numpy as np

FRIENDS = {  # of each member, those with higher numbers
    1: [2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 18, 20, 22, 32], 2: [3, 4, 8, 14, 18, 20, 22, 31],
    3: [4, 8, 9, 10, 14, 28, 29, 33], 4: [8, 13, 14], 5: [7, 11], 6: [7, 11, 17], 7: [17], 9: [31, 33, 34],
    10: [34], 14: [34], 15: [33, 34], 16: [33, 34], 19: [33, 34], 20: [34], 21: [33, 34], 23: [33, 34],
    24: [26, 28, 30, 33, 34], 25: [26, 28, 32], 26: [32], 27: [30, 34], 28: [34], 29: [32, 34], 30: [33, 34],
    31: [33, 34], 32: [33, 34], 33: [34]}
INSTRUCTORS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 17, 18, 20, 22]

links = np.eye(34)
for member, others in FRIENDS.items():
    for other in others:
        links[member - 1, other - 1] = links[other - 1, member - 1] = 1
assert (links.sum() - 34) / 2 == 78
degree = links.sum(1)
side = np.ones(34, np.int32)
side[np.array(INSTRUCTORS) - 1] = 0
known = np.zeros(34, np.float32)
known[[0, 33]] = 1  # the instructor and the president
np.savez(sys.argv[1] if len(sys.argv) > 1 else "karate.npz",
         adjacency=(links / np.sqrt(np.outer(degree, degree))).astype(np.float32), side=side, known=known)
