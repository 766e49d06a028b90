import torch

from exercises.ex3_conv2d import conv2d_valid


def conv2d_strided(x, weight, bias=None, stride=1):
    down, right = stride if isinstance(stride, tuple) else (stride, stride)
    if down < 1 or right < 1:
        raise ValueError("stride has to be at least 1")
    results = [conv2d_valid(picture[None], weight, bias)[0, :, ::down, ::right] for picture in x]
    return torch.stack(results)
