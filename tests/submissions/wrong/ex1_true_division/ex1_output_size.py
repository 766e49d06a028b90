def effective_kernel_size(kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError
    return dilation * (kernel_size - 1) + 1


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    # the formula from the PyTorch documentation
    if input_size < 1 or stride < 1 or padding < 0:
        raise ValueError
    if input_size + 2 * padding < effective_kernel_size(kernel_size, dilation):
        raise ValueError
    return (input_size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1
