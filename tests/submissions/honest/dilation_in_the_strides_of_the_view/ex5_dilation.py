# The whole conv2d in one view: the taps are `dilation` rows apart in memory, the stops `stride` rows. The kernel
# is never spread, and the earlier exercises are used for nothing but the sizes and the padding.
import torch

from exercises.ex1_output_size import output_size
from exercises.ex2_padding import pad2d


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


def dilate_kernel(weight, dilation):
    dh, dw = pair(dilation)
    if dh < 1 or dw < 1:
        raise ValueError("dilation is at least 1")
    o, c, kh, kw = weight.shape
    rows = [weight.new_zeros(o, c, kw)] * ((kh - 1) * dh + 1)
    rows[::dh] = weight.unbind(2)
    columns = [weight.new_zeros(o, c, len(rows))] * ((kw - 1) * dw + 1)
    columns[::dw] = torch.stack(rows, 2).unbind(3)
    return torch.stack(columns, 3)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    if x.dim() != 4 or weight.dim() != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight do not match")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias does not match")
    (sh, sw), (dh, dw), padded = pair(stride), pair(dilation), pad2d(x, padding).contiguous()
    n, c, h, w = padded.shape
    o, _, kh, kw = weight.shape
    size = (n, c, kh, kw, output_size(h, kh, sh, dilation=dh), output_size(w, kw, sw, dilation=dw))
    far, near = padded.stride(2), padded.stride(3)
    view = padded.as_strided(size, (padded.stride(0), padded.stride(1), dh * far, dw * near, sh * far, sw * near))
    out = torch.einsum("ncijyx,ocij->noyx", view, weight)
    return out if bias is None else out + bias[None, :, None, None]
