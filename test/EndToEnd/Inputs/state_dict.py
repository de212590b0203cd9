"""Weights under the names of a PyTorch state_dict load by name, and give what
PyTorch gives: computed here by NumPy from its documentation, and by PyTorch itself
where it is installed.

usage: state_dict.py NNC
"""
import sys

import numpy as np

from harness import Workspace, expect

try:
    import torch
except ImportError:
    torch = None

nnc = sys.argv[1]
SOURCE = """
model net(image: f32[N, 4, 7, 6], series: f32[N, 3, 9]) {
  conv = conv2d(image, 6, [3, 2], stride=2, padding=1, groups=2)
  bn = batch_norm(conv)
  up = conv_transpose2d(bn |> relu, 4, 3, stride=2, padding=1, output_padding=1)
  line = conv1d(series, 5, 3, dilation=2)
  groups = group_norm(line, 5)
  fc = linear(flatten(up), 7)
  return concat(fc, flatten(groups), axis=1)
}
model words(ids: i32[N, L]) {
  emb = embedding(ids, 11, 8)
  norm = layer_norm(emb)
  attn = multi_head_attention(norm, 2)
  hs, h, c = lstm(attn + emb, 5, layers=2, bidirectional=true, name="lstm")
  gs, g = gru(hs, 4, name="gru")
  rs, r = rnn(gs, 3, name="rnn")
  return concat(flatten(hs), flatten(c[1]), flatten(rs), axis=1)
}
entry pictures(image: f32[2, 4, 7, 6], series: f32[2, 3, 9]) { return y = net(image, series) }
entry sentences(ids: i32[3, 5]) { return y = words(ids) }
"""
SHAPES = {
    "net.conv.weight": (6, 2, 3, 2), "net.conv.bias": (6,),
    "net.bn.weight": (6,), "net.bn.bias": (6,), "net.bn.running_mean": (6,), "net.bn.running_var": (6,),
    "net.up.weight": (6, 4, 3, 3), "net.up.bias": (4,), "net.line.weight": (5, 3, 3), "net.line.bias": (5,),
    "net.groups.weight": (5,), "net.groups.bias": (5,), "net.fc.weight": (7, 4 * 8 * 8), "net.fc.bias": (7,),
    "words.emb.weight": (11, 8), "words.norm.weight": (8,), "words.norm.bias": (8,),
    "words.attn.in_proj_weight": (24, 8), "words.attn.in_proj_bias": (24,),
    "words.attn.out_proj.weight": (8, 8), "words.attn.out_proj.bias": (8,)}
for name, gates, units, sizes in [("lstm", 4, 5, [8, 10]), ("gru", 3, 4, [10]), ("rnn", 1, 3, [4])]:
    for layer, inputs in enumerate(sizes):
        for suffix in ["", "_reverse"] if name == "lstm" else [""]:
            end = f"l{layer}{suffix}"
            SHAPES |= {f"words.{name}.weight_ih_{end}": (gates * units, inputs),
                       f"words.{name}.weight_hh_{end}": (gates * units, units),
                       f"words.{name}.bias_ih_{end}": (gates * units,), f"words.{name}.bias_hh_{end}": (gates * units,)}


def sigmoid(x): return 1 / (1 + np.exp(-x))


