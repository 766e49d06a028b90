from exercises.ex1_output_size import effective_kernel_size


def pad2d(x, padding):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    assert ph >= 0 and pw >= 0, "padding must not be negative"
    n, c, h, w = x.shape
    out = x.new_zeros(n, c, h + 2 * ph, w + 2 * pw)
    out[..., ph : ph + h, pw : pw + w] = x
    return out


def same_padding(kernel_size, dilation=1):
    def one(k, d):
        e = effective_kernel_size(k, d)
        assert e % 2 == 1, "no same padding for an even kernel"
        return e // 2

    if isinstance(kernel_size, int) and isinstance(dilation, int):
        return one(kernel_size, dilation)
    kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    dh, dw = (dilation, dilation) if isinstance(dilation, int) else dilation
    return one(kh, dh), one(kw, dw)
