# Tensor.unfold twice, then one tensordot over channels, rows and columns of the patch.
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
    windows = x.unfold(2, weight.shape[2], 1).unfold(3, weight.shape[3], 1)
    out = torch.tensordot(windows, weight, dims=([1, 4, 5], [1, 2, 3]))
    if bias is not None:
        out = out + bias
    return out.movedim(-1, 1)