def convolution(x, weight, bias, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    """By the definition: one output element after the other."""
    x = np.pad(x, [(0, 0), (0, 0)] + [(p, p) for p in padding])
    outputs, inputs, *kernel = weight.shape
    sizes = [(x.shape[2 + i] - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1 for i in range(2)]
    y = np.zeros((len(x), outputs, *sizes))
    for o in range(outputs):
        first = o // (outputs // groups) * inputs
        for i, j in np.ndindex(*sizes):
            window = x[:, first:first + inputs, i * stride[0]:i * stride[0] + dilation[0] * (kernel[0] - 1) + 1:dilation[0],
                       j * stride[1]:j * stride[1] + dilation[1] * (kernel[1] - 1) + 1:dilation[1]]
            y[:, o, i, j] = (window * weight[o]).sum((1, 2, 3)) + bias[o]
    return y


def transposed(x, weight, bias, stride, padding, output_padding):
    """Each input element adds its kernel to the output."""
    _, outputs, kh, kw = weight.shape
    h, w = ((n - 1) * stride + k + output_padding for n, k in zip(x.shape[2:], (kh, kw)))
    y = np.zeros((len(x), outputs, h, w))
    for i, j in np.ndindex(*x.shape[2:]):
        y[:, :, i * stride:i * stride + kh, j * stride:j * stride + kw] += np.einsum("bi,iokl->bokl", x[:, :, i, j], weight)
    return y[:, :, padding:h - padding, padding:w - padding] + bias[:, None, None]


def normal(x, axes):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-5)


def pictures(p, image, series):
    conv = convolution(image, p["net.conv.weight"], p["net.conv.bias"], (2, 2), (1, 1), groups=2)
    wide = {k: p[f"net.bn.{k}"][:, None, None] for k in ("weight", "bias", "running_mean", "running_var")}
    bn = (conv - wide["running_mean"]) / np.sqrt(wide["running_var"] + 1e-5) * wide["weight"] + wide["bias"]
    up = transposed(np.maximum(bn, 0), p["net.up.weight"], p["net.up.bias"], 2, 1, 1)
    line = convolution(series[:, :, None], p["net.line.weight"][:, :, None], p["net.line.bias"], dilation=(1, 2))[:, :, 0]
    groups = normal(line, (2,)) * p["net.groups.weight"][:, None] + p["net.groups.bias"][:, None]
    fc = up.reshape(2, -1) @ p["net.fc.weight"].T + p["net.fc.bias"]
    return np.concatenate([fc, groups.reshape(2, -1)], 1)


def turns(p, prefix, end, x, units, cell, backward=False):
    h, c = np.zeros((len(x), units)), np.zeros((len(x), units))
    outputs = [None] * x.shape[1]
    for t in reversed(range(x.shape[1])) if backward else range(x.shape[1]):
        a = x[:, t] @ p[f"{prefix}.weight_ih_{end}"].T + p[f"{prefix}.bias_ih_{end}"]
        b = h @ p[f"{prefix}.weight_hh_{end}"].T + p[f"{prefix}.bias_hh_{end}"]
        h, c = cell(a, b, h, c)
        outputs[t] = h
    return np.stack(outputs, 1), h, c


def lstm_cell(a, b, h, c):
    i, f, g, o = np.split(a + b, 4, 1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def gru_cell(a, b, h, c):
    (ar, az, an), (br, bz, bn) = np.split(a, 3, 1), np.split(b, 3, 1)
    z = sigmoid(az + bz)
    return (1 - z) * np.tanh(an + sigmoid(ar + br) * bn) + z * h, c


def sentences(p, ids):
    emb = p["words.emb.weight"][ids]
    x = normal(emb, (2,)) * p["words.norm.weight"] + p["words.norm.bias"]
    q, k, v = np.split(x @ p["words.attn.in_proj_weight"].T + p["words.attn.in_proj_bias"], 3, 2)
    parts = []
    for head in range(2):
        of = slice(4 * head, 4 * head + 4)
        scores = q[:, :, of] @ k[:, :, of].transpose(0, 2, 1) / 2
        e = np.exp(scores - scores.max(2, keepdims=True))
        parts.append(e / e.sum(2, keepdims=True) @ v[:, :, of])
    hs = np.concatenate(parts, 2) @ p["words.attn.out_proj.weight"].T + p["words.attn.out_proj.bias"] + emb
    cells = []
    for layer in range(2):
        both = [turns(p, "words.lstm", f"l{layer}{suffix}", hs, 5, lstm_cell, bool(suffix)) for suffix in ["", "_reverse"]]
        hs = np.concatenate([b[0] for b in both], 2)
        cells += [b[2] for b in both]
    gs, _, _ = turns(p, "words.gru", "l0", hs, 4, gru_cell)
    rs, _, _ = turns(p, "words.rnn", "l0", gs, 3, lambda a, b, h, c: (np.tanh(a + b), c))
    return np.concatenate([hs.reshape(3, -1), cells[1], rs.reshape(3, -1)], 1)


def by_torch(p, image, series, ids):
    """The same modules in PyTorch, whose state_dict must be what the file holds."""
    nn = torch.nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, groups=2)
            self.bn = nn.BatchNorm2d(6)
            self.up = nn.ConvTranspose2d(6, 4, 3, stride=2, padding=1, output_padding=1)
            self.line = nn.Conv1d(3, 5, 3, dilation=2)
            self.groups = nn.GroupNorm(5, 5)
            self.fc = nn.Linear(256, 7)

        def forward(self, image, series):
            up = self.up(torch.relu(self.bn(self.conv(image))))
            return torch.cat([self.fc(up.flatten(1)), self.groups(self.line(series)).flatten(1)], 1)

    class Words(nn.Module):
        def __init__(self):
            super().__init__()
            self.emb, self.norm = nn.Embedding(11, 8), nn.LayerNorm(8)
            self.attn = nn.MultiheadAttention(8, 2, batch_first=True)
            self.lstm = nn.LSTM(8, 5, num_layers=2, bidirectional=True, batch_first=True)
            self.gru, self.rnn = nn.GRU(10, 4, batch_first=True), nn.RNN(4, 3, batch_first=True)

        def forward(self, ids):
            emb = self.emb(ids)
            x = self.norm(emb)
            hs, (_, c) = self.lstm(self.attn(x, x, x, need_weights=False)[0] + emb)
            rs, _ = self.rnn(self.gru(hs)[0])
            return torch.cat([hs.flatten(1), c[1], rs.flatten(1)], 1)

    both = nn.ModuleDict({"net": Net(), "words": Words()}).eval()
    both.load_state_dict({k: torch.tensor(np.asarray(v)) for k, v in p.items()})
    with torch.no_grad():
        return [y.numpy() for y in (both["net"](torch.tensor(image), torch.tensor(series)),
                                    both["words"](torch.tensor(ids).long()))]


rng = np.random.default_rng(12)
weights = {name: rng.uniform(-.8, .8, shape).astype(np.float32) for name, shape in SHAPES.items()}
weights["net.bn.running_var"] = rng.uniform(.5, 2, 6).astype(np.float32)
weights["net.bn.num_batches_tracked"] = np.int64(3)  # PyTorch's own; not of the model
image, series = rng.normal(size=(2, 4, 7, 6)).astype(np.float32), rng.normal(size=(2, 3, 9)).astype(np.float32)
ids = rng.integers(0, 11, (3, 5)).astype(np.int32)

wide = {k: np.float64(v) for k, v in weights.items()}
wanted = [pictures(wide, np.float64(image), np.float64(series)), sentences(wide, ids)]
if torch:
    for what, ours, theirs in zip(["pictures", "sentences"], wanted, by_torch(weights, image, series, ids)):
        expect(f"NumPy's {what} are PyTorch's", ours, theirs, absolute=1e-5)
else:
    print("PyTorch is not installed: NumPy alone says what it would give")
w = Workspace(nnc)
w.source(SOURCE)
for options in [[], ["--interpret"]]:
    for entry, inputs, y in [("pictures", dict(image=image, series=series), wanted[0]), ("sentences", dict(ids=ids), wanted[1])]:
        expect(f"{entry} {' '.join(options)}", w.call(entry, inputs, *options, weights=weights)["y"], y, absolute=1e-5)
