"""A convolution with all its settings laid open, so that one of them can be got wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from exercises.course.oracle import effective_kernel_size, pair

VALID = ("conv2d_valid", "conv2d_strided", "conv2d", "Conv2d")
STRIDED = ("conv2d_strided", "conv2d", "Conv2d")
FULL = ("conv2d", "Conv2d")

Margins = tuple[int, int, int, int]  # left, right, top, bottom
NO_MARGINS: Margins = (0, 0, 0, 0)


@dataclass(frozen=True)
class Operands:
    """What a convolution of any kind is made of; its settings come after these."""

    x: Tensor
    weight: Tensor
    bias: Tensor | None

    def run(self, **other: Any) -> Tensor:
        """The answer, with some operands or settings replaced."""
        raise NotImplementedError

    @property
    def offset(self) -> Tensor:
        """The bias as `(O, 1, 1)`, to be added to an answer.

        Raises:
            ValueError: if there is none.
        """
        if isinstance(self.bias, Tensor):
            return self.bias[:, None, None]
        raise ValueError("no bias")

    def bare(self, **other: Any) -> Tensor:
        """The answer without the bias."""
        return self.run(bias=None, **other)

    def biased(self, out: Tensor) -> Tensor:
        """An answer with the bias, where there is one."""
        return out if self.bias is None else out + self.offset


@dataclass(frozen=True)
class Setting(Operands):
    """What is convolved, with what, and how."""

    stride: tuple[int, int]
    margins: Margins
    dilation: tuple[int, int]

    @property
    def padded(self) -> Tensor:
        """The input with its margins."""
        return frame(self.x, self.margins)

    def run(self, **other: Any) -> Tensor:
        """Torch's answer, with some settings replaced."""
        s = replace(self, **other)
        return F.conv2d(s.padded, s.weight, s.bias, s.stride, 0, s.dilation)

    def scaled(self, factor: float) -> Tensor:
        """The answer with every sum of products multiplied, the bias as it is."""
        return self.run(weight=self.weight * factor)

    def windows(self, start: tuple[int, int], step: tuple[int, int]) -> Tensor:
        """Every `step`-th number of the answer at stride 1."""
        return self.run(stride=(1, 1))[..., start[0] :: step[0], start[1] :: step[1]]


def frame(x: Tensor, margins: Margins, border: str = "constant", value: float = 0.0) -> Tensor:
    """The input with margins; "reflect" and the like as `torch.nn.functional.pad` names them."""
    return F.pad(x, margins, border, value if border == "constant" else None)


def even_margins(padding: Any, weight: Tensor, dilation: tuple[int, int]) -> Margins:
    """The margins that torch understands by a padding; "same" puts an odd zero right and below."""
    if padding == "same":
        vertical, horizontal = (
            effective_kernel_size(k, d) - 1 for k, d in zip(weight.shape[-2:], dilation, strict=True)
        )
        return (horizontal // 2, -(-horizontal // 2), vertical // 2, -(-vertical // 2))
    vertical, horizontal = pair(0 if padding == "valid" else padding)
    return (horizontal, horizontal, vertical, vertical)


def convolving(change: Callable[[Setting], Tensor]) -> Callable[..., Tensor]:
    """An answer of the `conv2d` family out of a variation of the right setting."""

    def answer(
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
    ) -> Tensor:
        apart = pair(dilation)
        margins = even_margins(padding, weight, apart)
        return change(Setting(x, weight, bias, pair(stride), margins, apart))

    return answer


def framing(
    change: Callable[[Margins], Margins] = lambda margins: margins,
    border: str = "constant",
    value: float = 0.0,
) -> Callable[..., Tensor]:
    """An answer of `pad2d` or the `conv2d` family out of a wrong idea of padding."""

    def answer(x: Tensor, *others: Any) -> Tensor:
        if isinstance(others[0], Tensor):
            return convolving(
                lambda s: s.run(x=frame(s.x, change(s.margins), border, value), margins=NO_MARGINS)
            )(x, *others)
        vertical, horizontal = pair(others[0])
        return frame(x, change((horizontal, horizontal, vertical, vertical)), border, value)

    return answer


def spreading(spread: Callable[[Tensor, tuple[int, int]], Tensor]) -> Callable[..., Tensor]:
    """An answer of `dilate_kernel` or the `conv2d` family out of a wrong idea of dilation."""

    def answer(first: Tensor, *others: Any) -> Tensor:
        if isinstance(others[0], Tensor):
            return convolving(lambda s: s.run(weight=spread(s.weight, s.dilation), dilation=(1, 1)))(
                first, *others
            )
        return spread(first, pair(others[0]))

    return answer


def keeping_size(margin: Callable[[int, int], tuple[int, int]]) -> Callable[..., Tensor]:
    """An answer of a layer with `padding="same"`, from the (first, last) margin of one axis.

    The function gets kernel size and dilation.
    """

    def answer(
        x: Tensor, weight: Tensor, bias: Tensor | None, stride: Any, padding: Any, dilation: Any
    ) -> Tensor:
        if padding != "same":
            raise ValueError("another padding was asked for")
        height, width = weight.shape[-2:]
        margins = margin(width, pair(dilation)[1]) + margin(height, pair(dilation)[0])
        return convolving(lambda s: s.run(margins=margins))(x, weight, bias, stride, 0, dilation)

    return answer
