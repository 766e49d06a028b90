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
    x = pad2d(x, padding)
    rows = []
    for i in range(out_h):
        strip = x[:, :, i * sh : i * sh + dh * (kh - 1) + 1 : dh]
        strip = strip.unfold(3, dw * (kw - 1) + 1, sw)[..., ::dw]
        rows.append(torch.einsum("nciwj,ocij->now", strip, weight))
    out = torch.stack(rows, dim=2)
    if bias is not None:
        out = out + bias.view(-1, 1, 1)
    return out
