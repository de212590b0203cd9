"""The worked examples of the notes, each against the number that it must give.

usage: worked_examples.py NNC SEQUENTIAL.nn
"""
import sys

import numpy as np

from harness import Workspace, expect, fill, load_safetensors, run

nnc, sequential = sys.argv[1:3]
PRINTED = dict(absolute=2e-6)


def models():
    """Networks filled by rule F, compiled and interpreted."""
    w = Workspace(nnc, sequential)
    x = np.float32([[.3471, .4547, -.2356]])
    given = {"layer.fc0.weight": np.float32([[-.3432, .3303, -.3077], [.3601, -.4120, -.2342]]),
             "layer.fc0.bias": np.float32([-.5330, .3540])}
    rows = [
        ("run_layer", x, given, [-.429443, .346832]),
        ("run_plain", x, fill([3, 5, 7, 5], "plain"),
         [-.205630, -.158732, -.433329, .112906, -.038617]),
        ("run_rectified", x, fill([3, 5, 7, 2], "rectified"), [-.366736, -.240903]),
        ("run_binary", np.float32([[6, 0, 0, 0, 0, 0]]), fill([6, 4, 1], "binary"), [.120257]),
        ("run_classes", np.float32([[4.3, 6.1, 2.3]]), fill([3, 4, 3], "classes"),
         [.632231, .034064, .333704]),
    ]
    for entry, value, weights, wanted in rows:
        for options in [[], ["--interpret"], ["-O0"], ["--fp=strict"]]:
            out = w.call(entry, {"x": value}, "--entry", entry, *options, weights=weights)
            expect(f"{entry} {' '.join(options)}", list(out.values())[0], [wanted], **PRINTED)

    weights = fill([16, 8, 4, 2], "deep")
    x = ((np.arange(16) - 7.5) / 8).astype(np.float32)[None]
    for options in [[], ["--interpret"]]:
        save = w.path("after.safetensors")
        out = w.call("train_deep", {"x": x, "label": np.int32([0])}, "--entry", "train_deep",
                     "--save-weights", save, *options, weights=weights)
        expect("deep logits", out["logits"], [[-.307312, -.461250]], **PRINTED)
        expect("deep loss", out["loss"], .619138, **PRINTED)
        expect("deep dL/dW0[0,0]", out["slope"], -.069239, **PRINTED)
        after = load_safetensors(save)
        expect("deep W0[0,0] after a step", after["deep.fc0.weight"][0, 0], -.499931, **PRINTED)


def parameter_counts():
    out, _ = run(nnc, "check", sequential)
    total = 8 + 102 + 78 + 33 + 31 + 182
    assert f"parameters: {total} " in out, out
    print("ok: parameter counts")


def values():
    """Functions, losses and arithmetic, their operands inputs of the entry."""
    truth, guess = [0, 1, 1, 0], [.1, .9, .8, .2]
    matrix = [[1, 0, 0], [0, .5, 0], [.2, .1, .9]]
    query = dict(q=[[1, 0, 0]], k=[[1, 0, 0]], n=[[[0, 1, 0], [0, 0, 1]]])
    rows = [
        ("sigmoid(x)", dict(x=[.8]), [.689974]),
        ("softmax(x)", dict(x=[1, -6, 2.5, -.3, 1.2, .8]),
         [.128283, .000117, .574924, .034961, .156685, .105029]),
        ("a + b", dict(a=[[1, 1], [2, 2]], b=[[2, 2], [3, 3]]), [[3, 3], [5, 5]]),
        ("a - b", dict(a=[[1, 1], [2, 2]], b=[[2, 2], [3, 3]]), [[-1, -1], [-1, -1]]),
        ("a * b", dict(a=[[1, 1], [2, 2]], b=[[2, 2], [3, 3]]), [[2, 2], [6, 6]]),
        ("mae(y, t)", dict(y=guess, t=truth), .15),
        ("mse(y, t)", dict(y=guess, t=truth), .025),
        ("binary_cross_entropy(y, t)", dict(y=guess, t=truth), .164252),
        ("huber(y, t, reduction=\"none\")", dict(y=[.5, 2], t=[0, 0]), [.125, 1.5]),
        ("log_cosh(y, t, reduction=\"none\")", dict(y=[.5, 2], t=[0, 0]), [.120115, 1.325003]),
        ("quantile_loss(y, t, tau=0.9, reduction=\"none\")", dict(y=[3, 3], t=[1, 5]), [.2, 1.8]),
        ("gaussian_nll(m, t, log_var=log(v))", dict(m=[1], t=[3], v=[4]), 1.193147),
        ("gaussian_nll(m, t, v)", dict(m=[1], t=[3], v=[4]), 1.193147),
        ("info_nce(q, k, 0.5, negatives=n)", query, .239545),
        ("focal(p, t, from_logits=false)", dict(p=[.9], t=[1]), .00105361),
        ("focal(p, t, alpha=0.25, from_logits=false)", dict(p=[.9], t=[1]), .00026340),
        ("image_text_nce(s, 0.5)", dict(s=matrix), .387171),
        ("image_text_nce(s.T, 0.5)", dict(s=matrix), .391177),
        ("image_text_nce(s, 0.5, symmetric=true)", dict(s=matrix), .389174),
    ]
    w = Workspace(nnc)
    text = ""
    for i, (expression, inputs, _) in enumerate(rows):
        types = ", ".join(f"{name}: f32{list(np.shape(value))}" for name, value in inputs.items())
        text += f"entry e{i}({types}) {{\n  return v = {expression}\n}}\n"
    w.source(text)
    for i, (what, inputs, wanted) in enumerate(rows):
        inputs = {name: np.float32(value) for name, value in inputs.items()}
        for options in [[], ["--interpret"]]:
            out = w.call(f"e{i}", inputs, "--entry", f"e{i}", *options)
            tolerance = dict(absolute=2e-6) if np.max(np.abs(wanted)) > .01 else dict(absolute=2e-8)
            expect(f"{what} {' '.join(options)}", out["v"], wanted, **tolerance)

    w.source("entry e(y: f64[1, 2], t: f64[1, 2]) {\n  return v = cross_entropy(y, t)\n}\n")
    for options in [[], ["--interpret"]]:
        out = w.call("e", {"y": np.float64([[-.1211, .1059]]), "t": np.float64([[1, 0]])}, *options)
        expect(f"cross-entropy in f64 {' '.join(options)}", out["v"], .813075, absolute=1e-6)


