from mylib import Tensors as _T


def conv2d_valid(x, weight, bias=None):
    return _T.conv2d(x, weight, bias)
