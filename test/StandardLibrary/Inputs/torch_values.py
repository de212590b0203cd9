"""Values and gradients of the library against PyTorch, on random and on extreme
operands, then optimisers over ten steps and schedules over a thousand calls.

usage: torch_values.py NNC

PyTorch computes in float64, the library in f32; the tolerance is that of values.py.
"""
import sys

import numpy as np
import torch
import torch.nn.functional as F

from program import Program
from rows import MIX, Row, index, one_hot, positive, real, simplex, unit
from training_rows import metric

nnc = sys.argv[1]
TOLERANCE = 1e-5
rows, problems, compared = [], [], 0


def add(code, oracle, **draws):
    options = {k: draws.pop(k) for k in list(draws) if k in ("site", "no_extremes", "no_ties")}
    row = Row("torch", [], code, draws, oracle, **options)
    row.name = f"r{len(rows)}"
    rows.append(row)


KINK = dict(no_ties="PyTorch's gradient at a kink is another")
for name in ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "softplus", "gelu", "silu", "mish"]:
    add(f"{name}(x)", getattr(F, name), x=real(2, 5))
add('gelu(x, approximate="tanh")', lambda x: F.gelu(x, approximate="tanh"), x=real(2, 5))
add("leaky_relu(x, 0.2)", lambda x: F.leaky_relu(x, .2), x=real(7))
add("elu(x, alpha=0.5)", lambda x: F.elu(x, .5), x=real(7))
add("hard_sigmoid(x)", F.hardsigmoid, x=real(7), **KINK)
add("hard_swish(x)", F.hardswish, x=real(7), **KINK)
add("softmax(x)", lambda x: F.softmax(x, -1), x=real(3, 4))
add("log_softmax(x, axis=0)", lambda x: F.log_softmax(x, 0), x=real(3, 4))
add("log_sigmoid(x)", F.logsigmoid, x=real(3, 4))

for reduction in ["mean", "sum", "none"]:
    r, o = f', reduction="{reduction}"', dict(reduction=reduction)
    two = dict(y=real(3, 4), t=real(3, 4))
    add(f"mse(y, t{r})", lambda y, t, o=o: F.mse_loss(y, t, **o), **two)
    add(f"mae(y, t{r})", lambda y, t, o=o: F.l1_loss(y, t, **o), **two)
    add(f"huber(y, t, delta=0.7{r})", lambda y, t, o=o: F.huber_loss(y, t, delta=.7, **o), **two)
    add(f"smooth_l1(y, t, beta=0.7{r})", lambda y, t, o=o: F.smooth_l1_loss(y, t, beta=.7, **o), **two)
    add(f"smooth_l1(y, t, beta=0{r})", lambda y, t, o=o: F.smooth_l1_loss(y, t, beta=0, **o), **two)
    add(f"cross_entropy(y, i{r})", lambda y, i, o=o: F.cross_entropy(y, i, **o), y=real(5, 4), i=index(4, 5))
    add(f"cross_entropy(y, i, label_smoothing=0.2{r})", lambda y, i, o=o: F.cross_entropy(y, i, label_smoothing=.2, **o),
        y=real(5, 4), i=index(4, 5))
    add(f"cross_entropy(y, i, ignore_index=1{r})", lambda y, i, o=o: F.cross_entropy(y, i, ignore_index=1, **o),
        y=real(9, 4), i=index(4, 9))
    add(f"cross_entropy(y, i, weight=[1, 2, 0.5], ignore_index=1, label_smoothing=0.1{r})",
        lambda y, i, o=o: F.cross_entropy(y, i, weight=torch.tensor([1, 2, .5], dtype=y.dtype), ignore_index=1,
                                          label_smoothing=.1, **o), y=real(9, 3), i=index(3, 9))
    add(f"cross_entropy(y, t, label_smoothing=0.1{r})", lambda y, t, o=o: F.cross_entropy(y, t, label_smoothing=.1, **o),
        y=real(5, 4), t=simplex(5, 4))
    add(f"nll_loss(y, i{r})", lambda y, i, o=o: F.nll_loss(y, i, **o), y=real(5, 4), i=index(4, 5))
    add(f"binary_cross_entropy(p, t{r})", lambda p, t, o=o: F.binary_cross_entropy(p, t.detach(), **o), p=unit(6), t=one_hot(6),
        no_extremes="at 0 and 1 PyTorch divides by 1e-12 where the definition is constant")
    add(f"binary_cross_entropy_with_logits(y, t, pos_weight=3{r})",
        lambda y, t, o=o: F.binary_cross_entropy_with_logits(y, t, pos_weight=torch.tensor(3., dtype=y.dtype), **o),
        y=real(6), t=unit(6))
    add(f"binary_cross_entropy_with_logits(y, t, pos_weight=[3, 0.5]{r})",
        lambda y, t, o=o: F.binary_cross_entropy_with_logits(y, t, pos_weight=torch.tensor([3, .5], dtype=y.dtype), **o),
        y=real(3, 2), t=unit(3, 2))
    add(f"gaussian_nll(y, t, v{r})", lambda y, t, v, o=o: F.gaussian_nll_loss(y, t, v, **o), y=real(6), t=real(6), v=positive(6))
    add(f"triplet(a, p, n, margin=2{r})", lambda a, p, n, o=o: F.triplet_margin_loss(a, p, n, margin=2, **o), a=real(4, 3),
        p=real(4, 3), n=real(4, 3), no_extremes="distances of 1e4 leave what f32 rounds away when they cancel")
