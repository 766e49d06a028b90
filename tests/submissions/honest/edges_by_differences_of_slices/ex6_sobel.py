# No convolution at all: blur with 1 2 1 one way, subtract the other way, all by slices.
import torch
from torch import Tensor

from exercises.ex2_padding import pad2d


def box_blur_kernel(size: int) -> Tensor:
    if not size >= 1:
        raise ValueError(f"size={size}")
    return torch.softmax(torch.zeros(size * size), 0).reshape(size, size)


def sharpen_kernel(amount: float = 1.0) -> Tensor:
    identity = torch.eye(3)[1].outer(torch.eye(3)[1])
    second = torch.tensor([-1.0, 2.0, -1.0])
    across = torch.outer(torch.tensor([0.0, 1.0, 0.0]), second)
    return identity + amount * (across + across.T)


def sobel_kernels() -> tuple[Tensor, Tensor]:
    blur, slope = torch.tensor([[1.0, 2.0, 1.0]]), torch.tensor([[-1.0, 0.0, 1.0]])
    return blur.T @ slope, slope.T @ blur


def sobel_edges(image: Tensor) -> Tensor:
    if image.dim() == 3 and len(image) == 3:
        r, g, b = image
        image = r * 0.299 + g * 0.587 + b * 0.114
    elif image.dim() != 2:
        raise ValueError(f"what is an image of shape {tuple(image.shape)}?")
    p = pad2d(image[None, None], 1)[0, 0]
    down = p[:-2] + 2 * p[1:-1] + p[2:]
    right = p[:, :-2] + 2 * p[:, 1:-1] + p[:, 2:]
    return torch.hypot(down[:, 2:] - down[:, :-2], right[2:] - right[:-2])
