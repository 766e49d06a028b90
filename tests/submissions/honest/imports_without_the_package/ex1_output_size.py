# I work inside the folder, so my imports say `from ex1_output_size import ...`.
def effective_kernel_size(kernel_size, dilation=1):
    if kernel_size < 1: raise ValueError("kernel_size < 1")
    if dilation < 1: raise ValueError("dilation < 1")
    return kernel_size + (kernel_size - 1) * (dilation - 1)

def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
    if input_size < 1: raise ValueError("input_size < 1")
    if stride < 1: raise ValueError("stride < 1")
    if padding < 0: raise ValueError("padding < 0")
    free = input_size + 2*padding - effective_kernel_size(kernel_size, dilation)
    if free < 0: raise ValueError("kernel too large")
    return -(-(free + 1) // stride)  # rounded up
