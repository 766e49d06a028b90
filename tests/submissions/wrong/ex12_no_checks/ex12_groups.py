import torch

from exercises.ex5_dilation import conv2d


def conv2d_grouped(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    xs = x.chunk(groups, dim=1)
    weights = weight.chunk(groups, dim=0)
    out = torch.cat([conv2d(a, w, None, stride, padding, dilation) for a, w in zip(xs, weights)], dim=1)
    if bias is not None:
        out = out + bias.reshape(-1, 1, 1)
    return out


def depthwise_separable(x, depthwise, pointwise, stride=1, padding=0):
    each = conv2d_grouped(x, depthwise, None, stride, padding, groups=x.shape[1])
    return torch.einsum("nchw,oc->nohw", each, pointwise[:, :, 0, 0])
