def effective_kernel_size(kernel_size, dilation=1):
    raise ValueError("\ud800\udfff\x00")


def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    return "\ud800"
