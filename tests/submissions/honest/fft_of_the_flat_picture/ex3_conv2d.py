# A picture read line by line is one long row of numbers, and a kernel with gaps as wide as the rest of the
# picture is one too. So a single 1-D FFT does it; what wraps around a line's end is thrown away.
import torch
from torch import fft


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have the same channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("one bias for each kernel")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    (n, c, h, w), (o, _, kh, kw) = x.shape, weight.shape
    if not n:  # nothing to transform
        return x.new_zeros(0, o, h - kh + 1, w - kw + 1)
    precise = torch.float64
    line = x.reshape(n, c, h * w).to(precise)
    spread = torch.cat([weight, weight.new_zeros(o, c, kh, w - kw)], dim=3).reshape(o, c, kh * w).to(precise)
    length = 2 * h * w
    product = torch.einsum("ncf,ocf->nof", fft.fft(line, length), fft.fft(spread, length).conj())
    full = fft.ifft(product).real[..., : h * w].reshape(n, o, h, w)
    out = full[:, :, : h - kh + 1, : w - kw + 1].to(x.dtype)
    return out if bias is None else out + bias[:, None, None]
