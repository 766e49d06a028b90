import torch

from exercises.ex1_output_size import effective_kernel_size


def both(value):
    return value if isinstance(value, tuple) else (value, value)


def pad2d(x, padding):
    ph, pw = both(padding)
    if min(ph, pw) < 0:
        raise ValueError("padding cannot be negative")
    n, c, h, w = x.shape
    side = torch.zeros(n, c, h, pw, dtype=x.dtype, device=x.device)
    x = torch.cat([side, x, side], dim=3)
    row = torch.zeros(n, c, ph, w + 2 * pw, dtype=x.dtype, device=x.device)
    return torch.cat([row, x, row], dim=2)


def same_padding(kernel_size, dilation=1):
    if isinstance(kernel_size, int) and isinstance(dilation, int):
        half, rest = divmod(effective_kernel_size(kernel_size, dilation) - 1, 2)
        if rest:
            raise ValueError("an even kernel has no middle")
        return half
    (kh, kw), (dh, dw) = both(kernel_size), both(dilation)
    return same_padding(kh, dh), same_padding(kw, dw)
