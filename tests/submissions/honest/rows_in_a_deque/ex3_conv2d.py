# As a camera does it: rows come in one by one, and only as many as the kernel is high are kept.
from collections import deque

import torch


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have the same channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("one bias for each kernel")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    kh, kw = weight.shape[2:]
    kept = deque(maxlen=kh)
    lines = []
    for row in x.unbind(2):
        kept.append(row)
        if len(kept) < kh:
            continue
        strip = torch.stack(tuple(kept), 2).unfold(3, kw, 1)
        lines.append(torch.einsum("nciwj,ocij->now", strip, weight))
    out = torch.stack(lines, 2)
    return out if bias is None else out + bias.view(-1, 1, 1)
