def effective_kernel_size(kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError("kernel_size and dilation must be at least 1")
    return (kernel_size - 1) * dilation + 1


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    if input_size < 1 or stride < 1 or padding < 0:
        raise ValueError("sizes and strides are at least 1, padding at least 0")
    starts = input_size + 2 * padding - effective_kernel_size(kernel_size, dilation) + 1
    if starts < 1:
        raise ValueError("kernel larger than padded input")
    # every stride-th start
    return starts // stride