add("kl_div(p, q, reduction=\"sum\")", lambda p, q: F.kl_div(q.log(), p, reduction="sum"), p=simplex(3, 4), q=simplex(3, 4),
    no_extremes="infinite where q is 0")
add("cosine_similarity(a, b)", lambda a, b: F.cosine_similarity(a, b), a=real(4, 3), b=real(4, 3),
    no_extremes="PyTorch's gradient of a norm of 0 is another")


def layer(code, oracle, **draws):
    add(code, oracle, site=code.split("(")[0] + "_0", **draws)


layer("linear(x, 5)", lambda p, x: F.linear(x, p["weight"], p["bias"]), x=real(2, 3))
for options, o in [("", {}), (", stride=2, padding=1", dict(stride=2, padding=1)), (", dilation=2, groups=2", dict(dilation=2, groups=2)),
                   (", padding=1, groups=4", dict(padding=1, groups=4)), (', padding="same"', dict(padding="same"))]:
    layer(f"conv2d(x, 4, 3{options})", lambda p, x, o=o: F.conv2d(x, p["weight"], p["bias"], **o), x=real(2, 4, 6, 7))
    layer(f"conv1d(x, 4, 3{options})", lambda p, x, o=o: F.conv1d(x, p["weight"], p["bias"], **o), x=real(2, 4, 7))
for options, o in [("", {}), (", stride=2, padding=1, output_padding=1, groups=2", dict(stride=2, padding=1, output_padding=1, groups=2)),
                   (", dilation=2, padding=1", dict(dilation=2, padding=1))]:
    layer(f"conv_transpose2d(x, 4, 3{options})", lambda p, x, o=o: F.conv_transpose2d(x, p["weight"], p["bias"], **o),
          x=real(2, 4, 4, 5))
for options, o in [("2", (2,)), ("3, stride=2, padding=1", (3, 2, 1))]:
    for d, shape in [(1, (2, 3, 7)), (2, (2, 3, 6, 7))]:
        add(f"max_pool{d}d(x, {options})", lambda x, d=d, o=o: getattr(F, f"max_pool{d}d")(x, *o), x=real(*shape))
        add(f"avg_pool{d}d(x, {options})", lambda x, d=d, o=o: getattr(F, f"avg_pool{d}d")(x, *o), x=real(*shape))
