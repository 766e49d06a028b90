import torch

from exercises.ex1_output_size import output_size
from exercises.ex2_padding import pad2d


def pair(value):
    return (value, value) if isinstance(value, int) else value


def conv2d_backward(grad_out, x, weight, stride=1, padding=0, dilation=1):
    stride, padding, dilation = pair(stride), pair(padding), pair(dilation)
    if x.dim() != 4 or weight.dim() != 4:
        raise ValueError("x and weight must be 4-D")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight must have the same number of channels")
    size = [x.shape[0], weight.shape[0]]
    for k in 0, 1:
        size.append(output_size(x.shape[2 + k], weight.shape[2 + k], stride[k], padding[k], dilation[k]))
    if list(grad_out.shape) != size:
        raise ValueError(f"grad_out should be {size}")
    padded = pad2d(x, padding)
    grad_padded = torch.zeros_like(padded)
    grad_weight = torch.zeros_like(weight)
    for i in range(weight.shape[2]):
        for j in range(weight.shape[3]):
            top, left = i * dilation[0], j * dilation[1]
            rows = slice(top, top + (size[2] - 1) * stride[0] + 1, stride[0])
            columns = slice(left, left + (size[3] - 1) * stride[1] + 1, stride[1])
            # the pixels that this tap met
            grad_padded[:, :, rows, columns] = torch.einsum("nohw,oc->nchw", grad_out, weight[:, :, i, j])
            grad_weight[:, :, i, j] = torch.einsum("nohw,nchw->oc", grad_out, padded[:, :, rows, columns])
    grad_x = grad_padded[:, :, padding[0] : padding[0] + x.shape[2], padding[1] : padding[1] + x.shape[3]]
    return grad_x, grad_weight, grad_out.sum(dim=(0, 2, 3))
