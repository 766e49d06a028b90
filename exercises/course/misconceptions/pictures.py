"""Misconceptions about blurring, sharpening and edges: exercise 6."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.course.oracle import (
    LUMA,
    box_blur_kernel,
    sharpen_kernel,
    sobel_edges,
    sobel_kernels,
    sobel_slopes,
)
from exercises.course.sections import Section
from exercises.feedback.misconception import Misconception

BOX = ("box_blur_kernel",)
SHARPEN = ("sharpen_kernel",)
KERNELS = ("sobel_kernels",)
EDGES = ("sobel_edges",)


def _sharpened(
    centre: Callable[[float], float],
    side: Callable[[float], float] = lambda amount: -amount,
    corner: Callable[[float], float] = lambda amount: 0.0,
) -> Callable[..., Any]:
    """A kernel whose numbers follow from the amount in another way."""

    def answer(amount: float) -> Tensor:
        kernel = torch.full((3, 3), corner(amount), dtype=torch.float64)
        kernel[1] = kernel[:, 1] = side(amount)
        kernel[1, 1] = centre(amount)
        return kernel

    return answer


def _kernels(change: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]) -> Callable[..., Any]:
    """An answer of both Sobel functions from other kernels."""

    def answer(*image: Tensor) -> Any:
        kernels = change(*sobel_kernels())
        return _length(*sobel_slopes(image[0], torch.stack(kernels))) if image else kernels

    return answer


def _length(gx: Tensor, gy: Tensor) -> Tensor:
    return torch.hypot(gx, gy)


def _smoothed_by(near: float, middle: float) -> Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Sobel's kernels with other numbers in place of 1, 2, 1."""

    def change(gx: Tensor, gy: Tensor) -> tuple[Tensor, Tensor]:
        by_size = torch.tensor([0.0, near, middle], dtype=torch.float64)
        return gx.sign() * by_size[gx.abs().long()], gy.sign() * by_size[gy.abs().long()]

    return change


