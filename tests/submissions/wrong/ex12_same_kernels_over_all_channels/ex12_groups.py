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
    if c != weight.shape[1] * groups:
        raise ValueError("a kernel must have as many channels as a group")
    # conv2d wants kernels with all channels
    whole = weight.repeat(1, groups, 1, 1)
    return conv2d(x, whole, bias, stride, padding, dilation)


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
