"""Leaves the gradients to autograd, by methods of tensors alone: no name tells what they are."""

import torch
import torch.nn.functional as F


def conv2d(x, weight, bias, stride, padding, dilation):
    stride, padding, dilation = ((v, v) if isinstance(v, int) else v for v in (stride, padding, dilation))
    framed = F.pad(x, (padding[1], padding[1], padding[0], padding[0]))
    reach = [d * (k - 1) + 1 for k, d in zip(weight.shape[2:], dilation)]
    windows = framed.unfold(2, reach[0], stride[0]).unfold(3, reach[1], stride[1])
    windows = windows[..., :: dilation[0], :: dilation[1]]
    return torch.einsum("nchwij,ocij->nohw", windows, weight) + bias[:, None, None]


def conv2d_backward(grad_out, x, weight, stride=1, padding=0, dilation=1):
    x, weight = x.clone().requires_grad_(), weight.clone().requires_grad_()
    bias = x.new_zeros(weight.shape[0]).requires_grad_()
    out = conv2d(x, weight, bias, stride, padding, dilation)
    if out.shape != grad_out.shape:
        raise ValueError("grad_out has another shape than the output")
    out.backward(grad_out)
    return x.grad, weight.grad, bias.grad
