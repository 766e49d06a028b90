# Batched product, and the bias rides along.
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
    n, c = x.shape[:2]
    o, _, kh, kw = weight.shape
    oh, ow = x.shape[2] - kh + 1, x.shape[3] - kw + 1
    columns = torch.stack([x[:, :, i : i + oh, j : j + ow] for i in range(kh) for j in range(kw)], dim=2)
    columns = columns.reshape(n, c * kh * kw, oh * ow)
    kernels = weight.reshape(1, o, -1).expand(n, -1, -1)
    start = x.new_zeros(1, o, 1) if bias is None else bias.reshape(1, o, 1)
    return torch.baddbmm(start.expand(n, o, oh * ow), kernels, columns).view(n, o, oh, ow)
