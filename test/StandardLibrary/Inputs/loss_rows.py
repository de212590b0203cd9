"""Rows of losses, regularisers and batch metrics."""
import itertools

from rows import FIRST, index, jnp, nn, one_hot, optax, positive, real, row, sign, simplex, unit

REDUCTIONS = [("mean", jnp and jnp.mean), ("sum", jnp and jnp.sum), ("none", lambda x: x)]


def loss(name, oracle, shapes=((4,), (2, 3)), options="", first=real, second=real, **more):
    """Rows of a loss of two operands of one shape, for every reduction."""
    for shape, (reduction, reduce) in zip(itertools.cycle(shapes), REDUCTIONS):
        row("losses", name, f'{name}(y, t{options}, reduction="{reduction}")',
            lambda y, t, reduce=reduce: reduce(oracle(y, t)), y=first(*shape), t=second(*shape), **more)
    row("losses", name, f"{name}(y, t{options})", lambda y, t: jnp.mean(oracle(y, t)), y=first(2, 2), t=second(2, 2), **more)


def clamped_log(p):
    return jnp.where(p > 0, jnp.maximum(jnp.log(jnp.where(p > 0, p, 1)), -100), -100)


def distance(a, b):
    square = ((a - b) ** 2).sum(-1)
    return jnp.where(square > 0, jnp.sqrt(jnp.where(square > 0, square, 1)), 0)


def unit_rows(x, eps=1e-12):
    return x / jnp.maximum(distance(x, 0)[..., None], eps)


def relative_entropy(p, q):
    return jnp.where(p > 0, p * jnp.log(jnp.where(p > 0, p, 1) / jnp.where(p > 0, q, 1)), 0).sum(-1)


def sparsemax(z):
    s = jnp.flip(jnp.sort(z, -1), -1)
    k = jnp.arange(1, z.shape[-1] + 1)
    inside = 1 + k * s > jnp.cumsum(s, -1)
    tau = (jnp.where(inside, s, 0).sum(-1, keepdims=True) - 1) / inside.sum(-1, keepdims=True)
    return nn.relu(z - tau)


INFINITE = "infinite, with a gradient that is no number, where q is 0 and p is not"

# Of every element.
loss("mse", lambda y, t: optax.squared_error(y, t))
loss("mae", lambda y, t: jnp.where(y > t, y - t, jnp.where(y < t, t - y, 0)))
loss("huber", lambda y, t: optax.huber_loss(y, t))
loss("huber", lambda y, t: optax.huber_loss(y, t, delta=.4), options=", delta=0.4", shapes=[(5,)])
loss("smooth_l1", lambda y, t: optax.huber_loss(y, t))
loss("smooth_l1", lambda y, t: optax.huber_loss(y, t, delta=.4) / .4, options=", beta=0.4", shapes=[(5,)])
loss("smooth_l1", lambda y, t: jnp.where(y > t, y - t, jnp.where(y < t, t - y, 0)), options=", beta=0", shapes=[(5,)])
loss("quantile_loss", lambda y, t: jnp.where(t >= y, .9 * (t - y), -.1 * (t - y)), options=", tau=0.9", no_ties=FIRST)
loss("log_cosh", lambda y, t: jnp.abs(y - t) + jnp.log1p(jnp.exp(-2 * jnp.abs(y - t))) - jnp.log(2))
loss("hinge", lambda y, t: nn.relu(1 - t * y), second=sign)
loss("binary_cross_entropy", lambda p, t: -t * clamped_log(p) - (1 - t) * clamped_log(1 - p), first=unit, second=unit)
loss("binary_cross_entropy_with_logits", lambda y, t: optax.sigmoid_binary_cross_entropy(y, t), second=unit)
loss("binary_cross_entropy_with_logits", lambda y, t: -3 * t * nn.log_sigmoid(y) - (1 - t) * nn.log_sigmoid(-y),
     options=", pos_weight=3", second=unit, shapes=[(5,)])
loss("binary_cross_entropy_with_logits", lambda y, t: -jnp.array([.5, 4]) * t * nn.log_sigmoid(y) - (1 - t) * nn.log_sigmoid(-y),
     options=", pos_weight=[0.5, 4]", second=unit, shapes=[(3, 2)])
