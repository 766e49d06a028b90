"""Hidden checks of exercise 1: sizes along one axis."""

import pytest

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import Draw
from exercises.feedback.calls import Call
from exercises.feedback.checks import must_raise, must_return


@pytest.mark.points(2)
@pytest.mark.category("values")
@pytest.mark.parametrize("case", range(4))
def test_effective_kernel_size(student: SandboxedStudent, draw: Draw, case: int) -> None:
    """A dilated kernel reaches as far as it should, for any size and dilation."""
    kernel = 1 if case == 0 else draw.integer(2, 9)
    dilation = 1 if case == 1 else draw.integer(2, 6)
    must_return(student, Call("effective_kernel_size", (kernel, dilation)))
    must_return(student, Call("effective_kernel_size", (kernel,)))


@pytest.mark.points(2)
@pytest.mark.category("values")
@pytest.mark.parametrize("case", range(3))
def test_size_without_settings(student: SandboxedStudent, draw: Draw, case: int) -> None:
    """The output is as long as the number of places where the kernel fits."""
    size = draw.integer(11, 40)
    kernel = (1, size, draw.integer(2, 10))[case]
    must_return(student, Call("output_size", (size, kernel)))
    if case == 0:
        must_return(student, Call("output_size", (1, 1)))


@pytest.mark.points(2)
@pytest.mark.category("stride")
@pytest.mark.parametrize("rest", [0, 1, 2])
def test_size_with_stride(student: SandboxedStudent, draw: Draw, rest: int) -> None:
    """With a stride the size is rounded down, whether or not the last step fits exactly."""
    # a rest of one less than the stride is also right for who adds the one inside the division
    stride, kernel = draw.integer(4, 6), draw.integer(2, 6)
    size = kernel + stride * draw.integer(2, 7) + rest
    must_return(student, Call("output_size", (size, kernel), {"stride": stride}))


@pytest.mark.points(2)
@pytest.mark.category("combinations")
@pytest.mark.parametrize("case", range(4))
def test_size_with_everything(student: SandboxedStudent, draw: Draw, case: int) -> None:
    """Stride, padding and dilation work together."""
    kernel, dilation, padding = draw.integer(2, 5), draw.integer(2, 4), draw.integer(1, 5)
    stride = draw.integer(2, 4)
    given = {"stride": stride, "padding": padding, "dilation": dilation}
    for name in ("stride", "dilation", "padding")[:case]:
        del given[name]
    # wide enough for the kernel whatever is left out above
    fits = dilation * (kernel - 1) + 1 + stride * (draw.integer(4, 9) + padding) - 2 * padding
    # the last step fits exactly, then misses by one place: else rounding down may hide a wrong reach
    for size in (fits, fits + stride - 1):
        must_return(student, Call("output_size", (size, kernel), given))
    if case == 0:
        must_return(student, Call("output_size", (draw.integer(20, 40), 4, 3, 5, 2)))


@pytest.mark.points(2)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "bad",
    [
        Call("effective_kernel_size", (0, 2)),
        Call("effective_kernel_size", (3, 0)),
        Call("output_size", (4, 5)),
        Call("output_size", (8, 3), {"padding": 0, "dilation": 4}),
        Call("output_size", (3, 7), {"padding": 1, "stride": 2}),
        Call("output_size", (0, 1), {"padding": 2}),
        Call("output_size", (5, 0)),
        Call("output_size", (5, 3), {"stride": 0}),
        Call("output_size", (5, 3), {"dilation": 0}),
        Call("output_size", (9, 3), {"padding": -1}),
    ],
    ids=lambda call: call.text,
)
def test_errors(student: SandboxedStudent, draw: Draw, bad: Call) -> None:
    """Sizes that make no sense raise ValueError, and sizes that just fit do not."""
    if bad.function == "effective_kernel_size":
        good = Call("effective_kernel_size", (3, 2))
    else:
        good = Call("output_size", (draw.integer(5, 9), 5), {"padding": 0})
    must_raise(student, bad, good)
