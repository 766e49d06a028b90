"""Hidden checks of exercise 12: grouped and depthwise separable convolutions."""

from typing import Any

import pytest

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import EVERY_DTYPE, ODD_LAYOUTS, Draw, must_follow_device
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_differentiate, must_keep_inputs, must_raise, must_return

Settings = dict[str, Any]
GROUPED, SEPARABLE = "conv2d_grouped", "depthwise_separable"
both = pytest.mark.parametrize("function", [GROUPED, SEPARABLE], ids=("grouped", "separable"))
EVERYTHING: list[Settings] = [
    {"stride": (2, 1), "padding": (1, 3), "dilation": (2, 1), "groups": 2},
    {"stride": (1, 3), "padding": (2, 0), "dilation": (1, 2), "groups": 2},
]


def grouped(*args: Sample | int, **settings: Any) -> Call:
    return Call(GROUPED, args, settings)


def separable(*args: Sample | int, **settings: Any) -> Call:
    return Call(SEPARABLE, args, settings)


def four_channels(
    draw: Draw,
    function: str,
    image: tuple[int, int] = (5, 6),
    kernel: tuple[int, int] = (2, 3),
    batch: int = 2,
    **how: str,
) -> tuple[Sample, Sample, Sample]:
    """Pictures with two groups of kernels and their bias, or with depthwise and pointwise kernels.

    There are eight kernels: what bfloat16 has to be allowed would hide a wrong use of a few small biases.
    """
    x = draw(batch, 4, *image, **how)
    if function == GROUPED:
        return x, draw(8, 2, *kernel, **how), draw(8, dtype=how.get("dtype", "float32"))
    return x, draw(4, 1, *kernel, **how), draw(3, 4, 1, 1, **how)


def of_four_channels(function: str, tensors: tuple[Sample, ...], **settings: Any) -> Call:
    """The call with two groups, where it can have any."""
    return Call(function, tensors, {**settings, "groups": 2} if function == GROUPED else settings)


