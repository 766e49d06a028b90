"""Hidden checks of exercise 7: the layer."""

from typing import Any

import pytest
import torch

from autograder.course.suites.layer_device import layer_must_follow_device
from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import EVERY_DTYPE, Draw
from exercises.course.large_layer import LARGE
from exercises.course.layer_checks import (
    must_backpropagate,
    must_exchange_state,
    must_forward,
    must_forward_as,
    must_have_parameters,
    must_print_as_torch,
    must_refuse,
    must_start_as_torch,
    must_train,
)
from exercises.feedback.calls import Call


def layer(*sizes: Any, **settings: Any) -> Call:
    return Call("Conv2d", sizes, settings)


@pytest.mark.points(2)
@pytest.mark.category("parameters")
@pytest.mark.parametrize(
    "call", [layer(3, 8, 5), layer(2, 4, (3, 2), stride=2, padding=1), layer(1, 1, 1)], ids=lambda c: c.text
)
def test_parameters(student: SandboxedStudent, call: Call) -> None:
    """Parameters have torch's names, shapes and order, and learn."""
    must_have_parameters(student, call)


@pytest.mark.points(2)
@pytest.mark.category("parameters")
@pytest.mark.parametrize("call", [layer(16, 64, 3), layer(8, 96, (1, 5))], ids=lambda c: c.text)
def test_start_values(student: SandboxedStudent, call: Call) -> None:
    """Parameters start in torch's interval, evenly spread, new in every layer."""
    must_start_as_torch(student, call)


@pytest.mark.points(1)
@pytest.mark.category("parameters")
def test_without_bias(student: SandboxedStudent, draw: Draw) -> None:
    """With bias=False there is no bias, neither among the parameters nor in the output."""
    call = layer(3, 4, (2, 3), bias=False)
    must_have_parameters(student, call)
    must_forward(student, call, draw(2, 3, 7, 8))


@pytest.mark.points(2)
@pytest.mark.category("values")
@pytest.mark.parametrize("call", [layer(3, 4, 3), layer(2, 5, (2, 4))], ids=lambda c: c.text)
def test_forward(student: SandboxedStudent, draw: Draw, call: Call) -> None:
    """Without settings the layer is a valid convolution with bias."""
    must_forward(student, call, draw(2, call.args[0], 8, 9))


@pytest.mark.points(2.5)
@pytest.mark.category("combinations")
@pytest.mark.parametrize(
    "settings",
    [
        {"stride": 2},
        {"padding": (2, 1)},
        {"dilation": (1, 2)},
        {"stride": (2, 1), "padding": (1, 3), "dilation": (2, 1)},
        {"stride": (1, 3), "padding": 2, "dilation": (2, 3)},
    ],
    ids=str,
)
def test_settings(student: SandboxedStudent, draw: Draw, settings: dict[str, Any]) -> None:
    """Stride, padding and dilation, as numbers and as pairs, alone and together."""
    # all three may be given by place
    call = layer(3, 4, (3, 2), **settings) if len(settings) < 3 else layer(3, 4, (3, 2), *settings.values())
    must_forward(student, call, draw(2, 3, 10, 11))


@pytest.mark.points(2)
@pytest.mark.category("padding by name")
@pytest.mark.parametrize(
    ("kernel", "settings"),
    [
        (3, {"padding": "same"}),
        ((5, 3), {"padding": "same", "dilation": (2, 3)}),
        ((2, 4), {"padding": "same"}),
        ((4, 3), {"padding": "same"}),
        (3, {"padding": "valid", "stride": 2}),
    ],
    ids=str,
)
def test_same_and_valid(student: SandboxedStudent, draw: Draw, kernel: Any, settings: dict[str, Any]) -> None:
    """padding="same" keeps the size, with even kernels too; padding="valid" pads nothing."""
    must_forward(student, layer(2, 3, kernel, **settings), draw(2, 2, 8, 9))


@pytest.mark.points(2)
@pytest.mark.category("state")
@pytest.mark.parametrize("settings", [{}, {"bias": False}, {"padding": 1, "stride": 2}], ids=str)
def test_state_dict(student: SandboxedStudent, draw: Draw, settings: dict[str, Any]) -> None:
    """The layer loads torch's state_dict, and its own holds the same entries."""
    must_exchange_state(student, layer(3, 4, (2, 3), **settings), draw(2, 3, 7, 8))


