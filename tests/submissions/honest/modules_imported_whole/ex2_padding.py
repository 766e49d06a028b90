import importlib

import torch as t

e1 = importlib.import_module("exercises.ex1_output_size")


def pad2d(x, padding):
    pv, ph = padding if isinstance(padding, tuple) else (padding, padding)
    if pv < 0 or ph < 0:
        raise ValueError(padding)
    size = (*x.shape[:2], x.shape[2] + 2 * pv, x.shape[3] + 2 * ph)
    inside = t.zeros(size[2:], dtype=t.bool, device=x.device)
    inside[pv : size[2] - pv, ph : size[3] - ph] = True
    return x.new_zeros(size).masked_scatter(inside.expand(size), x)


def same_padding(kernel_size, dilation=1):
    ints = isinstance(kernel_size, int) and isinstance(dilation, int)
    k, d = (v if isinstance(v, tuple) else (v, v) for v in (kernel_size, dilation))
    doubled = [e1.effective_kernel_size(*both) - 1 for both in zip(k, d)]
    if any(map(lambda z: z % 2, doubled)):
        raise ValueError(doubled)
    return doubled[0] // 2 if ints else (doubled[0] // 2, doubled[1] // 2)
