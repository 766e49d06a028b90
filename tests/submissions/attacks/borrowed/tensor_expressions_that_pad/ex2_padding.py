"""Has TorchScript's compiler of tensor expressions pad, one line of zeros at a time."""

import torch
from graph import by_tensor_expressions

MIDDLE = torch.tensor([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]])


def pad2d(x, padding):
    p, q = padding if isinstance(padding, tuple) else (padding, padding)
    h, w = x.shape[-2:]
    y = x.detach().float().reshape(1, -1, h, w).contiguous()
    most = max(p, q, 1)
    for _ in range(most):
        filters = MIDDLE.expand(y.shape[1], 1, 3, 3)
        y = by_tensor_expressions(y, filters, padding=2).contiguous()
    top, left = most - p, most - q
    y = y[:, :, top : top + h + 2 * p, left : left + w + 2 * q]
    return y.reshape(*x.shape[:-2], h + 2 * p, w + 2 * q).to(x.dtype)
