import functools

import torch
from checks import at_least, timed

from exercises.ex5_dilation import conv2d


def float32(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return torch.as_tensor(function(*args, **kwargs), dtype=torch.float32)

    return wrapper


@float32
@at_least(1, "size")
def box_blur_kernel(size):
    return [[1 / (size * size)] * size] * size


@float32
def sharpen_kernel(amount=1.0):
    return [[-amount if (i + j) % 2 else 0 for j in range(3)] if i != 1 else [-amount, 1 + 4 * amount, -amount] for i in range(3)]


@float32
def gx():
    return [[(1 + (i == 1)) * (j - 1) for j in range(3)] for i in range(3)]


@functools.lru_cache(maxsize=None)
def sobel_kernels():
    return gx(), gx().mT.contiguous()


def grey_first(function):
    @functools.wraps(function)
    def wrapper(image):
        if image.ndim == 3 and image.shape[0] == 3:
            image = torch.tensordot(image.new_tensor((0.299, 0.587, 0.114)), image, 1)
        elif image.ndim != 2:
            raise ValueError(f"no picture has the shape {tuple(image.shape)}")
        return function(image)

    return wrapper


@timed
@grey_first
def sobel_edges(image):
    weight = torch.stack(sobel_kernels()).unsqueeze(1).to(image)
    return torch.linalg.norm(conv2d(image[None, None], weight, padding=1), dim=1)[0]
