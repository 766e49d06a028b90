from exercises import ex3_conv2d as three


def conv2d_strided(x, weight, bias=None, stride=1):
    a, b = stride if not isinstance(stride, int) else (stride, stride)
    if a < 1 or b < 1:
        raise ValueError(stride)
    every = three.conv2d_valid(x, weight, bias)
    return every[:, :, range(0, every.shape[2], a)][:, :, :, range(0, every.shape[3], b)]
