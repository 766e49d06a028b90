"""What stands behind the checks of exercise 10: the transposed convolution, and how it goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.course.misconceptions.pairs import BIAS_MISSING, ignored, swapped
from exercises.course.misconceptions.setting import Operands
from exercises.course.oracle import Pair, pair
from exercises.feedback.cause import Cause
from exercises.feedback.misconception import Misconception
from exercises.feedback.topic import Topic

SECTION = "#transposed-convolution"
STAMPING, CONVOLVING = "conv_transpose2d_by_stamping", "conv_transpose2d_by_convolution"
BOTH = (STAMPING, CONVOLVING)


def conv_transpose2d_by_stamping(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    output_padding: Pair = 0,
    dilation: Pair = 1,
) -> Tensor:
    """Torch's own."""
    return F.conv_transpose2d(
        x, weight, bias, pair(stride), pair(padding), pair(output_padding), 1, pair(dilation)
    )


def conv_transpose2d_by_convolution(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    output_padding: Pair = 0,
    dilation: Pair = 1,
) -> Tensor:
    """The same numbers as those of the other way."""
    return conv_transpose2d_by_stamping(x, weight, bias, stride, padding, output_padding, dilation)


@dataclass(frozen=True)
class Setting(Operands):
    """A transposed convolution with all its settings laid open, so that one of them can be got wrong."""

    stride: tuple[int, int]
    padding: tuple[int, int]
    output_padding: tuple[int, int]
    dilation: tuple[int, int]

    @property
    def border(self) -> tuple[int, int]:
        """How far the dilated kernel can stick out."""
        taps = self.weight.shape[-2:]
        return self.dilation[0] * (taps[0] - 1), self.dilation[1] * (taps[1] - 1)

    def full(self, **other: Any) -> Tensor:
        """Torch's answer before anything is cut off or added, without the bias."""
        s = replace(self, **other)
        return F.conv_transpose2d(s.x, s.weight, None, s.stride, dilation=s.dilation)

    def cut(self, full: Tensor) -> Tensor:
        """What is left of the full answer once it is cut; this refuses no output padding, as torch does."""
        (top, left), (below, right) = self.padding, self.output_padding
        return F.pad(full, (-left, right - left, -top, below - top))

    def run(self, **other: Any) -> Tensor:
        """The answer, with some settings replaced."""
        s = replace(self, **other)
        return s.biased(s.cut(s.full()))


def transposing(change: Callable[[Setting], Tensor]) -> Callable[..., Tensor]:
    """An answer of the two functions out of a variation of the right setting."""

    def answer(
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        dilation: Any = 1,
    ) -> Tensor:
        pairs = (pair(value) for value in (stride, padding, output_padding, dilation))
        return change(Setting(x, weight, bias, *pairs))

    return answer


def _replaced(s: Setting, taps_first: bool) -> Tensor:
    """Each copy replaces what lies below it, laid down input number by input number, or tap by tap."""
    full = torch.zeros_like(s.full())
    places = [(y, x) for y in range(s.x.shape[2]) for x in range(s.x.shape[3])]
    taps = [(i, j) for i in range(s.weight.shape[2]) for j in range(s.weight.shape[3])]
    order = [(p, t) for t in taps for p in places] if taps_first else [(p, t) for p in places for t in taps]
    for (y, x), (i, j) in order:
        row, column = y * s.stride[0] + i * s.dilation[0], x * s.stride[1] + j * s.dilation[1]
        full[:, :, row, column] = s.x[:, :, y, x] @ s.weight[:, :, i, j]
    return s.biased(s.cut(full))


def _frame(s: Setting, out: Tensor) -> Tensor:
    (vertical, horizontal) = s.padding
    return F.pad(out, (horizontal, horizontal, vertical, vertical))


def _border_is_padding(s: Setting) -> Tensor:
    """The padding that leaves a border as wide as the padding that was asked for."""
    (reach_h, reach_w), (vertical, horizontal) = s.border, s.padding
    return s.run(padding=(reach_h - vertical, reach_w - horizontal))


def _stride_in_the_convolution(s: Setting) -> Tensor:
    narrowed = s.cut(s.full(stride=(1, 1)))
    return s.biased(narrowed[..., :: s.stride[0], :: s.stride[1]])


def _copies(s: Setting) -> Tensor:
    """How many copies lie on each output number."""
    return s.cut(s.full(x=torch.ones_like(s.x[:1, :1]), weight=torch.ones_like(s.weight[:1, :1])))


def _kept_above(s: Setting) -> Tensor:
    (top, left), (below, right) = s.padding, s.output_padding
    return s.biased(F.pad(s.full(), (right - left, -left, below - top, -top)))


