# einsum in its other spelling: operand, list of axes, operand, list of axes, axes of the result.
import torch

N, C, O, Y, X, I, J = range(7)


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have the same channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("one bias for each kernel")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    patches = x.unfold(-2, weight.size(-2), 1).unfold(-2, weight.size(-1), 1)
    out = torch.einsum(patches, [N, C, Y, X, I, J], weight, [O, C, I, J], [N, O, Y, X])
    return out if bias is None else out.add(bias.view(1, -1, 1, 1))
