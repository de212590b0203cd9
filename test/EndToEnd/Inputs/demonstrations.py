"""What notes on neural networks demonstrate, on compiled code and interpreted.

usage: demonstrations.py NNC
"""
import sys

import numpy as np

from harness import Workspace, expect, load_safetensors

nnc = sys.argv[1]
BOTH = [[], ["--interpret"]]


def symmetry():
    """Hidden units that begin equal stay equal, however long they train."""
    rng = np.random.default_rng(3)
    x, t = rng.normal(size=(16, 3)).astype(np.float32), rng.normal(size=(16, 1)).astype(np.float32)
    w = Workspace(nnc)
    for init, equal in [("constant(0.5)", True), ("kaiming_uniform", False)]:
        w.source(f"""
model m(x: f32[N, 3]) {{
  return x |> linear(4, weight_init={init}, bias_init=zeros, name="hidden") |> tanh
           |> linear(1, weight_init={init}, name="out")
}}
step train(x: f32[16, 3], t: f32[16, 1]) {{
  loss = mse(m(x), t)
  minimize loss with adam(lr=0.05)
  return loss
}}
""")
        for options in BOTH:
            w.call("train", {"x": x, "t": t}, "--repeat", 20, "--save-weights",
                   w.path("end.safetensors"), *options)
            end = load_safetensors(w.path("end.safetensors"))
            hidden, out = end["m.hidden.weight"], end["m.out.weight"]
            same = bool((hidden == hidden[:1]).all() and (out == out[:, :1]).all())
            moved = float(np.abs(hidden - 0.5).max())
            assert same == equal and moved > .1, (init, options, hidden, out)
            print(f"ok: {init}: rows are {'equal' if same else 'different'} {options}")


def dead_units():
    """A ReLU far below zero passes no gradient, not even a small one."""
    rng = np.random.default_rng(4)
    x, t = rng.normal(size=(8, 5)).astype(np.float32), rng.normal(size=(8, 1)).astype(np.float32)
    w = Workspace(nnc)
    for bias, dead in [(-100, True), (0, False)]:
        w.source(f"""
model m(x: f32[N, 5]) {{
  return x |> linear(6, bias_init=constant({bias}), name="hidden") |> relu |> linear(1, name="out")
}}
step slopes(x: f32[8, 5], t: f32[8, 1]) {{
  loss = mse(m(x), t)
  dw, db, dx = grad(loss, m.hidden.weight, m.hidden.bias, x)
  return dw, db, dx
}}
""")
        for options in BOTH:
            out = w.call("slopes", {"x": x, "t": t}, *options)
            for name, gradient in out.items():
                assert bool((gradient == 0).all()) == dead, (bias, options, name, gradient)
            print(f"ok: bias {bias}: gradients are {'exactly zero' if dead else 'not zero'} {options}")


def initialisation():
    """Mean square after 20 ReLU layers of width 256."""
    w = Workspace(nnc)
    x = np.random.default_rng(1).normal(size=(64, 256)).astype(np.float32)
    found = {}
    for init in ["kaiming_normal", "xavier_normal"]:
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
        for options, seeds in [([], range(8)), (["--interpret"], range(1))]:
            for seed in seeds:
                value = float(w.call("e", {"x": x}, "--seed", seed, *options)["v"])
                if options:
                    expect(f"{init}, interpreted", value, found[init][seed], relative=1e-4)
                else:
                    found.setdefault(init, []).append(value)
    kaiming, xavier = (np.array(found[k]) for k in ["kaiming_normal", "xavier_normal"])
    print(f"means: {kaiming.mean():.3g} {xavier.mean():.3g}")
    assert .4 < kaiming.mean() < 2 and 1e-7 < xavier.mean() < 2e-6, (kaiming, xavier)
    # The same draws, smaller by the square root of two in each of 20 layers.
    expect("Kaiming over Xavier is 2 to the 20th", kaiming / xavier, np.full(8, 2.0 ** 20),
           relative=1e-4)


