"""Hidden checks of exercise 9: max pooling and mean pooling."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import EVERY_DTYPE, ODD_LAYOUTS, Draw, must_follow_device
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_differentiate, must_keep_inputs, must_raise, must_return

Pair = int | tuple[int, int]

BOTH = ("max_pool2d", "avg_pool2d")


def largest(x: Sample, kernel_size: Pair, *others: Any, **settings: Any) -> Call:
    return Call("max_pool2d", (x, kernel_size, *others), settings)


def mean(x: Sample, kernel_size: Pair, *others: Any, **settings: Any) -> Call:
    return Call("avg_pool2d", (x, kernel_size, *others), settings)


@pytest.mark.points(1)
@pytest.mark.category("values")
@pytest.mark.parametrize("function", BOTH)
def test_side_by_side(student: SandboxedStudent, draw: Draw, function: str) -> None:
    """Without a stride the windows lie side by side; what no window reaches is left out."""
    must_return(student, Call(function, (draw(2, 3, 6, 9), 3)))
    must_return(student, Call(function, (draw(1, 2, 7, 8), (2, 3))))


@pytest.mark.points(0.75)
@pytest.mark.category("pairs")
@pytest.mark.parametrize("function", BOTH)
def test_stride(student: SandboxedStudent, draw: Draw, function: str) -> None:
    """Windows overlap, or leave gaps, with strides that differ on the two axes."""
    must_return(student, Call(function, (draw(2, 2, 6, 7), 3, 1)))
    must_return(student, Call(function, (draw(2, 2, 9, 8), (1, 3), (2, 1))))


@pytest.mark.points(1)
@pytest.mark.category("padding")
@pytest.mark.parametrize(("kernel_size", "padding"), [((2, 3), 1), ((1, 4), (0, 2))], ids=str)
def test_padding_of_the_largest(
    student: SandboxedStudent, draw: Draw, kernel_size: Pair, padding: Pair
) -> None:
    """Padding is never the largest number, however negative the pixels are."""
    # so many that in some window all are negative, whatever the seed
    must_return(student, largest(draw(3, 3, 6, 7), kernel_size, 2, padding))


@pytest.mark.points(1)
@pytest.mark.category("padding")
@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize(("kernel_size", "padding"), [((2, 3), 1), ((2, 6), (0, 3))], ids=str)
def test_padding_of_the_mean(
    student: SandboxedStudent, draw: Draw, kernel_size: Pair, padding: Pair, counted: bool
) -> None:
    """The zeros of the padding count in a mean, unless count_include_pad is False."""
    must_return(student, mean(draw(2, 2, 6, 7), kernel_size, 2, padding, count_include_pad=counted))


@pytest.mark.points(0.5)
@pytest.mark.category("combinations")
@pytest.mark.parametrize("dilation", [2, (1, 3)], ids=str)
def test_dilation(student: SandboxedStudent, draw: Draw, dilation: Pair) -> None:
    """Dilation moves the numbers of a window apart, with stride and padding too."""
    must_return(student, largest(draw(3, 3, 7, 8), 2, (1, 2), (1, 0), dilation))


@pytest.mark.points(0.5)
@pytest.mark.category("rest")
@pytest.mark.parametrize("function", BOTH)
def test_rounded_up(student: SandboxedStudent, draw: Draw, function: str) -> None:
    """With ceil_mode a last window may stick out, and what is outside does not count."""
    must_return(student, Call(function, (draw(2, 2, 6, 10), 3, (2, 3)), {"ceil_mode": True}))
    must_return(student, Call(function, (draw(3, 4, 1, 7), (2, 4), (2, 7), (0, 1)), {"ceil_mode": True}))


@pytest.mark.points(0.5)
@pytest.mark.category("rest")
@pytest.mark.parametrize("function", BOTH)
def test_no_window_behind_the_picture(student: SandboxedStudent, draw: Draw, function: str) -> None:
    """With ceil_mode, a last window that would start behind the picture is left out."""
    must_return(student, Call(function, (draw(3, 3, 5, 8), (2, 3), (2, 3), 1), {"ceil_mode": True}))
    must_return(student, Call(function, (draw(1, 2, 5, 8), (1, 2), (3, 4)), {"ceil_mode": True}))


@pytest.mark.points(0.5)
@pytest.mark.category("precision")
@pytest.mark.parametrize("dtype", EVERY_DTYPE)
def test_dtype(student: SandboxedStudent, draw: Draw, dtype: str) -> None:
    """Results have the input's dtype and precision, from bfloat16 to float64."""
    x = draw(2, 2, 5, 6, dtype=dtype)
    must_return(student, largest(x, 3, 2, 1))
    must_return(student, mean(x, 3, 2, 1, count_include_pad=False))


