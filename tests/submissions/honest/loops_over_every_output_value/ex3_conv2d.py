# Four loops, as on paper: picture, kernel, row, column. Slow, but every value is seen being made.
import torch


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have the same channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("one bias for each kernel")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    n, _, h, w = x.shape
    o, _, kh, kw = weight.shape
    result = torch.empty((n, o, h - kh + 1, w - kw + 1), dtype=x.dtype, device=x.device)
    for picture in range(n):
        for kernel in range(o):
            for row in range(h - kh + 1):
                for column in range(w - kw + 1):
                    under = x[picture, :, row : row + kh, column : column + kw]
                    value = torch.sum(under * weight[kernel])
                    if bias is not None:
                        value = value + bias[kernel]
                    result[picture, kernel, row, column] = value
    return result
