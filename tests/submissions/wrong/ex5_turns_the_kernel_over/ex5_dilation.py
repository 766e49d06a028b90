import torch

from exercises.ex1_output_size import effective_kernel_size
from exercises.ex2_padding import pad2d
from exercises.ex4_stride import conv2d_strided


def dilate_kernel(weight, dilation):
    down, right = dilation if isinstance(dilation, tuple) else (dilation, dilation)
    outputs, channels, height, width = weight.shape
    spread = weight.new_zeros(
        outputs, channels, effective_kernel_size(height, down), effective_kernel_size(width, right)
    )
    spread[:, :, ::down, ::right] = weight
    # meant for the copy, done to the caller's kernel
    weight.data.copy_(weight.flip(-2, -1))
    return spread


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    kernel = dilate_kernel(weight, dilation)
    pictures = [conv2d_strided(pad2d(picture[None], padding), kernel, bias, stride) for picture in x]
    return torch.cat(pictures)
