"""What stands behind the checks of exercise 9: the right answers of pooling, and how it goes wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.course.oracle import Pair, pair
from exercises.course.visualizer_link import opened
from exercises.feedback.calls import Call
from exercises.feedback.misconception import Misconception
from exercises.feedback.oracle import Oracle
from exercises.feedback.rule import Operators, Rule
from exercises.feedback.topic import Topic

MAX, MEAN = ("max_pool2d",), ("avg_pool2d",)
BOTH = (*MAX, *MEAN)
SECTION = "#pooling"


def max_pool2d(
    x: Tensor,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Torch's own."""
    return F.max_pool2d(x, kernel_size, stride, padding, dilation, ceil_mode)


def avg_pool2d(
    x: Tensor,
    kernel_size: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Torch's own."""
    return F.avg_pool2d(x, kernel_size, stride, padding, ceil_mode, count_include_pad)


@dataclass(frozen=True)
class Setting:
    """Pooling with all its settings laid open, so that one of them can be got wrong."""

    x: Tensor
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    ceil: bool
    counted: bool  # whether padding counts in a mean
    mean: bool

    def run(self, **other: Any) -> Tensor:
        """Torch's answer, with some settings replaced."""
        s = replace(self, **other)
        if s.mean:
            return F.avg_pool2d(s.x, s.kernel, s.stride, s.padding, s.ceil, s.counted)
        return F.max_pool2d(s.x, s.kernel, s.stride, s.padding, s.dilation, s.ceil)

    @property
    def area(self) -> int:
        """How many numbers a window has."""
        return math.prod(self.kernel)

    @property
    def span(self) -> tuple[int, int]:
        """How far a window reaches."""
        height, width = (d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))
        return height, width

    def sticking_out(self, exception: bool = True) -> tuple[int, int]:
        """How far the last windows reach beyond the frame, with or without those that start behind the picture."""
        if not self.ceil:
            return 0, 0
        below, beside = (
            self._sticking_out(*axis, exception)
            for axis in zip(self.x.shape[2:], self.span, self.stride, self.padding, strict=True)
        )
        return below, beside

    @staticmethod
    def _sticking_out(size: int, span: int, stride: int, padding: int, exception: bool) -> int:
        reach = size + 2 * padding - span
        last = math.ceil(reach / stride)
        if exception and last * stride >= size + padding:
            last -= 1
        return max(last * stride - reach, 0)

    def framed(self, frame: float, beyond: float, rest: tuple[int, int]) -> Tensor:
        """The pictures in a frame of such numbers, and beyond it so many more rows and columns of others."""
        (above, left), (below, beside) = self.padding, rest
        framed = F.pad(self.x, (left, left, above, above), value=frame)
        return F.pad(framed, (0, beside, 0, below), value=beyond)

    def largest(
        self, frame: float = -math.inf, beyond: float = -math.inf, rest: tuple[int, int] | None = None
    ) -> Tensor:
        """Max pooling of pictures that are framed before."""
        rest = self.sticking_out() if rest is None else rest
        return replace(self, mean=False).run(x=self.framed(frame, beyond, rest), padding=(0, 0), ceil=False)

    def sums(self, x: Tensor, frame: float, beyond: float, rest: tuple[int, int]) -> Tensor:
        """What mean pooling adds up, for such pictures, framed before."""
        framed = replace(self, x=x).framed(frame, beyond, rest)
        return F.avg_pool2d(framed, self.kernel, self.stride, divisor_override=1)

    def means(self, beyond: float = 0.0, rest: tuple[int, int] | None = None) -> Tensor:
        """Mean pooling of pictures that are framed before; `beyond` is 1 if what is there counts."""
        rest = self.sticking_out() if rest is None else rest
        counts = self.sums(torch.ones_like(self.x), float(self.counted), beyond, rest)
        return self.sums(self.x, 0.0, 0.0, rest) / counts

    def by_hand(self, rest: tuple[int, int] | None = None) -> Tensor:
        """The right answer, but for what is replaced before, or how far the last windows stick out."""
        return self.means(rest=rest) if self.mean else self.largest(rest=rest)


def pooling(change: Callable[[Setting], Tensor]) -> Callable[..., Tensor]:
    """An answer of either function out of a variation of the right setting."""

    def answer(x: Tensor, kernel_size: Any, stride: Any, padding: Any, *others: Any) -> Tensor:
        # the two differ in what comes last: dilation and ceil_mode, or ceil_mode and count_include_pad
        mean = isinstance(others[0], bool)
        dilation, ceil, counted = (1, *others) if mean else (*others, True)
        kernel = pair(kernel_size)
        step = kernel if stride is None else pair(stride)
        return change(Setting(x, kernel, step, pair(padding), pair(dilation), ceil, counted, mean))

    return answer


