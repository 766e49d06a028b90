# A picture between two matrices of zeros and ones: the left one moves rows, the right one moves columns.
import torch

from exercises.ex1_output_size import effective_kernel_size


def moved_identity(size, before, after, like):
    identity = torch.eye(size, dtype=like.dtype, device=like.device)
    return torch.cat([like.new_zeros(before, size), identity, like.new_zeros(after, size)])


def pad2d(x, padding):
    p, q = (padding,) * 2 if isinstance(padding, int) else padding
    if p < 0 or q < 0:
        raise ValueError("padding has to be 0 or more")
    return moved_identity(x.shape[2], p, p, x) @ x @ moved_identity(x.shape[3], q, q, x).T


def same_padding(kernel_size, dilation=1):
    if not (isinstance(kernel_size, int) and isinstance(dilation, int)):
        kernel_size = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
        dilation = (dilation,) * 2 if isinstance(dilation, int) else dilation
        return same_padding(kernel_size[0], dilation[0]), same_padding(kernel_size[1], dilation[1])
    p, rest = divmod(effective_kernel_size(kernel_size, dilation) - 1, 2)
    if rest:
        raise ValueError("odd")
    return p
