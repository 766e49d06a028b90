"""Hidden checks of exercise 5: dilation, and the whole convolution."""

from dataclasses import replace
from typing import Any

import pytest

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import EVERY_DTYPE, ODD_LAYOUTS, Draw, must_follow_device
from exercises.course.large_layer import LARGE
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_differentiate, must_keep_inputs, must_raise, must_return

Pair = int | tuple[int, int]


def conv(*args: Sample | Pair, **settings: Any) -> Call:
    return Call("conv2d", args, settings)


EVERYTHING = [
    {"stride": (2, 1), "padding": (1, 3), "dilation": (2, 1)},
    {"stride": (2, 3), "padding": (4, 1), "dilation": (2, 4)},
    {"stride": 2, "padding": (3, 2), "dilation": (2, 3)},
]


@pytest.mark.points(2)
@pytest.mark.category("values")
@pytest.mark.parametrize("dilation", [1, 4])
def test_dilates_by_a_number(student: SandboxedStudent, draw: Draw, dilation: int) -> None:
    """dilate_kernel spreads the weights, with zeros between them and none outside."""
    must_return(student, Call("dilate_kernel", (draw(3, 2, 3, 4), dilation)))


@pytest.mark.points(1.5)
@pytest.mark.category("pairs")
@pytest.mark.parametrize("dilation", [(1, 3), (3, 2)])
def test_dilates_by_a_pair(student: SandboxedStudent, draw: Draw, dilation: tuple[int, int]) -> None:
    """A pair dilates (vertical, horizontal); a kernel of one pixel stays as it is."""
    must_return(student, Call("dilate_kernel", (draw(2, 3, 2, 3), dilation)))
    must_return(student, Call("dilate_kernel", (draw(2, 3, 1, 1), dilation)))


@pytest.mark.points(1.5)
@pytest.mark.category("values")
@pytest.mark.parametrize("padding", [1, (2, 0), (0, 3)], ids=str)
def test_padding_alone(student: SandboxedStudent, draw: Draw, padding: Pair) -> None:
    """Padding without stride or dilation."""
    must_return(student, conv(draw(2, 2, 6, 7), draw(3, 2, 3, 3), padding=padding))


@pytest.mark.points(2)
@pytest.mark.category("values")
@pytest.mark.parametrize("dilation", [2, (3, 1), (1, 4)], ids=str)
def test_dilation_alone(student: SandboxedStudent, draw: Draw, dilation: Pair) -> None:
    """Dilation without stride or padding."""
    must_return(student, conv(draw(2, 2, 9, 10), draw(3, 2, 3, 2), dilation=dilation))


@pytest.mark.points(0.5)
@pytest.mark.category("values")
@pytest.mark.parametrize("stride", [1, 2, (3, 1)], ids=str)
def test_stride_alone(student: SandboxedStudent, draw: Draw, stride: Pair) -> None:
    """Stride, or no setting at all."""
    must_return(student, conv(draw(2, 2, 9, 10), draw(3, 2, 3, 2), stride=stride))


@pytest.mark.points(3.5)
@pytest.mark.category("combinations")
@pytest.mark.parametrize("settings", EVERYTHING, ids=str)
def test_everything_at_once(student: SandboxedStudent, draw: Draw, settings: dict[str, Pair]) -> None:
    """Stride, padding and dilation together, different on the two axes."""
    must_return(student, conv(draw(2, 3, 11, 14), draw(4, 3, 3, 2), **settings))


@pytest.mark.points(1)
@pytest.mark.category("bias")
@pytest.mark.parametrize("settings", [{}, EVERYTHING[0]], ids=str)
def test_bias(student: SandboxedStudent, draw: Draw, settings: dict[str, Pair]) -> None:
    """The bias is added once per output value, in the padded border too."""
    x, weight = draw(2, 3, 9, 9), draw(4, 3, 3, 2)
    must_return(student, conv(x, weight, draw(4), *settings.values()))
    must_return(student, conv(x, weight, **settings))


@pytest.mark.points(1)
@pytest.mark.category("shapes")
@pytest.mark.parametrize(
    ("image", "kernel"), [((9, 5), (1, 1)), ((5, 12), (4, 2)), ((8, 8), (2, 6))], ids=str
)
def test_shapes(
    student: SandboxedStudent, draw: Draw, image: tuple[int, int], kernel: tuple[int, int]
) -> None:
    """Batches, channels, and kernels of one pixel, of even size, larger than they are high."""
    x, weight = draw(3, 4, *image), draw(5, 4, *kernel)
    must_return(student, conv(x, weight, stride=2, padding=(3, 2), dilation=(2, 1)))


@pytest.mark.points(1)
@pytest.mark.category("precision")
@pytest.mark.parametrize("dtype", EVERY_DTYPE)
def test_dtype(student: SandboxedStudent, draw: Draw, dtype: str) -> None:
    """Results have the input's dtype and precision, from bfloat16 to float64."""
    # eight biases: what bfloat16 has to be allowed would hide a wrong use of a few small ones
    tensors = (draw(2, 2, 7, 8, dtype=dtype), draw(8, 2, 2, 3, dtype=dtype), draw(8, dtype=dtype))
    must_return(student, conv(*tensors, stride=2, padding=1, dilation=2))
    must_return(student, Call("dilate_kernel", (tensors[1], 2)))


