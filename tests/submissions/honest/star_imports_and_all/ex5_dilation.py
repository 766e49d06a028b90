from torch import *
from exercises.ex1_output_size import *
from exercises.ex2_padding import *
from exercises.ex4_stride import *


def dilate_kernel(weight, dilation):
    out = weight
    for axis, d in zip((2, 3), two(dilation)):
        positive(dilation=d)
        wide = zeros_like(out).unsqueeze(axis + 1).repeat_interleave(d, axis + 1)
        wide = wide.select_scatter(out, axis + 1, 0).flatten(axis, axis + 1)
        out = wide.narrow(axis, 0, effective_kernel_size(out.size(axis), d))
    return out


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    if x.ndim + weight.ndim != 8:
        raise ValueError("4-D, both")
    return conv2d_strided(pad2d(x, padding), dilate_kernel(weight, dilation), bias, stride)
