import torch

from exercises.ex1_output_size import effective_kernel_size


def pad2d(x, padding):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    if ph < 0 or pw < 0:
        raise ValueError("padding must not be negative")
    out = torch.zeros(x.shape[0], x.shape[1], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    out[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    return out


def same_padding(kernel_size, dilation=1):
    if isinstance(kernel_size, int) and isinstance(dilation, int):
        covered = effective_kernel_size(kernel_size, dilation)
        if covered % 2 == 0:
            raise ValueError("even")
        return covered // 2
    (a, b), (c, d) = (v if isinstance(v, tuple) else (v, v) for v in (kernel_size, dilation))
    return same_padding(a, c), same_padding(b, d)
