from exercises.ex1_output_size import effective_kernel_size


def xy(v):
    return (v, v) if isinstance(v, int) else v


def pad2d(x, padding):
    px, py = xy(padding)
    if px < 0 or py < 0:
        raise ValueError("padding must not be negative")
    n, c, h, w = x.shape
    out = x.new_zeros(n, c, h + 2 * py, w + 2 * px)
    out[:, :, py : py + h, px : px + w] = x
    return out


def same_padding(kernel_size, dilation=1):
    sizes = [effective_kernel_size(k, d) for k, d in zip(xy(kernel_size), xy(dilation))]
    if sizes[0] % 2 == 0 or sizes[1] % 2 == 0:
        raise ValueError("no same padding for an even kernel")
    if isinstance(kernel_size, int) and isinstance(dilation, int):
        return sizes[0] // 2
    return sizes[0] // 2, sizes[1] // 2
