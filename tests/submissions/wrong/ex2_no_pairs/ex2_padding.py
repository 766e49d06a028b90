from exercises.ex1_output_size import effective_kernel_size


def pad2d(x, padding):
    n, c, h, w = x.shape
    if padding < 0:
        raise ValueError("padding must not be negative")
    out = x.new_zeros(n, c, h + 2 * padding, w + 2 * padding)
    out[:, :, padding : padding + h, padding : padding + w] = x
    return out


def same_padding(kernel_size, dilation=1):
    def one(k, d):
        lost = effective_kernel_size(k, d) - 1
        if lost % 2:
            raise ValueError("not possible with the same padding on both sides")
        return lost // 2

    if isinstance(kernel_size, int) and isinstance(dilation, int):
        return one(kernel_size, dilation)
    ks = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    ds = dilation if isinstance(dilation, tuple) else (dilation, dilation)
    return tuple(one(k, d) for k, d in zip(ks, ds))
