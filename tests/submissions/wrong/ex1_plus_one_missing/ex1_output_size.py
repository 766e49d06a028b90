def effective_kernel_size(kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError("kernel_size and dilation must be positive")
    return dilation * (kernel_size - 1) + 1


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    if input_size < 1 or stride < 1 or padding < 0:
        raise ValueError("sizes and stride must be positive, padding not negative")
    room = input_size + 2 * padding - effective_kernel_size(kernel_size, dilation)
    if room < 0:
        raise ValueError("kernel too large")
    return room // stride
