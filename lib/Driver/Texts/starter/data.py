"""Writes data.csv, the samples that NAME is trained on. Put your own in its place."""
import math
import random

random.seed(0)
with open("data.csv", "w") as file:
    file.write("a,b,c,d,y\n")
    for _ in range(512):
        a, b, c, d = (random.uniform(-1, 1) for _ in range(4))
        y = math.sin(3 * a) + b * c - 0.5 * d
        file.write(f"{a:.6f},{b:.6f},{c:.6f},{d:.6f},{y:.6f}\n")
