from exercises.ex1_output_size import effective_kernel_size


def pad2d(x, padding):
    pw, ph = (padding, padding) if isinstance(padding, int) else padding  # x first, then y
    if pw < 0 or ph < 0:
        raise ValueError("negative padding")
    n, c, h, w = x.shape
    out = x.new_zeros(n, c, h + 2 * ph, w + 2 * pw)
    out[:, :, ph : ph + h, pw : pw + w] = x
    return out


def same_padding(kernel_size, dilation=1):
    if isinstance(kernel_size, int) and isinstance(dilation, int):
        k = effective_kernel_size(kernel_size, dilation)
        if k % 2 == 0:
            raise ValueError("even")
        return k // 2
    k = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    d = (dilation, dilation) if isinstance(dilation, int) else dilation
    return same_padding(k[0], d[0]), same_padding(k[1], d[1])
