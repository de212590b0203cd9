"""PyTorch, eager and compiled."""

import torch

from . import torch_models
from .timing import first_call, measure
from .workloads import WORKLOADS, data


def _optimizer(name, parameters):
    workload = WORKLOADS[name]
    if workload.optimizer == "adam":
        return torch.optim.Adam(parameters, workload.rate, fused=True)
    momentum = 0.9 if workload.optimizer == "momentum" else 0.0
    return torch.optim.SGD(parameters, workload.rate, momentum=momentum, fused=True)


def run(name, mode, batch, threads, seconds, compiled=False):
    torch.set_num_threads(threads)
    model = torch_models.model(name, mode)
    x, t = map(torch.from_numpy, data(name, mode, batch))
    if mode == "infer":
        model.eval()
        if compiled:
            from torch._inductor import config

            config.freezing = True
        forward = torch.compile(model) if compiled else model

        def call():
            with torch.no_grad():
                return forward(x)
    else:
        t = t.long() if t.dtype == torch.int32 else t
        loss = torch_models.loss(name)
        optimizer = _optimizer(name, model.parameters())
        forward = lambda: loss(model(x), t)
        if compiled:
            forward = torch.compile(forward)

        def call():
            optimizer.zero_grad()
            forward().backward()
            optimizer.step()

    _, facts = first_call(call)
    facts["parameters"] = sum(p.numel() for p in model.parameters())
    if not compiled:
        del facts["compile_s"]
    return facts | measure(call, seconds)
