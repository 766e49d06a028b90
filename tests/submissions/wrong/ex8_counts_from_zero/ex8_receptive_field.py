from exercises.ex1_output_size import output_size


def jump(layers):
    result = 1
    for kernel, stride, dilation in layers:
        if stride < 1:
            raise ValueError("stride must be positive")
        result = result * stride
    return result


def receptive_field(layers):
    r, j = 0, 1
    for k, s, d in layers:
        if k < 1 or s < 1 or d < 1:
            raise ValueError("numbers of a layer must be positive")
        r += d * (k - 1) * j
        j *= s
    return r


def both(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def count_parameters(in_channels, out_channels, kernel_size, groups=1, bias=True):
    kh, kw = both(kernel_size)
    if in_channels < 1 or out_channels < 1 or kh < 1 or kw < 1 or groups < 1:
        raise ValueError("all numbers must be positive")
    if in_channels % groups != 0 or out_channels % groups != 0:
        raise ValueError("groups must divide the channels")
    count = out_channels * (in_channels // groups) * kh * kw
    if bias:
        count += out_channels
    return count


def count_multiplications(
    input_size, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1
):
    weights = count_parameters(in_channels, out_channels, kernel_size, groups, bias=False)
    h, w = both(input_size)
    (kh, kw), (sh, sw), (ph, pw), (dh, dw) = both(kernel_size), both(stride), both(padding), both(dilation)
    out_h = output_size(h, kh, sh, ph, dh)
    out_w = output_size(w, kw, sw, pw, dw)
    return weights * out_h * out_w