@pytest.mark.points(1.5)
@pytest.mark.category("groups")
@pytest.mark.parametrize(("groups", "channels", "outputs"), [(2, 4, 4), (2, 4, 2), (3, 6, 9)])
def test_groups(student: SandboxedStudent, draw: Draw, groups: int, channels: int, outputs: int) -> None:
    """Each group of channels meets its own kernels, and the results stand side by side."""
    x, weight = draw(2, channels, 5, 6), draw(outputs, channels // groups, 2, 3)
    must_return(student, grouped(x, weight, groups=groups))


@pytest.mark.points(0.2)
@pytest.mark.category("groups")
@pytest.mark.parametrize("settings", [{}, {"groups": 1}], ids=str)
def test_one_group(student: SandboxedStudent, draw: Draw, settings: Settings) -> None:
    """One group, which is the default, is an ordinary convolution."""
    must_return(student, grouped(draw(2, 3, 5, 4), draw(2, 3, 3, 2), **settings))


@pytest.mark.points(0.8)
@pytest.mark.category("groups")
@pytest.mark.parametrize("kernels", [1, 2])
def test_depthwise(student: SandboxedStudent, draw: Draw, kernels: int) -> None:
    """With as many groups as channels, each channel meets one kernel of its own, or two."""
    must_return(student, grouped(draw(2, 3, 6, 5), draw(3 * kernels, 1, 3, 2), groups=3))


@pytest.mark.points(0.8)
@pytest.mark.category("combinations")
@pytest.mark.parametrize("settings", EVERYTHING, ids=str)
def test_settings(student: SandboxedStudent, draw: Draw, settings: Settings) -> None:
    """Stride, padding and dilation hold for every group, different on the two axes."""
    must_return(student, grouped(draw(2, 4, 8, 9), draw(4, 2, 3, 2), **settings))


@pytest.mark.points(0.2)
@pytest.mark.category("bias")
def test_bias(student: SandboxedStudent, draw: Draw) -> None:
    """The bias is added once to each output number, and each output channel has its own."""
    must_return(student, grouped(draw(2, 6, 4, 5), draw(6, 2, 2, 2), draw(6), padding=1, groups=3))


@pytest.mark.points(0.9)
@pytest.mark.category("values")
@pytest.mark.parametrize(("channels", "outputs"), [(3, 3), (2, 4), (3, 1)])
def test_separable(student: SandboxedStudent, draw: Draw, channels: int, outputs: int) -> None:
    """A kernel for each channel, then a mix of the channels, with nothing between the two."""
    weights = draw(channels, 1, 3, 2), draw(outputs, channels, 1, 1)
    must_return(student, separable(draw(2, channels, 5, 6), *weights))


@pytest.mark.points(0.6)
@pytest.mark.category("combinations")
@pytest.mark.parametrize(
    "settings", [{"stride": (2, 3)}, {"padding": (2, 1)}, {"stride": (3, 2), "padding": (0, 1)}], ids=str
)
def test_settings_of_separable(student: SandboxedStudent, draw: Draw, settings: Settings) -> None:
    """Stride and padding are those of the depthwise convolution."""
    must_return(student, separable(draw(2, 3, 8, 9), draw(3, 1, 3, 2), draw(2, 3, 1, 1), **settings))


@pytest.mark.points(0.3)
@pytest.mark.category("shapes")
@pytest.mark.parametrize(("image", "kernel"), [((4, 2), (1, 1)), ((1, 7), (1, 4)), ((5, 1), (2, 1))], ids=str)
@both
def test_shapes(
    student: SandboxedStudent, draw: Draw, function: str, image: tuple[int, int], kernel: tuple[int, int]
) -> None:
    """Kernels of one pixel, pictures of one row and of one column."""
    must_return(student, of_four_channels(function, four_channels(draw, function, image, kernel, 3)))


@pytest.mark.points(0.4)
@pytest.mark.category("precision")
@pytest.mark.parametrize("dtype", EVERY_DTYPE)
@both
def test_dtype(student: SandboxedStudent, draw: Draw, function: str, dtype: str) -> None:
    """Results have the input's dtype and precision, from bfloat16 to float64."""
    tensors = four_channels(draw, function, (6, 7), dtype=dtype)
    by_place = (2, 1, 3, 2) if function == GROUPED else (2, 1)
    must_return(student, Call(function, (*tensors, *by_place)))


@pytest.mark.points(0.4)
@pytest.mark.category("layouts")
@pytest.mark.parametrize("layout", ODD_LAYOUTS)
@both
def test_layouts(student: SandboxedStudent, draw: Draw, function: str, layout: str) -> None:
    """Inputs and kernels may lie in memory in any order: channels_last, with gaps, transposed, expanded."""
    tensors = four_channels(draw, function, batch=3, layout=layout)
    must_return(student, of_four_channels(function, tensors, padding=(0, 1)))


@pytest.mark.points(0.2)
@pytest.mark.category("layouts")
@both
def test_empty_batch(student: SandboxedStudent, draw: Draw, function: str) -> None:
    """A batch of size zero gives an empty result of the right shape, and a batch of three its three."""
    for batch in (0, 3):
        must_return(student, of_four_channels(function, four_channels(draw, function, batch=batch)))


@pytest.mark.points(0.2)
@pytest.mark.category("manners")
@both
def test_inputs_are_kept(student: SandboxedStudent, draw: Draw, function: str) -> None:
    """Input, kernels and bias are the same after the call."""
    # a kernel of one pixel: whoever returns what is in the input's place writes to it
    tensors = four_channels(draw, function, kernel=(1, 1))
    must_keep_inputs(student, of_four_channels(function, tensors))


@pytest.mark.points(0.6)
@pytest.mark.category("gradients")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@both
def test_gradients(student: SandboxedStudent, draw: Draw, function: str, dtype: str) -> None:
    """Gradients reach input, kernels and bias, and are exact to the last digits in float64."""
    tensors = four_channels(draw, function, dtype=dtype)
    must_differentiate(
        student, of_four_channels(function, tensors, stride=(2, 1), padding=(1, 2)), wrt=range(3)
    )


@pytest.mark.points(0.2)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    ("groups", "channels", "outputs", "of_each"),
    [
        (0, 4, 4, 2),
        (-2, 4, 4, 2),
        (2, 5, 4, 2),
        (2, 5, 4, 3),
        (2, 4, 5, 2),
        (2, 4, 3, 2),
        (2, 4, 4, 4),
        (2, 4, 4, 1),
        (4, 2, 4, 1),
        (4, 4, 2, 1),
    ],
)
def test_errors_of_groups(
    student: SandboxedStudent, draw: Draw, groups: int, channels: int, outputs: int, of_each: int
) -> None:
    """ValueError for less than one group, and for channels or kernels that cannot be cut into groups."""
    bad = grouped(draw(1, channels, 4, 5), draw(outputs, of_each, 2, 3), groups=groups)
    must_raise(student, bad, grouped(draw(1, 4, 4, 5), draw(4, 2, 2, 3), groups=2))