for reduction, reduce in REDUCTIONS:
    row("losses", "gaussian_nll", f'gaussian_nll(m, t, v, reduction="{reduction}")',
        lambda m, t, v, reduce=reduce: reduce(.5 * (jnp.log(v) + (t - m) ** 2 / v)), m=real(2, 3), t=real(2, 3),
        v=positive(2, 3))
    row("losses", "gaussian_nll", f'gaussian_nll(m, t, log_var=v, reduction="{reduction}")',
        lambda m, t, v, reduce=reduce: reduce(.5 * (v + (t - m) ** 2 / jnp.exp(v))), m=real(4), t=real(4), v=real(4),
        no_extremes="e^1e4 overflows")


# Of rows of classes.
def classes(name, oracle, options="", draw=real, **more):
    for shape, (reduction, reduce) in zip([(2, 4), (2, 2, 3), (3,)], REDUCTIONS):
        row("losses", name, f'{name}(y, i{options}, reduction="{reduction}")',
            lambda y, i, reduce=reduce: reduce(oracle(y, i)), y=draw(*shape), i=index(shape[-1], *shape[:-1]), **more)


def picked(logp, i):
    return -jnp.take_along_axis(logp, i[..., None], -1)[..., 0]


classes("cross_entropy", lambda y, i: optax.softmax_cross_entropy_with_integer_labels(y, i))
classes("cross_entropy", lambda y, i: optax.softmax_cross_entropy(y, optax.smooth_labels(nn.one_hot(i, y.shape[-1]), .1)),
        ", label_smoothing=0.1")
classes("cross_entropy", lambda p, i: picked(clamped_log(p), i), ", from_logits=false", simplex)
classes("nll_loss", picked)
row("losses", "cross_entropy", "cross_entropy(y, i, weight=[1, 2, 0.5])",
    lambda y, i: (lambda w: (w * picked(nn.log_softmax(y), i)).sum() / w.sum())(jnp.array([1, 2, .5])[i]), y=real(5, 3),
    i=index(3, 5))
for shape in [(4, 3), (2, 3, 3)]:
    row("losses", "cross_entropy", "cross_entropy(y, i, ignore_index=1)",
        lambda y, i: (lambda k: (k * picked(nn.log_softmax(y), i)).sum() / k.sum())(i != 1), y=real(*shape),
        i=index(3, *shape[:-1]))
for target in [one_hot, simplex]:
    for reduction, reduce in REDUCTIONS:
        row("losses", "cross_entropy", f'cross_entropy(y, t, reduction="{reduction}")',
            lambda y, t, reduce=reduce: reduce(optax.softmax_cross_entropy(y, t)), y=real(3, 4), t=target(3, 4))
row("losses", "cross_entropy", "cross_entropy(y, t, label_smoothing=0.2, weight=[1, 2, 0.5])",
    lambda y, t: -((.8 * t + .2 / 3) * jnp.array([1, 2, .5]) * nn.log_softmax(y)).sum(-1).mean(), y=real(5, 3), t=simplex(5, 3))


def focal(y, t, gamma, alpha):
    missed = (1 - t) * nn.sigmoid(y) + t * nn.sigmoid(-y)
    share = 1 if alpha is None else alpha * t + (1 - alpha) * (1 - t)
    return share * missed ** gamma * ((1 - t) * nn.softplus(y) + t * nn.softplus(-y))


for gamma, alpha in [(2, None), (1.5, .25)]:
    options = f", gamma={gamma}" + (f", alpha={alpha}" if alpha else "")
    both = dict(gamma=gamma, alpha=alpha)
    loss("focal", lambda y, t, both=both: focal(y, t, **both), options=options, second=one_hot)
    loss("focal", lambda y, t, both=both: optax.sigmoid_focal_loss(y, t, **both), options=options, second=unit,
         no_ties="optax is right only between 0 and 1 about how the loss changes with the target")
    classes("focal", lambda y, i, gamma=gamma, alpha=alpha: (lambda nll: (alpha or 1) * (1 - jnp.exp(-nll)) ** gamma * nll)(
        picked(nn.log_softmax(y), i)), options)
row("losses", "focal", "focal(p, t, alpha=0.25, from_logits=false)",
    lambda p, t: -((.25 * t + .75 * (1 - t)) * (t * (1 - p) + (1 - t) * p) ** 2 * (
        t * clamped_log(p) + (1 - t) * clamped_log(1 - p))).mean(), p=unit(6),
    t=one_hot(6))
