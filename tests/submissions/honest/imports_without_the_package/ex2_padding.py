import ex1_output_size

def pad2d(x, padding):
    if isinstance(padding, int): padding = padding, padding
    a, b = padding
    if a < 0 or b < 0: raise ValueError("padding < 0")
    new = x.new_zeros((x.shape[0], x.shape[1], x.shape[2] + a*2, x.shape[3] + b*2))
    new[:, :, a:a + x.shape[2], b:b + x.shape[3]] += x
    return new

def same_padding(kernel_size, dilation=1):
    k1, k2 = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    d1, d2 = dilation if isinstance(dilation, tuple) else (dilation, dilation)
    e1 = ex1_output_size.effective_kernel_size(k1, d1)
    e2 = ex1_output_size.effective_kernel_size(k2, d2)
    if e1 % 2 == 0 or e2 % 2 == 0: raise ValueError("even")
    if isinstance(kernel_size, tuple) or isinstance(dilation, tuple):
        return e1 // 2, e2 // 2
    return e1 // 2
