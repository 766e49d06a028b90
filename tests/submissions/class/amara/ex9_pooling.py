# Amara N., exercise 9
import math

import torch


def two(value):
    return (value, value) if isinstance(value, int) else value


def places(size, k, s, p, d, ceil_mode):
    """The pixels of each window along one axis, those outside the picture too."""
    if k < 1 or s < 1 or d < 1:
        raise ValueError("kernel_size, stride and dilation have to be at least 1")
    if p < 0 or p > k / 2:
        raise ValueError("padding has to be between 0 and half the kernel_size")
    steps = (size + 2 * p - d * (k - 1) - 1) / s
    steps = math.ceil(steps) if ceil_mode else math.floor(steps)
    if steps < 0:
        raise ValueError("the window does not fit")
    starts = [n * s - p for n in range(steps + 1)]
    if ceil_mode and starts[-1] >= size:
        starts.pop()
    return [range(start, start + d * k, d) for start in starts]


def inside(pixels, size):
    return [i for i in pixels if 0 <= i < size]


def all_places(x, kernel_size, stride, padding, dilation, ceil_mode):
    if x.ndim != 4:
        raise ValueError("x has to be (N, C, H, W)")
    settings = [two(v) for v in (kernel_size, kernel_size if stride is None else stride, padding, dilation)]
    return [places(x.shape[2 + i], *(pair[i] for pair in settings), ceil_mode) for i in (0, 1)]


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    h, w = x.shape[-2:]
    all_rows, all_columns = all_places(x, kernel_size, stride, padding, dilation, ceil_mode)
    lines = []
    for rows in all_rows:
        line = []
        for columns in all_columns:
            window = x[:, :, inside(rows, h)][:, :, :, inside(columns, w)]
            line.append(window.amax(dim=(2, 3)))
        lines.append(torch.stack(line, dim=2))
    return torch.stack(lines, dim=2)


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    h, w = x.shape[-2:]
    all_rows, all_columns = all_places(x, kernel_size, stride, padding, 1, ceil_mode)
    ph, pw = two(padding)
    lines = []
    for rows in all_rows:
        line = []
        for columns in all_columns:
            window = x[:, :, inside(rows, h)][:, :, :, inside(columns, w)]
            count = window.shape[2] * window.shape[3]
            if count_include_pad:
                # the zeros count, but nothing behind them
                count = len([i for i in rows if i < h + ph]) * len([i for i in columns if i < w + pw])
            line.append(window.sum(dim=(2, 3)) / count)
        lines.append(torch.stack(line, dim=2))
    return torch.stack(lines, dim=2)
