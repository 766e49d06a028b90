"""The oracle: the right answer to every call, worked out by torch itself in float64 on the CPU.

Nothing here is computed the way an exercise asks for it: sizes are read off the shapes that torch's own
convolution gives, kernels off what torch's pooling and transposed convolution do to a single one.
"""

from __future__ import annotations

import warnings
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.feedback.oracle import Oracle

Pair = int | tuple[int, int]
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, red, green, blue


@cache
def output_size(
    input_size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """What torch's convolution makes of an axis; zeros, since on "meta" tensors torch loads all of sympy."""
    x, weight = torch.zeros(1, 1, input_size), torch.zeros(1, 1, kernel_size)
    return F.conv1d(x, weight, None, stride, padding, dilation).shape[-1]


def effective_kernel_size(kernel_size: int, dilation: int = 1) -> int:
    """A kernel takes all of an axis but one number away from it."""
    roomy = kernel_size * dilation
    return roomy - output_size(roomy, kernel_size, dilation=dilation) + 1


def same_padding(kernel_size: Pair, dilation: Pair = 1) -> Pair:
    """The padding that torch's convolution needs to keep a size.

    Raises:
        ValueError: if none does.
    """
    kernel, spacing = pair(kernel_size), pair(dilation)
    vertical, horizontal = (_padding_that_keeps(k, d) for k, d in zip(kernel, spacing, strict=True))
    return vertical if type(kernel_size) is type(dilation) is int else (vertical, horizontal)


@cache
def _padding_that_keeps(kernel_size: int, dilation: int) -> int:
    size = kernel_size * dilation
    found = bisect_left(range(size), size, key=lambda p: output_size(size, kernel_size, 1, p, dilation))
    if output_size(size, kernel_size, 1, found, dilation) != size:
        raise ValueError("no symmetric padding keeps the size")
    return found


def pair(value: Any) -> tuple[int, int]:
    """`(vertical, horizontal)` out of an int or a pair."""
    first, second = value if isinstance(value, tuple | list) else (value, value)
    return first, second


def pad2d(x: Tensor, padding: Pair) -> Tensor:
    """Zeros all around, by torch."""
    vertical, horizontal = pair(padding)
    return F.pad(x, (horizontal,) * 2 + (vertical,) * 2)


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair | str = 0,
    dilation: Pair = 1,
) -> Tensor:
    """Torch's own."""
    if padding == "same":
        with without_warning():
            return torch.conv2d(x, weight, bias, stride, padding, dilation)
    return torch.conv2d(x, weight, bias, stride, padding, dilation)


@contextmanager
def without_warning() -> Iterator[None]:
    """Torch warns of a copy where an even kernel keeps the size; no student needs to read that."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Using padding='same'")
        yield


def conv2d_valid(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Torch's own, with its default settings."""
    return conv2d(x, weight, bias)


def conv2d_strided(x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Pair = 1) -> Tensor:
    """Torch's own, with a stride."""
    return conv2d(x, weight, bias, stride)


def dilate_kernel(weight: Tensor, dilation: Pair) -> Tensor:
    """A transposed convolution stamps the kernel's numbers `dilation` apart."""
    stamped = F.conv_transpose2d(weight.flatten(0, -3)[:, None], weight.new_ones(1, 1, 1, 1), stride=dilation)
    return stamped.reshape(*weight.shape[:-2], *stamped.shape[-2:])


def box_blur_kernel(size: int) -> Tensor:
    """What average pooling makes of a single one in the middle of zeros."""
    room = 2 * size - 1
    dot = torch.zeros(room * room, dtype=torch.float64).index_fill(0, torch.tensor(room * room // 2), 1.0)
    return F.avg_pool2d(dot.view(1, 1, room, room), size, stride=1)[0, 0]


def sharpen_kernel(amount: float = 1.0) -> Tensor:
    """The entries by their distance in steps from the centre."""
    down, right = _offsets()
    by_steps = torch.tensor([1.0 + 4.0 * amount, -amount, 0.0], dtype=torch.float64)
    return by_steps[(down.abs() + right.abs()).long()]


def sobel_kernels() -> tuple[Tensor, Tensor]:
    """The offset along one axis, weighted by the nearness along the other."""
    down, right = _offsets()
    return right * (2 - down.abs()), down * (2 - right.abs())


def _offsets() -> tuple[Tensor, Tensor]:
    steps = torch.arange(-1, 2, dtype=torch.float64)
    down, right = torch.meshgrid(steps, steps, indexing="ij")
    return down, right


def sobel_edges(image: Tensor) -> Tensor:
    """Luma, slopes and length by torch."""
    slopes: Tensor = torch.linalg.vector_norm(sobel_slopes(image, torch.stack(sobel_kernels())), dim=0)
    return slopes


def sobel_slopes(image: Tensor, kernels: Tensor, luma: Sequence[float] = LUMA) -> Tensor:
    """The responses of some kernels on a grey or colour image, `(kernels, H, W)`."""
    if image.ndim == 3:
        image = F.conv2d(image, image.new_tensor(luma).view(1, 3, 1, 1))[0]
    return F.conv2d(image[None], kernels[:, None], padding="same")


def _edges_without_cancelling(image: Tensor) -> Tensor:
    """What `sobel_edges` gives if nothing could cancel in the two slopes."""
    length: Tensor = torch.linalg.vector_norm(sobel_slopes(image, torch.stack(sobel_kernels()).abs()), dim=0)
    return length


def _condition_of_edges(edges: Tensor, magnitude: float) -> float:
    """The direction of (gx, gy) is as uncertain as the slopes are large beside its length."""
    return 1.0 + min(magnitude / max(float(edges.min()), 1e-9), 1000.0)


def products(given: Sequence[Any], right: Any) -> int:
    """How many products a convolution adds up; 0 for what is none."""
    weight = given[1] if len(given) > 1 else None
    if not isinstance(right, Tensor) or not isinstance(weight, Tensor) or weight.dim() != 4:
        return 0
    return right.numel() * weight[0].numel()


ORACLE = Oracle(
    functions={
        f.__name__: f
        for f in (
            effective_kernel_size,
            output_size,
            pad2d,
            same_padding,
            conv2d_valid,
            conv2d_strided,
            dilate_kernel,
            conv2d,
            box_blur_kernel,
            sharpen_kernel,
            sobel_kernels,
            sobel_edges,
        )
    },
    without_cancelling={"sobel_edges": _edges_without_cancelling},
    conditions={"sobel_edges": _condition_of_edges},
    products=products,
)
