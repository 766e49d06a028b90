# im2col by hand: two tables say which row and column of the picture stands where in the matrix of columns.
import torch


def tables(height, width, kh, kw):
    out_h, out_w = height - kh + 1, width - kw + 1
    rows = torch.arange(kh).repeat_interleave(kw)[:, None] + torch.arange(out_h).repeat_interleave(out_w)[None]
    columns = torch.arange(kw).repeat(kh)[:, None] + torch.arange(out_w).repeat(out_h)[None]
    return rows, columns


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have the same channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("one bias for each kernel")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    o, c, kh, kw = weight.shape
    rows, columns = tables(x.shape[2], x.shape[3], kh, kw)
    matrix = x[:, :, rows, columns].reshape(x.shape[0], c * kh * kw, rows.shape[1])
    result = weight.reshape(o, -1).matmul(matrix)
    if bias is not None:
        result = result + bias.unsqueeze(-1)
    return result.unflatten(2, (x.shape[2] - kh + 1, x.shape[3] - kw + 1))
