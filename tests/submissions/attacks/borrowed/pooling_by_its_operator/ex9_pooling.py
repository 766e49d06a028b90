import torch


def pair(value):
    return [value, value] if isinstance(value, int) else list(value)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    operator = getattr(torch.ops.aten, "d2loop_xam"[::-1]).default
    step = kernel_size if stride is None else stride
    return operator(x, pair(kernel_size), pair(step), pair(padding), pair(dilation), ceil_mode)


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    operator = getattr(torch.ops.aten, "d2loop_gva"[::-1]).default
    step = kernel_size if stride is None else stride
    return operator(x, pair(kernel_size), pair(step), pair(padding), ceil_mode, count_include_pad)