add("adaptive_avg_pool2d(x, [2, 3])", lambda x: F.adaptive_avg_pool2d(x, (2, 3)), x=real(2, 3, 5, 7))
add("global_avg_pool2d(x)", lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1), x=real(2, 3, 5, 7))
add("upsample2d(x, 2)", lambda x: F.interpolate(x, scale_factor=2), x=real(1, 2, 3, 2))
image = dict(x=real(3, 4, 3, 2))
layer("batch_norm(x)", lambda p, x: F.batch_norm(x, None, None, p["weight"], p["bias"], training=True), **image)
layer("group_norm(x, 2)", lambda p, x: F.group_norm(x, 2, p["weight"], p["bias"]), **image)
layer("instance_norm(x)", lambda p, x: F.instance_norm(x, weight=p["weight"], bias=p["bias"]), **image)
layer("layer_norm(x)", lambda p, x: F.layer_norm(x, x.shape[-1:], p["weight"], p["bias"]), x=real(3, 4))
layer("rms_norm(x)", lambda p, x: F.rms_norm(x, x.shape[-1:], p["weight"], eps=1e-6), x=real(3, 4))
layer("embedding(i, 5, 3)", lambda p, i: F.embedding(i, p["weight"]), i=index(5, 2, 4))
layer("embedding(i, 5, 3, padding_id=2)", lambda p, i: F.embedding(i, p["weight"], padding_idx=2), i=index(5, 2, 4))
add("roll(x, 2)", lambda x: torch.roll(x, 2), x=real(3, 4))
add("roll(x, [1, -1], axis=[1, 0])", lambda x: torch.roll(x, (1, -1), (1, 0)), x=real(3, 4))
add("expand(x, [2, -1, -1])", lambda x: x.expand(2, -1, -1), x=real(3, 4))
SCORES = dict(no_extremes="scores of 1e8 have errors of 8 in f32, whose exponentials mean nothing")
for options, o in [("", {}), (", causal=true", dict(is_causal=True))]:
    add(f"attention(q, k, v{options})", lambda q, k, v, o=o: F.scaled_dot_product_attention(q, k, v, **o), q=real(2, 3, 4),
        k=real(2, 3, 4), v=real(2, 3, 4), **SCORES)


def module(kind, *arguments, **options):
    """PyTorch's module with the row's parameters."""
    def call(p, x):
        made = kind(*arguments, **options, batch_first=True).double()
        return torch.func.functional_call(made, p, (x, x, x) if kind is torch.nn.MultiheadAttention else (x,))
    return call


def flat(*values):
    return torch.cat([v.reshape(-1) for v in values])


layer("multi_head_attention(x, 2)", lambda p, x: module(torch.nn.MultiheadAttention, 4, 2)(p, x)[0], x=real(2, 3, 4), **SCORES)
for name, kind, states in [("rnn", torch.nn.RNN, "h"), ("gru", torch.nn.GRU, "h"), ("lstm", torch.nn.LSTM, "h, c")]:
    def both(p, x, kind=kind):
        hs, last = module(kind, 3, 4, num_layers=2, bidirectional=True)(p, x)
        return flat(hs, *(last if isinstance(last, tuple) else [last]))
    parts = ", ".join(f"reshape({s}, [-1])" for s in states.split(", "))
    row = f"hs, {states} = {name}(x, 4, layers=2, bidirectional=true)\n  return concat(reshape(hs, [-1]), {parts})"
    add(row, both, site=f"{name}_0", x=real(2, 5, 3), no_extremes="inputs of 1e4 saturate the gates")

