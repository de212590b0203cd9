"""Gradients of the library: interpreted against central differences, compiled
against interpreted, and the dot-product test.

usage: gradients.py NNC GROUP f32|f64

`nnc check --gradients` compares, for each parameter, the interpreter's gradient
with differences of the loss along random directions and at single elements, and
the compiled gradient with both; so every operand becomes a parameter here. In
float64 the compiled forward derivative Ju, the gradient of <J'v, u> by v, must
agree with differences of the compiled value, and <v, Ju> with <J'v, u>.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

from program import Program
from rows import MIX
from table import ROWS

nnc, group, element = sys.argv[1:4]
rows = [row for row in ROWS if row.group == group and not row.no_gradient]
assert rows, f"no rows of {group}"


def literal(value):
    return str(np.asarray(value).tolist())


def parameter_model(row):
    """A model whose parameters are the row's operands."""
    rng = row.rng(9)
    text = f"model m_{row.name}() {{\n"
    for name, draw in row.draws.items():
        value = draw.sample(rng)
        if draw.is_float:
            text += f"  param {name}: {draw.type(element)} = constant({literal(np.round(value, 6))})\n"
        elif draw.kind == "index":
            text += f"  {name} = constant({literal(value)}, dtype=i32)\n"
        else:
            text += f"  {name} = constant({literal(value.astype(int))}, dtype=i32) > 0\n"
    return text + f"  {row.body(element)}\n}}\n"


def gradient_step(number, rows):
    """A step that differentiates a mixture of what each row gives, on its own:
    one compilation for all of them."""
    lines = [f"  loss_{row.name} = mix(m_{row.name}())\n  minimize loss_{row.name} with sgd(0.0)\n" for row in rows]
    return f"step s_{number}() {{\n{''.join(lines)}  return loss_{rows[0].name}\n}}\n"


TOGETHER = 16
# Optimised f32 code is compared with JAX (values.py), optimised f64 code here; what
# is only differentiated once more need not be optimised, too.
quick = ["-O0"] if element == "f32" else []
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "gradients.nn"
    path.write_text(MIX + "".join(map(parameter_model, rows)) + "".join(
        gradient_step(i, rows[i:i + TOGETHER]) for i in range(0, len(rows), TOGETHER)))
    done = subprocess.run([nnc, "check", path, "--gradients", *quick], capture_output=True, text=True)
verdicts = re.findall(r"^s_\d+ m_(\w+)\.(\S+): (\w+), (.*)$", done.stdout, re.M)
problems = [f"{name}: {row.code}: {what}" for name, parameter, verdict, what in verdicts if verdict != "ok"
            for row in rows if row.name == name]
missing = {row.name for row in rows} - {name for name, *_ in verdicts}
if missing or (done.returncode and not problems):
    problems.append(f"exit status {done.returncode}, without {sorted(missing)}:\n{done.stderr}")


def directional_step(row):
    """The value, v, <J'v, u> and Ju."""
    types = {name: draw.type("f64") for name, draw in row.draws.items()}
    operands = ", ".join([f"{n}: {t}" for n, t in types.items()] + [f"u_{n}: {types[n]}" for n in row.floats])
    sides = "".join(f" + sum(g_{n} * u_{n})" for n in row.floats)
    return row.model("d_" + row.name, "f64") + (
        f"step s_{row.name}({operands}) {{\n  value_ = d_{row.name}({', '.join(types)})\n  v_ = weights(value_)\n"
        f"  {', '.join('g_' + n for n in row.floats)} = grad(sum(value_ * v_), {', '.join(row.floats)})\n"
        f"  side_ = 0{sides}\n  forward_ = grad(side_, v_)\n"
        "  return value_, v_, side_, forward_\n}\n")


def dot_products(rows):
    """Over the operands; without one of floats there is no direction to move in
    (the parameters' gradients are compared above)."""
    rows = [row for row in rows if row.floats]
    program = Program(nnc, MIX + "".join(map(directional_step, rows)), "-O0")
    for row in rows:
        rng = row.rng(10)
        x = {name: np.asarray(draw.sample(rng)) for name, draw in row.draws.items()}
        u = {name: rng.normal(size=x[name].shape) for name in row.floats}

        def call(step):
            moved = {n: value + step * u[n] if n in u else value for n, value in x.items()}
            return program.call("s_" + row.name, **moved, **{"u_" + n: d for n, d in u.items()})

        out, h = call(0), 1e-5
        v, forward = out["v_"], out["forward_"]
        difference = (call(h)["value_"] - call(-h)["value_"]) / (2 * h)
        size = max(np.abs(difference).max(initial=0), np.abs(out["value_"]).max(initial=0), 1e-3)
        if not np.allclose(forward, difference, rtol=1e-7, atol=1e-8 * size):
            problems.append(f"{row.name}: {row.code}: Ju is {forward}, by differences {difference}")
        if not np.isclose((v * forward).sum(), out["side_"], rtol=1e-11, atol=1e-11 * size * v.size):
            problems.append(f"{row.name}: {row.code}: <v, Ju> is {(v * forward).sum()}, <J'v, u> {out['side_']}")
    return f"{len(rows)} dot products, "


dots = dot_products(rows) if element == "f64" else ""
print("\n".join(problems))
print(f"{len(rows)} rows, {len(verdicts)} gradients, {dots}{len(problems)} problems")
sys.exit(bool(problems))
