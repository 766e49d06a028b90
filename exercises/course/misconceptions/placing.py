"""Misconceptions about where the kernel is laid: stride and padding."""

from __future__ import annotations

import torch
from torch import Tensor

from exercises.course.misconceptions.setting import (
    FULL,
    NO_MARGINS,
    STRIDED,
    Setting,
    convolving,
    even_margins,
    frame,
    framing,
    keeping_size,
)
from exercises.course.sections import Section
from exercises.feedback.misconception import Misconception

PADDED = ("pad2d", *FULL)
LAYER = ("Conv2d",)


def _cropped_to_size(s: Setting) -> Tensor:
    height, width = s.run().shape[-2:]
    return s.run(stride=(1, 1))[..., :height, :width]


def _every_nth(answer: Tensor, s: Setting) -> Tensor:
    """Zeros, but for every `stride`-th row and column of an answer."""
    kept = torch.zeros_like(answer)
    places = (..., slice(None, None, s.stride[0]), slice(None, None, s.stride[1]))
    kept[places] = answer[places]
    return kept


def _stride_and_padding_swapped(s: Setting) -> Tensor:
    left, right, top, bottom = s.margins
    if left != right or top != bottom:
        raise ValueError("no pair")
    return s.run(stride=(top, left), margins=even_margins(s.stride, s.weight, s.dilation))


