def two(v):
    return v if isinstance(v, tuple) else (v, v)


def pad2d(x, padding):
    ph, pw = two(padding)
    n, c, h, w = x.shape
    out = x.new_zeros(n, c, h + 2 * max(ph, 0), w + 2 * max(pw, 0))
    out[:, :, max(ph, 0) : max(ph, 0) + h, max(pw, 0) : max(pw, 0) + w] = x
    return out


def same_padding(kernel_size, dilation=1):
    answer = tuple((k - 1) * d // 2 for k, d in zip(two(kernel_size), two(dilation)))
    return answer[0] if isinstance(kernel_size, int) and isinstance(dilation, int) else answer
