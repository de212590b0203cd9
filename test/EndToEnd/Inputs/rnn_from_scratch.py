"""Compares the cell of examples/rnn-from-scratch, its values and its gradient,
with jax.lax.scan.

usage: rnn_from_scratch.py NNC rnn-from-scratch.nn
"""
import sys
import tempfile

import jax
import jax.numpy as jnp
import numpy as np
from harness import run, save_safetensors

jax.config.update("jax_enable_x64", True)
NNC, SOURCE = sys.argv[1], sys.argv[2]
random = np.random.default_rng(7)


def draw(*shape):
    return random.uniform(-0.3, 0.3, shape).astype(np.float32)


names = {
    "w": "net.recurrent_0.cell.w",
    "u": "net.recurrent_0.cell.u",
    "b": "net.recurrent_0.cell.b",
    "weight": "net.linear_0.weight",
    "bias": "net.linear_0.bias",
}
weights = {"w": draw(64, 8), "u": draw(64, 64), "b": draw(64), "weight": draw(10, 128), "bias": draw(10)}
image = random.uniform(0, 16, (3, 8, 8)).astype(np.float32)
label = np.array([3, 0, 7], np.int32)


def logits(p, x):
    def turn(h, row):
        h = jnp.tanh(row @ p["w"].T + h @ p["u"].T + p["b"])
        return h, h

    h, hs = jax.lax.scan(turn, jnp.zeros((x.shape[0], 64)), jnp.swapaxes(x, 0, 1))
    return jnp.concatenate([hs.mean(0), h], 1) @ p["weight"].T + p["bias"]


def loss(p):
    return -jax.nn.log_softmax(logits(p, image / 16))[np.arange(3), label].mean()


wide = {name: value.astype(np.float64) for name, value in weights.items()}
with tempfile.TemporaryDirectory() as folder:
    np.save(f"{folder}/image.npy", image)
    np.save(f"{folder}/label.npy", label)
    save_safetensors(f"{folder}/w.safetensors", {names[name]: value for name, value in weights.items()})
    # The example's own step, which also returns what it descends along.
    source = open(SOURCE).read()
    assert source.count("return loss") == 1
    source = source.replace("return loss", "return loss, probability = softmax(net(image)), "
                            + ", ".join(f"d_{name} = grad(loss, {path})" for name, path in names.items()))
    open(f"{folder}/m.nn", "w").write(source)
    run(NNC, "run", f"{folder}/m.nn", "train", "-D", "B=3", "-D", "N=3", f"--weights={folder}/w.safetensors",
        f"image={folder}/image.npy", f"label={folder}/label.npy", "-o", f"{folder}/out.npz")
    with np.load(f"{folder}/out.npz") as out:
        found = {name: out[name].astype(np.float64) for name in out.files}

expected = {f"d_{name}": value for name, value in jax.grad(loss)(wide).items()}
expected |= {"loss": loss(wide), "probability": jax.nn.softmax(logits(wide, image / 16))}
for name, value in expected.items():
    value = np.asarray(value)
    error = np.abs(found[name] - value).max() / max(1.0, np.abs(value).max())
    assert error < 1e-5, f"{name} differs by {error}"
    assert np.abs(value).max() > 1e-3, f"{name} is zero"
