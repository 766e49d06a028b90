"""Exercise 6: blur, sharpen, find edges."""

import torch
from torch import Tensor

from exercises.ex5_dilation import conv2d


def box_blur_kernel(size: int) -> Tensor:
    """Return the kernel that takes the mean of a square neighbourhood."""
    raise NotImplementedError("ex6: box_blur_kernel is not written yet")


def sharpen_kernel(amount: float = 1.0) -> Tensor:
    """Return the kernel that adds `amount` times the difference to the four neighbours."""
    raise NotImplementedError("ex6: sharpen_kernel is not written yet")


def sobel_kernels() -> tuple[Tensor, Tensor]:
    """Return the two Sobel kernels, for cross-correlation."""
    raise NotImplementedError("ex6: sobel_kernels is not written yet")


def sobel_edges(image: Tensor) -> Tensor:
    """Return the strength of the edges in an image."""
    raise NotImplementedError("ex6: sobel_edges is not written yet")
