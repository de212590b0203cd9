"""Values and gradients of the compiled library against JAX and optax, and values
of the interpreter against them, too.

usage: values.py NNC GROUP

The oracle computes in float64, the library in f32. Numbers agree if they differ by
at most 1e-5 relatively, or, as terms may cancel, by a millionth of the largest one
beside them: one definition for all rows, for values and gradients, for random and
extreme operands.
"""
import os
import sys

# The oracle is called a few times only.
os.environ["XLA_FLAGS"] = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"

import jax
import numpy as np

from program import Program, Workspace
from rows import MIX
from table import ROWS

jax.config.update("jax_enable_x64", True)
nnc, group = sys.argv[1:3]
rows = [row for row in ROWS if row.group == group and row.oracle]
assert rows, f"no rows of {group}"


def mix(y):
    flat = y.reshape(-1)
    return (flat * (np.arange(flat.size) * 7 % 11 / 8 - .5)).sum()


def step(row):
    """The row's value, and the gradients of its operands and parameters: those
    of parameters are kept as momentum of a rate of 0."""
    operands = ", ".join(f"{name}: {draw.type('f32')}" for name, draw in row.draws.items())
    text = row.model("m_" + row.name) + f"step s_{row.name}({operands}) {{\n  value = m_{row.name}({', '.join(row.draws)})\n"
    if row.no_gradient:
        return text + "  return value\n}\n"
    text += "  loss = mix(value)\n"
    slopes = ", ".join("d_" + name for name in row.floats)
    if slopes:
        text += f"  {slopes} = grad(loss, {', '.join(row.floats)})\n"
    if row.site:
        text += "  minimize loss with sgd(0.0, momentum=0.9)\n"
    return text + f"  return value{', ' if slopes else ''}{slopes}\n}}\n"


def interpreted(inputs, parameters):
    """All rows' values by the interpreter, in one call of one step."""
    operands = {f"{row.name}_{name}": (draw.type("f32"), given[name]) for row, given in zip(rows, inputs)
                for name, draw in row.draws.items()}
    text = "".join(row.model("m_" + row.name) for row in rows) + f"step all({', '.join(f'{n}: {t}' for n, (t, _) in operands.items())}) {{\n"
    for row in rows:
        text += f"  v_{row.name} = m_{row.name}({', '.join(f'{row.name}_{name}' for name in row.draws)})\n"
    w = Workspace(nnc)
    w.source(text + f"  return {', '.join('v_' + row.name for row in rows)}\n}}\n")
    weights = {prefixes[row.name] + name: np.float32(value) for row, p in zip(rows, parameters) for name, value in p.items()}
    found = w.call("all", {name: value for name, (_, value) in operands.items()}, "--interpret", weights=weights or None)
    return [found["v_" + row.name] for row in rows]


program = Program(nnc, MIX + "".join(map(step, rows)))
prefixes = {row.name: f"m_{row.name}.{row.site}." for row in rows if row.site}
TOLERANCE = 1e-5
problems, compared = [], 0


def compare(what, found, wanted):
    global compared
    compared += 1
    found, wanted = np.asarray(found, np.float64), np.asarray(wanted, np.float64)
    if found.shape != wanted.shape:
        problems.append(f"{what}: shape {found.shape}, wanted {wanted.shape}")
        return
    if not np.isfinite(found).all() and np.isfinite(wanted).all():
        problems.append(f"{what}: not finite: {found.reshape(-1)[:8]}, wanted {wanted.reshape(-1)[:8]}")
        return
    with np.errstate(over="ignore"):
        wanted = np.float64(np.float32(wanted))  # what overflows f32 is infinite
    largest = np.abs(wanted[np.isfinite(wanted)]).max(initial=0)
    if not np.allclose(found, wanted, rtol=TOLERANCE, atol=TOLERANCE / 10 * largest + 1e-9, equal_nan=True):
        error = np.nan_to_num(np.abs(found - wanted) / (np.abs(wanted) + 1e-30)).max()
        problems.append(f"{what}: off by {error:.2g}: {found.reshape(-1)[:8]}, wanted {wanted.reshape(-1)[:8]}")


def oracle_of(row):
    """The row's value, and the gradients of its mixture by parameters and operands."""
    def value(parameters, floats, others):
        arguments = [floats[name] if name in floats else others[name] for name in row.draws]
        return row.oracle(parameters, *arguments) if row.site else row.oracle(*arguments)

    def mixed(parameters, floats, others):
        y = value(parameters, floats, others)
        return mix(y), y

    def both(parameters, floats, others):
        if row.no_gradient:
            return value(parameters, floats, others), {}, {}
        slopes, y = jax.grad(mixed, argnums=(0, 1), has_aux=True)(parameters, floats, others)
        return y, *slopes
    return both


def parameters_of(row):
    """Draws the parameters of a row, and puts them into the program."""
    prefix, parameters = prefixes.get(row.name), {}
    for name, (_, _, shape) in program.tensors.items():
        if prefix and name.startswith(prefix) and "running" not in name:
            value = row.rng(1).uniform(-1, 1, shape).astype(np.float32)
            program.write(name, value)
            parameters[name[len(prefix):]] = np.float64(value)
    return parameters


# One graph of all oracles, as compiling each on its own would take minutes.
oracles = [oracle_of(row) for row in rows]
evaluate = jax.jit(lambda operands: [oracle(*values) for oracle, values in zip(oracles, operands)])
parameters = [parameters_of(row) for row in rows]
for number, kind in enumerate(["sample", "sample", "extreme", "extreme"]):
    inputs = []
    for row in rows:
        rng = row.rng(number + 2)
        draw = {name: np.asarray(getattr(draw, "sample" if row.no_extremes else kind)(rng)) for name, draw in row.draws.items()}
        inputs.append({k: v.astype(np.float32) if k in row.floats else v for k, v in draw.items()})
    wanted = evaluate([(p, {k: v.astype(np.float64) for k, v in i.items() if k in row.floats},
                        {k: v for k, v in i.items() if k not in row.floats})
                       for row, p, i in zip(rows, parameters, inputs)])
    if number == 0:
        for row, found, (value, _, _) in zip(rows, interpreted(inputs, parameters), wanted):
            compare(f"{row.name}: {row.code}, interpreted", found, value)
    for row, operands, (value, by_parameter, by_operand) in zip(rows, inputs, wanted):
        for name, (_, _, shape) in program.tensors.items():  # gradients of the draw before
            if name.startswith(f"optimizer.s_{row.name}.") and name.endswith("momentum_buffer"):
                program.write(name, np.zeros(shape))
        out = program.call("s_" + row.name, **operands)
        what = f"{row.name}: {row.code}{', extreme' if kind == 'extreme' and not row.no_extremes else ''}"
        compare(what, out["value"], value)
        if kind == "extreme" and row.no_ties:
            continue
        for name, gradient in by_operand.items():
            compare(f"{what}, gradient of {name}", out["d_" + name], gradient)
        for name, gradient in by_parameter.items():
            slot = f"optimizer.s_{row.name}.{prefixes[row.name]}{name}.momentum_buffer"
            compare(f"{what}, gradient of {name}", program.read(slot), gradient)

print("\n".join(problems))
print(f"{len(rows)} rows, {compared} tensors compared, {len(problems)} problems")
sys.exit(bool(problems))
