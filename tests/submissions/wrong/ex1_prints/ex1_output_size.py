def effective_kernel_size(kernel_size, dilation=1):
    if kernel_size < 1 or dilation < 1:
        raise ValueError("must be positive")
    return dilation * (kernel_size - 1) + 1


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    k = effective_kernel_size(kernel_size, dilation)
    if input_size < 1 or stride < 1 or padding < 0 or k > input_size + 2 * padding:
        raise ValueError("does not fit")
    print("the output size is", (input_size + 2 * padding - k) // stride + 1)
