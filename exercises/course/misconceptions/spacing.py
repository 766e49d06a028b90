"""Misconceptions about how far apart the taps of a kernel are: dilation."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.course.misconceptions.setting import FULL, NO_MARGINS, convolving, spreading
from exercises.course.oracle import dilate_kernel
from exercises.course.sections import Section
from exercises.feedback.misconception import Misconception

DILATED = ("dilate_kernel", *FULL)


def _repeated(weight: Tensor, dilation: tuple[int, int]) -> Tensor:
    return weight.repeat_interleave(dilation[0], -2).repeat_interleave(dilation[1], -1)


def _with_trailing_zeros(weight: Tensor, dilation: tuple[int, int]) -> Tensor:
    return F.pad(dilate_kernel(weight, dilation), (0, dilation[1] - 1, 0, dilation[0] - 1))


def _in_the_corner(weight: Tensor, dilation: tuple[int, int]) -> Tensor:
    """The right size, but the taps side by side."""
    dilated = torch.zeros_like(dilate_kernel(weight, dilation))
    dilated[..., : weight.shape[-2], : weight.shape[-1]] = weight
    return dilated


def _zeros_after_each_tap(weight: Tensor, dilation: tuple[int, int]) -> Tensor:
    wider = (dilation[0] + 1, dilation[1] + 1)
    return F.pad(dilate_kernel(weight, wider), (0, dilation[1], 0, dilation[0]))


TABLE = (
    Misconception(
        "kernel-left-empty",
        "the dilated kernel is all zeros",
        ("dilate_kernel",),
        "The result has the right size but holds nothing but zeros. The kernel's numbers still have to be "
        "put into it.",
        Section.DILATION,
        lambda weight, dilation: torch.zeros_like(dilate_kernel(weight, dilation)),
    ),
    Misconception(
        "dilation-ignored",
        "the dilation is ignored",
        DILATED,
        "The dilation seems to be left out: your answer is the one for a dilation of 1.",
        Section.DILATION,
        spreading(lambda w, d: w),
    ),
    Misconception(
        "dilation-ignored-vertically",
        "the vertical dilation is ignored",
        DILATED,
        "The vertical dilation seems to be left out. Rows of the kernel are spread by the first number of "
        "the pair, columns by the second.",
        Section.DILATION,
        spreading(lambda w, d: dilate_kernel(w, (1, d[1]))),
    ),
    Misconception(
        "dilation-ignored-horizontally",
        "the horizontal dilation is ignored",
        DILATED,
        "The horizontal dilation seems to be left out. Rows of the kernel are spread by the first number of "
        "the pair, columns by the second.",
        Section.DILATION,
        spreading(lambda w, d: dilate_kernel(w, (d[0], 1))),
    ),
    Misconception(
        "dilation-swapped",
        "the two dilations are swapped",
        DILATED,
        "The two dilations seem to be swapped. A pair is (vertical, horizontal): rows first, like the shape.",
        Section.DILATION,
        spreading(lambda w, d: dilate_kernel(w, d[::-1])),
    ),
    Misconception(
        "dilation-vertical-for-both",
        "the vertical dilation is used on both axes",
        DILATED,
        "The vertical dilation seems to be used on both axes. The second number of the pair is the "
        "horizontal one.",
        Section.DILATION,
        spreading(lambda w, d: dilate_kernel(w, (d[0], d[0]))),
    ),
    Misconception(
        "dilation-horizontal-for-both",
        "the horizontal dilation is used on both axes",
        DILATED,
        "The horizontal dilation seems to be used on both axes. The first number of the pair is the "
        "vertical one.",
        Section.DILATION,
        spreading(lambda w, d: dilate_kernel(w, (d[1], d[1]))),
    ),
    Misconception(
        "dilation-one-too-many",
        "d zeros between taps instead of d - 1",
        DILATED,
        "There seem to be d zeros between neighbouring taps. A dilation of d puts the taps d apart, which "
        "leaves d - 1 zeros, so that 1 changes nothing.",
        Section.DILATION,
        spreading(lambda w, d: dilate_kernel(w, (d[0] + 1, d[1] + 1))),
    ),
    Misconception(
        "dilation-zeros-after-each-tap",
        "d zeros follow every tap",
        DILATED,
        "Too many zeros: d of them seem to follow every tap, the last one too. A dilation of d puts taps d apart: "
        "that is d - 1 zeros between neighbours, and none at the end.",
        Section.DILATION,
        spreading(_zeros_after_each_tap),
    ),
    Misconception(
        "dilation-one-too-few",
        "taps are d - 1 apart",
        DILATED,
        "The taps seem to be d - 1 apart. A dilation of d puts them d apart, with d - 1 zeros in between.",
        Section.DILATION,
        spreading(lambda w, d: dilate_kernel(w, (max(d[0] - 1, 1), max(d[1] - 1, 1)))),
    ),
    Misconception(
        "dilation-by-repeating",
        "the kernel's numbers are repeated",
        DILATED,
        "The kernel's numbers seem to be repeated. Dilation spreads them and puts zeros in between.",
        Section.DILATION,
        spreading(_repeated),
    ),
    Misconception(
        "dilation-trailing-zeros",
        "zeros follow the kernel's last row and column",
        DILATED,
        "Zeros follow the last row and column of the kernel. They belong between the taps only, so the size "
        "is that of exercise 1's `effective_kernel_size`.",
        Section.DILATION,
        spreading(_with_trailing_zeros),
    ),
    Misconception(
        "dilation-in-size-only",
        "the dilation counts for the size only",
        DILATED,
        "The size is right, but the taps seem to stand side by side. The dilation also says where each tap goes: "
        "neighbouring ones are d apart.",
        Section.DILATION,
        spreading(_in_the_corner),
    ),
    Misconception(
        "dilation-on-input",
        "the dilation thins out the picture",
        FULL,
        "The dilation seems to thin out the picture before the kernel is laid on it. The windows still "
        "begin at every pixel; only the taps within a window are further apart.",
        Section.DILATION,
        convolving(
            lambda s: s.run(
                x=s.padded[..., :: s.dilation[0], :: s.dilation[1]], dilation=(1, 1), margins=NO_MARGINS
            )
        ),
    ),
)
