"""Depthwise separable convolution: the right answer, and how it goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.course.misconceptions.pairs import ignored, swapped
from exercises.course.oracle import Pair, pair
from exercises.feedback.misconception import Misconception

SECTION = "#groups"
FUNCTIONS = ("depthwise_separable",)


def depthwise_separable(
    x: Tensor, depthwise: Tensor, pointwise: Tensor, stride: Pair = 1, padding: Pair = 0
) -> Tensor:
    """One ordinary convolution of torch, whose kernels are the products of the two."""
    return F.conv2d(x, pointwise * depthwise.transpose(0, 1), None, pair(stride), pair(padding))


@dataclass(frozen=True)
class Separable:
    """The two convolutions with all their settings laid open."""

    x: Tensor
    depthwise: Tensor
    pointwise: Tensor
    stride: tuple[int, int]
    padding: tuple[int, int]

    def each(self, **other: Any) -> Tensor:
        """What the depthwise convolution gives, with some settings replaced."""
        s = replace(self, **other)
        return F.conv2d(s.x, s.depthwise, None, s.stride, s.padding, 1, s.x.shape[1])

    def run(self, **other: Any) -> Tensor:
        """Both, with some settings replaced."""
        return F.conv2d(self.each(**other), replace(self, **other).pointwise)


def separating(change: Callable[[Separable], Tensor]) -> Callable[..., Tensor]:
    """An answer of `depthwise_separable` out of a variation of the right setting."""

    def answer(x: Tensor, depthwise: Tensor, pointwise: Tensor, stride: Any = 1, padding: Any = 0) -> Tensor:
        return change(Separable(x, depthwise, pointwise, pair(stride), pair(padding)))

    return answer


def _mixed_first(s: Separable) -> Tensor:
    """The pointwise convolution before the depthwise one; torch refuses where the channels differ."""
    mixed = F.conv2d(s.x, s.pointwise)
    return F.conv2d(mixed, s.depthwise, None, s.stride, s.padding, 1, s.x.shape[1])


def _mixed_twice(s: Separable) -> Tensor:
    """Every depthwise kernel lies on all channels, and the results are added up."""
    wide = s.depthwise.expand(-1, s.x.shape[1], -1, -1)
    return F.conv2d(F.conv2d(s.x, wide, None, s.stride, s.padding), s.pointwise)


def _entry(name: str, title: str, explanation: str, change: Callable[[Separable], Tensor]) -> Misconception:
    return Misconception(f"separable-{name}", title, FUNCTIONS, explanation, SECTION, separating(change))


MISCONCEPTIONS = (
    _entry(
        "left-empty",
        "the separable result is all zeros",
        "The result has the right shape but holds nothing but zeros. Is what was computed also returned?",
        lambda s: torch.zeros_like(s.run()),
    ),
    _entry(
        "stride-in-both",
        "the stride is in both convolutions",
        "The stride seems to be in both convolutions, so that too few rows and columns are left. Only the depthwise"
        " one has it.",
        lambda s: F.conv2d(s.each(), s.pointwise, None, s.stride),
    ),
    _entry(*ignored("stride", 1, "depthwise")),
    _entry(*swapped("stride", "depthwise")),
    _entry(
        "padding-in-both",
        "the padding is in both convolutions",
        "The padding seems to be in both convolutions, so that the result has a border of zeros. Only the depthwise"
        " one has it.",
        lambda s: F.conv2d(s.each(), s.pointwise, None, 1, s.padding),
    ),
    _entry(
        "padding-in-the-pointwise",
        "the padding is in the pointwise convolution",
        "The padding seems to be in the pointwise convolution, where it is only a border of zeros around the "
        "result. It belongs to the depthwise one.",
        lambda s: F.conv2d(s.each(padding=(0, 0)), s.pointwise, None, 1, s.padding),
    ),
    _entry(
        "settings-in-both",
        "stride and padding are in both convolutions",
        "Stride and padding seem to be in both convolutions. Only the depthwise one has them.",
        lambda s: F.conv2d(s.each(), s.pointwise, None, s.stride, s.padding),
    ),
    _entry(*ignored("padding", 0, "depthwise")),
    _entry(*swapped("padding", "depthwise")),
    _entry(
        "depthwise-alone",
        "only the depthwise convolution is done",
        "Your result is the one of the depthwise convolution alone. The pointwise one still has to mix its channels.",
        lambda s: s.each(),
    ),
    _entry(
        "pointwise-first",
        "the pointwise convolution comes first",
        "The pointwise convolution seems to come first. Each channel of x has a depthwise kernel of its own, so the"
        " depthwise convolution comes before the channels are mixed.",
        _mixed_first,
    ),
    _entry(
        "clipped-between",
        "a ReLU between the two convolutions",
        "Negative numbers seem to be set to 0 between the two convolutions, as ReLU does. Many networks have it "
        "there; here nothing is between the two.",
        lambda s: F.conv2d(s.each().relu(), s.pointwise),
    ),
    _entry(
        "clipped-after",
        "a ReLU after the two convolutions",
        "Negative numbers of the result seem to be set to 0, as ReLU does. Many networks do that next; here it is "
        "no part of the function.",
        lambda s: s.run().relu(),
    ),
    _entry(
        "one-kernel-for-all",
        "all channels share the first depthwise kernel",
        "The first depthwise kernel seems to be used for all channels. Each channel has one of its own.",
        lambda s: s.run(depthwise=s.depthwise[:1].expand_as(s.depthwise)),
    ),
    _entry(
        "channels-mixed-twice",
        "the depthwise convolution mixes channels",
        "The channels seem to be mixed by the depthwise convolution already. It looks at each channel on its own; "
        "only the pointwise one mixes them.",
        _mixed_twice,
    ),
    _entry(
        "first-channel-only",
        "only the first channel is mixed",
        "Only the first channel seems to count. Each output channel is a mix of all of them.",
        lambda s: F.conv2d(s.each()[:, :1], s.pointwise[:, :1]),
    ),
    _entry(
        "pointwise-channels-swapped",
        "the pointwise channel axes are swapped",
        "The first two axes of the pointwise weights seem to be swapped. They are (output channel, input channel).",
        lambda s: s.run(pointwise=s.pointwise.transpose(0, 1)),
    ),
    _entry(
        "kernel-flipped",
        "the depthwise kernels are flipped",
        "The depthwise kernels seem to be turned upside down and left to right. Deep learning uses cross-"
        "correlation, where a kernel is laid on the picture as it is.",
        lambda s: s.run(depthwise=s.depthwise.flip(-2, -1)),
    ),
)
