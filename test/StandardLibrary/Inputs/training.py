"""Optimisers over ten steps of a network with three layers, and schedules over a
thousand calls, against optax, or against NumPy where optax means something else;
and `nnc train --plateau`, by its log.

usage: training.py NNC
"""
import functools
import json
import pathlib
import sys

import jax
import jax.numpy as jnp
import numpy as np

from program import Program, Workspace, run
from training_rows import OPTIMIZERS, REGULARIZERS, SCHEDULES, plateau

jax.config.update("jax_enable_x64", True)

STEPS, CALLS, TOLERANCE = 10, 1000, 1e-5
SIZES = [4, 6, 5, 1]
MODEL = """model {name}(x: f32[N, 4]) {{
  return x |> linear(6, name="fc0") |> tanh |> linear(5, name="fc1") |> sigmoid |> linear(1, name="fc2")
}}
step {name}_step(x: f32[8, 4], t: f32[8, 1]) {{
  loss = {loss}
  minimize loss with {rule}
  return loss
}}
"""
SCHEDULE = """model {name}() {{
  param p: f32[1] = ones
  return sum(p)
}}
step {name}_step() {{
  loss = {name}()
  minimize loss with sgd({rule})
  return loss
}}
"""
problems, compared = [], 0


def compare(what, found, wanted, absolute=0.0):
    global compared
    compared += 1
    if not np.allclose(found, wanted, rtol=TOLERANCE, atol=absolute):
        error = np.max(np.abs(np.float64(found) - wanted) / np.maximum(np.abs(wanted), 1e-30))
        problems.append(f"{what}: off by {error:.2g}: {np.ravel(found)[:6]}, wanted {np.ravel(wanted)[:6]}")


def network(p, x):
    h = jnp.tanh(x @ p["fc0.weight"].T + p["fc0.bias"])
    h = jax.nn.sigmoid(h @ p["fc1.weight"].T + p["fc1.bias"])
    return h @ p["fc2.weight"].T + p["fc2.bias"]


@functools.cache
def slope_of(penalty):
    """The loss and its gradients, as a function of parameters and batch."""
    return jax.jit(jax.value_and_grad(
        lambda p, x, t: ((network(p, x) - t) ** 2).mean() + (penalty(p) if penalty else 0)))


def optimizers(program, rows):
    rng = np.random.default_rng(11)
    start = {}
    for i, (inputs, outputs) in enumerate(zip(SIZES, SIZES[1:])):
        start[f"fc{i}.weight"] = rng.uniform(-1, 1, (outputs, inputs)).astype(np.float32)
        start[f"fc{i}.bias"] = rng.uniform(-1, 1, outputs).astype(np.float32)
    batches = [(rng.normal(size=(8, 4)).astype(np.float32), rng.normal(size=(8, 1)).astype(np.float32))
               for _ in range(STEPS)]
    for name, row in rows:
        for key, value in start.items():
            program.write(f"{name}.{key}", value)
        p = {k: np.float64(v) for k, v in start.items()}
        transform = row.oracle()
        state = transform.init(p)

        slope = slope_of(row.penalty)
        for number, (x, t) in enumerate(batches):
            loss = program.call(name + "_step", x=x, t=t)["loss"]
            wanted, g = slope(p, np.float64(x), np.float64(t))
            compare(f"{row.code}: loss of step {number}", loss, wanted)
            updates, state = transform.update(g, state, p)
            p = {k: np.asarray(p[k] + updates[k]) for k in p}
        for key, value in p.items():
            compare(f"{row.code}: {key}", program.read(f"{name}.{key}"), value, 1e-6 * np.abs(value).max())


def schedules(program, rows):
    for name, row in rows:
        program.init(0)  # no reports yet
        wanted, found = row.oracle(CALLS), []
        for t in range(CALLS):
            if row.reports:
                program.report(row.reports(t))
            program.call(name + "_step")
            found.append(program.read(f"optimizer.{name}_step.lr"))
        # Next to nothing is measured by the largest rate.
        compare(row.code, np.array(found), np.array(wanted), 1e-9 * np.max(wanted))


def by_train(nnc):
    """The metrics and rates that `train` logs for each epoch: an epoch's rate is what
    PyTorch's rule makes of the metrics of those before it."""
    w = Workspace(nnc)
    w.source("""model net(x: f32[N, 2]) { return linear(x, 1) }
entry predict(x: f32[4, 2]) { return y = net(x) }
step train(x: f32[4, 2], t: f32[4, 1]) {
  loss = mse(net(x), t)
  minimize loss with sgd(plateau(0.5, factor=0.5, patience=1))
  return loss
}
""")
    rng = np.random.default_rng(0)
    np.savez(w.path("d.npz"), x=rng.normal(size=(32, 2)).astype(np.float32), t=rng.normal(size=(32, 1)).astype(np.float32))
    run(nnc, "train", w.model, "--data", w.path("d.npz"), "--split", "0.25", "--epochs", "14", "--metric", "mae(y,t)",
        "--plateau", "mae(y,t)", "--log", w.path("log"), "--out", w.path("w.safetensors"))
    epochs = [json.loads(line) for line in pathlib.Path(w.path("log")).read_text().splitlines()]
    metrics = [epoch["mae(y,t)"] for epoch in epochs]
    rates = plateau(.5, .5, 1, report=lambda t: float(np.float32(metrics[t])))(len(epochs) - 1)
    compare("train --plateau", [epoch["lr"] for epoch in epochs], [.5] + rates)
    if len(set(rates)) < 3:
        problems.append("train --plateau: the rate hardly moved: " + str(rates))


def main(nnc):
    rows = [(f"o{i}", row) for i, row in enumerate(OPTIMIZERS + REGULARIZERS)]
    rates = [(f"s{i}", row) for i, row in enumerate(SCHEDULES)]
    text = "".join(MODEL.format(name=name, rule=row.code, loss=f"mse({name}(x), t)" + row.extra.format(model=name))
                   for name, row in rows)
    program = Program(nnc, text + "".join(SCHEDULE.format(name=name, rule=row.code) for name, row in rates))
    optimizers(program, rows)
    schedules(program, rates)
    by_train(nnc)
    print("\n".join(problems))
    print(f"{len(rows)} optimisers, {len(rates)} schedules, {compared} tensors compared, {len(problems)} problems")
    sys.exit(bool(problems))


main(sys.argv[1])