@pytest.mark.points(0.5)
@pytest.mark.category("layouts")
@pytest.mark.parametrize("layout", ODD_LAYOUTS)
def test_layouts(student: SandboxedStudent, draw: Draw, layout: str) -> None:
    """The input may lie in memory in any order: channels_last, with gaps, transposed, expanded."""
    x = draw(3, 2, 5, 6, layout=layout)
    must_return(student, largest(x, (2, 3), 1, (0, 1)))
    must_return(student, mean(x, (2, 3), 1, (0, 1)))


@pytest.mark.points(0.25)
@pytest.mark.category("layouts")
@pytest.mark.parametrize("function", BOTH)
def test_empty_batch(student: SandboxedStudent, draw: Draw, function: str) -> None:
    """A batch of size zero gives an empty result of the right shape, and a batch of three its three."""
    must_return(student, Call(function, (draw(0, 2, 5, 7), 2, 1)))
    must_return(student, Call(function, (draw(3, 2, 5, 7), 2, 1)))


@pytest.mark.points(0.25)
@pytest.mark.category("manners")
def test_input_is_kept(student: SandboxedStudent, draw: Draw) -> None:
    """The input is the same after the call."""
    x = draw(2, 2, 5, 6)
    must_keep_inputs(student, largest(x, (2, 1)))
    must_keep_inputs(student, mean(x, (1, 2)))


@pytest.mark.points(0.5)
@pytest.mark.category("gradients")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradients(student: SandboxedStudent, draw: Draw, dtype: str) -> None:
    """Gradients reach the largest pixels, and those that a mean was made of; in float64 to the last digits."""
    x = draw(2, 2, 5, 6, dtype=dtype)
    must_differentiate(student, largest(x, (2, 3), 1, 1, (1, 2)), wrt=[0])
    must_differentiate(student, mean(x, 3, 2, (1, 0), True, False), wrt=[0])


@pytest.mark.points(0.25)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    ("settings", "functions"),
    [
        ({"kernel_size": (0, 2), "padding": 0}, BOTH),
        ({"kernel_size": (2, -1)}, BOTH),
        ({"stride": (1, 0)}, BOTH),
        ({"padding": (-1, 0)}, BOTH),
        ({"padding": (1, 2)}, BOTH),
        ({"dilation": (0, 1)}, BOTH[:1]),
        ({"dilation": (1, -1)}, BOTH[:1]),
        ({"dilation": 3, "padding": 2}, BOTH[:1]),
        ({"dilation": (1, 8)}, BOTH[:1]),
        ({"kernel_size": (10, 3)}, BOTH),
        ({"kernel_size": (10, 3), "stride": 1, "ceil_mode": True}, BOTH),
    ],
    ids=str,
)
def test_errors(
    student: SandboxedStudent, draw: Draw, settings: dict[str, Any], functions: tuple[str, ...]
) -> None:
    """ValueError for sizes below 1, negative or too much padding, and a window that does not fit."""
    x, good = draw(1, 2, 7, 8), {"kernel_size": 3, "stride": 2, "padding": 1}
    for function in functions:
        must_raise(student, Call(function, (x,), good | settings), Call(function, (x,), good))


@pytest.mark.points(0.25)
@pytest.mark.category("errors")
@pytest.mark.parametrize("function", BOTH)
def test_wrong_ranks(student: SandboxedStudent, draw: Draw, function: str) -> None:
    """ValueError for a picture without its batch, or with an axis too many."""
    good = Call(function, (draw(1, 2, 7, 8), 2))
    must_raise(student, Call(function, (draw(2, 7, 8), 2)), good)
    must_raise(student, Call(function, (draw(1, 1, 2, 7, 8), 2)), good)


@pytest.mark.points(0.25)
@pytest.mark.category("devices")
def test_device(student: SandboxedStudent, draw: Draw) -> None:
    """Results are computed on the device of the input."""
    x = draw(2, 2, 6, 7)
    must_follow_device(student, largest(x, 3, 2, 1))
    must_follow_device(student, mean(x, 3, 2, 1, True, False))
