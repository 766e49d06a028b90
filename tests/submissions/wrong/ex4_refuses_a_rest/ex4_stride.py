from exercises.ex3_conv2d import conv2d_valid


def conv2d_strided(x, weight, bias=None, stride=1):
    down, right = (stride, stride) if isinstance(stride, int) else stride
    if down < 1 or right < 1:
        raise ValueError("stride must be at least 1")
    full = conv2d_valid(x, weight, bias)
    # the last window has to end at the edge
    for size, step in ((full.shape[2], down), (full.shape[3], right)):
        if (size - 1) % step:
            raise ValueError(f"the stride {step} leaves {(size - 1) % step} rows or columns over")
    return full[:, :, ::down, ::right]
