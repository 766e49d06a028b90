"""Misconceptions that show with some sizes alone: what is not square, and what is not three."""

from __future__ import annotations

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor

from exercises.course.misconceptions.setting import NO_MARGINS, VALID, Setting, convolving, even_margins
from exercises.course.sections import Section
from exercises.feedback.misconception import Misconception

THREE = 3


def _resized(answer: Tensor, rows: int, columns: int) -> Tensor:
    """As many rows and columns as asked for: cut off, or zeros at the end."""
    return F.pad(answer, (0, columns - answer.shape[-1], 0, rows - answer.shape[-2]))


def _width_from_height(s: Setting) -> Tensor:
    answer = s.run()
    return _resized(answer, answer.shape[-2], answer.shape[-2])


def _height_from_width(s: Setting) -> Tensor:
    answer = s.run()
    return _resized(answer, answer.shape[-1], answer.shape[-1])


def _square(axis: int) -> Callable[[Setting], Tensor]:
    """Kernel and picture are taken for squares with the side that one axis has."""

    def change(s: Setting) -> Tensor:
        side = s.weight.shape[axis]
        if side > min(s.weight.shape[-2:]):
            raise ValueError("there are not so many taps")
        size = s.run().shape[axis]
        answer = s.run(weight=s.weight[..., :side, :side])
        if min(answer.shape[-2:]) < size:
            raise ValueError("there are not so many positions")
        return answer[..., :size, :size]

    return change


def _three_taps(s: Setting) -> Tensor:
    """Only three rows and columns of the kernel, in a result of the right size."""
    return _resized(s.run(weight=s.weight[..., :THREE, :THREE]), *s.run().shape[-2:])


def _unpadded(s: Setting) -> Setting:
    if s.margins != NO_MARGINS:
        raise ValueError("padding was asked for")
    return s


def _padded_to_same(s: Setting) -> Tensor:
    return _unpadded(s).run(margins=even_margins("same", s.weight, s.dilation))


def _padded_by_half(s: Setting) -> Tensor:
    vertical, horizontal = (k // 2 for k in s.weight.shape[-2:])
    return _unpadded(s).run(margins=(horizontal, horizontal, vertical, vertical))


def _in_the_middle(s: Setting) -> Tensor:
    """The right answer in the middle of zeros, as large as the input."""
    answer = s.run()
    rows, columns = (s.x.shape[axis] - answer.shape[axis] for axis in (-2, -1))
    if min(rows, columns) < 0:
        raise ValueError("the answer is larger than the input")
    top, left = rows // 2, columns // 2
    return F.pad(answer, (left, columns - left, top, rows - top))


TABLE = (
    Misconception(
        "width-from-height",
        "the width is taken from the height",
        VALID,
        "The result seems to get as many columns as it has rows. Its width follows from the width of the picture "
        "and of the kernel, on its own.",
        Section.KERNEL_SIZE,
        convolving(_width_from_height),
    ),
    Misconception(
        "height-from-width",
        "the height is taken from the width",
        VALID,
        "The result seems to get as many rows as it has columns. Its height follows from the height of the picture "
        "and of the kernel, on its own.",
        Section.KERNEL_SIZE,
        convolving(_height_from_width),
    ),
    Misconception(
        "kernel-taken-for-square",
        "takes picture and kernel for squares by width",
        VALID,
        "Picture and kernel seem to be taken for squares as wide as they are. Height and width may differ, for both "
        "of them.",
        Section.KERNEL_SIZE,
        convolving(_square(-1)),
    ),
    Misconception(
        "kernel-taken-for-square-by-height",
        "takes picture and kernel for squares by height",
        VALID,
        "Picture and kernel seem to be taken for squares as high as they are. Height and width may differ, for both "
        "of them.",
        Section.KERNEL_SIZE,
        convolving(_square(-2)),
    ),
    Misconception(
        "kernel-of-three",
        "only 3 rows and columns of the kernel count",
        VALID,
        "Only the first 3 rows and columns of the kernel seem to count. Is a 3 written somewhere? The kernel's size "
        "is in its shape.",
        Section.KERNEL_SIZE,
        convolving(_three_taps),
    ),
    Misconception(
        "kernel-and-size-of-three",
        "the kernel is taken for 3 by 3",
        VALID,
        "The kernel seems to be taken for one of 3 rows and 3 columns, for the size of the result as well. Is a 3 "
        "written somewhere? The kernel's size is in its shape.",
        Section.KERNEL_SIZE,
        convolving(lambda s: s.run(weight=s.weight[..., :THREE, :THREE])),
    ),
    Misconception(
        "channels-of-three",
        "only the first 3 input channels count",
        VALID,
        "Only the first 3 input channels seem to count. Is a 3 written somewhere? A picture may have any number of "
        "channels.",
        Section.IN_DEEP_LEARNING,
        convolving(lambda s: s.run(x=s.x[:, :THREE], weight=s.weight[:, :THREE])),
    ),
    Misconception(
        "padded-to-same-size",
        "the picture is padded to keep its size",
        VALID,
        'The picture seems to be padded with zeros, so that the result is as large as the picture ("same"). Without '
        "a padding asked for, nothing is padded and the result is smaller.",
        Section.KERNEL_SIZE,
        convolving(_padded_to_same),
    ),
    Misconception(
        "padded-by-half-kernel",
        "the picture is padded by half the kernel",
        VALID,
        "The picture seems to be padded with half of the kernel on every side. Without a padding asked for, nothing "
        "is padded and the result is smaller.",
        Section.KERNEL_SIZE,
        convolving(_padded_by_half),
    ),
    Misconception(
        "output-in-the-middle-of-zeros",
        "the result has a frame of zeros",
        VALID,
        "The result is as large as the input, with a frame of zeros where the kernel does not fit. It has one number "
        "for each position of the kernel and no more: exercise 1 gives its size.",
        Section.KERNEL_SIZE,
        convolving(_in_the_middle),
    ),
)
