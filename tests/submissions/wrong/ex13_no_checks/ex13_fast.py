import torch

from exercises.ex2_padding import pad2d


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def conv2d_fast(x, weight, bias=None, stride=1, padding=0, dilation=1):
    sh, sw = _pair(stride)
    dh, dw = _pair(dilation)
    kh, kw = weight.shape[2:]
    windows = pad2d(x, padding).unfold(2, dh * (kh - 1) + 1, sh).unfold(3, dw * (kw - 1) + 1, sw)
    windows = windows[..., ::dh, ::dw]
    out = torch.einsum("nchwij,ocij->nohw", windows, weight)
    if bias is not None:
        out = out + bias.view(-1, 1, 1)
    return out
