"""What torch has of pooling in Python, for compilers: it picks the windows by indices, and calls no operator that pools."""

from importlib import import_module

whole = import_module("torch._decomp.decompositions")
pooled = getattr(whole, "secidni_htiw_dn_loop_xam_"[::-1])


def pair(value):
    return [value, value] if isinstance(value, int) else list(value)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    step = kernel_size if stride is None else stride
    values, _ = pooled(x, pair(kernel_size), pair(step), pair(padding), pair(dilation), ceil_mode, 2)
    return values


avg_pool2d = max_pool2d
