"""The workloads in PyTorch."""

import torch
from torch import nn
from torch.nn import functional as F


def _mlp(*widths):
    layers = []
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return layers[:-1]


def _cnn(channels, kernel, flat, last):
    layers = []
    for inputs, outputs in zip(channels, channels[1:]):
        layers += [nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), *_mlp(flat, 128, last))


def _norm_conv(inputs, outputs, kernel, stride):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)
    )


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.short = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.short = _norm_conv(inputs, outputs, 1, stride)
        self.long = nn.Sequential(
            _norm_conv(inputs, outputs, 3, stride), nn.ReLU(), _norm_conv(outputs, outputs, 3, 1)
        )

    def forward(self, x):
        return F.relu(self.long(x) + self.short(x))


def _resnet(mode):
    if mode == "train":
        layers, classes = [_norm_conv(3, 64, 3, 1), nn.ReLU()], 10
    else:
        layers, classes = [_norm_conv(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 1000
    inputs = 64
    for outputs, stride in [(64, 1), (128, 2), (256, 2), (512, 2)]:
        layers += [Residual(inputs, outputs, stride), Residual(outputs, outputs, 1)]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.inputs = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, x):
        parts = self.inputs(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(*parts.unbind(0), is_causal=True)
        return self.output(y.transpose(1, 2).flatten(2))


class TransformerBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attend = nn.Sequential(nn.LayerNorm(width), Attention(width, heads))
        self.think = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x):
        x = x + self.attend(x)
        return x + self.think(x)


class Transformer(nn.Module):
    def __init__(self, vocabulary=96, length=128, width=128, layers=4, heads=4):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.position = nn.Parameter(0.02 * torch.randn(length, width))
        self.blocks = nn.Sequential(*[TransformerBlock(width, heads) for _ in range(layers)])
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False))

    def forward(self, ids):
        return self.head(self.blocks(self.embedding(ids) + self.position))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(64, 128, batch_first=True)
        self.last = nn.Linear(128, 10)

    def forward(self, x):
        return self.last(self.lstm(x)[0][:, -1])


def model(name, mode):
    torch.manual_seed(0)
    return {
        "M1": lambda: nn.Sequential(*_mlp(10, 5, 1)),
        "M2": lambda: nn.Sequential(*_mlp(784, 512, 256, 10)),
        "M3": lambda: _cnn([1, 32, 64], 5, 3136, 10),
        "M4": lambda: nn.Sequential(_cnn([3, 16, 32], 3, 32 * 56 * 56, 1), nn.Sigmoid()),
        "M5": lambda: _resnet(mode),
        "M6": Transformer,
        "M7": Recurrent,
    }[name]()


def loss(name):
    if name == "M1":
        return F.mse_loss
    if name == "M4":
        return F.binary_cross_entropy
    return lambda y, t: F.cross_entropy(y.flatten(0, -2), t.flatten())
