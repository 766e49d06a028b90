def effective_kernel_size(kernel_size, dilation=1):
    return dilation * (kernel_size - 1) + 1


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    return (input_size + 2 * padding - effective_kernel_size(kernel_size, dilation)) // stride + 1
