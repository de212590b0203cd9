"""JAX: one jitted function per step; M1's steps are also one scan, as an expert would write them."""

import jax
import jax.numpy as jnp

from .jax_models import FORWARD, Builder, loss
from .timing import first_call, measure
from .workloads import WORKLOADS, data

SCAN_STEPS = 1000


def _updates(name):
    """The optimiser: its slots for some parameters, and its step."""
    workload, each = WORKLOADS[name], jax.tree.map
    rate = workload.rate
    zeros = lambda p: each(jnp.zeros_like, p)
    if workload.optimizer == "adam":

        def step(p, g, slots):
            m, v, turn = slots
            turn = turn + 1
            m = each(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = each(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            a, b = 1 - 0.9**turn, 1 - 0.999**turn
            p = each(lambda p, m, v: p - rate * (m / a) / (jnp.sqrt(v / b) + 1e-8), p, m, v)
            return p, (m, v, turn)

        return lambda p: (zeros(p), zeros(p), jnp.float32(0)), step
    if workload.optimizer == "momentum":

        def step(p, g, m):
            m = each(lambda m, g: 0.9 * m + g, m, g)
            return each(lambda p, m: p - rate * m, p, m), m

        return zeros, step
    return lambda p: (), lambda p, g, slots: (each(lambda p, g: p - rate * g, p, g), slots)


def run(name, mode, batch, threads, seconds, scanned=False):
    x, t = data(name, mode, batch)
    if x.ndim == 4:
        x = x.transpose(0, 2, 3, 1).copy()
    training = mode == "train"
    forward = FORWARD[name]

    builder = Builder(training=training)
    jax.eval_shape(lambda x: forward(builder, x), x)
    parameters, state = jax.device_put((builder.parameters, builder.state))
    x, t = jax.device_put((x, t))

    def replay(parameters, state, x):
        b = Builder(parameters, state, training)
        return forward(b, x), b.new_state

    if not training:
        infer = jax.jit(lambda p, s, x: replay(p, s, x)[0])
        call = lambda: infer(parameters, state, x).block_until_ready()
        _, facts = first_call(call)
    else:
        make_slots, update = _updates(name)

        def objective(parameters, state, x, t):
            y, state = replay(parameters, state, x)
            return loss(name, y, t), state

        def step(carry, x, t):
            p, s, slots = carry
            (value, s), g = jax.value_and_grad(objective, has_aux=True)(p, s, x, t)
            p, slots = update(p, g, slots)
            return (p, s, slots), value

        def many(carry, x, t):
            return jax.lax.scan(lambda c, _: step(c, x, t), carry, length=SCAN_STEPS)

        compiled = jax.jit(many if scanned else step, donate_argnums=0)
        box = [(parameters, state, make_slots(parameters))]

        def call():
            box[0], value = compiled(box[0], x, t)
            return value.block_until_ready()

        _, facts = first_call(call)
    times = measure(call, seconds)
    if scanned:
        times |= {key: times[key] / SCAN_STEPS for key in ("median_s", "min_s")}
    count = sum(p.size for p in builder.parameters)
    return facts | times | {"parameters": int(count)}
