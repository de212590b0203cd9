"""Rows of layers. Their oracles take the layer's parameters first, by name."""
from rows import FIRST, index, jnp, lax, nn, positive, real, row, truth


def layer(covers, code, oracle, site=None, **more):
    """A layer with parameters, whose call site is named after it."""
    row("layers", covers, code, oracle, site=f"{covers.split()[0]}_0" if site is None else site, **more)


def wide(parameter, rank):
    return parameter.reshape((-1,) + (1,) * (rank - 2))


for shape in [(3,), (2, 3), (2, 3, 4)]:
    layer("linear", "linear(x, 5)", lambda p, x: x @ p["weight"].T + p["bias"], x=real(*shape))
    layer("linear", "linear(x, 2, bias=false)", lambda p, x: x @ p["weight"].T, x=real(*shape))


def convolve(x, weight, stride=1, padding=0, dilation=1, groups=1):
    n = x.ndim - 2
    many = lambda v: (v,) * n if isinstance(v, int) else tuple(v)  # noqa: E731
    if not isinstance(padding, str):
        padding = [(p, p) for p in many(padding)]
    return lax.conv_general_dilated(x, weight, many(stride), padding, rhs_dilation=many(dilation),
                                    feature_group_count=groups)


for options, python in [
        ("4, 3", {}), ("4, [2, 3], stride=2, padding=1", dict(stride=2, padding=1)),
        ("4, 3, padding=[1, 2], dilation=2", dict(padding=(1, 2), dilation=2)),
        ("4, 3, padding=\"same\"", dict(padding="SAME")), ("4, 3, padding=\"valid\"", dict(padding="VALID")),
        ("4, 2, groups=2", dict(groups=2)), ("4, 3, padding=1, groups=4", dict(padding=1, groups=4)),
        ("8, [3, 1], stride=[1, 2], groups=4", dict(stride=(1, 2), groups=4))]:
    layer("conv2d", f"conv2d(x, {options})",
          lambda p, x, o=python: convolve(x, p["weight"], **o) + wide(p["bias"], 4), x=real(2, 4, 6, 5))
layer("conv2d", "conv2d(x, 3, 1, bias=false)", lambda p, x: convolve(x, p["weight"]), x=real(1, 2, 3, 3))
for options, python in [("4, 3", {}), ("4, 2, stride=2, padding=1", dict(stride=2, padding=1)),
                        ("4, 3, padding=2, dilation=2, groups=2", dict(padding=2, dilation=2, groups=2)),
                        ("4, 4, padding=\"same\"", dict(padding="SAME"))]:
    layer("conv1d", f"conv1d(x, {options})",
          lambda p, x, o=python: convolve(x, p["weight"], **o) + wide(p["bias"], 3), x=real(2, 4, 7))
layer("conv1d", "conv1d(x, 1, 1)", lambda p, x: convolve(x, p["weight"]) + p["bias"], x=real(1, 2, 1))


