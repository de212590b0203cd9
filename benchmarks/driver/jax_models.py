"""The workloads in JAX; pictures are NHWC, which XLA prefers on a CPU.

A model is a function of its parameters, made once with a Builder that draws
them in the order in which they are asked for, and afterwards replays them.
"""

import numpy as np

import jax
import jax.numpy as jnp
from jax import lax


class Builder:
    """Hands out parameters: fresh ones if it was given none, else those given."""

    def __init__(self, parameters=None, state=None, training=False):
        self.fresh = parameters is None
        self.parameters = [] if self.fresh else parameters
        self.state = [] if self.fresh else state
        self.new_state = []
        self.training = training
        self.draw = np.random.default_rng(0)
        self.next = 0

    def parameter(self, shape, bound=None, value=None):
        if self.fresh:
            if value is None:
                self.parameters.append(self.draw.uniform(-bound, bound, shape).astype(np.float32))
            else:
                self.parameters.append(np.full(shape, value, np.float32))
        self.next += 1
        return jnp.asarray(self.parameters[self.next - 1])

    def linear(self, x, outputs, bias=True):
        bound = x.shape[-1] ** -0.5
        y = x @ self.parameter((x.shape[-1], outputs), bound)
        return y + self.parameter((outputs,), bound) if bias else y

    def conv(self, x, outputs, kernel, stride=1, bias=True):
        inputs = x.shape[-1]
        bound = (kernel * kernel * inputs) ** -0.5
        pad = (kernel // 2, kernel // 2)
        weight = self.parameter((kernel, kernel, inputs, outputs), bound)
        y = lax.conv_general_dilated(
            x, weight, (stride, stride), [pad, pad], dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        return y + self.parameter((outputs,), bound) if bias else y

    def batch_norm(self, x):
        channels = x.shape[-1]
        weight = self.parameter((channels,), value=1)
        bias = self.parameter((channels,), value=0)
        index = len(self.new_state)
        if self.fresh:
            self.state.append((np.zeros(channels, np.float32), np.ones(channels, np.float32)))
        mean, variance = self.state[index]
        kept = (mean, variance)
        if self.training:
            mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
            count = x.size // channels
            kept = (
                0.9 * kept[0] + 0.1 * mean,
                0.9 * kept[1] + 0.1 * variance * (count / max(count - 1, 1)),
            )
        self.new_state.append(kept)
        return (x - mean) * (lax.rsqrt(variance + 1e-5) * weight) + bias

    def layer_norm(self, x):
        weight = self.parameter((x.shape[-1],), value=1)
        bias = self.parameter((x.shape[-1],), value=0)
        mean = x.mean(-1, keepdims=True)
        return (x - mean) * lax.rsqrt(x.var(-1, keepdims=True) + 1e-5) * weight + bias


def _max_pool(x):
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).max((2, 4))


def _mlp(b, x, *widths):
    for width in widths[:-1]:
        x = jax.nn.relu(b.linear(x, width))
    return b.linear(x, widths[-1])


def _cnn(b, x, channels, kernel, last):
    for count in channels:
        x = _max_pool(jax.nn.relu(b.conv(x, count, kernel)))
    return _mlp(b, x.reshape(x.shape[0], -1), 128, last)


def _resnet(b, x):
    def norm_conv(x, outputs, kernel, stride):
        return b.batch_norm(b.conv(x, outputs, kernel, stride, bias=False))

    small = x.shape[1] == 32
    x = jax.nn.relu(norm_conv(x, 64, 3 if small else 7, 1 if small else 2))
    if not small:
        around = [(0, 0), (1, 1), (1, 1), (0, 0)]
        x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 3, 3, 1), (1, 2, 2, 1), around)
    for outputs, first in [(64, 1), (128, 2), (256, 2), (512, 2)]:
        for stride in (first, 1):
            short = x
            if stride != 1 or x.shape[-1] != outputs:
                short = norm_conv(x, outputs, 1, stride)
            y = jax.nn.relu(norm_conv(x, outputs, 3, stride))
            x = jax.nn.relu(norm_conv(y, outputs, 3, 1) + short)
    return b.linear(x.mean((1, 2)), 10 if small else 1000)


def _transformer(b, ids, vocabulary=96, width=128, layers=4, heads=4):
    batch, length = ids.shape
    x = b.parameter((vocabulary, width), 1.0)[ids] + b.parameter((length, width), 0.02)
    seen = np.tril(np.ones((length, length), bool))
    for _ in range(layers):
        parts = b.linear(b.layer_norm(x), 3 * width).reshape(batch, length, 3, heads, width // heads)
        q, k, v = parts.transpose(2, 0, 3, 1, 4)
        score = jnp.einsum("bhid,bhjd->bhij", q, k) * (width // heads) ** -0.5
        y = jax.nn.softmax(jnp.where(seen, score, -jnp.inf)) @ v
        x = x + b.linear(y.transpose(0, 2, 1, 3).reshape(batch, length, width), width)
        y = jax.nn.gelu(b.linear(b.layer_norm(x), 4 * width), approximate=False)
        x = x + b.linear(y, width)
    return b.linear(b.layer_norm(x), vocabulary, bias=False)


def _recurrent(b, x, units=128):
    bound = units**-0.5
    inputs = x @ b.parameter((x.shape[-1], 4 * units), bound)
    inputs = inputs + b.parameter((4 * units,), bound) + b.parameter((4 * units,), bound)
    weight = b.parameter((units, 4 * units), bound)

    def turn(carry, row):
        h, c = carry
        i, f, g, o = jnp.split(row + h @ weight, 4, -1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    zero = jnp.zeros((x.shape[0], units), x.dtype)
    (h, _), _ = lax.scan(turn, (zero, zero), inputs.swapaxes(0, 1))
    return b.linear(h, 10)


FORWARD = {
    "M1": lambda b, x: _mlp(b, x, 5, 1),
    "M2": lambda b, x: _mlp(b, x, 512, 256, 10),
    "M3": lambda b, x: _cnn(b, x, [32, 64], 5, 10),
    "M4": lambda b, x: jax.nn.sigmoid(_cnn(b, x, [16, 32], 3, 1)),
    "M5": _resnet,
    "M6": _transformer,
    "M7": _recurrent,
}


def loss(name, y, t):
    if name == "M1":
        return ((y - t) ** 2).mean()
    if name == "M4":
        return -(t * jnp.log(jnp.maximum(y, 1e-12)) + (1 - t) * jnp.log(jnp.maximum(1 - y, 1e-12))).mean()
    return -jnp.take_along_axis(jax.nn.log_softmax(y), t[..., None], -1).mean()
