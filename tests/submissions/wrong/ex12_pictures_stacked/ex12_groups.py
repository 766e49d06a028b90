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
    pictures = []
    for picture in x:
        results = []
        for g in range(groups):
            part = picture[None, g * cs : (g + 1) * cs]
            results.append(conv2d(part, weight[g * os : (g + 1) * os], None, stride, padding, dilation)[0])
        pictures.append(torch.cat(results))
    out = torch.stack(pictures)
    return out if bias is None else out + bias[:, None, None]


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
