"""Exercise 1: sizes along one axis."""

import pytest

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.feedback.calls import Call
from exercises.feedback.checks import must_give, must_raise, must_return


def test_effective_kernel_size_without_gaps(student: LocalStudent) -> None:
    """4 taps side by side cover 4 places, and a single tap covers 1, whatever its dilation."""
    must_give(student, Call("effective_kernel_size", (4,)), 4)
    must_give(student, Call("effective_kernel_size", (1, 6)), 1)


def test_effective_kernel_size_with_gaps(student: LocalStudent) -> None:
    """4 taps with dilation 3 cover 10 places: tap . . tap . . tap . . tap."""
    must_give(student, Call("effective_kernel_size", (4, 3)), 10)
    must_give(student, Call("effective_kernel_size", (2,), {"dilation": 5}), 6)


def test_output_size_counts_stops(student: LocalStudent) -> None:
    """A kernel of 3 taps can stop at 6 places of an input of 8."""
    must_give(student, Call("output_size", (8, 3)), 6)


def test_output_size_with_stride(student: LocalStudent) -> None:
    """In steps of 4 it stops at the places 0 and 4 of an input of 10; the next step would leave the input."""
    must_give(student, Call("output_size", (10, 3), {"stride": 4}), 2)


def test_output_size_with_everything(student: LocalStudent) -> None:
    """Input 12 with padding 1 is 14 long, 3 taps with dilation 3 cover 7, so there are 7 // 2 + 1 stops."""
    must_give(student, Call("output_size", (12, 3, 2, 1, 3)), 4)


def test_sizes_that_make_no_sense(student: LocalStudent) -> None:
    """A kernel that covers 5 does not fit into 4, and no dilation is smaller than 1: both are ValueErrors."""
    fits = Call("output_size", (4, 3), {"padding": 1, "dilation": 2})
    must_give(student, fits, 2)
    must_raise(student, Call("output_size", (4, 3), {"dilation": 2}), fits)
    must_raise(student, Call("output_size", (4, 3), {"stride": 0}), fits)
    must_raise(student, Call("effective_kernel_size", (2, -1)), Call("effective_kernel_size", (2, 2)))


@pytest.mark.parametrize(
    ("sizes", "settings"),
    [((31, 4), {"stride": 3, "padding": 2}), ((57, 5), {"stride": 4, "padding": 3, "dilation": 6})],
    ids=["stride and padding", "dilation as well"],
)
def test_output_size_like_torch(
    student: LocalStudent, sizes: tuple[int, int], settings: dict[str, int]
) -> None:
    """Larger numbers give what torch gives."""
    must_return(student, Call("output_size", sizes, settings))


def test_own_work(student: LocalStudent) -> None:
    """You calculate yourself: no ready-made convolution is asked for its size."""
    must_be_own_work(student)
