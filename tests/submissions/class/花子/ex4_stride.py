from exercises.ex3_conv2d import conv2d_valid


def conv2d_strided(x, weight, bias=None, stride=1):
    if isinstance(stride, int)
        stride = (stride, stride)
    if min(stride) < 1:
        raise ValueError("stride は 1 以上")
    return conv2d_valid(x, weight, bias)[:, :, :: stride[0], :: stride[1]]