row("losses", "focal", "focal(p, i, from_logits=false)",
    lambda p, i: ((1 - jnp.exp(-picked(clamped_log(p), i))) ** 2 * picked(clamped_log(p), i)).mean(), p=simplex(4, 3),
    i=index(3, 4))
loss("sparsemax_loss", lambda z, t: .5 * ((t - z) ** 2 - (sparsemax(z) - z) ** 2).sum(-1), second=one_hot)
loss("kl_div", relative_entropy, first=simplex, second=simplex, no_extremes=INFINITE)
loss("kl_div", lambda p, q: optax.kl_divergence(jnp.log(q), p), first=simplex, second=simplex,
     no_extremes=INFINITE)
loss("js_div", lambda p, q: .5 * relative_entropy(p, .5 * (p + q)) + .5 * relative_entropy(q, .5 * (p + q)), first=simplex,
     second=simplex)
loss("gaussian_kl", lambda m, v: -.5 * (1 + v - m * m - jnp.exp(v)).sum(-1))
for reduction, reduce in REDUCTIONS:
    for shape in [(3, 4), (5,)]:
        row("losses", "entropy", f'entropy(p, reduction="{reduction}")',
            lambda p, reduce=reduce: reduce(-jnp.where(p > 0, p * jnp.log(jnp.where(p > 0, p, 1)), 0).sum(-1)), p=simplex(*shape))
        row("losses", "reduce_loss", f'reduce_loss(x, "{reduction}")', lambda x, reduce=reduce: reduce(x), x=real(*shape))
for shape in [(3, 4), (5,)]:
    row("losses", "relative_entropy", "relative_entropy(p, q)", lambda p, q: p * jnp.log(p / q), p=simplex(*shape),
        q=simplex(*shape), no_extremes=INFINITE)
    row("losses", "entropy_to_middle", "entropy_to_middle(p, q)", lambda p, q: jnp.where(
            p > 0, p * jnp.log(2 * jnp.where(p > 0, p, 1) / (jnp.where(p > 0, p, 1) + q)), 0), p=simplex(*shape),
        q=simplex(*shape))
    row("losses", "clamped_log", "clamped_log(p)", clamped_log, p=unit(*shape))

# Of two players.
for shape, (reduction, reduce) in zip([(4, 1), (6,), (2, 3)], REDUCTIONS):
    r = f', reduction="{reduction}"'
    row("losses", "gan_discriminator", f"gan_discriminator(r, f{r})",
        lambda r, f, reduce=reduce: reduce(nn.softplus(-r)) + reduce(nn.softplus(f)), r=real(*shape), f=real(*shape))
    row("losses", "gan_generator", f"gan_generator(f{r})", lambda f, reduce=reduce: reduce(nn.softplus(-f)), f=real(*shape))
    row("losses", "gan_generator", f"gan_generator(f, saturating=true{r})",
        lambda f, reduce=reduce: reduce(-nn.softplus(f)), f=real(*shape))
row("losses", "gan_discriminator", "gan_discriminator(r, f)", lambda r, f: nn.softplus(-r).mean() + nn.softplus(f).mean(),
    r=real(4, 1), f=real(6))

# Of pairs and batches of embeddings.
for shape in [(4, 3), (2, 3, 2)]:
    for margin, (reduction, reduce) in zip([1, 2.5, 2], REDUCTIONS):
        row("losses", "contrastive", f'contrastive(a, b, s, margin={margin}, reduction="{reduction}")',
            lambda a, b, s, m=margin, reduce=reduce: reduce(
                s * distance(a, b) ** 2 + (1 - s) * nn.relu(m - distance(a, b)) ** 2),
            a=real(*shape), b=real(*shape), s=one_hot(*shape[:-1]))
        row("losses", "triplet", f'triplet(a, p, n, margin={margin}, reduction="{reduction}")',
            lambda a, p, n, m=margin, reduce=reduce: reduce(
                nn.relu(distance(a + 1e-6, p) - distance(a + 1e-6, n) + m)),
            a=real(*shape), p=real(*shape), n=real(*shape))
    row("losses", "cosine_similarity", "cosine_similarity(a, b)", lambda a, b: (unit_rows(a, 1e-8) * unit_rows(b, 1e-8)).sum(-1),
        a=real(*shape), b=real(*shape))
    row("losses", "unit_rows", "unit_rows(x)", unit_rows, x=real(*shape))


