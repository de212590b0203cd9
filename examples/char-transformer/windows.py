"""Cuts opticks.txt into windows of 65 characters: the first nine tenths into
train.npz, one every 32 characters, the rest into held-back.npz, side by side.

usage: windows.py
"""
import numpy as np

text = np.frombuffer(open("opticks.txt", "rb").read(), np.uint8)
assert text.max() < 128
border = len(text) * 9 // 10


def cut(part, step):
    starts = np.arange(0, len(part) - 64, step)
    return part[starts[:, None] + np.arange(65)].astype(np.int32)


np.savez("train.npz", text=cut(text[:border], 32))
np.savez("held-back.npz", text=cut(text[border:], 64))
print(len(cut(text[:border], 32)), "windows for training,", len(cut(text[border:], 64)), "held back")
