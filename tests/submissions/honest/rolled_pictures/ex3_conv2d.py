# torch.roll brings each tap's pixel to the corner; what came round from the other side is cut off at the end.
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
    total = None
    for i, j in torch.cartesian_prod(torch.arange(kh), torch.arange(kw)).tolist():
        part = torch.tensordot(torch.roll(x, (-i, -j), (2, 3)), weight[:, :, i, j], ([1], [1]))
        total = part if total is None else total + part
    total = total.permute(0, 3, 1, 2)[:, :, : x.shape[2] - kh + 1, : x.shape[3] - kw + 1]
    return total if bias is None else total + bias.unsqueeze(1).unsqueeze(1)