def rows_nce(scores):
    return -jnp.diagonal(nn.log_softmax(scores, -1))


for (n, d), (reduction, reduce) in zip([(3, 4), (5, 2), (4, 3)], REDUCTIONS):
    r = "" if reduction == "mean" else f', reduction="{reduction}"'
    row("losses", "info_nce", f"info_nce(q, k, 0.5{r})",
        lambda q, k, reduce=reduce: reduce(rows_nce(unit_rows(q) @ unit_rows(k).T / .5)), q=real(n, d), k=real(n, d))
    row("losses", "info_nce", f"info_nce(q, k, 0.2, negatives=m{r})",
        lambda q, k, m, reduce=reduce: (lambda s: reduce(-nn.log_softmax(s, -1)[:, 0]))(jnp.concatenate(
            [(unit_rows(q) * unit_rows(k)).sum(-1, keepdims=True), jnp.einsum("nd,nmd->nm", unit_rows(q), unit_rows(m))],
            1) / .2), q=real(n, d), k=real(n, d), m=real(n, 2, d))
    row("losses", "nt_xent", f"nt_xent(a, b, 0.5{r})",
        lambda a, b, n=n, reduce=reduce: (lambda z: (lambda s: reduce(picked(
            nn.log_softmax(s, -1), (jnp.arange(2 * n) + n) % (2 * n))))(
            jnp.where(jnp.eye(2 * n, dtype=bool), -jnp.inf, z @ z.T / .5)))(unit_rows(jnp.concatenate([a, b]))),
        a=real(n, d), b=real(n, d))
    row("losses", "image_text_nce", f"image_text_nce(s, 0.5{r})", lambda s, reduce=reduce: reduce(rows_nce(s / .5)),
        s=real(n, n))
    row("losses", "image_text_nce", f"image_text_nce(s, 0.5, symmetric=true{r})",
        lambda s, reduce=reduce: reduce(.5 * (rows_nce(s / .5) + rows_nce(s.T / .5))), s=real(n, n))
    row("losses", "clip_loss", f"clip_loss(a, b, 0.5{r})",
        lambda a, b, reduce=reduce: (lambda s: reduce(.5 * (rows_nce(s) + rows_nce(s.T))))(unit_rows(a) @ unit_rows(b).T / .5),
        a=real(n, d), b=real(n, d))

# A temperature that is learnt.
COLD = dict(t=positive(), no_extremes="a temperature of 1e-4 makes errors of 1e-7 large")
row("losses", "info_nce", "info_nce(a, b, t)", lambda a, b, t: rows_nce(unit_rows(a) @ unit_rows(b).T / t).mean(),
    a=real(3, 4), b=real(3, 4), **COLD)
row("losses", "clip_loss", "clip_loss(a, b, t)", lambda a, b, t: (lambda s: .5 * (rows_nce(s) + rows_nce(s.T)).mean())(
    unit_rows(a) @ unit_rows(b).T / t), a=real(3, 4), b=real(3, 4), **COLD)
row("losses", "nt_xent", "nt_xent(a, b, t)", lambda a, b, t: (lambda z: picked(nn.log_softmax(jnp.where(
        jnp.eye(6, dtype=bool), -jnp.inf, z @ z.T / t)), (jnp.arange(6) + 3) % 6).mean())(
            unit_rows(jnp.concatenate([a, b]))), a=real(3, 4), b=real(3, 4), **COLD)
row("losses", "image_text_nce", "image_text_nce(s, t)", lambda s, t: rows_nce(s / t).mean(), s=real(3, 3), **COLD)

# Batch metrics.
row("losses", "accuracy", "accuracy(y, i)", lambda y, i: (y.argmax(-1) == i).mean(), y=real(6, 3), i=index(3, 6),
    no_gradient="counts")
row("losses", "accuracy", "accuracy(y, t)", lambda y, t: (y.argmax(-1) == t.argmax(-1)).mean(), y=real(6, 3),
    t=one_hot(6, 3), no_gradient="counts")
for n, k in [(6, 4), (1, 3)]:
    row("losses", "top_k_accuracy", "top_k_accuracy(y, i, k=2)",
        lambda y, i: (jnp.argsort(-y, -1)[:, :2] == i[:, None]).any(1).mean(), y=real(n, k), i=index(k, n), no_gradient="counts")
