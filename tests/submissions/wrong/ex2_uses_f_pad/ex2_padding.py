import torch.nn.functional as F

from exercises.ex1_output_size import effective_kernel_size


def pad2d(x, padding):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    if ph < 0 or pw < 0:
        raise ValueError("padding must not be negative")
    return F.pad(x, (pw, pw, ph, ph))


def same_padding(kernel_size, dilation=1):
    if isinstance(kernel_size, int) and isinstance(dilation, int):
        e = effective_kernel_size(kernel_size, dilation)
        if e % 2 == 0:
            raise ValueError("even")
        return e // 2
    kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    dh, dw = (dilation, dilation) if isinstance(dilation, int) else dilation
    return same_padding(kh, dh), same_padding(kw, dw)