def _once_each_side(s: Setting) -> Tensor:
    (top, left), (below, right) = s.padding, s.output_padding
    return s.biased(F.pad(s.full(), (-left, right, -top, below)))


def _last_channel(s: Setting) -> Tensor:
    last = torch.zeros_like(s.x)
    last[:, -1:] = s.x[:, -1:]
    return s.run(x=last)


def _entry(
    name: str,
    title: str,
    explanation: str,
    change: Callable[[Setting], Tensor],
    functions: tuple[str, ...] = BOTH,
) -> Misconception:
    return Misconception(f"transposed-{name}", title, functions, explanation, SECTION, transposing(change))


MISCONCEPTIONS = (
    _entry(
        "left-empty",
        "the transposed result is all zeros",
        "The result has the right shape but holds nothing but zeros. The copies of the kernel still have to be "
        "added to it.",
        lambda s: torch.zeros_like(s.bare()),
    ),
    _entry(
        "copies-replace",
        "later copies replace earlier ones",
        "Where copies of the kernel overlap, the later one seems to replace the earlier. They add up.",
        lambda s: _replaced(s, taps_first=False),
    ),
    _entry(
        "taps-replace",
        "later taps replace earlier ones",
        "Where copies of the kernel overlap, the later tap seems to replace the earlier ones. They add up.",
        lambda s: _replaced(s, taps_first=True),
    ),
    _entry(
        "kernel-not-turned",
        "the kernel is not turned by 180 degrees",
        "The kernel seems to lie on the input as it is. Seen from the output, the copy on the left ends where the "
        "copy on the right begins, so the convolution that does the same needs the kernel turned by 180 degrees.",
        lambda s: s.run(weight=s.weight.flip(-2, -1)),
        (CONVOLVING,),
    ),
    _entry(
        "stamp-turned",
        "each copy of the kernel is turned",
        "The kernel seems to be turned by 180 degrees in each copy. A copy is the kernel as it is; only the "
        "convolution that does the same needs it turned.",
        lambda s: s.run(weight=s.weight.flip(-2, -1)),
        (STAMPING,),
    ),
    _entry(
        "kernel-flipped-vertically",
        "the kernel is flipped along its height only",
        "The kernel seems to be upside down. Turning by 180 degrees is a flip along both axes, or along none.",
        lambda s: s.run(weight=s.weight.flip(-2)),
    ),
    _entry(
        "kernel-flipped-horizontally",
        "the kernel is flipped along its width only",
        "The kernel seems to be mirrored left to right. Turning by 180 degrees is a flip along both axes, or along "
        "none.",
        lambda s: s.run(weight=s.weight.flip(-1)),
    ),
    _entry(
        "kernel-axes-swapped",
        "the kernel's rows and columns are swapped",
        "Rows and columns of the kernel seem to be swapped. Turning by 180 degrees is no transposition: the last "
        "axis of the kernel runs along the last axis of the picture.",
        lambda s: s.run(weight=s.weight.transpose(-2, -1)),
    ),
    _entry(
        "channels-swapped",
        "input and output channels are swapped",
        "The first two axes of the weight seem to be swapped. Here they are (input channel, output channel), the "
        "other way round than for conv2d.",
        lambda s: s.run(weight=s.weight.transpose(0, 1)),
    ),
    _entry(
        "first-channel-only",
        "only the first input channel is copied",
        "Only the first input channel seems to count. Each output channel is a sum over all input channels.",
        lambda s: s.run(x=s.x[:, :1], weight=s.weight[:1]),
    ),
    _entry(
        "last-channel-only",
        "only the last input channel is copied",
        "Only the last input channel seems to count, as if each replaced the one before. Each output channel is a "
        "sum over all input channels.",
        _last_channel,
    ),
    _entry(
        "plain-convolution",
        "an ordinary convolution is computed",
        "Your answer is the one of an ordinary convolution with these settings. A transposed convolution goes the "
        "way back: its output is larger where the convolution's is smaller.",
        lambda s: F.conv2d(s.x, s.weight.transpose(0, 1), s.bias, s.stride, s.padding, s.dilation),
    ),
    _entry(
        "border-is-padding",
        "the border of zeros is as wide as the padding",
        "The border of zeros seems to be as wide as `padding`. It is as wide as the dilated kernel can stick out, "
        "less the padding.",
        _border_is_padding,
    ),
    _entry(*ignored("padding", 0)),
    _entry(
        "padding-added",
        "the padding is put around the result",
        "The padding seems to be put around the result. Here it is cut off: it is the padding of the convolution "
        "whose way back this is.",
        lambda s: s.biased(_frame(s, s.full())),
    ),
    _entry(
        "padding-cut-once",
        "the padding is cut off on two sides only",
        "The padding seems to be cut off above and on the left alone. It is cut off all four sides.",
        _once_each_side,
    ),
    _entry(*swapped("padding")),
    _entry(
        "output-padding-ignored",
        "the output padding is ignored",
        "The output padding seems to be left out: your answer is the one for an output padding of 0.",
        lambda s: s.run(output_padding=(0, 0)),
    ),
    _entry(
        "output-padding-zeros",
        "the output padding is filled with zeros",
        "The output padding seems to be filled with zeros. It keeps rows and columns that the padding would cut "
        "off, with the numbers in them; zeros come only where there is nothing to keep.",
        lambda s: s.biased(
            F.pad(s.run(output_padding=(0, 0), bias=None), (0, s.output_padding[1], 0, s.output_padding[0]))
        ),
    ),
    _entry(
        "output-padding-after-the-bias",
        "output padding is put on after the bias",
        "The output padding seems to be zeros that are put on after the bias. The bias is added to every number of "
        "the result, once all of them are there.",
        lambda s: F.pad(s.run(output_padding=(0, 0)), (0, s.output_padding[1], 0, s.output_padding[0])),
    ),
    _entry(
        "output-padding-above",
        "the output padding is above and left",
        "The output padding seems to be above and on the left. It keeps more rows below and more columns on the "
        "right.",
        _kept_above,
    ),
    _entry(
        "output-padding-swapped",
        "the two output paddings are swapped",
        "The two output paddings seem to be swapped. A pair is (vertical, horizontal): rows first, like the shape.",
        lambda s: s.run(output_padding=s.output_padding[::-1]),
    ),
    _entry(
        "stride-ignored",
        "copies lie 1 apart whatever the stride",
        "The stride seems to be left out: copies of neighbouring input numbers lie one apart, as with a stride of "
        "1.",
        lambda s: s.run(stride=(1, 1)),
    ),
    _entry(
        "stride-one-too-many",
        "copies lie stride + 1 apart",
        "Copies seem to lie stride + 1 apart. For a stride of s, they are s apart: that is s - 1 zeros between "
        "neighbouring input numbers.",
        lambda s: s.run(stride=(s.stride[0] + 1, s.stride[1] + 1)),
    ),
    _entry(
        "stride-in-the-convolution",
        "the kernel moves by the stride",
        "The stride seems to be how far the kernel moves over the input. It is how far the input numbers are moved "
        "apart; the kernel then moves by 1.",
        _stride_in_the_convolution,
    ),
    _entry(*swapped("stride")),
    _entry(*ignored("dilation", 1)),
    _entry(*swapped("dilation")),
    _entry(
        "stride-and-dilation-swapped",
        "stride and dilation are swapped",
        "Stride and dilation seem to have changed places. The stride moves copies apart, the dilation the taps "
        "within each copy.",
        lambda s: s.run(stride=s.dilation, dilation=s.stride),
    ),
    _entry(*BIAS_MISSING),
    _entry(
        "bias-of-each-copy",
        "the bias is added with every copy",
        "The bias seems to be added with every copy of a tap, so that it counts several times where they overlap, "
        "and not at all where none lies. It is added once, after the sum.",
        lambda s: s.bare() + s.offset * _copies(s),
    ),
    _entry(
        "bias-twice",
        "the bias is added twice",
        "The bias seems to be added twice. If the function you build on adds it already, do not add it again.",
        lambda s: s.bare() + s.offset * 2,
    ),
    _entry(
        "bias-along-width",
        "the bias runs along the width",
        "The bias seems to run along the width of the result. Broadcasting starts at the last axis: the bias needs "
        "a shape that puts its numbers on the channel axis.",
        lambda s: s.bare() + s.offset.view(-1),
    ),
    _entry(
        "first-picture-repeated",
        "all pictures get the result of the first",
        "All pictures of the batch have the result of the first one. Each is worked out on its own.",
        lambda s: s.run()[:1].expand(s.x.shape[0], -1, -1, -1),
    ),
)

NOT_ADJOINT = Cause(
    "not-the-way-back",
    "is not the way back of conv2d",
    "A transposed convolution is the way back of a convolution. For any pictures x and y that fit, the products of "
    "conv2d(x) with y, added up, are the products of x with your answer to y, added up. Here the two sums differ.",
    SECTION,
)

TOPIC = Topic(
    references=(conv_transpose2d_by_stamping, conv_transpose2d_by_convolution),
    misconceptions=MISCONCEPTIONS,
    causes=(NOT_ADJOINT,),
)
