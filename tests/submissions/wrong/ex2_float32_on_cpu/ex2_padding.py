import torch

from exercises.ex1_output_size import effective_kernel_size


def two(v):
    return (v, v) if isinstance(v, int) else v


def pad2d(x, padding):
    a, b = two(padding)
    if a < 0 or b < 0:
        raise ValueError("padding must be >= 0")
    result = torch.zeros(x.shape[0], x.shape[1], x.shape[2] + 2 * a, x.shape[3] + 2 * b)
    result[:, :, a : a + x.shape[2], b : b + x.shape[3]] = x
    return result


def same_padding(kernel_size, dilation=1):
    result = []
    for k, d in zip(two(kernel_size), two(dilation)):
        lost = effective_kernel_size(k, d) - 1
        if lost % 2 == 1:
            raise ValueError("cannot be split in two")
        result.append(lost // 2)
    if isinstance(kernel_size, int) and isinstance(dilation, int):
        return result[0]
    return tuple(result)
