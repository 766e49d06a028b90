import sys

import exercises.ex2_padding as p
import exercises.ex4_stride as s


def dilate_kernel(weight, dilation):
    one = sys.modules["exercises.ex1_output_size"]
    (a, b), (kh, kw) = dilation if isinstance(dilation, tuple) else (dilation,) * 2, weight.shape[2:]
    out = weight.new_zeros(*weight.shape[:2], one.effective_kernel_size(kh, a), one.effective_kernel_size(kw, b))
    return out.index_put([None or torch_range(n, k) for n, k in zip(out.shape[:2], "oc")] + [
        torch_range(kh, "i") * a, torch_range(kw, "j") * b
    ], weight)


def torch_range(length, letter):
    """0, 1, ... along one of the axes o, c, i, j."""
    import torch

    shape = [-1 if letter == each else 1 for each in "ocij"]
    return torch.arange(length).view(shape)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("ndim")
    return s.conv2d_strided(p.pad2d(x, padding), dilate_kernel(weight, dilation), bias, stride)
