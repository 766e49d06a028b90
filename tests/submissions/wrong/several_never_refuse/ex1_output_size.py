def effective_kernel_size(kernel_size, dilation=1):
    return (kernel_size - 1) * dilation + 1


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    return max(0, (input_size + 2 * padding - effective_kernel_size(kernel_size, dilation)) // stride + 1)
