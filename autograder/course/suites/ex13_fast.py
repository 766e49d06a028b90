"""Hidden checks of exercise 13: a fast convolution."""

from typing import Any

import pytest

from autograder.grading.race import must_be_fast
from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import EVERY_DTYPE, ODD_LAYOUTS, Draw, must_follow_device
from exercises.course.topics.ex13_fast.race import RACE, SETTINGS, SHAPES
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_differentiate, must_keep_inputs, must_raise, must_return

Pair = int | tuple[int, int]


def fast(*args: Sample | Pair, **settings: Any) -> Call:
    return Call("conv2d_fast", args, settings)


EVERYTHING = [
    {"stride": (2, 1), "padding": (1, 3), "dilation": (2, 1)},
    {"stride": (2, 3), "padding": (4, 1), "dilation": (2, 4)},
    {"stride": 2, "padding": (3, 2), "dilation": (2, 3)},
]


@pytest.mark.points(1)
@pytest.mark.category("values")
@pytest.mark.parametrize(
    "settings", [{}, {"stride": (3, 2)}, {"padding": (2, 1)}, {"dilation": (1, 3)}], ids=str
)
def test_one_setting(student: SandboxedStudent, draw: Draw, settings: dict[str, Pair]) -> None:
    """No setting, or one alone: stride, padding or dilation, different on the two axes."""
    must_return(student, fast(draw(2, 3, 9, 11), draw(4, 3, 3, 2), **settings))


@pytest.mark.points(1)
@pytest.mark.category("combinations")
@pytest.mark.parametrize("settings", EVERYTHING, ids=str)
def test_everything_at_once(student: SandboxedStudent, draw: Draw, settings: dict[str, Pair]) -> None:
    """Stride, padding and dilation together, and the same sizes twice with other numbers."""
    for _ in range(2):
        must_return(student, fast(draw(2, 3, 11, 14), draw(4, 3, 3, 2), **settings))


@pytest.mark.points(0.5)
@pytest.mark.category("bias")
@pytest.mark.parametrize("settings", [{}, EVERYTHING[0]], ids=str)
def test_bias(student: SandboxedStudent, draw: Draw, settings: dict[str, Pair]) -> None:
    """The bias is added once to each output number, in the padded border too."""
    must_return(student, fast(draw(2, 3, 9, 9), draw(4, 3, 3, 2), draw(4), *settings.values()))


@pytest.mark.points(0.5)
@pytest.mark.category("shapes")
@pytest.mark.parametrize(
    ("image", "kernel"), [((9, 5), (1, 1)), ((5, 12), (4, 2)), ((8, 8), (2, 6)), ((2, 7), (1, 3))], ids=str
)
def test_shapes(
    student: SandboxedStudent, draw: Draw, image: tuple[int, int], kernel: tuple[int, int]
) -> None:
    """Batches, channels, and kernels of one pixel, of even size, larger than they are high."""
    x, weight = draw(3, 4, *image), draw(5, 4, *kernel)
    must_return(student, fast(x, weight, stride=2, padding=(3, 2), dilation=(2, 1)))


@pytest.mark.points(0.5)
@pytest.mark.category("precision")
@pytest.mark.parametrize("dtype", EVERY_DTYPE)
def test_dtype(student: SandboxedStudent, draw: Draw, dtype: str) -> None:
    """Results have the input's dtype and precision, from bfloat16 to float64."""
    # eight biases: what bfloat16 has to be allowed would hide a wrong use of a few small ones
    tensors = (draw(2, 2, 7, 8, dtype=dtype), draw(8, 2, 2, 3, dtype=dtype), draw(8, dtype=dtype))
    must_return(student, fast(*tensors, stride=2, padding=1, dilation=2))


@pytest.mark.points(0.5)
@pytest.mark.category("layouts")
@pytest.mark.parametrize("layout", ODD_LAYOUTS)
def test_layouts(student: SandboxedStudent, draw: Draw, layout: str) -> None:
    """Input and kernel may lie in memory in any order: channels_last, with gaps, transposed, expanded."""
    x, weight = draw(3, 2, 7, 8, layout=layout), draw(4, 2, 2, 3, layout=layout)
    for settings in ({"stride": 2, "padding": (1, 2), "dilation": (2, 1)}, {}):
        must_return(student, fast(x, weight, **settings))


