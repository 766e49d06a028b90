# A mathematician's convolution with the kernel turned round: every pixel stamps the kernel on a larger
# picture. The middle of that picture is what is wanted.
import torch


def full_convolution(x, kernel):
    n, _, h, w = x.shape
    o, _, kh, kw = kernel.shape
    canvas = x.new_zeros(n, o, h + kh - 1, w + kw - 1)
    stamps = torch.einsum("nchw,ocij->ijnohw", x, kernel)
    for i in range(kh):
        for j in range(kw):
            canvas[..., i : i + h, j : j + w] += stamps[i, j]
    return canvas


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("x and weight have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have the same channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("one bias for each kernel")
    if weight.shape[2] > x.shape[2] or weight.shape[3] > x.shape[3]:
        raise ValueError("the kernel does not fit")
    kh, kw = weight.shape[2:]
    out = full_convolution(x, weight.flip(2, 3))[:, :, kh - 1 : x.shape[2], kw - 1 : x.shape[3]]
    return out if bias is None else out + bias.view(1, -1, 1, 1)
