"""The right answers of pooling, and their settings laid open."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.course.oracle import Pair, pair


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
