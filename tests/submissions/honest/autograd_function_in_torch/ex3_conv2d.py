# Forward and backward written down side by side, to save the memory that autograd would take.
import torch
from torch.autograd.function import once_differentiable


class _ValidCorrelation(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        ctx.has_bias = bias is not None
        kh, kw = weight.shape[-2:]
        h, w = x.shape[2] - kh + 1, x.shape[3] - kw + 1
        out = x.new_zeros(x.shape[0], weight.shape[0], h, w)
        for i in range(kh):
            for j in range(kw):
                out += torch.einsum("nchw,oc->nohw", x[:, :, i : i + h, j : j + w], weight[:, :, i, j])
        if bias is not None:
            out += bias[:, None, None]
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        x, weight = ctx.saved_tensors
        h, w = grad.shape[2:]
        to_x, to_weight = torch.zeros_like(x), torch.zeros_like(weight)
        for i in range(weight.shape[2]):
            for j in range(weight.shape[3]):
                to_x[:, :, i : i + h, j : j + w] += torch.einsum("nohw,oc->nchw", grad, weight[:, :, i, j])
                to_weight[:, :, i, j] = torch.einsum("nohw,nchw->oc", grad, x[:, :, i : i + h, j : j + w])
        return to_x, to_weight, grad.sum((0, 2, 3)) if ctx.has_bias else None


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have the same channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("one bias for each kernel")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    return _ValidCorrelation.apply(x, weight, bias)
