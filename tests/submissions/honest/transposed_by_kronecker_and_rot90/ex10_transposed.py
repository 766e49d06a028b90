# zeros between numbers by a Kronecker product, the half turn by rot90, stamps as a sum of padded tensors
from functools import reduce
from operator import add

import torch
from torch.nn.functional import pad

from exercises.ex5_dilation import conv2d


def as_pair(setting):
    a, b = setting if not isinstance(setting, int) else (setting, setting)
    return a, b


def apart(tensor, distance):
    down, right = distance
    corner = torch.zeros(down, right, dtype=tensor.dtype, device=tensor.device)
    corner[0, 0] = 1
    spread = torch.kron(tensor.contiguous(), corner)
    return spread[..., : spread.shape[-2] - down + 1, : spread.shape[-1] - right + 1]


def refuse(x, weight, bias, stride, padding, output_padding, dilation):
    assert_that = [
        (x.dim() == 4 and weight.dim() == 4, "four axes"),
        (x.dim() > 1 and x.shape[1] == weight.shape[0], "the same input channels"),
        (bias is None or bias.shape == weight.shape[1:2], "a bias per output channel"),
        (min(*stride, *dilation) > 0, "steps of at least 1"),
        (min(*padding, *output_padding) >= 0, "no negative padding"),
        (
            all(o < s or o < d for o, s, d in zip(output_padding, stride, dilation)),
            "output_padding below stride or dilation",
        ),
    ]
    for holds, what in assert_that:
        if not holds:
            raise ValueError("wanted: " + what)
    for i, k, s, p, o, d in zip(x.shape[2:], weight.shape[2:], stride, padding, output_padding, dilation):
        if s * (i - 1) + d * (k - 1) + o < 2 * p:
            raise ValueError("wanted: something to return")


def conv_transpose2d_by_stamping(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    stride, padding, output_padding, dilation = map(as_pair, (stride, padding, output_padding, dilation))
    refuse(x, weight, bias, stride, padding, output_padding, dilation)
    spread, (rows, columns) = apart(x, stride), weight.shape[2:]

    def moved(i, j):
        """What tap (i, j) adds: padded, and cut where the padding is negative."""
        above, before = i * dilation[0] - padding[0], j * dilation[1] - padding[1]
        below = (rows - 1 - i) * dilation[0] - padding[0] + output_padding[0]
        after = (columns - 1 - j) * dilation[1] - padding[1] + output_padding[1]
        products = torch.einsum("nchw,co->nohw", spread, weight[:, :, i, j])
        wide = pad(products, (max(before, 0), max(after, 0), max(above, 0), max(below, 0)))
        height, width = wide.shape[2:]
        return wide[:, :, max(-above, 0) : height - max(-below, 0), max(-before, 0) : width - max(-after, 0)]

    out = reduce(add, (moved(i, j) for i in range(rows) for j in range(columns)))
    return out if bias is None else out + bias.view(-1, 1, 1)


def conv_transpose2d_by_convolution(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    stride, padding, output_padding, dilation = map(as_pair, (stride, padding, output_padding, dilation))
    refuse(x, weight, bias, stride, padding, output_padding, dilation)
    high, wide = (d * (k - 1) for d, k in zip(dilation, weight.shape[2:]))
    ground = pad(apart(x, stride), (wide, wide + output_padding[1], high, high + output_padding[0]))
    out = conv2d(ground, weight.rot90(2, (2, 3)).swapaxes(0, 1), bias, dilation=dilation)
    return out[:, :, padding[0] : out.shape[2] - padding[0], padding[1] : out.shape[3] - padding[1]]
