def effective_kernel_size(kernel_size, dilation=1):
    if min(kernel_size, dilation) < 1:
        raise ValueError("at least 1, please")
    return kernel_size * dilation


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    if min(input_size, stride) < 1 or padding < 0:
        raise ValueError("at least 1, please")
    span = effective_kernel_size(kernel_size, dilation)
    whole = input_size + 2 * padding
    if span > whole:
        raise ValueError("kernel sticks out")
    return (whole - span) // stride + 1