def vanishing():
    """Gradient of layer 1 over that of layer 10, by norms."""
    rng = np.random.default_rng(5)
    width, batch = 128, 64
    x = rng.normal(size=(batch, width)).astype(np.float32)
    w = Workspace(nnc)
    for activation, init, low, high in [("sigmoid", "xavier_normal", 2e-7, 1e-6),
                                        ("relu", "kaiming_normal", .3, 1.2)]:
        w.source(f"""
model m(x: f32[N, {width}]) {{
  repeat i in 10 {{
    x = x |> linear({width}, bias=false, weight_init={init}, name="fc") |> {activation}
  }}
  return x
}}
step slopes(x: f32[{batch}, {width}]) {{
  y = m(x)
  first, last = grad(mean(y * y), m.fc_0.weight, m.fc_9.weight)
  return first, last
}}
""")
        for options in BOTH:
            out = w.call("slopes", {"x": x}, "--save-weights", w.path("w.safetensors"), *options)
            # The same by hand, from the weights that were drawn.
            weights = load_safetensors(w.path("w.safetensors"))
            weights = [np.float64(weights[f"m.fc_{i}.weight"]) for i in range(10)]
            values = [np.float64(x)]
            for weight in weights:
                z = values[-1] @ weight.T
                values.append(1 / (1 + np.exp(-z)) if activation == "sigmoid" else np.maximum(z, 0))
            g, slopes = 2 * values[-1] / values[-1].size, []
            for weight, before, after in reversed(list(zip(weights, values, values[1:]))):
                dz = g * (after * (1 - after) if activation == "sigmoid" else after > 0)
                slopes.append(dz.T @ before)
                g = dz @ weight
            for name, wanted in [("last", slopes[0]), ("first", slopes[-1])]:
                error = np.linalg.norm(out[name] - wanted) / np.linalg.norm(wanted)
                assert error < 1e-4, (activation, options, name, error)
            ratio = np.linalg.norm(out["first"]) / np.linalg.norm(out["last"])
            assert low < ratio < high, (activation, options, ratio)
            print(f"ok: {activation}: layer 1 over layer 10 is {ratio:.2g} {options}")


def running_statistics():
    """A step normalises by its batch, an entry by what the steps have seen."""
    rng = np.random.default_rng(6)
    batches = [rng.normal(2, 3, size=(32, 4)).astype(np.float32) for _ in range(3)]
    one = rng.normal(size=(1, 4)).astype(np.float32)
    w = Workspace(nnc)
    w.source("""
model m(x: f32[N, 4]) { return batch_norm(x) }
step train(x: f32[32, 4]) { return y = m(x) }
entry predict(x: f32[1, 4]) { return y = m(x) }
""")
    for options in BOTH:
        weights, mean, variance = None, np.zeros(4), np.ones(4)
        for batch in batches:
            out = w.call("train", {"x": batch}, "--save-weights", w.path("w.safetensors"), *options,
                         weights=weights)
            weights = load_safetensors(w.path("w.safetensors"))
            b = np.float64(batch)
            expect(f"batch_norm in a step {options}", out["y"],
                   (b - b.mean(0)) / np.sqrt(b.var(0) + 1e-5), absolute=1e-5)
            mean = .9 * mean + .1 * b.mean(0)
            variance = .9 * variance + .1 * b.var(0, ddof=1)
        out = w.call("predict", {"x": one}, *options, weights=weights)
        expect(f"batch_norm in an entry {options}", out["y"], (one - mean) / np.sqrt(variance + 1e-5),
               absolute=1e-5)


def shifts():
    """Convolution commutes with shifts where the border is not seen."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(1, 3, 12, 12)).astype(np.float32)
    w = Workspace(nnc)
    w.source("""
model m(x: f32[N, 3, 12, 12]) { return conv2d(x, 4, kernel=3, padding=1) }
entry e(x: f32[1, 3, 12, 12]) { return y = m(x) }
""")
    for options in BOTH:
        y = w.call("e", {"x": x}, *options)["y"]
        for down, right in [(0, 1), (2, 0), (3, 2)]:
            shifted = w.call("e", {"x": np.roll(x, (down, right), (2, 3))}, *options)["y"]
            inside = np.roll(y, (down, right), (2, 3))[:, :, down + 1:-1, right + 1:-1]
            expect(f"convolution shifted by {down}, {right} {options}",
                   shifted[:, :, down + 1:-1, right + 1:-1], inside, absolute=1e-6)
        # And not at the border, where the zeros stay in place.
        assert not np.allclose(np.roll(y, 1, 3), w.call("e", {"x": np.roll(x, 1, 3)}, *options)["y"])


for part in [symmetry, dead_units, initialisation, vanishing, running_statistics, shifts]:
    part()
