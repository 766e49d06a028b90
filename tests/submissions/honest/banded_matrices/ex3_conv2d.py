# A 1-D correlation is a product with a banded matrix. One such matrix for each row of each kernel.
import torch


def bands(kernel_rows, width):
    """(..., kw) -> (..., width, out_w): column x holds the row of the kernel from place x on."""
    kw = kernel_rows.shape[-1]
    out_w = width - kw + 1
    band = kernel_rows.new_zeros(*kernel_rows.shape[:-1], width, out_w)
    for place in range(out_w):
        band[..., place : place + kw, place] = kernel_rows
    return band


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have the same channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("one bias for each kernel")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    kh = weight.shape[2]
    out_h = x.shape[2] - kh + 1
    matrices = bands(weight, x.shape[3])
    out = 0
    for i in range(kh):
        out = out + torch.einsum("nchw,ocwv->nohv", x[:, :, i : i + out_h], matrices[:, :, i])
    return out if bias is None else out + bias.view(1, -1, 1, 1)
