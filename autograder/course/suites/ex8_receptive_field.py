"""Hidden checks of exercise 8: how much of the input a number sees, and what a layer costs."""

from typing import Any

import pytest

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import Draw
from exercises.feedback.calls import Call
from exercises.feedback.checks import must_raise, must_return

Layer = tuple[int, int, int]


def layers_of(name: str, *layers: Layer) -> Call:
    return Call(name, (layers,))


@pytest.mark.points(1)
@pytest.mark.category("receptive field")
def test_jump(student: SandboxedStudent, draw: Draw) -> None:
    """Every stride counts in the jump, the last one too; kernel sizes and dilations do not."""
    first, second = draw.integer(2, 4), draw.integer(5, 7)
    must_return(student, layers_of("jump", (draw.integer(2, 5), first, 3), (4, second, 2)))
    must_return(student, layers_of("jump", (1, 3, 1), (3, 1, 1), (draw.integer(2, 4), second, 1)))
    must_return(student, layers_of("jump"))


@pytest.mark.points(1.5)
@pytest.mark.category("receptive field")
@pytest.mark.parametrize("case", range(3))
def test_receptive_field_without_strides(student: SandboxedStudent, draw: Draw, case: int) -> None:
    """With stride 1 the field of several layers is right, dilated ones and even kernels among them."""
    sizes = [draw.integer(4, 5), 2, draw.integer(5, 6)][: (1, 3, 3)[case]]
    dilations = [1, 1, 1] if case == 1 else [draw.integer(3, 5), 2, draw.integer(3, 4)]
    layers = [(size, 1, dilation) for size, dilation in zip(sizes, dilations, strict=False)]
    must_return(student, layers_of("receptive_field", *layers))


@pytest.mark.points(1.5)
@pytest.mark.category("receptive field")
@pytest.mark.parametrize("case", range(3))
def test_receptive_field_with_strides(student: SandboxedStudent, draw: Draw, case: int) -> None:
    """A stride widens what all later layers see, and not what its own layer sees."""
    first, second = draw.integer(2, 3), draw.integer(3, 5)
    if case == 0:
        layers = [(draw.integer(5, 8), 3, 1)]
    elif case == 1:
        layers = [(4, first + 1, 1), (3, 5 - first, 1), (4, 5, 1), (draw.integer(3, 5), 1, 1)]
    else:
        layers = [(2, second, draw.integer(2, 4)), (1, first, 2), (3, 1, 1), (4, 2, draw.integer(2, 3))]
    must_return(student, layers_of("receptive_field", *layers))


@pytest.mark.points(0.5)
@pytest.mark.category("receptive field")
def test_no_layer(student: SandboxedStudent, draw: Draw) -> None:
    """Without a layer the field is one pixel, and a layer with a kernel of one pixel adds nothing to it."""
    must_return(student, layers_of("receptive_field"))
    must_return(student, layers_of("receptive_field", (1, draw.integer(2, 4), 3), (1, 1, 1)))


@pytest.mark.points(0.75)
@pytest.mark.category("cost")
@pytest.mark.parametrize("bias", [True, False])
def test_parameters(student: SandboxedStudent, draw: Draw, bias: bool) -> None:
    """Weights and biases are counted, for kernels that are not square too."""
    channels = draw.integer(3, 6), draw.integer(7, 9)
    settings = {} if bias else {"bias": False}
    must_return(student, Call("count_parameters", (*channels, draw.integer(2, 5)), settings))
    must_return(student, Call("count_parameters", (*channels, (3, draw.integer(4, 6))), settings))


@pytest.mark.points(0.75)
@pytest.mark.category("groups")
@pytest.mark.parametrize("depthwise", [False, True])
def test_groups(student: SandboxedStudent, draw: Draw, depthwise: bool) -> None:
    """With groups each kernel has fewer weights, down to one channel for each kernel."""
    groups = draw.integer(3, 4)
    channels = groups if depthwise else groups * draw.integer(2, 3), groups * draw.integer(4, 5)
    # no bias, and a kernel that stops at every pixel: this line is about the groups alone
    must_return(student, Call("count_parameters", (*channels, (2, 5), groups, False)))
    must_return(student, Call("count_multiplications", ((2, 3), *channels, 1), {"groups": groups}))


@pytest.mark.points(0.5)
@pytest.mark.category("cost")
def test_multiplications(student: SandboxedStudent, draw: Draw) -> None:
    """Each weight is counted once for each output number of its kernel, with stride 1 and without padding."""
    channels = draw.integer(2, 3), draw.integer(4, 5)
    must_return(student, Call("count_multiplications", (draw.integer(7, 9), *channels, 3)))
    must_return(student, Call("count_multiplications", ((5, draw.integer(8, 9)), *channels, (2, 3))))


@pytest.mark.points(1)
@pytest.mark.category("combinations")
@pytest.mark.parametrize("case", range(3))
def test_multiplications_with_settings(student: SandboxedStudent, draw: Draw, case: int) -> None:
    """Stride, padding and dilation decide how often each weight is used, along each axis by itself."""
    picture, kernels = (draw.integer(11, 13), 17), 2 * draw.integer(2, 3)
    settings: tuple[Any, ...] = ((3, 2), (1, 2), (2, 4), 2)
    if case == 0:
        settings = (2, draw.integer(1, 2))
    elif case == 1:
        settings = (1, 0, (4, draw.integer(2, 3)))
    must_return(student, Call("count_multiplications", (picture, 4, kernels, (2, 3), *settings)))


@pytest.mark.points(0.5)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "bad",
    [
        layers_of("jump", (3, 2, 1), (3, 0, 1)),
        layers_of("jump", (3, -2, 1), (3, -1, 1)),
        layers_of("receptive_field", (0, 1, 1)),
        layers_of("receptive_field", (3, 1, 1), (3, 0, 1)),
        layers_of("receptive_field", (3, 1, 1), (3, 1, 0)),
        layers_of("receptive_field", (3, -1, 1), (3, -1, 1)),
        Call("count_parameters", (0, 4, 3)),
        Call("count_parameters", (4, 0, 3)),
        Call("count_parameters", (4, 4, (3, 0))),
        Call("count_parameters", (4, 4, (0, 3))),
        Call("count_parameters", (4, 4, 3, 0)),
        Call("count_parameters", (6, 8, 3, 4)),
        Call("count_parameters", (8, 6, 3, 4)),
        Call("count_parameters", (4, 4, 3, -2)),
        Call("count_multiplications", ((5, 2), 2, 2, 3)),
        Call("count_multiplications", ((5, 6), 2, 2, 3), {"stride": (1, 0)}),
        Call("count_multiplications", (5, 2, 2, 3), {"padding": -1}),
        Call("count_multiplications", ((6, 5), 2, 2, 3), {"dilation": 3}),
        Call("count_multiplications", (6, 2, 3, 3), {"groups": 2}),
        Call("count_multiplications", (6, 0, 3, 3)),
    ],
    ids=lambda call: call.text,
)
def test_errors(student: SandboxedStudent, bad: Call) -> None:
    """ValueError for sizes, strides, dilations, channels or groups below 1, and for groups that do not divide."""
    good = {
        "jump": layers_of("jump", (3, 2, 1), (3, 3, 1)),
        "receptive_field": layers_of("receptive_field", (3, 2, 1), (3, 3, 2)),
        "count_parameters": Call("count_parameters", (8, 4, (3, 2), 4)),
        "count_multiplications": Call("count_multiplications", ((7, 5), 4, 2, 3, (2, 1), 0, 2, 2)),
    }
    must_raise(student, bad, good[bad.function])