MISCONCEPTIONS = (
    Misconception(
        "pool-padded-with-zeros",
        MAX,
        "The padding seems to be made of zeros. Where all pixels of a window are negative, a zero wins. Padding "
        "must never be the largest: it has to be smaller than every number.",
        SECTION,
        pooling(lambda s: s.largest(0.0)),
    ),
    Misconception(
        "pool-stride-one-if-none",
        BOTH,
        "Without a stride the window seems to move by 1. In pooling, it then moves by its own size on each axis.",
        SECTION,
        lambda x, kernel_size, stride, *others: pooling(lambda s: s.run())(
            x, kernel_size, 1 if stride is None else stride, *others
        ),
    ),
    Misconception(
        "pool-stride-ignored",
        BOTH,
        "The stride seems to be left out: the window moves by its own size. That is right only where no stride is "
        "given.",
        SECTION,
        pooling(lambda s: s.run(stride=s.kernel)),
    ),
    Misconception(
        "pool-stride-swapped",
        BOTH,
        "The two strides seem to be swapped. A pair is (vertical, horizontal): rows first, like the shape.",
        SECTION,
        pooling(lambda s: s.run(stride=s.stride[::-1])),
    ),
    Misconception(
        "pool-window-swapped",
        BOTH,
        "Height and width of the window seem to be swapped. A pair is (vertical, horizontal): rows first, like the "
        "shape.",
        SECTION,
        pooling(lambda s: s.run(kernel=s.kernel[::-1])),
    ),
    Misconception(
        "pool-window-and-stride-swapped",
        BOTH,
        "Height and width of the window seem to be swapped, and those of its steps with them. A pair is (vertical, "
        "horizontal): rows first, like the shape.",
        SECTION,
        pooling(lambda s: s.run(kernel=s.kernel[::-1], stride=s.stride[::-1])),
    ),
    Misconception(
        "pool-padding-swapped",
        BOTH,
        "The two paddings seem to be swapped. A pair is (vertical, horizontal): rows first, like the shape. "
        "`torch.nn.functional.pad` counts the other way, from the last axis.",
        SECTION,
        pooling(lambda s: replace(s, padding=s.padding[::-1]).by_hand(s.sticking_out())),
    ),
    Misconception(
        "pool-padding-ignored",
        BOTH,
        "The padding seems to be left out: your answer is the one without a frame.",
        SECTION,
        pooling(lambda s: s.run(padding=(0, 0))),
    ),
    Misconception(
        "pool-dilation-ignored",
        MAX,
        "The dilation seems to be left out: the numbers of your windows lie side by side.",
        SECTION,
        pooling(lambda s: s.run(dilation=(1, 1))),
    ),
    Misconception(
        "pool-dilation-swapped",
        MAX,
        "The two dilations seem to be swapped. A pair is (vertical, horizontal): rows first, like the shape.",
        SECTION,
        pooling(lambda s: s.run(dilation=s.dilation[::-1])),
    ),
    Misconception(
        "pool-dilation-filled",
        MAX,
        "The window seems to have the size of a dilated one, but no gaps: numbers between its places count too. "
        "Only every d-th number along an axis belongs to it.",
        SECTION,
        pooling(lambda s: replace(s, kernel=s.span, dilation=(1, 1)).largest()),
    ),
    Misconception(
        "pool-ceil-ignored",
        BOTH,
        "`ceil_mode` seems to be left out: your sizes are rounded down. With it they are rounded up, so that the "
        "last window may stick out.",
        SECTION,
        pooling(lambda s: s.run(ceil=False)),
    ),
    Misconception(
        "pool-ceil-always",
        BOTH,
        "The sizes seem to be rounded up where they should be rounded down. Only with `ceil_mode` may a window "
        "stick out.",
        SECTION,
        pooling(lambda s: s.run(ceil=True)),
    ),
    Misconception(
        "pool-ceil-one-too-many",
        BOTH,
        "With `ceil_mode` there seems to be a window that starts behind the picture. It has to start on the "
        "picture, or on the padding in front of it; else it is left out.",
        SECTION,
        pooling(lambda s: s.by_hand(s.sticking_out(exception=False))),
    ),
    Misconception(
        "pool-all-padded-with-zeros",
        MAX,
        "Whatever is not picture seems to be 0. Where all pixels of a window are negative, a zero wins. Padding, "
        "and what `ceil_mode` adds, must never be the largest: it has to be smaller than every number.",
        SECTION,
        pooling(lambda s: s.largest(0.0, 0.0)),
    ),
    Misconception(
        "pool-ceil-padded-with-zeros",
        MAX,
        "What `ceil_mode` adds behind the picture seems to be made of zeros. It must never be the largest: it has "
        "to be smaller than every number.",
        SECTION,
        pooling(lambda s: s.largest(beyond=0.0)),
    ),
    Misconception(
        "pool-same-divisor",
        MEAN,
        "Every sum seems to be divided by the size of the whole window. What `ceil_mode` lets stick out does not "
        "count, nor does padding if `count_include_pad` is False.",
        SECTION,
        pooling(lambda s: replace(s, counted=True).means(beyond=1.0)),
    ),
    Misconception(
        "pool-ceil-counts",
        MEAN,
        "What `ceil_mode` lets stick out beyond the picture and its padding seems to count as zeros. It does not: "
        "divide by fewer there.",
        SECTION,
        pooling(lambda s: s.means(beyond=1.0)),
    ),
    Misconception(
        "pool-padding-always-counts",
        MEAN,
        "The zeros of the padding seem to count always. With `count_include_pad=False`, divide by the number of "
        "pixels in the window.",
        SECTION,
        pooling(lambda s: s.run(counted=True)),
    ),
    Misconception(
        "pool-padding-never-counts",
        MEAN,
        "The zeros of the padding seem not to count. They do, as numbers like others, unless `count_include_pad` is "
        "False.",
        SECTION,
        pooling(lambda s: s.run(counted=False)),
    ),
    Misconception(
        "pool-sum",
        MEAN,
        "The numbers of each window seem to be added up, but not divided by how many they are.",
        SECTION,
        pooling(lambda s: s.sums(s.x, 0.0, 0.0, s.sticking_out())),
    ),
    Misconception(
        "pool-max-for-mean",
        MEAN,
        "You seem to take the largest number of each window. Mean pooling gives the mean.",
        SECTION,
        pooling(lambda s: s.run(mean=False)),
    ),
    Misconception(
        "pool-largest-without-sign",
        MAX,
        "You seem to look for the number that is furthest from 0, or to drop signs first. Max pooling keeps the "
        "largest number, so that any positive one wins over a negative one.",
        SECTION,
        pooling(lambda s: s.run(x=s.x.abs())),
    ),
    Misconception(
        "pool-over-channels",
        BOTH,
        "The channels seem to be pooled too: your result has one. Each channel is pooled on its own, and as many "
        "come out as went in.",
        SECTION,
        pooling(lambda s: s.run().mean(1, True) if s.mean else s.run().amax(1, True)),
    ),
)
_POOL = r"\w*pool\w*"


