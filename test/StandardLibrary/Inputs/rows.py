"""What the table of the library's functions is made of.

A row is an expression of the language, what its operands are drawn from, and the
same in JAX or optax, or in NumPy's terms where those lack it (evaluated through
jax.numpy, so that the oracle has a derivative too). The gradient tests and the
value tests both run over the rows.
"""
import dataclasses
import zlib
from typing import Callable, Optional

import numpy as np

try:
    import jax
    import jax.numpy as jnp
    import optax
    from jax import lax, nn
    from jax.scipy import special
except ImportError:  # the gradient tests need none of it
    jax = jnp = optax = lax = nn = special = None


# What operands are drawn from. Kinks are what a draw keeps away from.

@dataclasses.dataclass
class Draw:
    shape: tuple
    kind: str = "real"
    size: int = 0

    @property
    def is_float(self):
        return self.kind not in ("index", "truth")

    def type(self, element):
        return {"index": "i32", "truth": "bool"}.get(self.kind, element) + str(list(self.shape))

    def sample(self, rng):
        """Values among which no two are close and none is close to 0, ±1 or ±3,
        where functions have kinks."""
        count = int(np.prod(self.shape))
        if self.kind == "index":
            return rng.integers(0, self.size, self.shape).astype(np.int32)
        if self.kind == "truth":
            return rng.integers(0, 2, self.shape).astype(bool)
        if self.kind == "sign":
            return rng.choice([-1.0, 1.0], self.shape)
        if self.kind == "one_hot":
            return np.eye(self.shape[-1])[rng.integers(0, self.shape[-1], self.shape[:-1])]
        grid = (rng.permutation(count) + rng.uniform(.2, .8, count)) / max(count, 1)
        if self.kind == "positive":
            values = .3 + 2 * grid
        elif self.kind == "unit":  # a probability
            values = .05 + .9 * grid
        elif self.kind == "simplex":  # probabilities along the last axis
            values = (.2 + grid).reshape(self.shape)
            return values / values.sum(-1, keepdims=True)
        else:
            values = 5 * grid - 2.5
            for kink in (-1, 0, 1):
                near = np.abs(values - kink) < .06
                values = np.where(near, kink + np.where(values < kink, -.06, .06) * (1.2 + rng.random(count)), values)
        return values.reshape(self.shape)

    def extreme(self, rng):
        """Large values of both signs, zeros and ties; the ends of a range."""
        if self.kind in ("index", "truth", "sign", "one_hot"):
            return self.sample(rng)
        if self.kind == "positive":
            return rng.choice([1e-4, 1.0, 1.0, 1e4], self.shape)
        if self.kind == "unit":
            return rng.choice([0.0, 1.0, 0.5, 0.5], self.shape)
        if self.kind == "simplex":
            return np.eye(self.shape[-1])[rng.integers(0, self.shape[-1], self.shape[:-1])]
        return rng.choice([1e4, -1e4, 0.0, 0.0, 1.0, -1.0, 30.0, -30.0], self.shape)


def real(*shape): return Draw(shape)
def positive(*shape): return Draw(shape, "positive")
def unit(*shape): return Draw(shape, "unit")
def simplex(*shape): return Draw(shape, "simplex")
def sign(*shape): return Draw(shape, "sign")
def one_hot(*shape): return Draw(shape, "one_hot")
def truth(*shape): return Draw(shape, "truth")
def index(size, *shape): return Draw(shape, "index", size)


@dataclasses.dataclass
class Row:
    group: str
    covers: list               # the functions of the library that it is a row of
    code: str                  # an expression, or statements that end in `return`; ELEMENT is f32 or f64
    draws: dict                # operand → Draw
    oracle: Optional[Callable] # of the operands; with parameters, of a dictionary of them first
    site: str = ""             # call-site name of the layer's parameters
    # Everything is tested of every row, but for what one of these says why not.
    no_gradient: str = ""      # why its gradient is not tested
    no_extremes: str = ""      # why it is not compared on extreme operands
    no_ties: str = ""          # why its gradients are not compared there
    name: str = ""

    def rng(self, salt=0):
        return np.random.default_rng(zlib.crc32(self.name.encode()) + salt)

    @property
    def floats(self):
        return [name for name, draw in self.draws.items() if draw.is_float]

    def body(self, element):
        code = self.code.replace("ELEMENT", element)
        return code if "return" in code else f"return {code}"

    def model(self, name, element="f32"):
        return f"model {name}({', '.join(self.draws)}) {{\n  {self.body(element)}\n}}\n"


ROWS = []
# Among equals the language gives the gradient to the first, JAX spreads it.
FIRST = "among equals the gradient is that of the first; JAX spreads it"


def row(group, covers, code, oracle, **rest):
    options = {k: rest.pop(k) for k in list(rest) if not isinstance(rest[k], Draw)}
    new = Row(group, covers.split(), code, rest, oracle, **options)
    new.name = f"{covers.split()[0]}_{sum(r.covers[0] == new.covers[0] for r in ROWS)}"
    ROWS.append(new)


# Not all elements weigh the same, or a wrong sum could pass for a right one.
MIX = """layer weights(y) {
  return reshape(cast(arange(size(y)) * 7 % 11, y.dtype) / 8 - 0.5, y.shape)
}
layer mix(y) { return sum(y * weights(y)) }
"""
