

def effective_kernel_size(kernel_size: int, dilation: int = 1) -> int:
    if kernel_size < 1 or dilation < 1:
        raise ValueError("kernel size and dilation start at 1")
    gaps = (kernel_size - 1) * (dilation - 1)
    return kernel_size + gaps


def output_size(input_size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    if input_size < 1 or stride < 1:
        raise ValueError("input size and stride start at 1")
    if padding < 0:
        raise ValueError("padding cannot be negative")
    last_start = input_size + 2 * padding - effective_kernel_size(kernel_size, dilation)
    if last_start < 0:
        raise ValueError("the kernel is larger than the input")
    return len(range(0, last_start + 1, stride))
