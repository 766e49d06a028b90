from exercises.ex5_dilation import conv2d


def conv2d_fast(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return conv2d(x, weight, bias, stride, padding, dilation)
