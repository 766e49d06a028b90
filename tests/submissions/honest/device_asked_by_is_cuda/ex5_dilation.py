# Where a tensor lives is asked in the old way.
import torch

from exercises.ex2_padding import pad2d
from exercises.ex4_stride import conv2d_strided


def dilate_kernel(weight, dilation):
    d1, d2 = (dilation, dilation) if isinstance(dilation, int) else dilation
    if d1 < 1 or d2 < 1:
        raise ValueError("dilation must be at least 1")
    where = weight.get_device() if weight.is_cuda else "cpu"
    o, c, kh, kw = weight.shape
    big = torch.zeros(o, c, (kh - 1) * d1 + 1, (kw - 1) * d2 + 1, dtype=weight.dtype, device=where)
    big[:, :, ::d1, ::d2] = weight
    return big


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    if x.dim() != 4 or weight.dim() != 4:
        raise ValueError("x and weight must be 4-D")
    return conv2d_strided(pad2d(x, padding), dilate_kernel(weight, dilation), bias, stride)
