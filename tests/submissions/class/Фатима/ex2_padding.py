from exercises.ex1_output_size import effective_kernel_size


def pair(v):
    return (v, v) if isinstance(v, int) else v


def pad2d(x, padding):
    ph, pw = pair(padding)
    if ph < 0 or pw < 0:
        raise ValueError("padding < 0")
    n, c, h, w = x.shape
    out = x.new_zeros(n, c, h + ph, w + pw)
    out[:, :, ph:, pw:] = x
    return out


def same_padding(kernel_size, dilation=1):
    def half(k, d):
        size = effective_kernel_size(k, d)
        if size % 2 == 0:
            raise ValueError("чётное ядро")
        return size // 2

    if isinstance(kernel_size, int) and isinstance(dilation, int):
        return half(kernel_size, dilation)
    kernel_size, dilation = pair(kernel_size), pair(dilation)
    return half(kernel_size[0], dilation[0]), half(kernel_size[1], dilation[1])