# Optimisers, of a network of three layers, and schedules.
O = torch.optim
OPTIMIZERS = [
    ("sgd(0.05)", lambda p: O.SGD(p, .05)), ("sgd(0.05, momentum=0.9)", lambda p: O.SGD(p, .05, momentum=.9)),
    ("sgd(0.05, momentum=0.9, nesterov=true, weight_decay=0.1)",
     lambda p: O.SGD(p, .05, momentum=.9, nesterov=True, weight_decay=.1)),
    ("adagrad(0.05)", lambda p: O.Adagrad(p, .05)), ("rmsprop(0.01)", lambda p: O.RMSprop(p, .01)),
    ("rmsprop(0.01, alpha=0.9)", lambda p: O.RMSprop(p, .01, alpha=.9)), ("adam(0.01)", lambda p: O.Adam(p, .01)),
    ("adam(0.01, beta1=0.8, beta2=0.95, eps=0.001)", lambda p: O.Adam(p, .01, betas=(.8, .95), eps=.001)),
    ("adamw(0.01)", lambda p: O.AdamW(p, .01)), ("adamw(0.01, weight_decay=0.2)", lambda p: O.AdamW(p, .01, weight_decay=.2))]
SCHEDULES = [
    ("step_decay(0.5, every=100, gamma=0.5)", lambda o: O.lr_scheduler.StepLR(o, 100, .5)),
    ("multi_step(0.5, at=[10, 300, 301, 900], gamma=0.3)", lambda o: O.lr_scheduler.MultiStepLR(o, [10, 300, 301, 900], .3)),
    ("exponential(0.5, gamma=0.99)", lambda o: O.lr_scheduler.ExponentialLR(o, .99)),
    ("cosine(0.5, steps=1000, final=0.01)", lambda o: O.lr_scheduler.CosineAnnealingLR(o, 1000, .01)),
    ("plateau(0.5)", lambda o: O.lr_scheduler.ReduceLROnPlateau(o)),
    ("plateau(0.5, factor=0.7, patience=3, threshold=0.01)",
     lambda o: O.lr_scheduler.ReduceLROnPlateau(o, factor=.7, patience=3, threshold=.01))]

text = MIX
for row in rows:
    operands = ", ".join(f"{name}: {draw.type('f32')}" for name, draw in row.draws.items())
    slopes = ", ".join("d_" + name for name in row.floats)
    text += row.model("m_" + row.name) + f"step s_{row.name}({operands}) {{\n  value = m_{row.name}({', '.join(row.draws)})\n  loss = mix(value)\n"
    text += f"  {slopes} = grad(loss, {', '.join(row.floats)})\n" if slopes else ""
    text += "  minimize loss with sgd(0.0, momentum=0.9)\n" if row.site else ""
    text += f"  return value{', ' if slopes else ''}{slopes}\n}}\n"
for i, (rule, _) in enumerate(OPTIMIZERS):
    text += f"""model o{i}(x) {{ return x |> linear(6, name="fc0") |> tanh |> linear(5, name="fc2") |> sigmoid |> linear(1, name="fc4") }}
step o{i}_step(x: f32[8, 4], t: f32[8, 1]) {{
  loss = mse(o{i}(x), t)
  minimize loss with {rule}
  return loss
}}
"""
for i, (rule, _) in enumerate(SCHEDULES):
    text += f"model p{i}() {{\n  param p: f32[1] = ones\n  return sum(p)\n}}\nstep p{i}_step() {{\n  loss = p{i}()\n  minimize loss with sgd({rule})\n  return loss\n}}\n"
program = Program(nnc, text)


def compare(what, found, wanted, absolute=1e-9):
    global compared
    compared += 1
    found = np.asarray(found, np.float64)
    with np.errstate(over="ignore"):
        wanted = np.float64(np.float32(np.asarray(wanted)))
    largest = np.abs(wanted[np.isfinite(wanted)]).max(initial=0)
    if found.shape != wanted.shape or not np.allclose(found, wanted, rtol=TOLERANCE, atol=TOLERANCE / 10 * largest + absolute,
                                                      equal_nan=True):
        problems.append(f"{what}: {found.reshape(-1)[:6]}, wanted {wanted.reshape(-1)[:6]}")


def mix(y):
    y = y.reshape(-1)
    return (y * torch.tensor(np.arange(len(y)) * 7 % 11 / 8 - .5)).sum()


