"""Compares loops and their gradients with jax.lax.scan.

usage: scan_oracle.py NNC scan.nn [OPTION...]
"""
import sys
import tempfile

import jax
import jax.numpy as jnp
import numpy as np
from harness import run, save_safetensors

jax.config.update("jax_enable_x64", True)
NNC, SOURCE, OPTIONS = sys.argv[1], sys.argv[2], sys.argv[3:]
random = np.random.default_rng(3)


def draw(*shape):
    return random.uniform(-1, 1, shape).astype(np.float32)


def call(step, inputs, weights={}):
    """The step's outputs by name."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = list(OPTIONS)
        for name, value in inputs.items():
            np.save(f"{folder}/{name}.npy", value)
            arguments.append(f"{name}={folder}/{name}.npy")
        if weights:
            save_safetensors(f"{folder}/w.safetensors", weights)
            arguments.append(f"--weights={folder}/w.safetensors")
        run(NNC, "run", SOURCE, step, *arguments, "-o", f"{folder}/out.npz")
        with np.load(f"{folder}/out.npz") as out:
            return {name: out[name].astype(np.float64) for name in out.files}


def compare(what, found, expected):
    for name, value in expected.items():
        value = np.asarray(value)
        scale = max(1.0, np.abs(value).max())
        error = np.abs(found[name].reshape(value.shape) - value).max() / scale
        assert error < 1e-5, f"{what}: {name} differs by {error}"
        assert np.abs(value).max() > 1e-3, f"{what}: {name} is zero"


def net(p, x):
    def turn(carry, xt):
        h, c = carry
        g = jnp.tanh(xt @ p["w"].T + h @ p["u"].T + p["b"])
        c = 0.5 * c + jax.nn.sigmoid(g) * h
        h = g * (1 - c)
        return (h, c), h

    zero = jnp.zeros((x.shape[0], 4))
    (h, c), hs = jax.lax.scan(turn, (zero, zero), jnp.swapaxes(x, 0, 1))
    return jnp.swapaxes(hs, 0, 1), h, c


x, y = draw(2, 7, 3), draw(2, 7, 4)
p = {"w": draw(4, 3), "u": draw(4, 4), "b": draw(4)}
exact = {name: jnp.asarray(value, jnp.float64) for name, value in p.items()}
wide = jnp.asarray(x, jnp.float64)


def loss(p, x):
    hs, h, c = net(p, x)
    return jnp.mean((hs - y) ** 2) + jnp.sum(h * c)


def slope_size(p, x):
    gp, gx = jax.grad(loss, (0, 1))(p, x)
    return jnp.sum(gx**2) + jnp.sum(gp["w"] ** 2)


gp, gx = jax.grad(loss, (0, 1))(exact, wide)
hs, h, c = net(exact, wide)
found = call("slopes", {"x": x, "y": y}, {f"net.{name}": value for name, value in p.items()})
compare("slopes", found, {
    "loss": loss(exact, wide), "hs": hs, "c": c,
    "gw": gp["w"], "gu": gp["u"], "gb": gp["b"], "gx": gx,
    "second": jax.grad(slope_size)(exact, wide)["u"]})


# A thousand turns, of weights with which small differences fade.
x = draw(2, 1000, 3)
p = {"w": draw(4, 3), "u": 0.3 * draw(4, 4), "b": draw(4)}
exact = {name: jnp.asarray(value, jnp.float64) for name, value in p.items()}
wide = jnp.asarray(x, jnp.float64)


def long_loss(p, x):
    hs, h, c = net(p, x)
    return jnp.mean(hs**2) + jnp.sum(h * c)


gp, gx = jax.grad(long_loss, (0, 1))(exact, wide)
hs, h, c = net(exact, wide)
compare("long", call("long", {"x": x}, {f"net.{name}": value for name, value in p.items()}), {
    "loss": long_loss(exact, wide), "hs": hs, "c": c, "gw": gp["w"], "gu": gp["u"], "gb": gp["b"], "gx": gx})


def nested(x, m):
    def inner(t, v):
        t = jnp.sin(t * m + v)
        return t, t * t

    s, qs = jax.lax.scan(lambda s, row: jax.lax.scan(inner, s, row), jnp.zeros(3), x)
    return jnp.sum(qs * qs) + jnp.sum(s)


x, m = draw(5, 4, 3), draw(3)
gx, gm = jax.grad(nested, (0, 1))(jnp.asarray(x, jnp.float64), jnp.asarray(m, jnp.float64))
compare("nested", call("nested", {"x": x, "m": m}),
        {"loss": nested(jnp.asarray(x, jnp.float64), jnp.asarray(m, jnp.float64)), "gx": gx, "gm": gm})


def inside(x):
    def turn(s, v):
        g = jax.grad(lambda v: jnp.sum(v**3 * s) + jnp.sum(v**2))(v)
        s = s * 0.5 + g
        return s, g

    s, gs = jax.lax.scan(turn, jnp.zeros(3), x)
    return jnp.sum(gs * gs) + jnp.sum(s), (gs, s)


x = draw(6, 3)
(_, (gs, s)), gx = jax.value_and_grad(inside, has_aux=True)(jnp.asarray(x, jnp.float64))
compare("inside", call("inside", {"x": x}), {"gs": gs, "s": s, "gx": gx})
print("loops agree with jax.lax.scan")
