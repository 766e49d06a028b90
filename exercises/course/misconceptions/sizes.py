"""Misconceptions about sizes: `effective_kernel_size`, `output_size`, `same_padding`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from exercises.course.oracle import effective_kernel_size, pair
from exercises.course.sections import Section
from exercises.feedback.misconception import Misconception

EXTENT = ("effective_kernel_size", "output_size")
OUTPUT = ("output_size",)
SAME = ("same_padding",)


def _extent(covered: Callable[[int, int], int]) -> Callable[..., int]:
    """An answer to both functions from a wrong idea of what a kernel covers."""

    def answer(*sizes: int) -> int:
        if len(sizes) == 2:
            return covered(*sizes)
        size, kernel, stride, padding, dilation = sizes
        return (size + 2 * padding - covered(kernel, dilation)) // stride + 1

    return answer


def _output(formula: Callable[[int, int, int, int], Any]) -> Callable[..., Any]:
    """An answer from the input size, what the kernel covers, the stride and the padding."""

    def answer(size: int, kernel: int, stride: int, padding: int, dilation: int) -> Any:
        return formula(size, effective_kernel_size(kernel, dilation), stride, padding)

    return answer


def _same(formula: Callable[[int, int], int]) -> Callable[..., Any]:
    """An answer from the kernel size and dilation of one axis."""

    def answer(kernel: Any, dilation: Any) -> Any:
        both = tuple(formula(k, d) for k, d in zip(pair(kernel), pair(dilation), strict=True))
        return both[0] if type(kernel) is type(dilation) is int else both

    return answer


def _half(kernel: int, dilation: int) -> int:
    return effective_kernel_size(kernel, dilation) // 2


TABLE = (
    Misconception(
        "size-dilation-ignored",
        "the size ignores the dilation",
        EXTENT,
        "The size looks as if the taps always stood side by side. With a dilation of d, neighbouring taps "
        "are d apart, so the kernel reaches further.",
        Section.DILATION,
        _extent(lambda k, d: k),
    ),
    Misconception(
        "size-padding-once",
        "the padding is counted on one side only",
        OUTPUT,
        "The padding seems to be counted once. It is put on both sides, so the axis grows by twice as much.",
        Section.PADDING,
        _output(lambda n, e, s, p: (n + p - e) // s + 1),
    ),
    Misconception(
        "size-padding-ignored",
        "the size ignores the padding",
        OUTPUT,
        "The padding seems to be left out. It makes the axis longer on both sides before the kernel is "
        "moved.",
        Section.PADDING,
        _output(lambda n, e, s, p: (n - e) // s + 1),
    ),
    # where it is wrong it gives what `size-plus-one-missing` gives, but that one is wrong at stride 1 too
    Misconception(
        "size-plus-one-inside",
        "the 1 is added inside the division",
        OUTPUT,
        "The 1 seems to be added inside the division. Divide the way that the kernel can go, and count the place it "
        "starts from after the division.",
        Section.STRIDE,
        _output(lambda n, e, s, p: (n + 2 * p - e + 1) // s),
    ),
    Misconception(
        "size-plus-one-missing",
        "steps are counted instead of positions",
        OUTPUT,
        "Your answer counts the steps of the kernel. Its positions are one more: the place it starts from "
        "counts too.",
        Section.STRIDE,
        _output(lambda n, e, s, p: (n + 2 * p - e) // s),
    ),
    Misconception(
        "size-stride-ignored",
        "the size ignores the stride",
        OUTPUT,
        "Your answer is the size for a stride of 1. A larger stride leaves out positions.",
        Section.STRIDE,
        _output(lambda n, e, s, p: n + 2 * p - e + 1),
    ),
    Misconception(
        "size-rounded-up",
        "the size is rounded up or to the nearest",
        OUTPUT,
        "The division seems to be rounded up, or to the nearest number. A last step that would carry the "
        "kernel over the edge is not made, so it is rounded down.",
        Section.STRIDE,
        _output(lambda n, e, s, p: -((e - n - 2 * p) // s) + 1),
    ),
    Misconception(
        "size-not-floored",
        "the size is not rounded down",
        OUTPUT,
        "You return a float that comes from a true division. A size is a whole number: round down, and "
        "return an int.",
        Section.STRIDE,
        _output(lambda n, e, s, p: (n + 2 * p - e) / s + 1),
    ),
    Misconception(
        "size-as-float",
        "the size is a float",
        OUTPUT,
        "The number is right, but it is a float. A size is a whole number and has to be an int, or it "
        "cannot be used as a shape.",
        Section.STRIDE,
        _output(lambda n, e, s, p: float((n + 2 * p - e) // s + 1)),
    ),
    Misconception(
        "size-times-dilation",
        "the kernel size is multiplied by the dilation",
        EXTENT,
        "The size looks as if every tap took up d places. Count the gaps, not the taps: k taps have k - 1 "
        "gaps between them, and there is nothing after the last tap.",
        Section.DILATION,
        _extent(lambda k, d: k * d),
    ),
    Misconception(
        "size-last-tap-missing",
        "the last tap is not counted",
        EXTENT,
        "The gaps between the taps are right, but a tap is missing from the count. From the first tap to "
        "the last one counts both ends.",
        Section.DILATION,
        _extent(lambda k, d: (k - 1) * d),
    ),
    Misconception(
        "size-dilation-counts-zeros",
        "counts d zeros between taps instead of d - 1",
        EXTENT,
        "The size looks as if d zeros stood between neighbouring taps. A dilation of d puts them d apart, "
        "which leaves d - 1 zeros, so that 1 is the ordinary kernel.",
        Section.DILATION,
        _extent(lambda k, d: (k - 1) * (d + 1) + 1),
    ),
    Misconception(
        "size-one-gap-only",
        "the dilation widens one gap only",
        EXTENT,
        "The size looks as if the dilation widened one gap only. It widens every gap between neighbouring "
        "taps.",
        Section.DILATION,
        _extent(lambda k, d: k + d - 1),
    ),
    Misconception(
        "size-plus-dilation",
        "the dilation is added to the kernel size",
        EXTENT,
        "The size looks as if the dilation were added to the kernel size. It is the distance between "
        "neighbouring taps: draw the taps of a small kernel and count the places.",
        Section.DILATION,
        _extent(lambda k, d: k + d),
    ),
    Misconception(
        "size-stride-divides-first",
        "subtracts the kernel only after dividing",
        OUTPUT,
        "The size seems to be divided by the stride before the kernel is taken away. The kernel's width is "
        "not a way it can go: take it away first, then divide.",
        Section.STRIDE,
        _output(lambda n, e, s, p: (n + 2 * p) // s - e + 1),
    ),
    Misconception(
        "size-brackets-missing",
        "only the kernel is divided by the stride",
        OUTPUT,
        "Only the kernel seems to be divided by the stride. Division binds tighter than minus: brackets "
        "around the whole way the kernel can go are missing.",
        Section.STRIDE,
        _output(lambda n, e, s, p: n + 2 * p - e // s + 1),
    ),
    Misconception(
        "same-dilation-ignored",
        "same_padding ignores the dilation",
        SAME,
        "Your answer is right for a dilation of 1. A dilated kernel reaches further, so it needs more "
        "padding: start from its effective size.",
        Section.DILATION,
        _same(lambda k, d: k // 2),
    ),
    Misconception(
        "same-whole-instead-of-half",
        "returns the padding of both sides together",
        SAME,
        "Your answer is what both sides need together. The padding is given per side, so it is half of that.",
        Section.PADDING,
        _same(lambda k, d: effective_kernel_size(k, d) - 1),
    ),
    Misconception(
        "same-swapped",
        "same_padding returns the horizontal one first",
        SAME,
        "The two numbers are the wrong way round. A pair is (vertical, horizontal), for the answer as for "
        "the arguments.",
        Section.PADDING,
        lambda k, d: _same(_half)(k, d)[::-1],
    ),
    Misconception(
        "same-vertical-for-both",
        "the vertical answer is given for both axes",
        SAME,
        "The vertical answer is given for both axes. Each axis has its own kernel size and dilation.",
        Section.PADDING,
        lambda k, d: (_half(pair(k)[0], pair(d)[0]),) * len(_same(_half)(k, d)),
    ),
    Misconception(
        "same-one-too-many",
        "the padding is one too large per side",
        SAME,
        "Your answer is one too large per side, as if half of the kernel were rounded up. The middle tap "
        "stands on the picture and needs no padding.",
        Section.PADDING,
        _same(lambda k, d: (effective_kernel_size(k, d) + 1) // 2),
    ),
    Misconception(
        "same-times-dilation",
        "pads by half of kernel size times dilation",
        SAME,
        "Your answer is half of kernel size times dilation. A kernel covers less than that: there is no gap "
        "after its last tap. Start from the effective size.",
        Section.DILATION,
        _same(lambda k, d: k * d // 2),
    ),
    Misconception(
        "same-pair-for-ints",
        "a pair is returned for two ints",
        SAME,
        "You return a pair where both arguments are ints. Two ints in, one int out; a pair only where a "
        "pair came in.",
        Section.PADDING,
        lambda k, d: tuple(_half(k_, d_) for k_, d_ in zip(pair(k), pair(d), strict=True)),
    ),
    Misconception(
        "same-horizontal-for-both",
        "the horizontal answer is given for both axes",
        SAME,
        "The horizontal answer is given for both axes. Each axis has its own kernel size and dilation.",
        Section.PADDING,
        lambda k, d: (_half(pair(k)[1], pair(d)[1]),) * len(_same(_half)(k, d)),
    ),
    Misconception(
        "same-int-for-pairs",
        "one int is returned where a pair came in",
        SAME,
        "You return one int where a pair came in. The axes may differ, so the answer has to be a pair as "
        "well: (vertical, horizontal).",
        Section.PADDING,
        lambda k, d: _half(pair(k)[0], pair(d)[0]),
    ),
)