@pytest.mark.points(0.25)
@pytest.mark.category("layouts")
def test_empty_batch(student: SandboxedStudent, draw: Draw) -> None:
    """A batch of size zero gives an empty result of the right shape, and a batch of three its three."""
    weight = draw(2, 2, 3, 3)
    for batch in (0, 3):
        must_return(student, fast(draw(batch, 2, 7, 9), weight, padding=1, dilation=2))


@pytest.mark.points(0.25)
@pytest.mark.category("manners")
@pytest.mark.parametrize("settings", [{"stride": 2, "padding": 1, "dilation": 2}, {}], ids=str)
def test_inputs_are_kept(student: SandboxedStudent, draw: Draw, settings: dict[str, Pair]) -> None:
    """Input, kernel and bias are the same after the call."""
    must_keep_inputs(student, fast(draw(2, 2, 7, 8), draw(3, 2, 3, 2), draw(3), **settings))


@pytest.mark.points(0.5)
@pytest.mark.category("gradients")
@pytest.mark.parametrize("settings", [{"padding": 2}, EVERYTHING[0]], ids=str)
def test_gradients(student: SandboxedStudent, draw: Draw, settings: dict[str, Pair]) -> None:
    """Gradients reach input, kernel and bias, exact in float64."""
    tensors = [draw(*shape, dtype="float64") for shape in ((2, 2, 7, 8), (3, 2, 3, 2), (3,))]
    must_differentiate(student, fast(*tensors, **settings), wrt=range(3))


@pytest.mark.points(0.5)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "settings",
    [{"stride": 0}, {"stride": (1, 0)}, {"padding": -1}, {"padding": (1, -1)}, {"dilation": 0}]
    + [{"dilation": (1, 0)}, {"dilation": (4, 1)}, {"dilation": (1, 4)}],
    ids=str,
)
def test_errors(student: SandboxedStudent, draw: Draw, settings: dict[str, Pair]) -> None:
    """ValueError for stride or dilation below 1, negative padding, a dilated kernel that does not fit."""
    x, weight = draw(1, 2, 8, 8), draw(8, 2, 3, 3)
    must_raise(student, fast(x, weight, **settings), fast(x, weight, dilation=3, padding=0))


@pytest.mark.points(0.25)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "bad",
    [
        ((8, 8), (2, 2, 3, 3)),
        ((2, 8, 8), (2, 2, 3, 3)),
        ((1, 2, 8, 8), (2, 3, 3)),
        ((1, 2, 8, 8), (2, 3, 3, 3)),
        ((1, 2, 8, 8), (2, 1, 3, 3)),
        ((1, 2, 8, 8), (2, 2, 3, 3), (1,)),
        ((1, 2, 8, 8), (2, 2, 3, 3), (2, 1)),
    ],
    ids=str,
)
def test_errors_of_shapes(student: SandboxedStudent, draw: Draw, bad: tuple[tuple[int, ...], ...]) -> None:
    """ValueError for ranks, channels and a bias that do not match."""
    good = fast(draw(1, 2, 8, 8), draw(2, 2, 3, 3), draw(2), padding=1, dilation=2)
    must_raise(student, fast(*(draw(*shape) for shape in bad), padding=1, dilation=2), good)


@pytest.mark.points(0.25)
@pytest.mark.category("devices")
def test_device(student: SandboxedStudent, draw: Draw) -> None:
    """Results are computed on the device of the input."""
    x, weight = draw(2, 2, 7, 8), draw(3, 2, 3, 2)
    must_follow_device(student, fast(x, weight, draw(3), stride=2, padding=1, dilation=2))


@pytest.mark.points(0.5)
@pytest.mark.category("sizes")
def test_large(student: SandboxedStudent, draw: Draw) -> None:
    """A layer as large as in a real network is right."""
    x, weight, bias = SHAPES
    must_return(student, fast(draw(1, *x[1:]), draw(*weight), draw(*bias), **SETTINGS))
    must_return(
        student, fast(draw(1, 257, 2, 3), draw(2, 257, 1, 2))
    )  # numbers above 256 are no single objects


@pytest.mark.points(1)
@pytest.mark.category("speed")
def test_faster_than_a_loop(student: SandboxedStudent) -> None:
    """At least twice as fast as a plain loop over the places of the output, timed in the same run."""
    must_be_fast(student, RACE, "loop", 1 / 2, "fast-beside-the-loop")


@pytest.mark.points(2.5)
@pytest.mark.category("speed")
def test_beside_torch(student: SandboxedStudent) -> None:
    """At most 5 times as long as torch's own convolution takes, timed in the same run."""
    must_be_fast(student, RACE, "torch", 5, "fast-beside-torch")
