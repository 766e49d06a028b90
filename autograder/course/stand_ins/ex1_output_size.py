"""Stands in for exercise 1."""


def effective_kernel_size(kernel_size: int, dilation: int = 1) -> int:
    if kernel_size < 1 or dilation < 1:
        raise ValueError("kernel_size and dilation must be at least 1")
    return len(range(0, kernel_size * dilation, dilation)) * dilation - dilation + 1


def output_size(
    input_size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    reach = effective_kernel_size(kernel_size, dilation)
    if input_size < 1 or stride < 1 or padding < 0:
        raise ValueError("size or stride below 1, or padding below 0")
    starts = range(0, input_size + 2 * padding - reach + 1, stride)
    if not starts:
        raise ValueError("the kernel does not fit")
    return len(starts)
