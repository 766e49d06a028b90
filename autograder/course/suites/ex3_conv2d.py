"""Hidden checks of exercise 3: the valid convolution."""

import pytest
import torch
from torch import Tensor

from autograder.course.suites.properties import must_be_linear, must_move_along
from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import EVERY_DTYPE, ODD_LAYOUTS, Draw, must_follow_device
from exercises.course.large_layer import LARGE
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_differentiate, must_keep_inputs, must_raise, must_return

ONE = torch.zeros(1, 1, 3, 5)  # a kernel with a single 1 in its middle
ONE[0, 0, 1, 2] = 1.0
DOT = torch.zeros(1, 1, 7, 8)  # a picture with a single 1
DOT[0, 0, 3, 4] = 1.0


def conv(*tensors: Sample | Tensor | None) -> Call:
    return Call("conv2d_valid", tensors)


@pytest.mark.points(2)
@pytest.mark.category("values")
@pytest.mark.parametrize("size", [3, 5])
def test_one_channel(student: SandboxedStudent, draw: Draw, size: int) -> None:
    """One picture, one channel, one kernel: each output value is the sum over its patch times the kernel."""
    must_return(student, conv(draw(1, 1, 9, 9), draw(1, 1, size, size)))


@pytest.mark.points(2.5)
@pytest.mark.category("values")
@pytest.mark.parametrize("shape", [(3, 1, 4), (1, 257, 1), (2, 3, 5)], ids=str)
def test_batch_and_channels(student: SandboxedStudent, draw: Draw, shape: tuple[int, int, int]) -> None:
    """Every picture of the batch, every output channel; input channels are summed."""
    batch, channels, outputs = shape
    must_return(student, conv(draw(batch, channels, 7, 7), draw(outputs, channels, 3, 3)))


@pytest.mark.points(2)
@pytest.mark.category("shapes")
@pytest.mark.parametrize(("image", "kernel"), [((6, 11), (3, 3)), ((9, 9), (2, 5)), ((5, 13), (5, 2))])
def test_not_square(
    student: SandboxedStudent, draw: Draw, image: tuple[int, int], kernel: tuple[int, int]
) -> None:
    """Pictures and kernels need not be square."""
    must_return(student, conv(draw(2, 2, *image), draw(3, 2, *kernel)))


@pytest.mark.points(1)
@pytest.mark.category("shapes")
@pytest.mark.parametrize("kernel", [(1, 1), (4, 4), (6, 8)], ids=str)
def test_kernel_sizes(student: SandboxedStudent, draw: Draw, kernel: tuple[int, int]) -> None:
    """Kernels of one pixel, of even size, and as large as the picture."""
    must_return(student, conv(draw(2, 3, 6, 8), draw(2, 3, *kernel)))


@pytest.mark.points(2)
@pytest.mark.category("bias")
@pytest.mark.parametrize("outputs", [1, 4])
def test_bias(student: SandboxedStudent, draw: Draw, outputs: int) -> None:
    """The bias is added once per output value, its own to each output channel; without one nothing is."""
    x, weight = draw(2, 3, 6, 7), draw(outputs, 3, 3, 2)
    must_return(student, conv(x, weight, draw(outputs)))
    must_return(student, conv(x, weight, None))


@pytest.mark.points(2)
@pytest.mark.category("precision")
@pytest.mark.parametrize("dtype", EVERY_DTYPE)
def test_dtype(student: SandboxedStudent, draw: Draw, dtype: str) -> None:
    """The result has the input's dtype and precision, from bfloat16 to float64."""
    # eight biases: what bfloat16 has to be allowed would hide a wrong use of a few small ones
    tensors = (draw(2, 2, 6, 5, dtype=dtype), draw(8, 2, 2, 3, dtype=dtype), draw(8, dtype=dtype))
    must_return(student, conv(*tensors))


@pytest.mark.points(1)
@pytest.mark.category("layouts")
@pytest.mark.parametrize("layout", ODD_LAYOUTS)
def test_layouts(student: SandboxedStudent, draw: Draw, layout: str) -> None:
    """Input and kernel may lie in memory in any order: channels_last, with gaps, transposed, expanded."""
    x, weight = draw(3, 2, 6, 7, layout=layout), draw(4, 2, 2, 3, layout=layout)
    must_return(student, conv(x, weight, draw(4)))


@pytest.mark.points(0.5)
@pytest.mark.category("layouts")
def test_empty_batch(student: SandboxedStudent, draw: Draw) -> None:
    """A batch of size zero gives an empty result of the right shape, and a batch of five its five."""
    weight = draw(4, 2, 2, 3)
    must_return(student, conv(draw(0, 2, 6, 7), weight, draw(4)))
    must_return(student, conv(draw(5, 2, 6, 7), weight))


