"""What does not count is NaN, and the mean is the one that leaves NaN out; the largest is one of the topmost."""

import torch
from torch.nn.functional import pad


def taps(x, kernel_size, stride, padding, dilation, ceil_mode, frame, outside):
    if x.dim() != 4:
        raise ValueError(f"4 axes, please, not {x.dim()}")
    if stride is None:
        stride = kernel_size
    axes = []
    for axis in (0, 1):
        k, s, p, d = (v if isinstance(v, int) else v[axis] for v in (kernel_size, stride, padding, dilation))
        if min(k, s, d) < 1 or p < 0 or p > k // 2:
            raise ValueError(f"axis {axis}: kernel {k}, stride {s}, padding {p}, dilation {d}")
        size = x.shape[axis + 2]
        number, rest = divmod(size + 2 * p - (k - 1) * d - 1, s)
        if ceil_mode and rest and (number + 1) * s < size + p:
            number += 1
        if number < 0:
            raise ValueError(f"axis {axis} is too short")
        reach = number * s + (k - 1) * d + 1
        axes.append((p, max(reach - size - 2 * p, 0), k, s, d, number + 1))
    (pv, rv, kv, sv, dv, nv), (ph, rh, kh, sh, dh, nh) = axes
    x = pad(pad(x, (ph, ph, pv, pv), value=frame), (0, rh, 0, rv), value=outside)
    shifted = []
    for i in range(kv):
        for j in range(kh):
            shifted.append(x[..., i * dv :: sv, j * dh :: sh][..., :nv, :nh])
    return torch.stack(shifted)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    lowest = -torch.inf
    found = taps(x, kernel_size, stride, padding, dilation, ceil_mode, lowest, lowest)
    return found.topk(1, dim=0).values[0]


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    frame = 0.0 if count_include_pad else torch.nan
    return taps(x, kernel_size, stride, padding, 1, ceil_mode, frame, torch.nan).nanmean(dim=0)
