"""Grouped convolution: the right answer, and how it goes wrong."""

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
from exercises.feedback.misconception import Misconception

SECTION = "#groups"
FUNCTIONS = ("conv2d_grouped",)


def conv2d_grouped(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Tensor:
    """Torch's own."""
    return F.conv2d(x, weight, bias, pair(stride), pair(padding), pair(dilation), groups)


@dataclass(frozen=True)
class Grouped(Operands):
    """A grouped convolution with all its settings laid open, so that one of them can be got wrong."""

    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    groups: int

    def run(self, **other: Any) -> Tensor:
        """Torch's answer, with some settings replaced."""
        s = replace(self, **other)
        return F.conv2d(s.x, s.weight, s.bias, s.stride, s.padding, s.dilation, s.groups)

    def apart(self, out: Tensor) -> Tensor:
        """An answer group by group: `(N, groups, O / groups, out_h, out_w)`."""
        return out.reshape(out.shape[0], self.groups, out.shape[1] // self.groups, *out.shape[2:])

    def shuffled(self, out: Tensor) -> Tensor:
        """An answer whose channels take turns: the first of each group, then the second of each."""
        return self.apart(out).transpose(1, 2).flatten(1, 2)

    def dealt(self, channels: int) -> Tensor:
        """The numbers of channels by their groups, if they were dealt out like cards: 0, 2, 1, 3 for two groups."""
        return torch.arange(channels).view(-1, self.groups).mT.flatten()


def grouping(change: Callable[[Grouped], Tensor]) -> Callable[..., Tensor]:
    """An answer of `conv2d_grouped` out of a variation of the right setting."""

    def answer(
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Tensor:
        return change(Grouped(x, weight, bias, pair(stride), pair(padding), pair(dilation), groups))

    return answer


def _kernels_dealt(s: Grouped, **other: Any) -> Tensor:
    """Kernel o looks at group o % groups, and its result stands where it should."""
    order = s.dealt(s.weight.shape[0])
    return s.biased(s.bare(weight=s.weight[order], **other)[:, order.argsort()])


def _rest_empty(s: Grouped, kept: int) -> Tensor:
    """All groups left at zero but one."""
    parts = s.apart(s.bare())
    out = torch.zeros_like(parts)
    out[:, kept] = parts[:, kept]
    return s.biased(out.flatten(1, 2))


def _entry(name: str, title: str, explanation: str, change: Callable[[Grouped], Tensor]) -> Misconception:
    return Misconception(f"groups-{name}", title, FUNCTIONS, explanation, SECTION, grouping(change))


MISCONCEPTIONS = (
    _entry(
        "left-empty",
        "the grouped result is all zeros",
        "The result has the right shape but holds nothing but zeros. The results of the groups still have to be put"
        " there.",
        lambda s: torch.zeros_like(s.bare()),
    ),
    _entry(
        "inputs-dealt-out",
        "input channels are dealt out like cards",
        "The input channels seem to be dealt out to the groups like cards: every second one to the first of two. A "
        "group is made of channels that are neighbours.",
        lambda s: s.run(x=s.x[:, s.dealt(s.x.shape[1])]),
    ),
    _entry(
        "kernels-dealt-out",
        "kernels are dealt out like cards",
        "The kernels seem to be dealt out to the groups like cards: every second one to the first of two. The first"
        " part of the kernels belongs to the first group, the next part to the next.",
        _kernels_dealt,
    ),
    _entry(
        "all-dealt-out",
        "channels and kernels are dealt out like cards",
        "Channels and kernels seem to be dealt out to the groups like cards: every second one to the first of two. "
        "A group is made of channels that are neighbours, and so are its kernels.",
        lambda s: _kernels_dealt(s, x=s.x[:, s.dealt(s.x.shape[1])]),
    ),
    _entry(
        "results-shuffled",
        "output channels of the groups take turns",
        "The numbers are right, but the output channels of the groups seem to take turns. All of the first group "
        "come first, then all of the second, in the order of the kernels.",
        lambda s: s.shuffled(s.run()),
    ),
    _entry(
        "results-shuffled-before-the-bias",
        "output channels take turns before the bias",
        "The numbers are right, but the output channels of the groups seem to take turns. All of the first group "
        "come first, then all of the second, in the order of the kernels.",
        lambda s: s.biased(s.shuffled(s.bare())),
    ),
    _entry(
        "results-added",
        "the results of the groups are added up",
        "The results of the groups seem to be added up. They stand side by side along the channel axis: there are "
        "as many output channels as kernels.",
        lambda s: s.apart(s.run()).sum(1),
    ),
    _entry(
        "every-channel-read",
        "each kernel reads all input channels",
        "Each output channel seems to look at all input channels, with the same few kernels over and over. It looks"
        " at the channels of its own group alone.",
        lambda s: s.run(weight=s.weight.repeat(1, s.groups, 1, 1), groups=1),
    ),
    _entry(
        "first-channels-for-all",
        "all groups read the first group's channels",
        "All groups seem to look at the input channels of the first one. Each group has channels of its own.",
        lambda s: s.run(x=s.x.chunk(s.groups, 1)[0].repeat(1, s.groups, 1, 1)),
    ),
    _entry(
        "last-channels-for-all",
        "all groups read the last group's channels",
        "All groups seem to look at the input channels of the last one. Each group has channels of its own.",
        lambda s: s.run(x=s.x.chunk(s.groups, 1)[-1].repeat(1, s.groups, 1, 1)),
    ),
    _entry(
        "first-kernels-for-all",
        "all groups use the first group's kernels",
        "The kernels of the first group seem to be used for all groups. Each group has kernels of its own.",
        lambda s: s.run(weight=s.weight.chunk(s.groups)[0].repeat(s.groups, 1, 1, 1)),
    ),
    _entry(
        "first-channel-only",
        "only the first channel of each group counts",
        "Only the first input channel of each group seems to count. Each output channel is a sum over all channels "
        "of its group.",
        lambda s: s.run(x=s.x[:, :: s.weight.shape[1]], weight=s.weight[:, :1]),
    ),
    _entry(
        "first-group-alone",
        "only the first group's result is returned",
        "Your result is the one of the first group alone. Does the function return from within a loop?",
        lambda s: s.apart(s.run())[:, 0],
    ),
    _entry(
        "last-group-alone",
        "only the last group's result is returned",
        "Your result is the one of the last group alone, as if each group replaced the one before. The results of "
        "all groups stand side by side.",
        lambda s: s.apart(s.run())[:, -1],
    ),
    _entry(
        "first-group-rest-empty",
        "zeros for all groups but the first",
        "Only the output channels of the first group are filled, the others are left at zero. Does a loop end too "
        "early?",
        lambda s: _rest_empty(s, 0),
    ),
    _entry(
        "last-group-rest-empty",
        "zeros for all groups but the last",
        "Only the output channels of the last group are filled, the others are left at zero.",
        lambda s: _rest_empty(s, -1),
    ),
    _entry(
        "kernel-flipped",
        "the kernels are flipped",
        "The kernel seems to be turned upside down and left to right. Deep learning uses cross-correlation, where "
        "it is laid on the picture as it is.",
        lambda s: s.run(weight=s.weight.flip(-2, -1)),
    ),
    _entry(*ignored("stride", 1)),
    _entry(*swapped("stride")),
    _entry(*ignored("padding", 0)),
    _entry(*swapped("padding")),
    _entry(*ignored("dilation", 1)),
    _entry(*swapped("dilation")),
    _entry(
        "stride-and-dilation-swapped",
        "stride and dilation are swapped",
        "Stride and dilation seem to have changed places. The stride is how far the kernel moves, the dilation how "
        "far apart its taps are.",
        lambda s: s.run(stride=s.dilation, dilation=s.stride),
    ),
    _entry(*BIAS_MISSING),
    _entry(
        "bias-of-first-group",
        "the first group's bias is used for all",
        "The first numbers of the bias seem to be used for all groups. Each output channel has one of its own.",
        lambda s: s.bare() + s.offset.chunk(s.groups)[0].repeat(s.groups, 1, 1),
    ),
    _entry(
        "bias-of-each-group",
        "the bias is added once for each group",
        "The bias seems to be added once for each group. It is added once to each output number.",
        lambda s: s.bare() + s.offset * s.groups,
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
)
