"""Exercise 5: dilation and the whole conv2d."""

from torch import Tensor

from exercises.ex2_padding import pad2d
from exercises.ex4_stride import conv2d_strided


def dilate_kernel(weight: Tensor, dilation: int | tuple[int, int]) -> Tensor:
    """Move the taps of each kernel apart by putting zeros between them."""
    raise NotImplementedError("ex5: dilate_kernel is not written yet")


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
) -> Tensor:
    """Cross-correlate pictures with kernels, with stride, padding and dilation."""
    raise NotImplementedError("ex5: conv2d is not written yet")