@pytest.mark.points(2)
@pytest.mark.category("training")
@pytest.mark.parametrize("settings", [{"padding": 1}, {"bias": False, "stride": 2}], ids=str)
def test_training_step(student: SandboxedStudent, draw: Draw, settings: dict[str, Any]) -> None:
    """One step of gradient descent moves the parameters where it moves torch's."""
    must_train(student, layer(2, 3, 3, **settings), draw(4, 2, 8, 7))


@pytest.mark.points(0.5)
@pytest.mark.category("gradients")
def test_gradients(student: SandboxedStudent, draw: Draw) -> None:
    """Gradients reach input, weight and bias, exact in float64."""
    call = layer(2, 3, (3, 2), stride=2, padding=1, dtype=torch.float64)
    must_backpropagate(student, call, draw(2, 2, 8, 7, dtype="float64"))


@pytest.mark.points(0.5)
@pytest.mark.category("precision")
@pytest.mark.parametrize("dtype", EVERY_DTYPE)
def test_dtype(student: SandboxedStudent, draw: Draw, dtype: str) -> None:
    """The layer can be built in any dtype, and moved to one by .to()."""
    x = draw(2, 2, 6, 5, dtype=dtype)
    # eight biases: what bfloat16 has to be allowed would hide a wrong use of a few small ones
    must_have_parameters(student, layer(2, 8, 2, dtype=getattr(torch, dtype)))
    must_forward(student, layer(2, 8, 2, dtype=getattr(torch, dtype)), x)
    must_forward_as(student, layer(2, 8, 2), x)


@pytest.mark.points(1)
@pytest.mark.category("manners")
@pytest.mark.parametrize(
    "call",
    [
        layer(3, 8, 5),
        layer(2, 4, (3, 2), stride=(2, 1), padding=(1, 0), dilation=2),
        layer(2, 4, 3, padding="same", bias=False),
        layer(1, 2, 3, padding=1, dilation=(1, 2)),
    ],
    ids=lambda c: c.text,
)
def test_printed_form(student: SandboxedStudent, call: Call) -> None:
    """The layer prints as torch's does."""
    must_print_as_torch(student, call)


@pytest.mark.points(1)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "bad",
    [
        layer(2, 3, 3, padding="full"),
        layer(2, 3, 3, stride=2, padding="same"),
        layer(2, 3, 3, stride=(1, 2), padding="same"),
        layer(2, 3, 3, stride=(0, 2), padding="same"),
    ],
    ids=lambda c: c.text,
)
def test_errors(student: SandboxedStudent, draw: Draw, bad: Call) -> None:
    """ValueError for an unknown padding, and for padding="same" with a stride."""
    must_refuse(student, bad, layer(2, 3, 3, padding="same"), draw(1, 2, 6, 7))


@pytest.mark.points(0.5)
@pytest.mark.category("layouts")
@pytest.mark.parametrize("layout", ["channels_last", "strided", "expanded"])
def test_layouts(student: SandboxedStudent, draw: Draw, layout: str) -> None:
    """The input may lie in memory in any order, and a batch may be empty."""
    call = layer(2, 3, (3, 2), padding=1)
    must_forward(student, call, draw(3, 2, 6, 7, layout=layout))
    if layout == "expanded":
        must_forward(student, call, draw(0, 2, 6, 7))


@pytest.mark.points(0.5)
@pytest.mark.category("devices")
def test_device(student: SandboxedStudent, draw: Draw) -> None:
    """The layer computes on the device it was built for, or moved to by .to()."""
    call = layer(2, 3, (3, 2), stride=2, padding=1, dilation=2)
    layer_must_follow_device(student, call, draw(2, 2, 7, 8))


@pytest.mark.points(0.5)
@pytest.mark.category("sizes")
def test_large(student: SandboxedStudent, draw: Draw) -> None:
    """A layer as large as in a real network takes a right training step within the time limit."""
    must_train(
        student, layer(LARGE.channels, LARGE.kernels, LARGE.kernel, padding=4), draw(2, LARGE.channels, 8, 8)
    )
