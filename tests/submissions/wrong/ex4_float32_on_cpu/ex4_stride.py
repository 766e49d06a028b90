import torch

from exercises.ex3_conv2d import conv2d_valid


def conv2d_strided(x, weight, bias=None, stride=1):
    down, right = stride if isinstance(stride, tuple) else (stride, stride)
    if down < 1 or right < 1:
        raise ValueError("stride has to be at least 1")
    every = conv2d_valid(x, weight, bias)[:, :, ::down, ::right]
    result = torch.zeros(every.shape)
    for row in range(every.shape[2]):
        result[:, :, row] = every[:, :, row]
    return result
