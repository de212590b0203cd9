"""The worked examples of the notes, each against the number that it must give.

usage: worked_examples.py NNC SEQUENTIAL.nn
"""
import sys

import numpy as np

from harness import Workspace, expect, fill, run, save_safetensors

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
        from harness import load_safetensors
        after = load_safetensors(save)
        expect("deep W0[0,0] after a step", after["deep.fc0.weight"][0, 0], -.499931, **PRINTED)


def parameter_counts():
    out, _ = run(nnc, "check", sequential)
    total = 8 + 102 + 78 + 33 + 31 + 182
    assert f"parameters: {total} " in out, out
    print("ok: parameter counts")


def values():
    """Scalars of functions, losses and arithmetic."""
    rows = [
        ("sigmoid", "sigmoid(constant([.8]))", [.689974]),
        ("softmax", "softmax(constant([1, -6, 2.5, -.3, 1.2, .8]))",
         [.128283, .000117, .574924, .034961, .156685, .105029]),
        ("a + b", "constant([[1, 1], [2, 2]]) + constant([[2, 2], [3, 3]])", [[3, 3], [5, 5]]),
        ("a - b", "constant([[1, 1], [2, 2]]) - constant([[2, 2], [3, 3]])", [[-1, -1], [-1, -1]]),
        ("a * b", "constant([[1, 1], [2, 2]]) * constant([[2, 2], [3, 3]])", [[2, 2], [6, 6]]),
        ("mae", "mae(constant([.1, .9, .8, .2]), constant([0.0, 1, 1, 0]))", .15),
        ("mse", "mse(constant([.1, .9, .8, .2]), constant([0.0, 1, 1, 0]))", .025),
        ("bce", "binary_cross_entropy(constant([.1, .9, .8, .2]), constant([0.0, 1, 1, 0]))",
         .164252),
    ]
    w = Workspace(nnc)
    w.source("".join(f"entry e{i}() {{\n  return v = f32({text})\n}}\n"
                     for i, (_, text, _) in enumerate(rows)))
    for i, (what, _, wanted) in enumerate(rows):
        for options in [[], ["--interpret"]]:
            expect(f"{what} {' '.join(options)}", w.call(f"e{i}", {}, *options)["v"], wanted, **PRINTED)

    w.source("entry e(y: f64[1, 2], t: f64[1, 2]) {\n  return v = cross_entropy(y, t)\n}\n")
    out = w.call("e", {"y": np.float64([[-.1211, .1059]]), "t": np.float64([[1, 0]])})
    expect("cross-entropy in f64", out["v"], .813075, absolute=1e-6)


def refusal():
    """a + c names dimension 1 and both sizes."""
    w = Workspace(nnc)
    w.source("entry e(a: f32[2, 2], c: f32[2, 3]) {\n  return v = a + c\n}\n")
    _, errors = run(nnc, "check", w.model, status=1)
    assert "model.nn:2:16: error:" in errors, errors
    for fact in ["dimension 1", "2", "3"]:
        assert fact in errors, errors
    print("ok: a + c refused")


def optimisers():
    """First steps with constant gradients: p is what moved."""
    w = Workspace(nnc)
    w.source("""
model m() {
  param p: f32[1] = zeros
  return p
}
step momentum_step(lr: f32[]) {
  loss = sum(m())
  minimize loss with momentum(lr, beta=0.9)
  return loss
}
""")
    for calls, wanted in [(1, -.1), (2, -.1 - .19)]:
        save = w.path("p.safetensors")
        w.call("momentum_step", {"lr": np.float32(1)}, "--repeat", calls, "--save-weights", save)
        from harness import load_safetensors
        expect(f"momentum after {calls}", load_safetensors(save)["m.p"], [wanted], **PRINTED)


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
    print("ok: cnn 224")


def initialisation():
    """Mean square after 20 ReLU layers of width 256."""
    w = Workspace(nnc)
    for init, low, high in [("kaiming_normal", .3, 3), ("xavier_normal", 1e-7, 2e-6)]:
        w.source(f"""
model m(x: f32[N, 256]) {{
  repeat 20 {{
    x = x |> linear(256, bias=false, weight_init={init}) |> relu
  }}
  return mean(x * x)
}}
entry e(x: f32[64, 256]) {{
  return v = m(x)
}}
""")
        x = np.random.default_rng(1).normal(size=(64, 256)).astype(np.float32)
        v = float(w.call("e", {"x": x})["v"])
        assert low < v < high, (init, v)
        print(f"ok: {init} after 20 layers: {v:.3g}")


for part in [models, parameter_counts, values, refusal, optimisers, cnn, initialisation]:
    part()
