"""Hidden checks of exercise 4: stride."""

from dataclasses import replace

import pytest

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import EVERY_DTYPE, ODD_LAYOUTS, Draw, must_follow_device
from exercises.course.large_layer import LARGE
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_differentiate, must_keep_inputs, must_raise, must_return

Pair = int | tuple[int, int]


def conv(*tensors: Sample, stride: Pair) -> Call:
    return Call("conv2d_strided", tensors, {"stride": stride})


@pytest.mark.points(1)
@pytest.mark.category("values")
@pytest.mark.parametrize("stride", [1, 3])
def test_same_stride_on_both_axes(student: SandboxedStudent, draw: Draw, stride: int) -> None:
    """The kernel moves by the stride, down and to the right, and starts in the corner."""
    x, weight = draw(1, 1, 9, 11), draw(1, 1, 3, 3)
    must_return(student, conv(x, weight, stride=stride))
    if stride == 1:
        must_return(student, Call("conv2d_strided", (x, weight)))


@pytest.mark.points(2)
@pytest.mark.category("pairs")
@pytest.mark.parametrize("stride", [(1, 3), (3, 2)])
def test_stride_per_axis(student: SandboxedStudent, draw: Draw, stride: tuple[int, int]) -> None:
    """A pair strides (vertical, horizontal)."""
    must_return(student, conv(draw(2, 2, 10, 12), draw(3, 2, 3, 2), stride=stride))


@pytest.mark.points(1)
@pytest.mark.category("shapes")
@pytest.mark.parametrize(("kernel", "stride"), [((1, 1), 2), ((3, 2), (4, 5)), ((9, 11), 3)], ids=str)
def test_rows_left_over(student: SandboxedStudent, draw: Draw, kernel: tuple[int, int], stride: Pair) -> None:
    """Strides larger than the kernel, kernels of one pixel, pictures whose last rows are never reached."""
    must_return(student, conv(draw(2, 2, 9, 11), draw(2, 2, *kernel), stride=stride))


@pytest.mark.points(1)
@pytest.mark.category("bias")
@pytest.mark.parametrize("stride", [2, (1, 2)], ids=str)
def test_bias(student: SandboxedStudent, draw: Draw, stride: Pair) -> None:
    """The bias is added once per output value, and left out where there is none."""
    x, weight = draw(2, 3, 8, 7), draw(4, 3, 3, 2)
    must_return(student, conv(x, weight, draw(4), stride=stride))
    must_return(student, Call("conv2d_strided", (x, weight, None, stride)))


@pytest.mark.points(1)
@pytest.mark.category("precision")
@pytest.mark.parametrize("dtype", EVERY_DTYPE)
def test_dtype(student: SandboxedStudent, draw: Draw, dtype: str) -> None:
    """The result has the input's dtype and precision, from bfloat16 to float64."""
    # eight biases: what bfloat16 has to be allowed would hide a wrong use of a few small ones
    tensors = (draw(1, 2, 7, 8, dtype=dtype), draw(8, 2, 3, 2, dtype=dtype), draw(8, dtype=dtype))
    must_return(student, conv(*tensors, stride=(2, 3)))


@pytest.mark.points(0.5)
@pytest.mark.category("layouts")
@pytest.mark.parametrize("layout", ODD_LAYOUTS)
def test_layouts(student: SandboxedStudent, draw: Draw, layout: str) -> None:
    """Input and kernel may lie in memory in any order."""
    must_return(
        student, conv(draw(3, 2, 7, 8, layout=layout), draw(3, 2, 2, 3, layout=layout), stride=(3, 2))
    )


@pytest.mark.points(0.5)
@pytest.mark.category("layouts")
def test_empty_batch(student: SandboxedStudent, draw: Draw) -> None:
    """A batch of size zero gives an empty result of the right shape, and a batch of three its three."""
    weight = draw(2, 2, 3, 3)
    must_return(student, conv(draw(0, 2, 7, 9), weight, stride=2))
    must_return(student, conv(draw(3, 2, 7, 9), weight, stride=2))


@pytest.mark.points(0.5)
@pytest.mark.category("manners")
def test_inputs_are_kept(student: SandboxedStudent, draw: Draw) -> None:
    """Input, kernel and bias are the same after the call."""
    must_keep_inputs(student, conv(draw(2, 2, 7, 8), draw(3, 2, 3, 2), draw(3), stride=2))


@pytest.mark.points(0.5)
@pytest.mark.category("gradients")
def test_gradients(student: SandboxedStudent, draw: Draw) -> None:
    """Gradients reach input, kernel and bias, exact in float64."""
    tensors = [draw(*s, dtype="float64") for s in ((2, 2, 7, 8), (3, 2, 3, 2), (3,))]
    must_differentiate(student, conv(*tensors, stride=(2, 3)), wrt=range(3))


@pytest.mark.points(0.5)
@pytest.mark.category("errors")
@pytest.mark.parametrize("stride", [0, -1, (0, 1), (2, 0)], ids=str)
def test_stride_below_one(student: SandboxedStudent, draw: Draw, stride: Pair) -> None:
    """A stride below 1 raises ValueError, on either axis."""
    x, weight = draw(1, 2, 6, 7), draw(2, 2, 3, 2)
    must_raise(student, conv(x, weight, stride=stride), conv(x, weight, stride=(2, 1)))


@pytest.mark.points(0.5)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "shapes",
    [
        ((2, 6, 7), (2, 2, 3, 2)),
        ((1, 2, 6, 7), (2, 3, 3, 2)),
        ((1, 2, 6, 7), (2, 2, 7, 2)),
        ((1, 2, 6, 7), (2, 2, 3, 2), (3,)),
    ],
    ids=str,
)
def test_errors(student: SandboxedStudent, draw: Draw, shapes: tuple[tuple[int, ...], ...]) -> None:
    """ValueError for ranks and channels that do not match, and for a kernel that does not fit."""
    # twenty numbers, so that no luck is right
    good = conv(draw(1, 2, 6, 7), draw(20, 2, 6, 7), draw(20), stride=2)
    must_raise(student, conv(*(draw(*s) for s in shapes), stride=2), good)


@pytest.mark.points(0.5)
@pytest.mark.category("devices")
def test_device(student: SandboxedStudent, draw: Draw) -> None:
    """The result is computed on the device of the input."""
    must_follow_device(student, conv(draw(2, 2, 7, 8), draw(3, 2, 3, 2), draw(3), stride=(2, 1)))


@pytest.mark.points(0.5)
@pytest.mark.category("sizes")
def test_large(student: SandboxedStudent, draw: Draw) -> None:
    """A layer as large as in a real network is right, gradients included, and done within the time limit."""
    # half the channels: most answers work out the places between two steps as well
    x, weight, _ = replace(LARGE, channels=LARGE.channels // 2, side=2 * LARGE.side - LARGE.kernel).shapes
    must_differentiate(student, conv(draw(*x), draw(*weight), stride=2), wrt=range(2))