def refusal():
    """a + c names dimension 1 and both sizes."""
    w = Workspace(nnc)
    w.source("entry e(a: f32[2, 2], c: f32[2, 3]) {\n  return v = a + c\n}\n")
    _, errors = run(nnc, "check", w.model, status=1)
    assert "model.nn:2:16: error:" in errors, errors
    assert "dimension 1 is 2 and 3" in errors, errors
    print("ok: a + c refused")


def optimisers():
    """A parameter whose gradient is always 1, so that p is what moved it."""
    w = Workspace(nnc)
    rules = {
        "momentum(lr, beta=0.9)": [.1, .19],
        "rmsprop(lr, alpha=0.9)": [3.1623],
        "adagrad(lr)": [1, .7071],
        # Half of the rate at the sixth call, when t is 5.
        "sgd(lr=cosine(1.0, steps=10))": [None] * 5 + [.5],
    }
    text = "model m() {\n  param p: f32[1] = zeros\n  return p\n}\n"
    for i, rule in enumerate(rules):
        text += f"step s{i}(lr: f32[]) {{\n  loss = sum(m()) + 0 * lr\n  minimize loss with {rule}\n  return loss\n}}\n"
    w.source(text)
    save = w.path("p.safetensors")
    for i, (rule, moves) in enumerate(rules.items()):
        for options in [[], ["--interpret"]]:
            places = [0.0]
            for calls in range(1, len(moves) + 1):
                w.call(f"s{i}", {"lr": np.float32(1)}, "--entry", f"s{i}", "--repeat", calls,
                       "--save-weights", save, *options)
                places.append(float(load_safetensors(save)["m.p"][0]))
            for call, wanted in enumerate(moves):
                if wanted is not None:
                    expect(f"{rule}, call {call + 1} {' '.join(options)}",
                           places[call] - places[call + 1], wanted, absolute=1e-4 if wanted > 3 else 1e-5)


def cnn():
    w = Workspace(nnc)
    w.source("""
model net(x: f32[N, 3, 224, 224]) {
  return x |> conv2d(16, kernel=3, padding=1) |> relu |> max_pool2d(2)
           |> conv2d(32, kernel=3, padding=1) |> relu |> max_pool2d(2)
           |> flatten |> linear(128) |> relu |> linear(1) |> sigmoid
}
entry predict(x: f32[1, 3, 224, 224]) {
  return p = net(x)
}
""")
    out, _ = run(nnc, "check", w.model)
    assert "parameters: 12850401 " in out, out
    x = np.random.default_rng(0).normal(size=(1, 3, 224, 224)).astype(np.float32)
    p = w.call("predict", {"x": x})["p"]
    assert p.shape == (1, 1) and 0 < p[0, 0] < 1, p
    expect("cnn 224, interpreted", p, w.call("predict", {"x": x}, "--interpret")["p"], absolute=1e-5)


for part in [models, parameter_counts, values, refusal, optimisers, cnn]:
    part()
