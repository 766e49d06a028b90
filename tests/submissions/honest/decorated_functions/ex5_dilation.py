from checks import at_least, tensors_match

from exercises.ex1_output_size import effective_kernel_size
from exercises.ex2_padding import pad2d
from exercises.ex4_stride import conv2d_strided


@at_least(1, "dilation")
def dilate_kernel(weight, dilation):
    spacing = dilation if isinstance(dilation, tuple) else (dilation,) * 2
    for axis, d in zip((2, 3), spacing):
        # d - 1 zeros behind each tap, then those behind the last one off again
        taps = weight.unsqueeze(axis + 1)
        zeros = taps.new_zeros(()).expand(*taps.shape[: axis + 1], d - 1, *taps.shape[axis + 2 :])
        size = effective_kernel_size(weight.shape[axis], d)
        weight = __import__("torch").cat([taps, zeros], axis + 1).flatten(axis, axis + 1).narrow(axis, 0, size)
    return weight


@tensors_match
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    return conv2d_strided(pad2d(x, padding), dilate_kernel(weight, dilation), bias, stride)
