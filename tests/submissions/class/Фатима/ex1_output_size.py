def effective_kernel_size(kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError("kernel_size и dilation не меньше 1")
    return (kernel_size - 1) * dilation + 1


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    if input_size < 1 or stride < 1 or padding < 0:
        raise ValueError("так не бывает")
    span = effective_kernel_size(kernel_size, dilation)
    total = input_size + 2 * padding
    if span > total:
        raise ValueError("ядро не помещается")
    return 1 + (total - span) // stride