@pytest.mark.points(1)
@pytest.mark.category("layouts")
@pytest.mark.parametrize("layout", ODD_LAYOUTS)
def test_layouts(student: SandboxedStudent, draw: Draw, layout: str) -> None:
    """Input and kernel may lie in memory in any order: channels_last, with gaps, transposed, expanded."""
    x, weight = draw(3, 2, 7, 8, layout=layout), draw(4, 2, 2, 3, layout=layout)
    must_return(student, conv(x, weight, stride=2, padding=(1, 2), dilation=(2, 1)))


@pytest.mark.points(0.5)
@pytest.mark.category("layouts")
def test_empty_batch(student: SandboxedStudent, draw: Draw) -> None:
    """A batch of size zero gives an empty result of the right shape, and a batch of three its three."""
    weight = draw(2, 2, 3, 3)
    must_return(student, conv(draw(0, 2, 7, 9), weight, padding=1, dilation=2))
    must_return(student, conv(draw(3, 2, 7, 9), weight, padding=1, dilation=2))


@pytest.mark.points(0.5)
@pytest.mark.category("manners")
def test_inputs_are_kept(student: SandboxedStudent, draw: Draw) -> None:
    """Input, kernel and bias are the same after the call."""
    x, weight = draw(2, 2, 7, 8), draw(3, 2, 3, 2)
    must_keep_inputs(student, conv(x, weight, draw(3), stride=2, padding=1, dilation=2))
    must_keep_inputs(student, Call("dilate_kernel", (weight, (1, 1))))


@pytest.mark.points(1.5)
@pytest.mark.category("gradients")
@pytest.mark.parametrize("settings", [{"padding": 2}, {"dilation": (2, 3)}, EVERYTHING[0]], ids=str)
def test_gradients(student: SandboxedStudent, draw: Draw, settings: dict[str, Pair]) -> None:
    """Gradients reach input, kernel and bias, whatever the settings."""
    tensors = (draw(2, 2, 7, 8), draw(3, 2, 3, 2), draw(3))
    must_differentiate(student, conv(*tensors, **settings), wrt=range(3))


@pytest.mark.points(0.5)
@pytest.mark.category("gradients")
def test_exact_gradients(student: SandboxedStudent, draw: Draw) -> None:
    """In float64 the gradients are exact to the last digits."""
    tensors = [draw(*s, dtype="float64") for s in ((2, 2, 7, 6), (2, 2, 2, 3), (2,))]
    must_differentiate(student, conv(*tensors, stride=2, padding=(1, 2), dilation=2), wrt=range(3))


@pytest.mark.points(0.5)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "settings",
    [
        {"stride": 0},
        {"padding": -1},
        {"dilation": 0},
        {"dilation": (1, 0)},
        {"padding": (1, -1)},
        {"dilation": 4},
    ],
    ids=str,
)
def test_errors(student: SandboxedStudent, draw: Draw, settings: dict[str, Pair]) -> None:
    """ValueError for stride or dilation below 1, negative padding, a dilated kernel that does not fit."""
    x, weight = draw(1, 2, 8, 8), draw(8, 2, 3, 3)
    must_raise(student, conv(x, weight, **settings), conv(x, weight, dilation=3, padding=0))


@pytest.mark.points(0.5)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "bad",
    [
        ((8, 8), (2, 2, 3, 3)),
        ((2, 8, 8), (2, 2, 3, 3)),
        ((1, 2, 8, 8), (2, 3, 3)),
        ((1, 2, 8, 8), (2, 3, 3, 3)),
        0,
        (-1, 2),
        (2, -1),
    ],
    ids=str,
)
def test_errors_of_shapes(student: SandboxedStudent, draw: Draw, bad: Any) -> None:
    """ValueError for ranks and channels that do not match, and from dilate_kernel for a dilation below 1."""
    weight = draw(2, 2, 3, 3)
    if isinstance(bad, tuple) and isinstance(bad[0], tuple):
        good = conv(draw(1, 2, 8, 8), weight, padding=1, dilation=2)
        must_raise(student, conv(*(draw(*shape) for shape in bad), padding=1, dilation=2), good)
    else:
        must_raise(student, Call("dilate_kernel", (weight, bad)), Call("dilate_kernel", (weight, (2, 1))))


@pytest.mark.points(0.5)
@pytest.mark.category("devices")
def test_device(student: SandboxedStudent, draw: Draw) -> None:
    """Results are computed on the device of the input."""
    x, weight = draw(2, 2, 7, 8), draw(3, 2, 3, 2)
    must_follow_device(student, conv(x, weight, draw(3), stride=2, padding=1, dilation=2))
    must_follow_device(student, Call("dilate_kernel", (weight, 2)))


@pytest.mark.points(0.5)
@pytest.mark.category("sizes")
def test_large(student: SandboxedStudent, draw: Draw) -> None:
    """A layer as large as in a real network is right, gradients included, and done within the time limit."""
    # an odd side, so that no step of two jumps over a number too few; half the channels, since most answers work out
    # the places between two steps, and multiply with the zeros between two weights
    x, weight, _ = replace(LARGE, channels=LARGE.channels // 2, side=15).shapes
    call = conv(draw(*x), draw(*weight), stride=2, padding=(4, 8), dilation=(1, 2))
    must_differentiate(student, call, wrt=range(2))