@pytest.mark.points(0.5)
@pytest.mark.category("manners")
def test_inputs_are_kept(student: SandboxedStudent, draw: Draw) -> None:
    """Input, kernel and bias are the same after the call."""
    must_keep_inputs(student, conv(draw(2, 2, 6, 5), draw(3, 2, 3, 2), draw(3)))


@pytest.mark.points(2)
@pytest.mark.category("gradients")
@pytest.mark.parametrize("bias", [True, False])
def test_gradients(student: SandboxedStudent, draw: Draw, bias: bool) -> None:
    """Gradients reach input, kernel and bias."""
    tensors = (draw(2, 2, 6, 7), draw(3, 2, 3, 2), draw(3))
    must_differentiate(student, conv(*tensors[: 2 + bias]), wrt=range(2 + bias))


@pytest.mark.points(1)
@pytest.mark.category("gradients")
def test_exact_gradients(student: SandboxedStudent, draw: Draw) -> None:
    """In float64 the gradients are exact to the last digits."""
    tensors = [draw(*s, dtype="float64") for s in ((2, 3, 5, 6), (2, 3, 2, 3), (2,))]
    must_differentiate(student, conv(*tensors), wrt=range(3))


@pytest.mark.points(0.5)
@pytest.mark.category("errors")
@pytest.mark.parametrize("shapes", [((2, 6, 7), (3, 2, 2, 2)), ((1, 2, 6, 7), (2, 2, 2))], ids=str)
def test_wrong_ranks(student: SandboxedStudent, draw: Draw, shapes: tuple[tuple[int, ...], ...]) -> None:
    """ValueError for an input or kernel that does not have four axes."""
    good = conv(draw(1, 2, 6, 7), draw(3, 2, 2, 2))
    must_raise(student, conv(*(draw(*s) for s in shapes)), good)


@pytest.mark.points(0.5)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "shapes",
    [
        ((1, 2, 6, 7), (3, 4, 2, 2)),
        ((1, 2, 6, 7), (3, 1, 2, 2)),
        ((1, 2, 6, 7), (3, 2, 7, 2)),
        ((1, 2, 6, 7), (3, 2, 2, 8)),
        ((1, 2, 6, 7), (3, 2, 2, 2), (2,)),
        ((1, 2, 6, 7), (3, 2, 2, 2), (4,)),
    ],
    ids=str,
)
def test_errors(student: SandboxedStudent, draw: Draw, shapes: tuple[tuple[int, ...], ...]) -> None:
    """ValueError for channels that do not match, a kernel that does not fit, a bias of the wrong length."""
    good = conv(draw(1, 2, 6, 7), draw(20, 2, 6, 7), draw(20))  # twenty numbers, so that no luck is right
    must_raise(student, conv(*(draw(*s) for s in shapes)), good)


@pytest.mark.points(0.5)
@pytest.mark.category("properties")
def test_delta_kernel(student: SandboxedStudent, draw: Draw) -> None:
    """A kernel with a single 1 in its middle gives the picture back, without its border."""
    must_return(student, conv(draw(2, 1, 6, 9), ONE))


@pytest.mark.points(0.5)
@pytest.mark.category("properties")
def test_not_flipped(student: SandboxedStudent, draw: Draw) -> None:
    """The kernel is not flipped: a picture with a single 1 shows it turned round."""
    must_return(student, conv(DOT, draw(1, 1, 3, 4)))


@pytest.mark.points(0.25)
@pytest.mark.category("properties")
def test_linear(student: SandboxedStudent, draw: Draw) -> None:
    """Twice one picture minus three times another gives twice the one result minus three times the other."""
    must_be_linear(student, draw(2, 2, 6, 7), draw(2, 2, 6, 7), draw(3, 2, 3, 2))


@pytest.mark.points(0.25)
@pytest.mark.category("properties")
@pytest.mark.parametrize("shift", [(1, 0), (0, 2)], ids=str)
def test_shift(student: SandboxedStudent, draw: Draw, shift: tuple[int, int]) -> None:
    """Where the picture moves, the result moves along."""
    must_move_along(student, draw(1, 2, 4, 5), draw(2, 2, 3, 2), shift)


@pytest.mark.points(0.5)
@pytest.mark.category("devices")
def test_device(student: SandboxedStudent, draw: Draw) -> None:
    """The result is computed on the device of the input."""
    must_follow_device(student, conv(draw(2, 2, 7, 8), draw(3, 2, 3, 2), draw(3)))


@pytest.mark.points(0.5)
@pytest.mark.category("sizes")
def test_large(student: SandboxedStudent, draw: Draw) -> None:
    """A layer as large as in a real network is right, gradients included, and done within the time limit."""
    must_differentiate(student, conv(*(draw(*shape) for shape in LARGE.shapes)), wrt=range(3))
