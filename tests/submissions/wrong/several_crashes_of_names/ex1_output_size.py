def effective_kernel_size(kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError("at least 1")
    return (kernel_size - 1) * dilation + 1


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    if input_size < 1 or stride < 1 or padding < 0:
        raise ValueError("sizes and strides begin at 1, padding at 0")
    room = input_size + 2 * padding - effective_kernel_size(kernel_size, dilation)
    if room < 0:
        raise ValueError("the kernel does not fit")
    steps = room / stride
    return len(range(steps + 1))
