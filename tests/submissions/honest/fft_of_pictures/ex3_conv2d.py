# The correlation theorem: multiply spectra, the kernel's one conjugated. Half precision has no FFT on the CPU,
# so it is done in float32 and turned back.
import torch


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have the same channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("one bias for each kernel")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    dtype = x.dtype
    exact = dtype if dtype in (torch.float32, torch.float64) else torch.float32
    n, c, h, w = x.shape
    if n == 0:
        return x.new_zeros(0, weight.shape[0], h - weight.shape[2] + 1, w - weight.shape[3] + 1)
    spectrum = torch.fft.rfft2(x.to(exact), s=(h, w))
    kernel = torch.fft.rfft2(weight.to(exact), s=(h, w)).conj()
    out = torch.fft.irfft2(torch.einsum("nchw,ochw->nohw", spectrum, kernel), s=(h, w))
    out = out[:, :, : h - weight.shape[2] + 1, : w - weight.shape[3] + 1]
    if bias is not None:
        out = out + bias.to(exact).view(-1, 1, 1)
    return out.to(dtype)