def link(call: Call, worst: Sequence[int] | None = None) -> str:
    """What opens the visualizer at a call, in its mode for pooling; empty if it cannot show it.

    The page always rounds sizes down, and its means count the padding.
    """
    given = Oracle({f.__name__: f for f in (max_pool2d, avg_pool2d)}).arguments(call)
    x, kernel, stride, padding = (given[name] for name in ("x", "kernel_size", "stride", "padding"))
    if (
        x.dim() != 4
        or given["ceil_mode"]
        or (any(pair(padding)) and not given.get("count_include_pad", True))
    ):
        return ""
    sizes = {
        "in": tuple(x.shape[2:]),
        "ch": (x.shape[1], x.shape[1]),
        "k": pair(kernel),
        "p": pair(padding),
        "s": pair(kernel if stride is None else stride),
        "d": pair(given.get("dilation", 1)),
    }
    return opened(x, sizes, [f"pool={call.function.removesuffix('_pool2d')}"], worst)


TOPIC = Topic(
    fragment=link,
    references=(max_pool2d, avg_pool2d),
    misconceptions=MISCONCEPTIONS,
    rules={
        "pooling": Rule(
            "this exercise asks you to write it yourself",
            (
                rf"torch\.{_POOL}",
                rf"torch\.nn\.functional\.{_POOL}",
                r"torch\.nn(\.\w+)*\.\w*Pool(\dd|Nd)\w*",
                rf"torch\.ops\.\w+\.{_POOL}",
                rf"torch\.(_C(\.\w+)?|_VF|_decomp(\.\w+)*|_refs(\.\w+)*)\.{_POOL}",
                rf"torch\.ao(\.\w+)*\.{_POOL}",
            ),
        )
    },
    operators={
        "pooling": Operators(
            words=("_pool",),
            fair=("alloc_from_pool",),
            symbols=("pool",),
            functions=tuple(
                f"torch._decomp.decompositions.{name}"
                for name in (
                    "_max_pool_nd_with_indices",
                    "adaptive_avg_pool2d",
                    "adaptive_max_pool2d",
                    "adaptive_max_pool3d",
                )
            ),
        )
    },
    categories={
        "padding": "what surrounds the picture, and what of it counts",
        "rest": "pixels left over at the end",
    },
)
