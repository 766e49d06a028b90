from exercises.mylib import Tensors


def conv2d_strided(x, weight, bias=None, stride=1):
    return Tensors.conv2d(x, weight, bias, stride)