TABLE = (
    Misconception(
        "stride-ignored",
        "the stride is ignored",
        STRIDED,
        "The stride seems to be left out: your answer is the one for a stride of 1.",
        Section.STRIDE,
        convolving(lambda s: s.run(stride=(1, 1))),
    ),
    Misconception(
        "stride-ignored-vertically",
        "the vertical stride is ignored",
        STRIDED,
        "The vertical stride seems to be left out. The kernel moves by the first number of the pair "
        "downwards and by the second one to the right.",
        Section.STRIDE,
        convolving(lambda s: s.run(stride=(1, s.stride[1]))),
    ),
    Misconception(
        "stride-ignored-horizontally",
        "the horizontal stride is ignored",
        STRIDED,
        "The horizontal stride seems to be left out. The kernel moves by the first number of the pair "
        "downwards and by the second one to the right.",
        Section.STRIDE,
        convolving(lambda s: s.run(stride=(s.stride[0], 1))),
    ),
    Misconception(
        "stride-swapped",
        "the two strides are swapped",
        STRIDED,
        "The two strides seem to be swapped. A pair is (vertical, horizontal): rows first, like the shape.",
        Section.STRIDE,
        convolving(lambda s: s.run(stride=s.stride[::-1])),
    ),
    Misconception(
        "stride-vertical-for-both",
        "the vertical stride is used on both axes",
        STRIDED,
        "The vertical stride seems to be used on both axes. The second number of the pair is the horizontal "
        "one.",
        Section.STRIDE,
        convolving(lambda s: s.run(stride=(s.stride[0], s.stride[0]))),
    ),
    Misconception(
        "stride-horizontal-for-both",
        "the horizontal stride is used on both axes",
        STRIDED,
        "The horizontal stride seems to be used on both axes. The first number of the pair is the vertical "
        "one.",
        Section.STRIDE,
        convolving(lambda s: s.run(stride=(s.stride[1], s.stride[1]))),
    ),
    Misconception(
        "stride-starts-late",
        "the first window starts at stride - 1",
        STRIDED,
        "The first window seems to start at stride - 1. It starts at the upper left corner, whatever the "
        "stride.",
        Section.STRIDE,
        convolving(lambda s: s.windows((s.stride[0] - 1, s.stride[1] - 1), s.stride)),
    ),
    Misconception(
        "stride-in-size-only",
        "the stride counts for the size only",
        STRIDED,
        "The result has the right size, but its windows seem to be one apart. The stride also says where "
        "each window begins: number i begins at i times the stride.",
        Section.STRIDE,
        convolving(_cropped_to_size),
    ),
    Misconception(
        "stride-leaves-zeros",
        "zeros stand between the results",
        STRIDED,
        "The right windows are taken, but their results seem to stand a stride apart, with zeros in between. They "
        "stand side by side, and the result is as much smaller: exercise 1 gives its size.",
        Section.STRIDE,
        convolving(lambda s: _every_nth(s.run(stride=(1, 1)), s)),
    ),
    Misconception(
        "stride-in-place-of-result",
        "only every stride-th result is filled",
        STRIDED,
        "The result has the right size, but only every stride-th row and column of it seems to be filled, with the "
        "window of the same number. Number i of the result belongs to the window that begins at i times the stride.",
        Section.STRIDE,
        convolving(lambda s: _every_nth(_cropped_to_size(s), s)),
    ),
    Misconception(
        "stride-one-too-many",
        "windows are stride + 1 apart",
        STRIDED,
        "The windows seem to be stride + 1 apart, as if the stride were the number of positions skipped. A "
        "stride of 2 takes every second position.",
        Section.STRIDE,
        convolving(lambda s: s.run(stride=(s.stride[0] + 1, s.stride[1] + 1))),
    ),
    Misconception(
        "stride-on-input",
        "the stride thins out the picture",
        STRIDED,
        "The stride seems to thin out the picture before the kernel is laid on it. The kernel always sees "
        "neighbouring pixels; the stride only says which windows are taken.",
        Section.STRIDE,
        convolving(
            lambda s: s.run(
                x=s.padded[..., :: s.stride[0], :: s.stride[1]], stride=(1, 1), margins=NO_MARGINS
            )
        ),
    ),
    Misconception(
        "stride-and-dilation-swapped",
        "stride and dilation are swapped",
        FULL,
        "Stride and dilation seem to have changed places. Check the order in which you hand them on.",
        Section.DILATION,
        convolving(lambda s: s.run(stride=s.dilation, dilation=s.stride)),
    ),
    Misconception(
        "stride-and-padding-swapped",
        "stride and padding are swapped",
        FULL,
        "Stride and padding seem to have changed places. Check the order in which you hand them on.",
        Section.PADDING,
        convolving(_stride_and_padding_swapped),
    ),
    Misconception(
        "frame-left-empty",
        "the padded picture is all zeros",
        ("pad2d",),
        "The result has the right size but holds nothing but zeros. The picture still has to be put into it.",
        Section.PADDING,
        lambda x, padding: torch.zeros_like(framing()(x, padding)),
    ),
    Misconception(
        "padding-ignored",
        "the padding is ignored",
        PADDED,
        "The padding seems to be left out: your answer is the one for a padding of 0.",
        Section.PADDING,
        framing(lambda m: NO_MARGINS),
    ),
    Misconception(
        "same-mode-dilation-ignored",
        'padding="same" ignores dilation',
        LAYER,
        'padding="same" seems to forget the dilation. A dilated kernel reaches further and needs more zeros.',
        Section.DILATION,
        keeping_size(lambda k, d: ((k - 1) // 2, k // 2)),
    ),
    Misconception(
        "same-mode-extra-first",
        'padding="same" puts the extra zero first',
        LAYER,
        'With padding="same" and an odd number of zeros, yours has the extra one on the left and above. '
        "Torch puts it on the right and below.",
        Section.TORCH_NN_CONV2D,
        keeping_size(lambda k, d: (-(-(k - 1) * d // 2), (k - 1) * d // 2)),
    ),
    Misconception(
        "same-mode-half-kernel",
        'padding="same" pads half the kernel per side',
        LAYER,
        'padding="same" seems to pad with half of the kernel on both sides, so an even kernel makes the '
        "picture grow. Both sides together take one less than what the kernel covers.",
        Section.TORCH_NN_CONV2D,
        keeping_size(lambda k, d: (d * (k // 2), d * (k // 2))),
    ),
    Misconception(
        "padding-swapped",
        "the two paddings are swapped",
        PADDED,
        "The two paddings seem to be swapped. A pair is (vertical, horizontal): the first number is rows "
        "above and below, the second one columns on the left and right.",
        Section.PADDING,
        framing(lambda m: (*m[2:], *m[:2])),
    ),
    Misconception(
        "padding-vertical-only",
        "only rows above and below are added",
        PADDED,
        "Only rows above and below seem to be added. Columns on the left and right are missing.",
        Section.PADDING,
        framing(lambda m: (0, 0, *m[2:])),
    ),
    Misconception(
        "padding-horizontal-only",
        "only columns left and right are added",
        PADDED,
        "Only columns on the left and right seem to be added. Rows above and below are missing.",
        Section.PADDING,
        framing(lambda m: (*m[:2], 0, 0)),
    ),
    Misconception(
        "padding-vertical-for-both",
        "the vertical padding is used on both axes",
        PADDED,
        "The vertical padding seems to be used on both axes. The second number of the pair is the "
        "horizontal one.",
        Section.PADDING,
        framing(lambda m: (*m[2:], *m[2:])),
    ),
    Misconception(
        "padding-horizontal-for-both",
        "the horizontal padding is used on both axes",
        PADDED,
        "The horizontal padding seems to be used on both axes. The first number of the pair is the vertical "
        "one.",
        Section.PADDING,
        framing(lambda m: (*m[:2], *m[:2])),
    ),
    Misconception(
        "padding-top-left-only",
        "padding is added above and left only",
        PADDED,
        "The padding seems to be added above and on the left only. It belongs on both sides of each axis.",
        Section.PADDING,
        framing(lambda m: (m[0], 0, m[2], 0)),
    ),
    Misconception(
        "padding-bottom-right-only",
        "padding is added below and right only",
        PADDED,
        "The padding seems to be added below and on the right only. It belongs on both sides of each axis.",
        Section.PADDING,
        framing(lambda m: (0, m[1], 0, m[3])),
    ),
    Misconception(
        "padding-all-bottom-right",
        "all the padding is below and right",
        PADDED,
        "The size is right, but the picture sits in the upper left corner with all zeros below and on the "
        "right. It belongs in the middle.",
        Section.PADDING,
        framing(lambda m: (0, m[0] + m[1], 0, m[2] + m[3])),
    ),
    Misconception(
        "padding-all-top-left",
        "all the padding is above and left",
        PADDED,
        "The size is right, but the picture sits in the lower right corner with all zeros above and on the "
        "left. It belongs in the middle.",
        Section.PADDING,
        framing(lambda m: (m[0] + m[1], 0, m[2] + m[3], 0)),
    ),
    Misconception(
        "padding-doubled",
        "the padding is doubled",
        PADDED,
        "Twice as much padding as asked for seems to be added. The number is meant per side, not for both "
        "together.",
        Section.PADDING,
        framing(lambda m: (2 * m[0], 2 * m[1], 2 * m[2], 2 * m[3])),
    ),
    Misconception(
        "padding-halved",
        "the padding is split between the two sides",
        PADDED,
        "The padding seems to be shared out between the two sides. The number is meant per side.",
        Section.PADDING,
        framing(lambda m: (m[0] // 2, m[1] // 2, m[2] // 2, m[3] // 2)),
    ),
    Misconception(
        "padding-replicated",
        "the margin repeats the picture's edge",
        PADDED,
        "The margin seems to repeat the picture's edge. Here it is filled with zeros.",
        Section.PADDING,
        framing(border="replicate"),
    ),
    Misconception(
        "padding-reflected",
        "the margin mirrors the picture",
        PADDED,
        "The margin seems to mirror the picture. Here it is filled with zeros.",
        Section.PADDING,
        framing(border="reflect"),
    ),
    Misconception(
        "padding-wrapped",
        "the margin wraps around to the opposite edge",
        PADDED,
        "The margin seems to go on with the picture's opposite edge. Here it is filled with zeros.",
        Section.PADDING,
        framing(border="circular"),
    ),
    Misconception(
        "padding-with-ones",
        "the margin is filled with ones",
        PADDED,
        "The margin seems to be filled with ones. Here it is filled with zeros.",
        Section.PADDING,
        framing(value=1.0),
    ),
    Misconception(
        "padding-after-convolution",
        "the zeros are put around the result",
        FULL,
        "The zeros seem to be put around the result. Pad the picture first, so that the kernel can be laid "
        "over its edge.",
        Section.PADDING,
        convolving(lambda s: frame(s.run(margins=NO_MARGINS), s.margins)),
    ),
)
