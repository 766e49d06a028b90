# First along each row (a 1-D correlation with every row of the kernel), then down the columns.
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
    o, c, kh, kw = weight.shape
    out_h = x.shape[2] - kh + 1
    # per_row[..., i, h, w]: row h of the picture under row i of the kernel
    per_row = torch.einsum("...chwj, ocij -> ...oihw", x.unfold(3, kw, 1), weight)
    out = sum(per_row[:, :, i, i : i + out_h] for i in range(kh))
    return out if bias is None else out + bias[None, :, None, None]