for row in rows:
    prefix = f"m_{row.name}.{row.site}."
    parameters = {}
    for name, (_, _, shape) in program.tensors.items():
        if row.site and name.startswith(prefix) and "running" not in name:
            value = row.rng(1).uniform(-1, 1, shape).astype(np.float32)
            program.write(name, value)
            parameters[name[len(prefix):]] = torch.tensor(np.float64(value), requires_grad=True)
    for number, kind in enumerate(["sample", "extreme", "extreme"]):
        if kind == "extreme" and row.no_extremes:
            continue
        rng = row.rng(number + 2)
        given = {name: np.asarray(getattr(draw, kind)(rng)) for name, draw in row.draws.items()}
        given = {k: v.astype(np.float32) if k in row.floats else v for k, v in given.items()}
        operands = {k: torch.tensor(np.float64(v), requires_grad=True) if k in row.floats else torch.tensor(v.astype(np.int64))
                    for k, v in given.items()}
        value = row.oracle(*([parameters] if row.site else []), *operands.values())
        for p in parameters.values():
            p.grad = None
        mix(value).backward()
        for name, (_, _, shape) in program.tensors.items():
            if name.startswith(f"optimizer.s_{row.name}.") and name.endswith("momentum_buffer"):
                program.write(name, np.zeros(shape))
        out = program.call("s_" + row.name, **given)
        what = row.code + (", extreme" if kind == "extreme" else "")
        compare(what, out["value"], value.detach().numpy())
        if kind == "extreme" and row.no_ties:
            continue
        for name in row.floats:
            if operands[name].grad is not None:
                compare(f"{what}, gradient of {name}", out["d_" + name], operands[name].grad.numpy())
        for name, p in parameters.items():
            slot = f"optimizer.s_{row.name}.{prefix}{name}.momentum_buffer"
            compare(f"{what}, gradient of {name}", program.read(slot), p.grad.numpy())

rng = np.random.default_rng(11)
start = {f"{i}.{part}": rng.uniform(-1, 1, shape).astype(np.float32)
         for i, (n, m) in zip([0, 2, 4], [(4, 6), (6, 5), (5, 1)]) for part, shape in [("weight", (m, n)), ("bias", (m,))]}
batches = [(rng.normal(size=(8, 4)).astype(np.float32), rng.normal(size=(8, 1)).astype(np.float32)) for _ in range(10)]
for i, (rule, make) in enumerate(OPTIMIZERS):
    net = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.Tanh(), torch.nn.Linear(6, 5), torch.nn.Sigmoid(),
                              torch.nn.Linear(5, 1)).double()
    net.load_state_dict({k: torch.tensor(np.float64(v)) for k, v in start.items()})
    for key, value in start.items():
        program.write(f"o{i}.fc{key}", value)
    optimizer = make(net.parameters())
    for x, t in batches:
        found = program.call(f"o{i}_step", x=x, t=t)["loss"]
        optimizer.zero_grad()
        loss = F.mse_loss(net(torch.tensor(np.float64(x))), torch.tensor(np.float64(t)))
        loss.backward()
        optimizer.step()
        compare(f"{rule}: loss", found, loss.item())
    for key, value in net.state_dict().items():
        compare(f"{rule}: {key}", program.read(f"o{i}.fc{key}"), value.numpy())
for i, (rule, make) in enumerate(SCHEDULES):
    program.init(0)  # no reports yet
    optimizer = O.SGD([torch.zeros(1, requires_grad=True)], .5)
    scheduler, found, wanted = make(optimizer), [], []
    for t in range(1000):
        if "plateau" in rule:
            program.report(metric(t))
            scheduler.step(metric(t))
        program.call(f"p{i}_step")
        found.append(program.read(f"optimizer.p{i}_step.lr"))
        wanted.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if "plateau" not in rule:
            scheduler.step()
    compare(rule, np.array(found), np.array(wanted))
print("\n".join(problems))
print(f"{len(rows)} rows, {len(OPTIMIZERS)} optimisers, {len(SCHEDULES)} schedules, {compared} tensors compared, {len(problems)} problems")
sys.exit(bool(problems))
