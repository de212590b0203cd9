"""Rows of activations, arithmetic, shapes and linear algebra."""
from rows import FIRST, Draw, index, jnp, lax, nn, positive, real, row, special, truth

SHAPES = [(), (7,), (2, 3), (2, 1, 4)]


def elementwise(group, name, oracle, draw="real", code=None, **options):
    for shape in SHAPES:
        row(group, name, code or f"{name}(x)", oracle, x=Draw(shape, draw), **options)


def axes(array, start=0):
    return tuple(range(start, array.ndim))


# Activations.

def sparsemax(x, axis=-1):
    z = jnp.flip(jnp.sort(x, axis), axis)
    shape = [1] * x.ndim
    shape[axis] = x.shape[axis]
    k = jnp.arange(1, x.shape[axis] + 1).reshape(shape)
    inside = 1 + k * z > jnp.cumsum(z, axis)
    tau = (jnp.where(inside, z, 0).sum(axis, keepdims=True) - 1) / inside.sum(axis, keepdims=True)
    return nn.relu(x - tau)


def A(name, oracle, **options): elementwise("activations", name, oracle, **options)


A("identity", lambda x: nn.identity(x))
A("step_fn", lambda x: jnp.where(x >= 0, 1.0, 0.0),
  no_gradient="its gradient is 0 everywhere, of which there is no second one")
A("sigmoid", lambda x: nn.sigmoid(x))
A("tanh", lambda x: jnp.tanh(x))
A("relu", lambda x: nn.relu(x))
A("leaky_relu", lambda x: jnp.where(x > 0, x, .01 * x))
row("activations", "leaky_relu", "leaky_relu(x, slope=0.2)", lambda x: jnp.where(x > 0, x, .2 * x), x=real(5))
A("elu", lambda x: nn.elu(x))
row("activations", "elu", "elu(x, alpha=0.5)", lambda x: nn.elu(x, .5), x=real(5))
A("selu", lambda x: nn.selu(x))
A("softplus", lambda x: nn.softplus(x))
A("log_sigmoid", lambda x: nn.log_sigmoid(x))
A("gelu", lambda x: nn.gelu(x, approximate=False))
row("activations", "gelu", "gelu(x, approximate=\"tanh\")", lambda x: nn.gelu(x, approximate=True), x=real(4, 3))
A("silu", lambda x: nn.silu(x))
A("hard_sigmoid", lambda x: nn.hard_sigmoid(x))
A("hard_swish", lambda x: nn.hard_swish(x))
A("mish", lambda x: nn.mish(x))
for shape, axis in [((5,), -1), ((2, 3), -1), ((3, 4), 0), ((2, 3, 2), 1)]:
    for name, oracle in [("softmax", lambda x, axis: nn.softmax(x, axis)),
                         ("log_softmax", lambda x, axis: nn.log_softmax(x, axis)), ("sparsemax", sparsemax)]:
        row("activations", name, f"{name}(x, axis={axis})", lambda x, o=oracle, axis=axis: o(x, axis), x=real(*shape))

# Arithmetic.


def B(name, oracle, **options): elementwise("arithmetic", name, oracle, **options)


B("exp", lambda x: jnp.exp(x))
for name in ["log", "log2", "log10", "log1p", "sqrt"]:
    B(name, lambda x, name=name: getattr(jnp, name)(x), draw="positive")
B("rsqrt", lambda x: lax.rsqrt(x), draw="positive")
B("expm1", lambda x: jnp.expm1(x))
B("square", lambda x: x * x)
B("abs", lambda x: jnp.where(x > 0, x, jnp.where(x < 0, -x, 0)))
B("sin", lambda x: jnp.sin(x))
B("cos", lambda x: jnp.cos(x))
B("erf", lambda x: special.erf(x))
B("safe_sqrt", lambda x: jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1)), 0), draw="positive")
B("erf_inverse", lambda x: special.erfinv(2 * x - 1), draw="unit", code="erf_inverse(2 * x - 1)",
  no_extremes="infinite at 0 and 1, where the library's stops at 0.9999999 as f32 draws do")
for name in ["sign", "floor", "ceil", "round"]:
    B(name, lambda x, name=name: getattr(jnp, name)(x),
      no_gradient="its gradient is 0 everywhere, of which there is no second one")
B("isnan", lambda x: jnp.isnan(x / x), no_gradient="gives bools", code="isnan(x / x)")
B("isinf", lambda x: jnp.isinf(1 / x), no_gradient="gives bools", code="isinf(1 / x)")
for code, oracle in [("clamp(x, -0.5, 0.7)", lambda x: jnp.where((x >= -.5) & (x <= .7), x, jnp.clip(x, -.5, .7))),
                     ("clamp(x, low=0.2)", lambda x: jnp.where(x >= .2, x, .2)),
                     ("clamp(x, high=0.2)", lambda x: jnp.where(x <= .2, x, .2))]:
    row("arithmetic", "clamp", code, oracle, x=real(9))
    row("arithmetic", "clamp", code, oracle, x=real(2, 3))
