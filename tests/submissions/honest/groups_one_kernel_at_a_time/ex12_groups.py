# every kernel finds its own channels, by dividing; the pointwise half is a linear layer on pixels
import torch
import torch.nn.functional as F

from exercises.ex5_dilation import conv2d


def conv2d_grouped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    match x.shape, weight.shape:
        case (_, channels, _, _), (outputs, inner, _, _):
            pass
        case _:
            raise ValueError("x and weight need four axes each")
    if groups < 1:
        raise ValueError("groups must be positive")
    if divmod(channels, groups) != (inner, 0):
        raise ValueError(f"{channels} channels are not {groups} groups of {inner}")
    each, rest = divmod(outputs, groups)
    if rest:
        raise ValueError(f"{outputs} kernels are not {groups} equal groups")
    if bias is not None and list(bias.shape) != [outputs]:
        raise ValueError("bias")

    def channel(o):
        start = (o // each) * inner
        mine = x.narrow(1, start, inner)
        plus = None if bias is None else bias.narrow(0, o, 1)
        return conv2d(mine, weight.narrow(0, o, 1), plus, stride, padding, dilation).squeeze(1)

    return torch.stack([channel(o) for o in range(outputs)], 1)


def depthwise_separable(x, depthwise, pointwise, stride=1, padding=0):
    if x.dim() != 4:
        raise ValueError("x needs four axes")
    c = x.size(1)
    if depthwise.dim() != 4 or depthwise.size(0) != c or depthwise.size(1) != 1:
        raise ValueError("depthwise needs (C, 1, kH, kW)")
    if pointwise.dim() != 4 or tuple(pointwise.shape[1:]) != (c, 1, 1):
        raise ValueError("pointwise needs (O, C, 1, 1)")
    each = conv2d_grouped(x, depthwise, None, stride, padding, 1, c)
    pixels = each.movedim(1, -1)
    return F.linear(pixels, pointwise.flatten(1)).movedim(-1, 1)
