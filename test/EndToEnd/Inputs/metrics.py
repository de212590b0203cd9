"""Every metric against scikit-learn, over data whose last batch is not full.

usage: metrics.py NNC
"""
import json
import sys

import numpy as np

from harness import Workspace, expect, run

try:
    from sklearn import metrics as sk
except ImportError:
    print("skipped: scikit-learn is missing")
    sys.exit(0)

w = Workspace(sys.argv[1])
w.source("""
model net(x: f32[N, 1]) { return linear(x, 1) }
entry classes(s: f32[8, 7]) { return scores = s * 1.0, guess = argmax(s, axis=1) }
entry yes(p: f32[8]) { return chance = p * 1.0 }
entry two(q: f32[8, 2]) { return pair = q * 1.0 }
entry numbers(y: f32[8, 3]) { return guesses = y * 1.0 }
step train(x: f32[B, 1], t: f32[B, 3], label: i32[B], answer: i32[B], hot: f32[B, 7]) {
  loss = mse(net(x), t[:, 0:1])
  minimize loss with sgd(lr=0.0)
  return loss = loss + 0 * mean(f32(label)) + 0 * mean(f32(answer)) + 0 * mean(hot)
}
""")
rng = np.random.default_rng(3)
n = 203
label = rng.choice([0, 1, 2, 3, 4, 6], n)  # no sample is of class 5
scores = rng.normal(size=(n, 7)).astype(np.float32) + 1.5 * np.eye(7, dtype=np.float32)[label]
scores = np.round(scores, 1)  # equal scores now and then
scores = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
scores = np.round(scores, 3).astype(np.float32)
answer = rng.integers(0, 2, n)
chance = np.round(np.clip(0.3 * answer + rng.uniform(0, 0.7, n), 0, 1), 2).astype(np.float32)
t = rng.normal(size=(n, 3)).astype(np.float32)
y = (t + rng.normal(size=(n, 3)) * [0.1, 0.5, 2]).astype(np.float32)
np.savez(w.path("d.npz"), x=np.zeros((n, 1), np.float32), t=t, label=label.astype(np.int32),
         answer=answer.astype(np.int32), hot=np.eye(7, dtype=np.float32)[label], s=scores, p=chance,
         q=np.stack([1 - chance, chance], 1), y=y)

guess, guessed = scores.argmax(1), (chance >= 0.5).astype(int)
present = [0, 1, 2, 3, 4, 6]
macro = dict(average="macro", zero_division=0)
areas = [sk.roc_auc_score(label == c, scores[:, c]) for c in present]
wanted = {
    "mae(guesses,t)": sk.mean_absolute_error(t, y),
    "mse(guesses,t)": sk.mean_squared_error(t, y),
    "rmse(guesses,t)": np.sqrt(sk.mean_squared_error(t, y)),
    "r2(guesses,t)": sk.r2_score(t, y),
    "accuracy(scores,label)": sk.accuracy_score(label, guess),
    "accuracy(guess,label)": sk.accuracy_score(label, guess),
    "accuracy(scores,hot)": sk.accuracy_score(label, guess),
    "accuracy(chance,answer)": sk.accuracy_score(answer, guessed),
    "top5(scores,label)": sk.top_k_accuracy_score(label, scores, k=5, labels=range(7)),
    "precision(scores,label)": sk.precision_score(label, guess, **macro),
    "recall(scores,label)": sk.recall_score(label, guess, **macro),
    "f1(scores,label)": sk.f1_score(label, guess, **macro),
    "precision(guess,label)": sk.precision_score(label, guess, **macro),
    "f1(scores,hot)": sk.f1_score(label, guess, **macro),
    "precision(chance,answer)": sk.precision_score(answer, guessed),
    "recall(chance,answer)": sk.recall_score(answer, guessed),
    "f1(chance,answer)": sk.f1_score(answer, guessed),
    "f1(pair,answer)": sk.f1_score(answer, (chance > 0.5).astype(int)),
    "auc(chance,answer)": sk.roc_auc_score(answer, chance),
    "auc(pair,answer)": sk.roc_auc_score(answer, chance),
    "auc(scores,label)": np.mean(areas),
    "confusion(scores,label)": sk.confusion_matrix(label, guess, labels=range(7)),
    "confusion(chance,answer)": sk.confusion_matrix(answer, guessed),
}
arguments = [item for name in wanted for item in ("--metric", name)]
run(w.nnc, "train", w.model, "--data", w.path("d.npz"), "--batch", 29, "--epochs", 1, *arguments,
    "--log", w.path("log.jsonl"))
with open(w.path("log.jsonl")) as log:
    found = json.loads(log.readline())
for name, value in wanted.items():
    expect(name, found[name], value, absolute=1e-6)