def deconvolve(x, weight, stride=1, padding=0, output_padding=0, dilation=1, groups=1):
    """PyTorch's, by lax: the input spread by the stride, the kernel turned."""
    pads = []
    for k in weight.shape[2:]:
        reach = dilation * (k - 1)
        pads.append((reach - padding, reach - padding + output_padding))
    inputs, outputs = weight.shape[:2]
    w = weight.reshape((groups, inputs // groups, outputs) + weight.shape[2:])
    w = jnp.flip(w.swapaxes(1, 2), (3, 4)).reshape((groups * outputs, inputs // groups) + weight.shape[2:])
    return lax.conv_general_dilated(x, w, (1, 1), pads, lhs_dilation=(stride, stride), rhs_dilation=(dilation, dilation),
                                    feature_group_count=groups)


for options, python in [("3, 3", {}), ("4, 2, stride=2", dict(stride=2)),
                        ("4, 3, stride=2, padding=1, output_padding=1, groups=2",
                         dict(stride=2, padding=1, output_padding=1, groups=2)),
                        ("2, 3, dilation=2, bias=false", dict(dilation=2))]:
    layer("conv_transpose2d", f"conv_transpose2d(x, {options})",
          lambda p, x, o=python: deconvolve(x, p["weight"], **o) + (wide(p["bias"], 4) if "bias" in p else 0),
          x=real(2, 4, 3, 4))
layer("conv_transpose2d", "conv_transpose2d(x, 1, 2, stride=3)", lambda p, x: deconvolve(x, p["weight"], 3) + p["bias"],
      x=real(1, 2, 1, 2))


def pool(x, kernel, stride, padding, largest):
    n = x.ndim - 2
    window, strides = (1, 1) + kernel, (1, 1) + stride
    pads = ((0, 0), (0, 0)) + tuple((p, p) for p in padding)
    if largest:
        return lax.reduce_window(x, -jnp.inf, lax.max, window, strides, pads)
    count = 1
    for k in kernel:
        count *= k
    return lax.reduce_window(x, 0.0, lax.add, window, strides, pads) / count if n else x


for name, largest in [("max_pool", True), ("avg_pool", False)]:
    for options, arguments in [("2", ((2, 2), (2, 2), (0, 0))), ("3, stride=2, padding=1", ((3, 3), (2, 2), (1, 1))),
                               ("[1, 3], stride=[2, 1]", ((1, 3), (2, 1), (0, 0)))]:
        for shape in [(2, 3, 4, 5), (1, 1, 2, 3)]:
            row("layers", f"{name}2d", f"{name}2d(x, {options})", lambda x, a=arguments, l=largest: pool(x, *a, l),
                x=real(*shape), no_ties=FIRST if largest else "")
    for options, arguments in [("2", ((2,), (2,), (0,))), ("3, stride=1, padding=1", ((3,), (1,), (1,)))]:
        for shape in [(2, 3, 5), (1, 1, 2)]:
            row("layers", f"{name}1d", f"{name}1d(x, {options})", lambda x, a=arguments, l=largest: pool(x, *a, l),
                x=real(*shape), no_ties=FIRST if largest else "")
for shape in [(2, 3, 4, 5), (1, 1, 1, 2)]:
    row("layers", "global_avg_pool2d", "global_avg_pool2d(x)", lambda x: x.mean((2, 3)), x=real(*shape))
for size, shape in [((1, 1), (1, 2, 4, 5)), ((2, 3), (1, 2, 4, 5)), ((3, 2), (1, 2, 4, 5)), ((2, 4), (2, 1, 1, 3))]:
    row("layers", "adaptive_avg_pool2d averaging", f"adaptive_avg_pool2d(x, {list(size)})",
        lambda x, size=size: jnp.stack([jnp.stack([
            x[:, :, i * x.shape[2] // size[0]:-(-(i + 1) * x.shape[2] // size[0]),
              j * x.shape[3] // size[1]:-(-(j + 1) * x.shape[3] // size[1])].mean((2, 3))
            for j in range(size[1])], -1) for i in range(size[0])], -2), x=real(*shape))
row("layers", "upsample2d", "upsample2d(x, 2)", lambda x: x.repeat(2, 2).repeat(2, 3), x=real(1, 2, 2, 3))
row("layers", "upsample2d", "upsample2d(x, [1, 3])", lambda x: x.repeat(3, 3), x=real(2, 1, 1, 2))


def standardized(x, axes, eps=1e-5):
    return nn.standardize(x, axes, epsilon=eps)


for shape in [(6, 3), (4, 3, 4), (2, 3, 2, 5)]:
    layer("batch_norm", "batch_norm(x)", lambda p, x: standardized(x, (0,) + tuple(range(2, x.ndim))) * wide(p["weight"], x.ndim)
          + wide(p["bias"], x.ndim), x=real(*shape))
    layer("group_norm", "group_norm(x, 3)" if shape != (6, 3) else "group_norm(x, 1)",
          lambda p, x, g=1 if shape == (6, 3) else 3: standardized(x.reshape(x.shape[0], g, -1), 2).reshape(x.shape)
          * wide(p["weight"], x.ndim) + wide(p["bias"], x.ndim), x=real(*shape))
    layer("rms_norm", "rms_norm(x)", lambda p, x: x / jnp.sqrt((x * x).mean(-1, keepdims=True) + 1e-6) * p["weight"],
          x=real(*shape))
    layer("layer_norm", "layer_norm(x)", lambda p, x: standardized(x, -1) * p["weight"] + p["bias"], x=real(*shape))
layer("layer_norm", "layer_norm(x, [1, 2], eps=0.01)", lambda p, x: standardized(x, (1, 2), .01) * p["weight"] + p["bias"],
      x=real(2, 3, 2))
layer("layer_norm", "layer_norm(x, [1, 2, 3])", lambda p, x: standardized(x, (1, 2, 3)) * p["weight"] + p["bias"],
      x=real(2, 3, 2, 2))
for shape in [(2, 3, 4), (2, 2, 3, 2)]:
    layer("instance_norm", "instance_norm(x)", lambda p, x: standardized(x, tuple(range(2, x.ndim)))
          * wide(p["weight"], x.ndim) + wide(p["bias"], x.ndim), x=real(*shape))
    row("layers", "instance_norm standardized", "instance_norm(x, affine=false)",
        lambda x: standardized(x, tuple(range(2, x.ndim))), x=real(*shape))
for shape in [(4, 3), (5,)]:
    row("layers", "normalize", "normalize(x)", lambda x: x, x=real(*shape))
    row("layers", "dropout", "dropout(x, p=0)", lambda x: x, x=real(*shape))
row("layers", "dropout", "dropout(x, p=1)", lambda x: 0 * x, x=real(2, 4, 3))

layer("embedding", "embedding(i, 5, 3, dtype=ELEMENT)", lambda p, i: p["weight"][i], i=index(5, 2, 4))
layer("embedding", "embedding(i, 5, 3, padding_id=2, dtype=ELEMENT)", 
      lambda p, i: (lambda rows: jnp.where((i == 2)[..., None], lax.stop_gradient(rows), rows))(p["weight"][i]), i=index(5, 6))


SCORES = "scores of 1e8 have errors of 8 in f32, whose exponentials mean nothing"


def attend(q, k, v, mask=None):
    scores = jnp.einsum("...qd,...kd->...qk", q, k) / jnp.sqrt(q.shape[-1])
    if mask is not None:
        scores = jnp.where(mask, scores, -jnp.inf) if mask.dtype == bool else scores + mask
    return nn.softmax(scores, -1) @ v


for shape in [(4, 3), (2, 3, 2), (1, 2, 4, 2)]:
    qkv = dict(q=real(*shape), k=real(*shape), v=real(*shape), no_extremes=SCORES)
    row("layers", "attention", "attention(q, k, v)", attend, **qkv)
    row("layers", "attention", "attention(q, k, v, causal=true)",
        lambda q, k, v: attend(q, k, v, jnp.tril(jnp.ones((q.shape[-2],) * 2, bool))), **qkv)
row("layers", "attention", "attention(q, k, v, mask=m)", attend, q=real(2, 3, 2), k=real(2, 4, 2), v=real(2, 4, 3),
    m=real(3, 4), no_extremes=SCORES)
row("layers", "attention", "attention(q, k, v, mask=m > 0)", lambda q, k, v, m: attend(q, k, v, m > 0), q=real(3, 2),
    k=real(5, 2), v=real(5, 3), m=positive(3, 5), no_extremes=SCORES)


def heads(p, x, n, causal=False, mask=None):
    b, l, d = x.shape
    q, k, v = [a.reshape(b, l, n, d // n).swapaxes(1, 2)
               for a in jnp.split(x @ p["in_proj_weight"].T + p["in_proj_bias"], 3, -1)]
    y = attend(q, k, v, jnp.tril(jnp.ones((l, l), bool)) if causal else mask)
    return y.swapaxes(1, 2).reshape(b, l, d) @ p["out_proj.weight"].T + p["out_proj.bias"]


layer("multi_head_attention split_heads", "multi_head_attention(x, 2)", lambda p, x: heads(p, x, 2), x=real(2, 3, 4),
      no_extremes=SCORES)
layer("multi_head_attention split_heads", "multi_head_attention(x, 3, causal=true)", lambda p, x: heads(p, x, 3, True), x=real(1, 4, 6),
      no_extremes=SCORES)
layer("multi_head_attention", "multi_head_attention(x, 2, mask=m)", lambda p, x, m: heads(p, x, 2, mask=m), x=real(2, 3, 4),
      m=real(3, 3), no_extremes=SCORES)


def positions(length, d):
    angle = jnp.arange(length)[:, None] / 10000 ** (jnp.arange(0, d, 2) / d)
    return jnp.stack([jnp.sin(angle), jnp.cos(angle)], -1).reshape(length, d)


for shape in [(5, 4), (2, 3, 6)]:
    row("layers", "positional_encoding", "positional_encoding(x)", lambda x: x + positions(*x.shape[-2:]), x=real(*shape))
    layer("graph_conv", "graph_conv(x, a, 3)", lambda p, x, a: a @ (x @ p["weight"].T) + p["bias"], x=real(*shape),
          a=real(shape[-2], shape[-2]))

# Recurrent layers: the values of all turns and the last states, as one row.


def recurrent(p, x, cell, units, layers=1, suffixes=("",), states=1, starts=None):
    finals = []
    for k in range(layers):
        outputs = []
        for suffix in suffixes:
            w_ih, w_hh, b_ih, b_hh = (p[f"{n}_l{k}{suffix}"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            state = [s[len(finals)] for s in starts] if starts else [jnp.zeros((x.shape[0], units))] * states
            turns = []
            for t in range(x.shape[1]):
                xt = x[:, -1 - t if suffix else t]
                state = cell(xt @ w_ih.T + b_ih, state[0] @ w_hh.T + b_hh, *state)
                turns.append(state[0])
            outputs.append(jnp.stack(turns[::-1] if suffix else turns, 1))
            finals.append(state)
        x = jnp.concatenate(outputs, -1)
    return jnp.concatenate([x.reshape(-1)] + [jnp.stack([f[s] for f in finals]).reshape(-1) for s in range(states)])


def gru(x, s, h):
    xr, xz, xn = jnp.split(x, 3, -1)
    hr, hz, hn = jnp.split(s, 3, -1)
    z = nn.sigmoid(xz + hz)
    return [(1 - z) * jnp.tanh(xn + nn.sigmoid(xr + hr) * hn) + z * h]


def lstm(x, s, h, c):
    i, f, g, o = jnp.split(x + s, 4, -1)
    c = nn.sigmoid(f) * c + nn.sigmoid(i) * jnp.tanh(g)
    return [nn.sigmoid(o) * jnp.tanh(c), c]


BOTH = ("", "_reverse")
INSIDE = "recurrent check_recurrent directions first_state recurrent_parameters"
TAILS = dict(no_extremes="inputs of 1e4 saturate the gates: their slopes are what f32 leaves of 1 - 1")
FLAT = "\n  return concat(reshape(hs, [-1]), reshape(h, [-1])"
for name, inner, cell, extra in [("rnn", "rnn_tanh", lambda x, s, h: [jnp.tanh(x + s)], ""),
                                 ("rnn", "rnn_relu", lambda x, s, h: [nn.relu(x + s)], ", activation=\"relu\""),
                                 ("gru", "gru_cell", gru, "")]:
    layer(f"{name} {inner} {INSIDE}", f"hs, h = {name}(x, 3{extra}){FLAT})", lambda p, x, c=cell: recurrent(p, x, c, 3),
          x=real(2, 4, 2), **TAILS)
    layer(f"{name} {inner} {INSIDE}", f"hs, h = {name}(x, 2{extra}, layers=2, bidirectional=true){FLAT})",
          lambda p, x, c=cell: recurrent(p, x, c, 2, 2, BOTH), x=real(2, 3, 2), **TAILS)
layer("lstm lstm_cell", f"hs, h, c = lstm(x, 3){FLAT}, reshape(c, [-1]))",
      lambda p, x: recurrent(p, x, lstm, 3, states=2), x=real(2, 4, 2), **TAILS)
layer("lstm lstm_cell", f"hs, h, c = lstm(x, 2, layers=2, bidirectional=true){FLAT}, reshape(c, [-1]))",
      lambda p, x: recurrent(p, x, lstm, 2, 2, BOTH, 2), x=real(2, 3, 2), **TAILS)
layer("lstm", f"hs, h, c = lstm(x, 2, layers=2, bidirectional=true, h0=a, c0=b){FLAT}, reshape(c, [-1]))",
      lambda p, x, a, b: recurrent(p, x, lstm, 2, 2, BOTH, 2, [a, b]), x=real(2, 3, 2), a=real(4, 2, 2), b=real(4, 2, 2), **TAILS)
for name, cell in [("rnn", lambda x, s, h: [jnp.tanh(x + s)]), ("gru", gru)]:
    layer(name, f"hs, h = {name}(x, 3, h0=a){FLAT})", lambda p, x, a, c=cell: recurrent(p, x, c, 3, starts=[a]), x=real(2, 4, 2),
          a=real(1, 2, 3), **TAILS)
