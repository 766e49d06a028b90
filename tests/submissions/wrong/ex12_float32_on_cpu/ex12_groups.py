import torch

from exercises.ex5_dilation import conv2d


def conv2d_grouped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if x.dim() != 4 or weight.dim() != 4:
        raise ValueError("x and weight must be 4-D")
    if groups < 1:
        raise ValueError("there must be at least one group")
    c, o = x.shape[1], weight.shape[0]
    if c % groups != 0 or o % groups != 0:
        raise ValueError("groups must divide the channels")
    if bias is not None and tuple(bias.shape) != (o,):
        raise ValueError("there must be one bias per output channel")
    cs, os = c // groups, o // groups
    out = None
    for g in range(groups):
        part = conv2d(
            x[:, g * cs : (g + 1) * cs], weight[g * os : (g + 1) * os], None, stride, padding, dilation
        )
        if out is None:
            out = torch.zeros(x.shape[0], o, part.shape[2], part.shape[3])
        out[:, g * os : (g + 1) * os] = part
    if bias is not None:
        out += bias.reshape(1, -1, 1, 1)
    return out


def depthwise_separable(x, depthwise, pointwise, stride=1, padding=0):
    if x.dim() != 4 or depthwise.dim() != 4 or pointwise.dim() != 4:
        raise ValueError("everything must be 4-D")
    c = x.shape[1]
    if depthwise.shape[0] != c or depthwise.shape[1] != 1:
        raise ValueError("depthwise must be (C, 1, kH, kW)")
    if pointwise.shape[1:] != (c, 1, 1):
        raise ValueError("pointwise must be (O, C, 1, 1)")
    y = conv2d_grouped(x, depthwise, stride=stride, padding=padding, groups=c)
    return conv2d_grouped(y, pointwise)
