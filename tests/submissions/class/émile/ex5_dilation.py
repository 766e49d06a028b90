from exercises.ex2_padding import pad2d
from exercises.ex4_stride import conv2d_strided


def dilate_kernel(weight, dilation):
    raise NotImplementedError("ex5: dilate_kernel is not written yet")


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    raise NotImplementedError("ex5: conv2d is not written yet")
