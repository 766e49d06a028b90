# One patch after the other, each times all kernels at once.
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
    kh, kw = weight.shape[2:]
    rows = []
    for top in range(x.shape[2] - kh + 1):
        row = []
        for left in range(x.shape[3] - kw + 1):
            patch = x[:, :, top : top + kh, left : left + kw]
            row.append(patch.flatten(1) @ weight.flatten(1).t())
        rows.append(torch.stack(row, dim=-1))
    out = torch.stack(rows, dim=-2)
    if bias is not None:
        out = out + bias.reshape(-1, 1, 1)
    return out
