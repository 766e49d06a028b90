"""Laying a kernel on a picture: the sizes with the numbers put in, and the values by torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.playground import Trouble
from exercises.playground.kernels import Kernel
from exercises.playground.progress import Progress

Pair = tuple[int, int]
FORMULA = "floor((i + 2p - d(k - 1) - 1) / s) + 1"
MAX_OUTPUTS = 100_000_000
_BAND = 4_000_000  # numbers computed at one go, between two looks at the progress


@dataclass(frozen=True)
class Settings:
    """How the kernel moves; each pair is (vertical, horizontal)."""

    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)


def same_padding(kernel: Pair, stride: Pair, dilation: Pair) -> Pair:
    """The padding that keeps the size.

    Raises:
        Trouble: if no equal number of zeros on both sides does that.
    """
    around = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    for k, both in zip(kernel, around, strict=True):
        if both % 2:
            raise Trouble(
                f"--padding same needs as many zeros before as after, and a kernel of {k} with this dilation "
                f"needs {both} in all; take an odd kernel, or --padding {both // 2}"
            )
    if stride != (1, 1):
        raise Trouble(
            "--padding same goes with stride 1 only, as in torch; "
            f"with a stride, write the number: --padding {around[0] // 2},{around[1] // 2}"
        )
    return around[0] // 2, around[1] // 2


def reach(kernel: Pair, dilation: Pair) -> Pair:
    """How many pixels the kernel spans."""
    return dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1


def sizes(picture: Pair, kernel: Pair, settings: Settings) -> tuple[Pair, list[str]]:
    """Height and width of the result, and the formula of each with the numbers put in.

    Raises:
        Trouble: if the kernel does not fit into the padded picture, or the result would be too large.
    """
    spans = reach(kernel, settings.dilation)
    out, lines = [], []
    for axis, name in enumerate(("height", "width")):
        i, k = picture[axis], kernel[axis]
        s, p, d = settings.stride[axis], settings.padding[axis], settings.dilation[axis]
        if spans[axis] > i + 2 * p:
            padded = f"padded to {i + 2 * p} " if p else ""
            raise Trouble(
                f"the kernel does not fit: along the {name} it spans {d}*({k} - 1) + 1 = {spans[axis]} pixels, "
                f"but the picture has {i} {padded}".rstrip()
            )
        size = (i + 2 * p - d * (k - 1) - 1) // s + 1
        out.append(size)
        lines.append(f"{name + ':':7} floor(({i} + 2*{p} - {d}*({k} - 1) - 1) / {s}) + 1 = {size}")
    padded_pixels = (picture[0] + 2 * settings.padding[0]) * (picture[1] + 2 * settings.padding[1])
    if padded_pixels > MAX_OUTPUTS:
        raise Trouble(
            f"with this padding the picture has {padded_pixels / 1e6:.0f} megapixels; "
            f"{MAX_OUTPUTS // 10**6} are the most"
        )
    return (out[0], out[1]), lines


def by_torch(x: Tensor, weight: Tensor, settings: Settings) -> Tensor:
    """`F.conv2d`, some rows at a time, so that a huge picture shows how far it is."""
    x = F.pad(x, (settings.padding[1],) * 2 + (settings.padding[0],) * 2)
    stride, spans = settings.stride, reach((weight.shape[2], weight.shape[3]), settings.dilation)
    rows = (x.shape[2] - spans[0]) // stride[0] + 1
    columns = (x.shape[3] - spans[1]) // stride[1] + 1
    band = max(1, _BAND // (columns * x.shape[0] * weight[0].numel() // 9 + 1))
    out = torch.empty(x.shape[0], weight.shape[0], rows, columns)
    with Progress("convolving") as progress:
        for first in range(0, rows, band):
            last = min(first + band, rows) - 1
            part = x[:, :, first * stride[0] : last * stride[0] + spans[0]]
            out[:, :, first : last + 1] = F.conv2d(part, weight, None, stride, 0, settings.dilation)
            progress.at((last + 1) / rows)
    return out


def convolve(
    source: Tensor, kernel: Kernel, conv2d: Callable[[Tensor, Tensor], Tensor]
) -> tuple[Tensor, Tensor]:
    """The result, and the sums that it is made of.

    Args:
        source: shape (1 or 3, H, W). Each colour goes through the kernel on its own, as a picture of its own.
        kernel: one kernel, or two whose results are the sides of a right-angled triangle.
        conv2d: takes pictures and weights, each of four axes.

    Returns:
        The result of shape (1 or 3, h, w), and the sums of shape (1 or 3, 1 or 2, h, w).
    """
    sums = conv2d(source[:, None], kernel.weights[:, None])
    result = sums[:, 0] if len(kernel.weights) == 1 else torch.linalg.vector_norm(sums, dim=1)
    return result, sums
