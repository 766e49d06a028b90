# numpy does the arithmetic; what autograd cannot see, the backward pass tells it.
import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view


def as_numpy(tensor):
    # numpy has no bfloat16, and sums float16 badly
    return tensor.detach().cpu().to(torch.float64 if tensor.dtype == torch.float64 else torch.float32).numpy()


class Correlation(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight):
        ctx.save_for_backward(x, weight)
        windows = sliding_window_view(as_numpy(x), weight.shape[2:], axis=(2, 3))
        out = np.einsum("nchwij,ocij->nohw", windows, as_numpy(weight), optimize=True)
        return torch.from_numpy(np.ascontiguousarray(out)).to(x)

    @staticmethod
    def backward(ctx, grad):
        x, weight = ctx.saved_tensors
        kh, kw = weight.shape[2:]
        g = as_numpy(grad)
        windows = sliding_window_view(as_numpy(x), (kh, kw), axis=(2, 3))
        for_weight = np.einsum("nchwij,nohw->ocij", windows, g, optimize=True)
        n, o, h, w = g.shape
        wide = np.zeros((n, o, h + 2 * kh - 2, w + 2 * kw - 2), g.dtype)
        wide[:, :, kh - 1 : kh - 1 + h, kw - 1 : kw - 1 + w] = g
        turned = as_numpy(weight)[:, :, ::-1, ::-1]
        for_x = np.einsum("nohwij,ocij->nchw", sliding_window_view(wide, (kh, kw), axis=(2, 3)), turned, optimize=True)
        return torch.from_numpy(np.ascontiguousarray(for_x)).to(x), torch.from_numpy(for_weight).to(weight)


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have the same channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("one bias for each kernel")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    out = Correlation.apply(x, weight)
    if bias is not None:
        out = out + bias[None, :, None, None]
    return out