for shapes in [((), ()), ((2, 3), (3,)), ((4, 1), (1, 3)), ((2, 1, 3), (2, 1, 3))]:
    a, b = shapes
    for code, oracle in [("a + b", lambda a, b: a + b), ("a - b", lambda a, b: a - b), ("a * b", lambda a, b: a * b),
                         ("a / b", lambda a, b: a / b)]:
        row("arithmetic", "operators", code, oracle, a=real(*a), b=positive(*b))
    row("arithmetic", "maximum", "maximum(a, b)", lambda a, b: jnp.where(a >= b, a, b), a=real(*a), b=real(*b))
    row("arithmetic", "minimum", "minimum(a, b)", lambda a, b: jnp.where(a <= b, a, b), a=real(*a), b=real(*b))
    row("arithmetic", "pow", "pow(a, b)", lambda a, b: a ** b, a=positive(*a), b=real(*b),
        no_extremes="1e4 to the 30 overflows f32")
for c, a, b in [((2, 3), (3,), (2, 1)), ((4,), (), (4,))]:
    row("arithmetic", "where", "where(c, a, b)", lambda c, a, b: jnp.where(c, a, b), c=truth(*c), a=real(*a), b=real(*b))
row("arithmetic", "operators", "a // b", lambda a, b: a // b, a=real(9), b=positive(9), no_gradient="its gradient is 0 everywhere")
row("arithmetic", "operators", "a % b", lambda a, b: a % b, a=real(9), b=positive(9))
row("arithmetic", "operators", "x ** 3 + x ** -2 + x ** 0", lambda x: x ** 3 + x ** -2 + 1, x=real(9),
    no_extremes="has a pole at 0, which they hit")
for code in ["a < b", "a <= b", "a > b", "a >= b", "a == b", "a != b", "(a < b) and (a > 0) or not (b > 0)"]:
    python = code.replace("and", "&").replace("or", "|").replace("not", "~")
    row("arithmetic", "operators", code, lambda a, b, python=python: eval(python, {}, {"a": a, "b": b}),
        a=real(7), b=real(7), no_gradient="gives bools")

REDUCE = [((3,), "", None), ((2, 3), ", axis=1", 1), ((2, 3, 2), ", [0, 2]", (0, 2))]
for shape, code, axis in REDUCE:
    for keep, keyword in [("", False), (", keepdims=true", True)]:
        over = dict(axis=axis, keepdims=keyword)
        for name, oracle in [("sum", lambda x, **o: jnp.sum(x, **o)), ("mean", lambda x, **o: jnp.mean(x, **o)),
                             ("max", lambda x, **o: jnp.max(x, **o)), ("min", lambda x, **o: jnp.min(x, **o)),
                             ("logsumexp", lambda x, **o: special.logsumexp(x, **o)),
                             ("var", lambda x, **o: jnp.var(x, ddof=1, **o)),
                             ("std", lambda x, **o: jnp.std(x, ddof=1, **o)),
                             ("norm", lambda x, **o: jnp.sqrt(jnp.sum(x * x, **o))),
                             ("prod", lambda x, **o: jnp.prod(x, **o))]:
            row("arithmetic", name, f"{name}(x{code}{keep})", lambda x, f=oracle, over=over: f(x, **over), x=real(*shape),
                no_ties=FIRST if name in ("max", "min") else "")
    for name in ["any", "all"]:
        row("arithmetic", name, f"{name}(x{code})", lambda x, name=name, axis=axis: getattr(jnp, name)(x, axis=axis),
            x=truth(*shape), no_gradient="gives bools")
row("arithmetic", "var", "var(x, correction=0)", lambda x: jnp.var(x), x=real(6))
row("arithmetic", "std", "std(x, 1, correction=0)", lambda x: jnp.std(x, 1), x=real(3, 6))
for shape, axis in [((5,), 0), ((2, 3), 1), ((2, 3, 2), 1), ((1, 4), -1)]:
    row("arithmetic", "cumsum", f"cumsum(x, {axis})", lambda x, axis=axis: jnp.cumsum(x, axis), x=real(*shape))
    row("arithmetic", "sort", f"sort(x, {axis})", lambda x, axis=axis: jnp.sort(x, axis), x=real(*shape), no_ties=FIRST)
    row("arithmetic", "sort", f"sort(x, {axis}, descending=true)", lambda x, axis=axis: jnp.flip(jnp.sort(x, axis), axis),
        x=real(*shape), no_ties=FIRST)
    for name in ["argmax", "argmin", "argsort"]:
        row("arithmetic", name, f"{name}(x, {axis})", lambda x, name=name, axis=axis: getattr(jnp, name)(x, axis),
            x=real(*shape), no_gradient="gives indices")
for shape, k in [((5,), 2), ((2, 4), 4), ((2, 2, 3), 1)]:
    row("arithmetic", "topk", f"values, places = topk(x, {k})\n  return values * (1 + cast(places, values.dtype))" if shape == (5,) else
        f"topk(x, {k})", lambda x, k=k, weigh=shape == (5,): (lambda v, i: v * (1 + i) if weigh else v)(*lax.top_k(x, k)),
        x=real(*shape), no_ties=FIRST)

# Shapes.
for covers, code, oracle, shapes in [
        ("reshape", "reshape(x, [3, -1])", lambda x: x.reshape(3, -1), [(2, 3), (6,), (3, 1, 2)]),
        ("flatten", "flatten(x)", lambda x: x.reshape(x.shape[0], -1), [(2, 3), (4,), (2, 3, 2)]),
        ("transpose", "transpose(x)", lambda x: x.transpose(), [(2, 3), (4,), (2, 3, 4)]),
        ("transpose", "transpose(x, [1, 2, 0])", lambda x: x.transpose(1, 2, 0), [(2, 3, 4), (1, 3, 2)]),
        ("swap_last", "swap_last(x)", lambda x: jnp.swapaxes(x, -1, -2), [(2, 3), (2, 3, 4)]),
        ("squeeze", "squeeze(x)", lambda x: x.squeeze(), [(2, 1), (1, 3, 1), (1,)]),
        ("unsqueeze", "unsqueeze(x, 1)", lambda x: jnp.expand_dims(x, 1), [(3,), (2, 3)]),
        ("expand", "expand(x, [4, -1, -1])", lambda x: jnp.broadcast_to(x, (4,) + x.shape), [(2, 3), (1, 1)]),
        ("expand", "expand(x, [4, 2, 3])", lambda x: jnp.broadcast_to(x, (4, 2, 3)), [(3,), (2, 1), (1, 2, 3)]),
        ("pad", "pad(x, [1, 0], [0, 2])", lambda x: jnp.pad(x, ((1, 0), (0, 2))), [(2, 3), (1, 1)]),
        ("pad", "pad(x, [1, 2], value=3)", lambda x: jnp.pad(x, ((1, 1), (2, 2)), constant_values=3), [(2, 3)]),
        ("tile", "tile(x, [2, 3])", lambda x: jnp.tile(x, (2, 3)), [(2, 3), (1, 2)]),
        ("roll rolled", "roll(x, 2)", lambda x: jnp.roll(x, 2), [(5,), (3, 2), ()]),
        ("roll", "roll(x, [1, -4], axis=[0, 1])", lambda x: jnp.roll(x, (1, -4), (0, 1)), [(3, 2), (2, 3, 2)]),
        ("roll", "roll(x, -1, axis=1)", lambda x: jnp.roll(x, -1, 1), [(2, 3), (2, 1)]),
        ("flip", "flip(x, 0)", lambda x: jnp.flip(x, 0), [(5,), (3, 2)]),
        ("flip", "flip(x, [0, 1])", lambda x: jnp.flip(x, (0, 1)), [(3, 2)]),
        ("tril", "tril(x)", lambda x: jnp.tril(x), [(3, 3), (2, 4), (2, 3, 2)]),
        ("tril", "tril(x, -1)", lambda x: jnp.tril(x, -1), [(3, 3)]),
        ("triu", "triu(x)", lambda x: jnp.triu(x), [(3, 3), (2, 4), (2, 3, 2)]),
        ("triu", "triu(x, 1)", lambda x: jnp.triu(x, 1), [(3, 3)]),
        ("concat", "concat(x, 2 * x, x, axis=-1)", lambda x: jnp.concatenate([x, 2 * x, x], -1), [(3,), (2, 3)]),
        ("stack", "stack(x, -x, axis=1)", lambda x: jnp.stack([x, -x], 1), [(3,), (2, 3)]),
        ("split", "p = split(x, 3, axis=1)\n  return p[0] * p[1] - p[2]",
         lambda x: (lambda p: p[0] * p[1] - p[2])(jnp.split(x, 3, 1)), [(2, 6), (1, 3)]),
        ("split", "p = split(x, [1, 3], axis=0)\n  return sum(p[1], 0) * p[0][0]",
         lambda x: x[1:].sum(0) * x[0], [(4,), (4, 2)]),
        ("operators", "x[:, 0:2, -1] + x[0, 1:3, 0]", lambda x: x[:, 0:2, -1] + x[0, 1:3, 0], [(2, 3, 4)]),
        ("operators", "x[..., 1] * x[::2, 0][0]", lambda x: x[..., 1] * x[::2, 0][0], [(3, 4)]),
        ("operators", "x.T @ x", lambda x: x.T @ x, [(2, 3), (4, 1)]),
        ("zeros_like", "x + zeros_like(x)", lambda x: x, [(2, 3), (4,)]),
        ("ones_like", "x + ones_like(x)", lambda x: x + 1, [(2, 3), (4,)]),
        ("size", "x * size(x)", lambda x: x * x.size, [(2, 3), ()])]:
    for shape in shapes:
        row("shapes", covers, code, oracle, x=real(*shape))
row("shapes", "zeros ones full arange eye constant iota",
    "x * cast(ones(2, 3) + eye(2, 3) + full([2, 3], 2.5) + zeros(2, 3) + f32(arange(3)) + f32(arange(1, 7, 2)) + "
    "constant([[1, 2, 3]]) + f32(iota([2, 3], 1)), x.dtype)",
    lambda x: x * (1 + jnp.eye(2, 3) + 2.5 + jnp.arange(3) + jnp.arange(1, 7, 2) + jnp.array([[1, 2, 3]]) + jnp.arange(3)),
    x=real(2, 3))
row("shapes", "zeros ones full arange eye constant iota",
    "x * cast(ones(4) + eye(4)[2] + full([4], 0.5) + zeros(4) + f32(arange(4)) + constant([1, 2, 3, 4]) + f32(iota([4], 0)), x.dtype)",
    lambda x: x * (1 + jnp.eye(4)[2] + .5 + jnp.arange(4) + jnp.arange(1, 5) + jnp.arange(4)), x=real(4))
for shape, code, oracle in [
        ((4, 3), "gather(x, i)", lambda x, i: jnp.take(x, i, 0)),
        ((2, 4), "gather(x, i, axis=1)", lambda x, i: jnp.take(x, i, 1)),
        ((4,), "gather(x, i)", lambda x, i: jnp.take(x, i, 0))]:
    row("shapes", "gather", code, oracle, x=real(*shape), i=index(4, 2, 3))
row("shapes", "scatter_add", "scatter_add(x, i, u)", lambda x, i, u: x.at[i].add(u), x=real(4, 2), i=index(4, 5),
    u=real(5, 2))
row("shapes", "scatter_add", "scatter_add(x, i, u, axis=1)", lambda x, i, u: x.at[:, i].add(u), x=real(2, 4),
    i=index(4, 3), u=real(2, 3))
for shape in [(2, 3), ()]:
    row("shapes", "one_hot", "one_hot(i, 5)", lambda i: nn.one_hot(i, 5), i=index(5, *shape), no_gradient="its operand is an index")
    row("shapes", "pick", "pick(x, i)", lambda x, i: jnp.take_along_axis(x, i[..., None], -1)[..., 0], x=real(*shape, 4),
        i=index(4, *shape))

# Linear algebra.
for a, b in [((2, 3), (3, 4)), ((3,), (3, 2)), ((2, 3), (3,)), ((2, 1, 3, 2), (4, 2, 3)), ((3,), (3,))]:
    row("shapes", "matmul", "matmul(a, b)", lambda a, b: a @ b, a=real(*a), b=real(*b))
for n, m in [(5, 3), (1, 2)]:
    row("shapes", "dot", "dot(a, b)", lambda a, b: jnp.dot(a, b), a=real(n), b=real(n))
    row("shapes", "outer", "outer(a, b)", lambda a, b: jnp.outer(a, b), a=real(n), b=real(m))
for spec, shapes in [("ij,jk->ik", [(2, 3), (3, 4)]), ("bij,bkj->bik", [(2, 3, 4), (2, 2, 4)]), ("i,j->ij", [(2,), (3,)]),
                     ("ij,ij->", [(2, 3), (2, 3)]), ("...i,oi->...o", [(2, 2, 3), (4, 3)]), ("nchw,ih,jw->ncij", None)]:
    if shapes is None:
        row("shapes", "einsum", f'einsum("{spec}", a, b, c)', lambda a, b, c, spec=spec: jnp.einsum(spec, a, b, c),
            a=real(1, 2, 3, 2), b=real(2, 3), c=real(3, 2))
    else:
        row("shapes", "einsum", f'einsum("{spec}", a, b)', lambda a, b, spec=spec: jnp.einsum(spec, a, b), a=real(*shapes[0]),
            b=real(*shapes[1]))
row("shapes", "einsum", 'einsum("ij->ji", a)', lambda a: a.T, a=real(2, 3))
row("shapes", "einsum", 'einsum("ij->i", a)', lambda a: a.sum(1), a=real(2, 3))