@pytest.mark.points(0.25)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "shapes",
    [
        ((4, 4, 5), (4, 2, 2, 3), (4,)),
        ((4,), (4, 2, 2, 3), (4,)),
        ((1, 4, 4, 5, 1), (4, 2, 2, 3), (4,)),
        ((1, 4, 4, 5), (4, 2, 2), (4,)),
        ((1, 4, 4, 5), (4, 2, 2, 3, 1), (4,)),
        ((1, 4, 4, 5), (4, 2, 2, 3), (2,)),
        ((1, 4, 4, 5), (4, 2, 2, 3), (1,)),
        ((1, 4, 4, 5), (4, 2, 2, 3), (5,)),
        ((1, 4, 4, 5), (4, 2, 2, 3), (4, 1)),
        {"stride": (1, 0)},
        {"padding": (-1, 0)},
        {"dilation": (1, 0)},
        {"dilation": (1, 3)},
    ],
    ids=str,
)
def test_errors(student: SandboxedStudent, draw: Draw, shapes: Any) -> None:
    """ValueError for ranks and biases that do not match, and for what conv2d refuses too."""
    tensors = (draw(1, 4, 4, 5), draw(4, 2, 2, 3), draw(4))
    good = grouped(*tensors, groups=2)
    if isinstance(shapes, dict):
        must_raise(student, grouped(*tensors, groups=2, **shapes), good)
    else:
        must_raise(student, grouped(*(draw(*shape) for shape in shapes), groups=2), good)


@pytest.mark.points(0.25)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "shapes",
    [
        ((4, 4, 5), (4, 1, 2, 3), (3, 4, 1, 1)),
        ((4,), (4, 1, 2, 3), (3, 4, 1, 1)),
        ((1, 4, 4, 5), (4, 1, 2), (3, 4, 1, 1)),
        ((1, 4, 4, 5), (4, 4, 2, 3), (3, 4, 1, 1)),
        ((1, 4, 4, 5), (4, 2, 2, 3), (3, 4, 1, 1)),
        ((1, 4, 4, 5), (8, 1, 2, 3), (3, 8, 1, 1)),
        ((1, 4, 4, 5), (2, 1, 2, 3), (3, 2, 1, 1)),
        ((1, 4, 4, 5), (4, 1, 2, 3), (3, 4, 1)),
        ((1, 4, 4, 5), (4, 1, 2, 3), (3, 4)),
        ((1, 4, 4, 5), (4, 1, 2, 3), (3, 4, 1, 2)),
        ((1, 4, 4, 5), (4, 1, 2, 3), (3, 4, 2, 1)),
        ((1, 4, 4, 5), (4, 1, 2, 3), (3, 2, 1, 1)),
        ((1, 4, 4, 5), (4, 1, 2, 3), (3, 1, 1, 1)),
        {"stride": (1, 0)},
        {"padding": (0, -1)},
    ],
    ids=str,
)
def test_errors_of_separable(student: SandboxedStudent, draw: Draw, shapes: Any) -> None:
    """depthwise_separable raises ValueError for kernels of a wrong shape, and for what conv2d refuses too."""
    tensors = (draw(1, 4, 4, 5), draw(4, 1, 2, 3), draw(3, 4, 1, 1))
    good = separable(*tensors)
    if isinstance(shapes, dict):
        must_raise(student, separable(*tensors, **shapes), good)
    else:
        must_raise(student, separable(*(draw(*shape) for shape in shapes)), good)


@pytest.mark.points(0.2)
@pytest.mark.category("devices")
@both
def test_device(student: SandboxedStudent, draw: Draw, function: str) -> None:
    """Results are computed on the device of the input."""
    must_follow_device(student, of_four_channels(function, four_channels(draw, function), padding=1))
