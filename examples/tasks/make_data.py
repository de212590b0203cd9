"""Writes the data of the tasks, one .npz each; every law is written beside it.

usage: make_data.py
"""
import numpy as np

random = np.random.default_rng(0)


def save(name, **arrays):
    np.savez(name + ".npz", **{key: np.asarray(a, np.int32 if np.asarray(a).dtype.kind in "iu" else np.float32)
                               for key, a in arrays.items()})


def column(values):
    return np.reshape(values, (-1, 1))


x = random.uniform(-1, 1, (600, 3))
curve = np.sin(3 * x[:, 0]) + x[:, 1] * x[:, 2]
save("regression", x=x, t=column(curve + 0.05 * random.normal(size=600)))
save("positive", x=x, t=column(np.exp(curve) * random.gamma(100, 1 / 100, 600)))
save("binary", x=x, t=column(curve > 0) * 1.0)
angle, ring = random.uniform(0, 2 * np.pi, 600), random.integers(0, 3, 600)
save("classes", x=np.stack([np.cos(angle), np.sin(angle)], 1) * column(ring + 1 + 0.15 * random.normal(size=600)), label=ring)
save("labels", x=x, t=np.stack([curve > 0, x[:, 0] > x[:, 1], np.abs(x[:, 2]) < 0.5, x.sum(1) > 0], 1) * 1.0)
save("probabilistic", x=x[:, :1], t=column(np.sin(3 * x[:, 0]) + (0.05 + 0.2 * (x[:, 0] + 1)) * random.normal(size=600)))

# y = 2a − 3b + ½c + 1
save("linear", x=x, t=column(x @ [2, -3, 0.5] + 1 + 0.1 * random.normal(size=600)))
save("logistic", x=x, t=column(random.uniform(size=600) < 1 / (1 + np.exp(-(x @ [4, -6, 1] + 1)))) * 1.0)
# y = 2a³ − a + ½
save("polynomial", x=x[:, :1], t=column(2 * x[:, 0]**3 - x[:, 0] + 0.5 + 0.05 * random.normal(size=600)))
# Forty measurements of 20 columns, the first two of which matter.
wide = random.normal(size=(40, 20))
save("sparse", x=wide, t=column(3 * wide[:, 0] - 2 * wide[:, 1] + 0.5 * random.normal(size=40)))
side = np.where(random.uniform(size=400) < 0.5, 1, -1)
save("margin", x=random.normal(size=(400, 2)) + column(side) * [1.5, 1.5], t=column(side))

# 60 people rate 40 films: a mean, two likings, noise.
likes, has = random.normal(size=(60, 2)), random.normal(size=(40, 2))
person, film = random.integers(0, 60, 3000), random.integers(0, 40, 3000)
save("ratings", person=person, film=film, rating=3 + (likes[person] * has[film]).sum(1) * 0.7 + 0.2 * random.normal(size=3000))

# A noisy sum of two waves; 24 values foretell the next one.
time = np.arange(1024)
series = np.sin(time / 5) + 0.5 * np.sin(time / 11) + 0.05 * random.normal(size=1024)
save("series", past=np.lib.stride_tricks.sliding_window_view(series, 24)[:1000], next=series[24:1024])

# Points near a circle in 8 dimensions; a fifth of the test rows lie off it.
plane = np.linalg.qr(random.normal(size=(8, 2)))[0].T


def circle(count):
    angle = random.uniform(0, 2 * np.pi, count)
    return 2 * np.stack([np.cos(angle), np.sin(angle)], 1) @ plane + 0.05 * random.normal(size=(count, 8))


save("normal", x=circle(600))
odd = random.uniform(size=300) < 0.2
save("mixed", x=np.where(column(odd), 0.7 * random.normal(size=(300, 8)), circle(300)), odd=column(odd) * 1.0)

# Sentences that praise or blame; "not" turns the word behind it round. A word is its
# number in the vocabulary, and 0 fills up to ten.
KINDS = ["bad awful dull poor silly".split(), "good great fine lovely clever".split()]
VOCABULARY = sorted({"", *"the this her film book play song was and not very quite".split(), *KINDS[0], *KINDS[1]})


def opinion(praise):
    turned = int(random.integers(0, 2))
    return ["not"] * turned + [["very"], ["quite"], []][random.integers(0, 3)] + [random.choice(KINDS[praise ^ turned])]


def sentence(praise):
    words = [random.choice(["the", "this", "her"]), random.choice(["film", "book", "play", "song"]), "was"] + opinion(praise)
    if random.uniform() < 0.5:
        words += ["and"] + opinion(praise)
    return [VOCABULARY.index(word) for word in words] + [0] * (10 - len(words))


praise = random.integers(0, 2, 800)
save("sentences", words=[sentence(p) for p in praise], t=column(praise) * 1.0)
