import torch
import torch.nn.functional as F


def both(value):
    return (value, value) if isinstance(value, int) else value


def one_axis(size, k, s, p, d, ceil_mode):
    """How many windows there are, and how many pixels are missing for the last one."""
    if k < 1 or s < 1 or d < 1 or p < 0 or 2 * p > k:
        raise ValueError("these settings make no sense")
    reach = d * (k - 1) + 1
    room = size + 2 * p - reach
    if ceil_mode:
        room += s - 1
    count = room // s + 1
    if ceil_mode and (count - 1) * s >= size + p:
        count -= 1
    if count < 1:
        raise ValueError("the window does not fit")
    return count, max((count - 1) * s + reach - size - 2 * p, 0)


def windows(x, kernel_size, stride, padding, dilation, ceil_mode, value, behind):
    if x.ndim != 4:
        raise ValueError("x must have 4 axes")
    (kh, kw), (sh, sw) = both(kernel_size), both(kernel_size if stride is None else stride)
    (ph, pw), (dh, dw) = both(padding), both(dilation)
    _, down = one_axis(x.shape[2], kh, sh, ph, dh, ceil_mode)
    _, right = one_axis(x.shape[3], kw, sw, pw, dw, ceil_mode)
    x = F.pad(x, (pw, pw, ph, ph), value=value)
    x = F.pad(x, (0, right, 0, down), value=behind)
    x = x.unfold(2, dh * (kh - 1) + 1, sh).unfold(3, dw * (kw - 1) + 1, sw)
    return x[..., ::dh, ::dw]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    small = -float("inf")
    with torch.no_grad():
        return windows(x, kernel_size, stride, padding, dilation, ceil_mode, small, small).amax((-2, -1))


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    total = windows(x, kernel_size, stride, padding, 1, ceil_mode, 0, 0).sum((-2, -1))
    ones = torch.ones_like(x)
    count = windows(ones, kernel_size, stride, padding, 1, ceil_mode, int(count_include_pad), 0)
    return total / count.sum((-2, -1))
