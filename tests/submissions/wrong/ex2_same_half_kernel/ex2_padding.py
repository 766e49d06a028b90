def pad2d(x, padding):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    if ph < 0 or pw < 0:
        raise ValueError("padding must not be negative")
    n, c, h, w = x.shape
    out = x.new_zeros(n, c, h + 2 * ph, w + 2 * pw)
    out[..., ph : ph + h, pw : pw + w] = x
    return out


def same_padding(kernel_size, dilation=1):
    if isinstance(kernel_size, tuple):
        return kernel_size[0] // 2, kernel_size[1] // 2
    return kernel_size // 2