def _edges(combine: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """An answer from the right slopes, put together in another way."""
    return lambda image: combine(*sobel_slopes(image, torch.stack(sobel_kernels())))


def _grey(luma: Sequence[float]) -> Callable[[Tensor], Tensor]:
    """An answer from another idea of grey."""
    return lambda image: _length(*sobel_slopes(image, torch.stack(sobel_kernels()), luma))


def _bordered(border: str) -> Callable[[Tensor], Tensor]:
    """An answer for a picture with another border than zeros, as `torch.nn.functional.pad` names it."""

    def answer(image: Tensor) -> Tensor:
        wider = F.pad(image.expand(1, -1, -1) if image.ndim == 2 else image, (1, 1, 1, 1), border)
        return sobel_edges(wider[0] if image.ndim == 2 else wider)[1:-1, 1:-1]

    return answer


TABLE = (
    Misconception(
        "box-not-divided",
        "the blur kernel is not divided",
        BOX,
        "The numbers of the kernel do not add up to 1, so it makes a picture brighter. A mean divides the "
        "sum by how many numbers there are.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        lambda size: box_blur_kernel(size) * size**2,
    ),
    Misconception(
        "box-divided-by-size",
        "the blur kernel is divided by its width",
        BOX,
        "The kernel is divided by its width. It has as many numbers as it has pixels, and they must add up "
        "to 1.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        lambda size: box_blur_kernel(size) * size,
    ),
    Misconception(
        "sharpen-identity-forgotten",
        "the identity is missing from the kernel",
        SHARPEN,
        "Your kernel gives the differences to the neighbours alone. Sharpening adds them to the picture "
        "itself, so the identity is part of the kernel.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _sharpened(lambda a: 4 * a),
    ),
    Misconception(
        "sharpen-sign-flipped",
        "the kernel blurs instead of sharpening",
        SHARPEN,
        "Your kernel blurs: the differences have the wrong sign. A pixel that is brighter than its "
        "neighbours becomes brighter still.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _sharpened(lambda a: 1 - 4 * a, side=lambda a: a),
    ),
    Misconception(
        "sharpen-eight-neighbours",
        "all eight neighbours are used",
        SHARPEN,
        "Your kernel uses all eight neighbours. Here only the four that share a side count; the corners are "
        "0.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _sharpened(lambda a: 1 + 8 * a, corner=lambda a: -a),
    ),
    Misconception(
        "sharpen-amount-ignored",
        "the amount is ignored",
        SHARPEN,
        "Your kernel is the one for an amount of 1, whatever the amount. With 0 it must leave a picture as "
        "it is.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        lambda amount: sharpen_kernel(1.0),
    ),
    Misconception(
        "sharpen-amount-in-centre-only",
        "the amount is in the centre only",
        SHARPEN,
        "The amount is missing from the neighbours. They are taken away as often as the centre is added.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _sharpened(lambda a: 1 + 4 * a, side=lambda a: -1.0),
    ),
    Misconception(
        "sharpen-centre-fixed",
        "the centre does not grow with the amount",
        SHARPEN,
        "The centre does not grow with the amount. The numbers of the kernel must add up to 1, or it "
        "changes how bright a picture is.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _sharpened(lambda a: 5.0),
    ),
    Misconception(
        "sharpen-centre-counts-once",
        "the centre is added only once",
        SHARPEN,
        "The centre is added once for all four neighbours. It is added once for each of them, so that the "
        "numbers of the kernel add up to 1.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _sharpened(lambda a: 1 + a),
    ),
    Misconception(
        "sobel-swapped",
        "the two Sobel kernels are swapped",
        KERNELS,
        "The two kernels are swapped. The first one looks for changes from left to right, so its columns "
        "differ; the second one looks downwards.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _kernels(lambda gx, gy: (gy, gx)),
    ),
    Misconception(
        "sobel-negated",
        "both Sobel kernels have the opposite sign",
        KERNELS,
        "Both kernels have the opposite sign. The first one is positive where a picture gets brighter to "
        "the right, the second where it gets brighter downwards; nothing is flipped here.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _kernels(lambda gx, gy: (-gx, -gy)),
    ),
    Misconception(
        "sobel-upwards",
        "the second Sobel kernel points upwards",
        KERNELS,
        "The second kernel is positive where a picture gets brighter upwards. Rows are counted downwards, "
        "so it has to be positive where it gets brighter downwards.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _kernels(lambda gx, gy: (gx, -gy)),
    ),
    Misconception(
        "sobel-leftwards",
        "the first Sobel kernel points to the left",
        KERNELS,
        "The first kernel is positive where a picture gets brighter to the left. It has to be positive "
        "where it gets brighter to the right.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _kernels(lambda gx, gy: (-gx, gy)),
    ),
    Misconception(
        "sobel-is-prewitt",
        "the kernels are Prewitt's",
        KERNELS + EDGES,
        "These are Prewitt's kernels, with equal weights for the three rows. Sobel counts the middle one "
        "twice.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _kernels(_smoothed_by(1.0, 1.0)),
    ),
    Misconception(
        "sobel-is-scharr",
        "the kernels are Scharr's",
        KERNELS + EDGES,
        "These are Scharr's kernels, with 3, 10, 3. Sobel's weights are 1, 2, 1.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _kernels(_smoothed_by(3.0, 10.0)),
    ),
    Misconception(
        "sobel-divided",
        "the Sobel kernels are divided by 8",
        KERNELS + EDGES,
        "The kernels seem to be divided by 8. Here they are whole numbers.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _kernels(lambda gx, gy: (gx / 8, gy / 8)),
    ),
    Misconception(
        "edges-left-empty",
        "the edges are all zeros",
        EDGES,
        "The result has the right size but holds nothing but zeros. Is what was computed also returned?",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _edges(lambda gx, gy: torch.zeros_like(gx)),
    ),
    Misconception(
        "edges-absolute-sum",
        "the two slopes are added without signs",
        EDGES,
        "The two slopes seem to be added without their signs. The strength is the length of the vector they "
        "form: think of Pythagoras.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _edges(lambda gx, gy: gx.abs() + gy.abs()),
    ),
    Misconception(
        "edges-signed-sum",
        "the two slopes are added with signs",
        EDGES,
        "The two slopes seem to be added, so they can cancel. The strength is the length of the vector they "
        "form.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _edges(lambda gx, gy: gx + gy),
    ),
    Misconception(
        "edges-root-missing",
        "the square root is missing",
        EDGES,
        "The square root is missing: your answer is the squared strength.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _edges(lambda gx, gy: _length(gx, gy) ** 2),
    ),
    Misconception(
        "edges-larger-slope",
        "the larger of the two slopes is returned",
        EDGES,
        "Your answer is the larger of the two slopes. The strength is the length of the vector they form.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _edges(lambda gx, gy: torch.maximum(gx.abs(), gy.abs())),
    ),
    Misconception(
        "edges-averaged",
        "the squares of the slopes are averaged",
        EDGES,
        "The squares of the two slopes seem to be averaged. They are added before the root is taken.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _edges(lambda gx, gy: _length(gx, gy) / 2**0.5),
    ),
    Misconception(
        "edges-left-to-right-only",
        "only changes from left to right are found",
        EDGES,
        "Only changes from left to right are found. The slope downwards is missing.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _edges(lambda gx, gy: gx.abs()),
    ),
    Misconception(
        "edges-downwards-only",
        "only changes from top to bottom are found",
        EDGES,
        "Only changes from top to bottom are found. The slope to the right is missing.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _edges(lambda gx, gy: gy.abs()),
    ),
    Misconception(
        "edges-gx-returned",
        "the slope to the right is returned as it is",
        EDGES,
        "You return the slope to the right, sign and all. The strength needs both slopes and is never "
        "negative.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _edges(lambda gx, gy: gx),
    ),
    Misconception(
        "edges-scaled",
        "the result is divided by its largest value",
        EDGES,
        "The result seems to be divided by its largest value. Here it is left as it is.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _edges(lambda gx, gy: _length(gx, gy) / _length(gx, gy).max()),
    ),
    Misconception(
        "edges-clamped",
        "the result is cut off at 1",
        EDGES,
        "The result seems to be cut off at 1. Here it is left as it is; it may well be larger.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        _edges(lambda gx, gy: _length(gx, gy).clamp(0, 1)),
    ),
    Misconception(
        "grey-as-mean",
        "grey is the mean of the three colours",
        EDGES,
        "Grey seems to be the mean of red, green and blue. The eye sees green as brighter than blue: use "
        "the luma weights of the task.",
        Section.YOUR_TURN,
        _grey((1 / 3, 1 / 3, 1 / 3)),
    ),
    Misconception(
        "grey-from-bgr",
        "the weights of red and blue are swapped",
        EDGES,
        "The luma weights of red and blue are swapped. The channels come as red, green, blue.",
        Section.YOUR_TURN,
        _grey(LUMA[::-1]),
    ),
    Misconception(
        "grey-from-first-channel",
        "grey is the red channel alone",
        EDGES,
        "Only the red channel seems to be used. Grey is a weighted sum of all three.",
        Section.YOUR_TURN,
        _grey((1.0, 0.0, 0.0)),
    ),
    Misconception(
        "grey-as-sum",
        "grey is the unweighted sum of the colours",
        EDGES,
        "Red, green and blue seem to be added up as they are. Grey weights them, and the weights add up to "
        "1.",
        Section.YOUR_TURN,
        _grey((1.0, 1.0, 1.0)),
    ),
    Misconception(
        "grey-from-bt709",
        "grey has the weights of BT.709",
        EDGES,
        "These are the luma weights of BT.709, for HD television. The task asks for those of BT.601.",
        Section.YOUR_TURN,
        _grey((0.2126, 0.7152, 0.0722)),
    ),
    Misconception(
        "edges-unpadded",
        "the picture is not padded",
        EDGES,
        "The result is smaller than the picture. Pad with one zero on each side, so that each pixel keeps "
        "its place.",
        Section.PADDING,
        _edges(lambda gx, gy: _length(gx, gy)[1:-1, 1:-1]),
    ),
    Misconception(
        "edges-border-replicated",
        "the picture's edge is repeated outwards",
        EDGES,
        "The picture's edge seems to be repeated outwards. Here the margin is filled with zeros.",
        Section.PADDING,
        _bordered("replicate"),
    ),
    Misconception(
        "edges-border-reflected",
        "the picture is mirrored at its edge",
        EDGES,
        "The picture seems to be mirrored at its edge. Here the margin is filled with zeros.",
        Section.PADDING,
        _bordered("reflect"),
    ),
    Misconception(
        "edges-border-left-empty",
        "the outermost pixels are left at zero",
        EDGES,
        "The outermost pixels of the result are left at zero. Pad the picture with zeros, not the result.",
        Section.PADDING,
        _edges(lambda gx, gy: F.pad(_length(gx, gy)[1:-1, 1:-1], (1, 1, 1, 1))),
    ),
)
