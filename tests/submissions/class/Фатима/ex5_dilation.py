from exercises.ex2_padding import pad2d, pair
from exercises.ex4_stride import conv2d_strided


def dilate_kernel(weight, dilation):
    dh, dw = pair(dilation)
    if dh < 1 or dw < 1:
        raise ValueError("dilation < 1")
    o, c, kh, kw = weight.shape
    out = weight.new_zeros(o, c, dh * (kh - 1) + 1, dw * (kw - 1) + 1)
    out[..., ::dh, ::dw] = weight
    return out


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return conv2d_strided(pad2d(x, padding), dilate_kernel(weight, dilation), bias, stride)
