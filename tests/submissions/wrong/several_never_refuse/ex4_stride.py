from exercises.ex3_conv2d import conv2d_valid


def conv2d_strided(x, weight, bias=None, stride=1):
    down, right = stride if isinstance(stride, tuple) else (stride, stride)
    return conv2d_valid(x, weight, bias)[:, :, :: max(down, 1), :: max(right, 1)]
