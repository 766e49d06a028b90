"""No frame at all: the largest by shifted slices of the picture, the mean by two matrices of ones."""

import math

import torch
from torch import Tensor

Pair = int | tuple[int, int]


def pair(value: Pair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def places(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> range:
    """Where the windows begin along one axis; the frame begins at -padding."""
    if kernel < 1 or stride < 1 or dilation < 1:
        raise ValueError("kernel_size, stride and dilation must be 1 or more")
    if padding < 0 or padding > kernel / 2:
        raise ValueError("padding must not be negative, nor more than half of the kernel size")
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    steps = room / stride
    count = (math.ceil(steps) if ceil_mode else math.floor(steps)) + 1
    if count < 1:
        raise ValueError("the kernel does not fit")
    starts = range(-padding, -padding + count * stride, stride)
    return starts[:-1] if starts[-1] >= size and ceil_mode else starts


def max_pool2d(
    x: Tensor,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The largest of the pixels that each window has on the picture, so that no frame is needed."""
    if x.dim() != 4:
        raise ValueError("x must be (N, C, H, W)")
    kh, kw = pair(kernel_size)
    sh, sw = pair(kernel_size if stride is None else stride)
    dh, dw = pair(dilation)
    rows = places(x.shape[2], kh, sh, pair(padding)[0], dh, ceil_mode)
    columns = places(x.shape[3], kw, sw, pair(padding)[1], dw, ceil_mode)
    best = x.new_full((*x.shape[:2], len(rows), len(columns)), -math.inf)
    height, width = x.shape[2:]
    for a in range(kh):
        ys = [i for i, top in enumerate(rows) if 0 <= top + a * dh < height]
        for b in range(kw):
            xs = [j for j, left in enumerate(columns) if 0 <= left + b * dw < width]
            if ys and xs:
                first = best[:, :, ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
                seen = x[:, :, rows[ys[0]] + a * dh :: sh, columns[xs[0]] + b * dw :: sw]
                seen = seen[:, :, : len(ys), : len(xs)]
                larger = torch.maximum(first, seen)
                best = torch.slice_scatter(
                    best,
                    torch.slice_scatter(best[:, :, ys[0] : ys[-1] + 1], larger, 3, xs[0], xs[-1] + 1),
                    2,
                    ys[0],
                    ys[-1] + 1,
                )
    return best


def avg_pool2d(
    x: Tensor,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The sum of each window is a row vector times the picture times a column vector."""
    if x.dim() != 4:
        raise ValueError("x must be (N, C, H, W)")
    kernel, frame = pair(kernel_size), pair(padding)
    step = pair(kernel_size if stride is None else stride)
    sums: list[Tensor] = []
    counts: list[Tensor] = []
    for axis in range(2):
        size = x.shape[2 + axis]
        matrix, count = [], []
        for start in places(size, kernel[axis], step[axis], frame[axis], 1, ceil_mode):
            end = start + kernel[axis]
            matrix.append([1.0 if start <= pixel < end else 0.0 for pixel in range(size)])
            if count_include_pad:
                count.append(float(min(end, size + frame[axis]) - start))
            else:
                count.append(float(min(end, size) - max(start, 0)))
        sums.append(x.new_tensor(matrix))
        counts.append(x.new_tensor(count))
    return sums[0] @ x @ sums[1].T / (counts[0][:, None] * counts[1])
