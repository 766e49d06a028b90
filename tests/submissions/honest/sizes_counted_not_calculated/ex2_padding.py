# The padding that keeps the size is found by trying.
from exercises.ex1_output_size import output_size


def pad2d(x, p):
    up, side = p if isinstance(p, tuple) else (p, p)
    if up < 0 or side < 0:
        raise ValueError
    n, c, h, w = x.size()
    out = x.new_zeros((n, c, up + h + up, side + w + side))
    out[:, :, up:-up or None, side:-side or None] = x
    return out


def same_padding(k, d=1):
    if isinstance(k, int) and isinstance(d, int):
        size = 10 * k * d  # any size that the kernel fits into will do
        padding = 0
        while output_size(size, k, padding=padding, dilation=d) < size:
            padding += 1
        if output_size(size, k, padding=padding, dilation=d) > size:
            raise ValueError("too small with one zero less, too large with it")
        return padding
    k, d = (v if isinstance(v, tuple) else (v, v) for v in (k, d))
    return tuple(map(same_padding, k, d))
