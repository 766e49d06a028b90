from exercises.ex1_output_size import effective_kernel_size


def pad2d(x, padding):
    top, left = padding if isinstance(padding, tuple) else (padding, padding)
    if top < 0 or left < 0:
        raise ValueError("padding must not be negative")
    n, c, h, w = x.shape
    out = x.new_zeros(n, c, h + 2 * top, w + 2 * left)
    out[:, :, top : top + h, left : left + w] = x
    return out


def same_padding(kernel_size, dilation=1):
    kernel = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    apart = dilation if isinstance(dilation, tuple) else (dilation, dilation)
    lost = [effective_kernel_size(k, d) - 1 for k, d in zip(kernel, apart)]
    if any(n % 2 for n in lost):
        raise ValueError("an odd number of zeros has no half")
    return lost[0] // 2
