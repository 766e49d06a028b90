import torch

from exercises.ex1_output_size import output_size
from exercises.ex2_padding import pad2d


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def conv2d_fast(x, weight, bias=None, stride=1, padding=0, dilation=1):
    if x.dim() != 4 or weight.dim() != 4:
        raise ValueError("x and weight need four axes")
    if x.size(1) != weight.size(1):
        raise ValueError("x and weight need the same number of channels")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias needs one number per kernel")
    sh, sw = _pair(stride)
    dh, dw = _pair(dilation)
    kh, kw = weight.shape[2:]
    out_h = output_size(x.size(2), kh, sh, _pair(padding)[0], dh)
    out_w = output_size(x.size(3), kw, sw, _pair(padding)[1], dw)
    work = torch.promote_types(x.dtype, torch.float32)
    x, dtype = pad2d(x, padding).to(work), x.dtype
    spread = x.new_zeros(*weight.shape[:2], dh * (kh - 1) + 1, dw * (kw - 1) + 1)
    spread[..., ::dh, ::dw] = weight.to(work)
    size = x.shape[2:]
    if x.size(0) == 0:
        return x.new_zeros(0, weight.size(0), out_h, out_w).to(dtype)
    pictures = torch.fft.rfft2(x)
    kernels = torch.fft.rfft2(spread, s=size).conj()
    out = torch.fft.irfft2(torch.einsum("nchw,ochw->nohw", pictures, kernels), s=size)
    out = out[:, :, : sh * (out_h - 1) + 1 : sh, : sw * (out_w - 1) + 1 : sw].to(dtype)
    if bias is not None:
        out = out + bias.view(-1, 1, 1)
    return out
