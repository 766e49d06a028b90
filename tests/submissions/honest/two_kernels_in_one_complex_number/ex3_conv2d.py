# Real part for the even kernels, imaginary part for the odd ones: two results for one product.
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
    o, _, kh, kw = weight.shape
    exact = torch.promote_types(x.dtype, torch.float32)
    kernels = weight.to(exact)
    if o % 2:
        kernels = torch.cat([kernels, torch.zeros_like(kernels[:1])])
    pairs = torch.complex(kernels[0::2].contiguous(), kernels[1::2].contiguous())
    patches = x.to(exact).unfold(2, kh, 1).unfold(3, kw, 1)
    both = torch.einsum("nchwij,ocij->nohw", patches.to(pairs.dtype), pairs)
    out = torch.stack([both.real, both.imag], dim=2).flatten(1, 2)[:, :o]
    if bias is not None:
        out = out + bias.to(exact).view(-1, 1, 1)
    return out.to(x.dtype)
