"""Has oneDNN's compiler of graphs pad: a kernel of one weight leaves the values as they are."""

import torch
from graph import by_onednn


def pad2d(x, padding):
    p, q = padding if isinstance(padding, tuple) else (padding, padding)
    h, w = x.shape[-2:]
    flat = x.reshape(-1, 1, h, w)
    size = len(flat), 1, h + 2 * p, w + 2 * q
    y = by_onednn(flat, torch.ones(1, 1, 1, 1), (1, 1), (p, q), *size)
    return y.reshape(*x.shape[:-2], *size[2:]).to(x.dtype)
