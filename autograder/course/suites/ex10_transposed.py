"""Hidden checks of exercise 10: the transposed convolution, in two ways."""

from functools import cache
from typing import Any

import pytest
import torch.nn.functional as F

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import EVERY_DTYPE, ODD_LAYOUTS, Draw, must_follow_device
from exercises.course.topics.ex10_transposed import BOTH, NOT_ADJOINT
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import (
    must_differentiate,
    must_keep_inputs,
    must_raise,
    must_return,
    problem,
)
from exercises.feedback.compare import compare
from exercises.feedback.explain import explains, explanations, question
from exercises.feedback.failures import failure_of, mismatch_failure
from exercises.feedback.steps import TensorResult

Settings = dict[str, Any]
both = pytest.mark.parametrize("function", BOTH, ids=("stamping", "convolution"))
EVERYTHING: list[Settings] = [
    {"stride": (3, 2), "padding": (1, 3), "output_padding": (2, 1), "dilation": (2, 1)},
    {"stride": (2, 1), "padding": (4, 1), "output_padding": (0, 2), "dilation": (1, 3)},
]


@pytest.mark.points(1.5)
@pytest.mark.category("values")
@pytest.mark.parametrize("stride", [1, 2, 4])
@both
def test_stride(student: SandboxedStudent, draw: Draw, function: str, stride: int) -> None:
    """Copies of the kernel lie a stride apart, and add up where they overlap."""
    settings = {"stride": stride} if stride > 1 else {}
    must_return(student, Call(function, (draw(2, 3, 3, 4), draw(3, 2, 3, 2)), settings))


@pytest.mark.points(1)
@pytest.mark.category("values")
@pytest.mark.parametrize("padding", [1, 3])
@both
def test_padding(student: SandboxedStudent, draw: Draw, function: str, padding: int) -> None:
    """Padding is cut off all four sides, also where it is wider than the kernel sticks out."""
    must_return(
        student, Call(function, (draw(2, 2, 4, 5), draw(2, 3, 3, 2)), {"padding": padding, "stride": 2})
    )


@pytest.mark.points(0.5)
@pytest.mark.category("values")
@pytest.mark.parametrize("padding", [0, 1])
@both
def test_output_padding(student: SandboxedStudent, draw: Draw, function: str, padding: int) -> None:
    """Output padding keeps rows below and columns on the right, with the numbers that are there."""
    settings = {"stride": 3, "padding": padding, "output_padding": 2}
    must_return(student, Call(function, (draw(2, 2, 3, 2), draw(2, 3, 4, 3)), settings))


@pytest.mark.points(0.5)
@pytest.mark.category("values")
@both
def test_dilation(student: SandboxedStudent, draw: Draw, function: str) -> None:
    """Dilation moves the taps of each copy apart."""
    must_return(student, Call(function, (draw(2, 2, 4, 3), draw(2, 3, 2, 3)), {"dilation": 3}))


@pytest.mark.points(1)
@pytest.mark.category("pairs")
@pytest.mark.parametrize(
    "settings",
    [
        {"stride": (1, 3)},
        {"padding": (2, 0)},
        {"stride": 3, "output_padding": (0, 2)},
        {"dilation": (1, 2)},
    ],
    ids=str,
)
@both
def test_pairs(student: SandboxedStudent, draw: Draw, function: str, settings: Settings) -> None:
    """Each setting may be a pair (vertical, horizontal)."""
    must_return(student, Call(function, (draw(1, 2, 4, 3), draw(2, 2, 3, 4)), settings))


@pytest.mark.points(1)
@pytest.mark.category("combinations")
@pytest.mark.parametrize("settings", EVERYTHING, ids=str)
@both
def test_everything_at_once(student: SandboxedStudent, draw: Draw, function: str, settings: Settings) -> None:
    """Stride, padding, output padding and dilation together, different on the two axes."""
    must_return(student, Call(function, (draw(2, 3, 5, 6), draw(3, 4, 4, 2)), settings))


@pytest.mark.points(0.5)
@pytest.mark.category("bias")
@pytest.mark.parametrize("settings", [{}, {"stride": 3, "output_padding": 2}], ids=str)
@both
def test_bias(student: SandboxedStudent, draw: Draw, function: str, settings: Settings) -> None:
    """The bias is added once to each output number, also where no copy of the kernel lies."""
    must_return(student, Call(function, (draw(2, 2, 3, 4), draw(2, 3, 2, 2), draw(3)), settings))


@pytest.mark.points(0.5)
@pytest.mark.category("shapes")
@pytest.mark.parametrize(("image", "kernel"), [((1, 1), (2, 5)), ((4, 2), (1, 1)), ((1, 6), (3, 1))], ids=str)
@both
def test_shapes(
    student: SandboxedStudent, draw: Draw, function: str, image: tuple[int, int], kernel: tuple[int, int]
) -> None:
    """Pictures and kernels of one pixel, of one row, of even size."""
    must_return(student, Call(function, (draw(3, 2, *image), draw(2, 5, *kernel)), {"stride": (2, 3)}))


@pytest.mark.points(0.5)
@pytest.mark.category("precision")
@pytest.mark.parametrize("dtype", EVERY_DTYPE)
@both
def test_dtype(student: SandboxedStudent, draw: Draw, function: str, dtype: str) -> None:
    """Results have the input's dtype and precision, from bfloat16 to float64."""
    tensors = (draw(2, 2, 3, 4, dtype=dtype), draw(2, 8, 2, 3, dtype=dtype), draw(8, dtype=dtype))
    must_return(student, Call(function, (*tensors, 4, 1, 2, 3)))


@pytest.mark.points(0.5)
@pytest.mark.category("layouts")
@pytest.mark.parametrize("layout", ODD_LAYOUTS)
@both
def test_layouts(student: SandboxedStudent, draw: Draw, function: str, layout: str) -> None:
    """Input and kernel may lie in memory in any order: channels_last, with gaps, transposed, expanded."""
    x, weight = draw(3, 2, 4, 3, layout=layout), draw(2, 4, 2, 3, layout=layout)
    must_return(student, Call(function, (x, weight), {"stride": 2, "padding": (0, 1)}))


@pytest.mark.points(0.25)
@pytest.mark.category("layouts")
@both
def test_empty_batch(student: SandboxedStudent, draw: Draw, function: str) -> None:
    """A batch of size zero gives an empty result of the right shape, and a batch of three its three."""
    weight = draw(2, 3, 3, 2)
    must_return(student, Call(function, (draw(0, 2, 4, 3), weight), {"stride": 2}))
    must_return(student, Call(function, (draw(3, 2, 4, 3), weight), {"stride": 2}))


@pytest.mark.points(0.25)
@pytest.mark.category("manners")
@both
def test_inputs_are_kept(student: SandboxedStudent, draw: Draw, function: str) -> None:
    """Input, kernel and bias are the same after the call."""
    # a stride of 1, a kernel of one pixel: whoever returns what is in the input's place writes to it
    for settings, kernel in (({"stride": 2, "padding": 1}, (3, 2)), ({}, (1, 1))):
        tensors = (draw(2, 2, 4, 3), draw(2, 3, *kernel), draw(3))
        must_keep_inputs(student, Call(function, tensors, settings))


@pytest.mark.points(0.5)
@pytest.mark.category("gradients")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@both
def test_gradients(student: SandboxedStudent, draw: Draw, function: str, dtype: str) -> None:
    """Gradients reach input, kernel and bias, and are exact to the last digits in float64."""
    tensors = [draw(*shape, dtype=dtype) for shape in ((2, 2, 3, 4), (2, 3, 3, 2), (3,))]
    must_differentiate(student, Call(function, tuple(tensors), EVERYTHING[0]), wrt=range(3))


@pytest.mark.points(0.5)
@pytest.mark.category("properties")
@both
def test_adjoint(student: SandboxedStudent, draw: Draw, function: str) -> None:
    """It is the way back of a convolution: <conv2d(x), y> = <x, transposed(y)> for any x and y."""
    # the last step of the convolution leaves a row and two columns over: output padding brings them back
    settings: Settings = {"stride": (2, 3), "padding": (2, 1), "dilation": (2, 1)}
    x, y, weight = draw(2, 3, 10, 8), draw(2, 4, 5, 3), draw(4, 3, 3, 2)
    _must_be_adjoint(
        student, Call(function, (y, weight), {**settings, "output_padding": (1, 2)}), x, settings
    )


def _must_be_adjoint(student: SandboxedStudent, call: Call, x: Sample, settings: Settings) -> None:
    """The products of x with the answer add up to what those of torch's convolution of x with the input do."""
    task = problem(student.course, call)
    outcome = student.run(task.returning)
    failure = failure_of(student.course, outcome, call)
    if failure:
        raise failure
    got = outcome.result(task.returning, "call")
    found = compare(task.expected, got, dtype=task.dtype, magnitude=float("inf"), device=student.device)
    if found is None:
        here, y, weight = (tensor.double() for tensor in (x.tensor(), *call.real_args))
        there = (F.conv2d(here, weight, None, **settings) * y).sum()
        back = (here * got.value.double().cpu()).sum().to(task.dtype)
        size = float((F.conv2d(here.abs(), weight.abs(), None, **settings) * y.abs()).sum())
        found = compare(there, TensorResult(back, "cpu"), dtype=task.dtype, magnitude=size)
    if found:
        asked = cache(lambda: question(student.course, call))
        failure = mismatch_failure(
            student.course, found, call, lambda: explanations(student.course, asked(), got) or (NOT_ADJOINT,)
        )
        # numbers of the answer are wrong too, and what explains those of other lines explains these
        failure.explained_by = lambda entry: explains(entry, asked(), got)
        failure.wanted, failure.answer, failure.otherwise = (
            task.expected,
            got,
            failure.otherwise or NOT_ADJOINT,
        )
        raise failure


@pytest.mark.points(0.5)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "bad",
    [
        {"stride": (0, 2)},
        {"dilation": (3, 0)},
        {"padding": (0, -1)},
        {"output_padding": (-1, 0)},
        {"output_padding": (4, 0)},
        {"stride": 1, "dilation": 1, "output_padding": (0, 1)},
        {"padding": (8, 0)},
        {"padding": (0, 5), "output_padding": (0, 1)},
    ],
    ids=str,
)
@both
def test_errors(student: SandboxedStudent, draw: Draw, function: str, bad: Settings) -> None:
    """ValueError for settings that are too small, an output padding that is too large, and nothing that is left."""
    tensors = (draw(1, 2, 4, 3), draw(2, 2, 3, 2))
    # output padding may be as large as the stride where the dilation is larger, and the other way round
    good: Settings = {"stride": (2, 3), "dilation": (3, 2), "output_padding": 2}
    must_raise(student, Call(function, tensors, {**good, **bad}), Call(function, tensors, good))


@pytest.mark.points(0.25)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "shapes",
    [
        ((2, 2, 3), (2, 3, 3, 2), (3,)),
        ((1, 2, 4, 3, 1), (2, 3, 3, 2), (3,)),
        ((1, 2, 4, 3), (2, 3, 2), (3,)),
        ((1, 2, 4, 3), (2, 3, 3, 2, 1), (3,)),
        ((1, 3, 4, 3), (2, 3, 3, 2), (3,)),
        ((1, 1, 4, 3), (2, 3, 3, 2), (3,)),
        ((1, 2, 4, 3), (2, 3, 3, 2), (2,)),
        ((1, 2, 4, 3), (2, 3, 3, 2), (4,)),
    ],
    ids=str,
)
@both
def test_errors_of_shapes(
    student: SandboxedStudent, draw: Draw, function: str, shapes: tuple[tuple[int, ...], ...]
) -> None:
    """ValueError for ranks and channels that do not match, and for a bias that is not one number per channel."""
    good = Call(function, (draw(1, 2, 4, 3), draw(2, 3, 3, 2), draw(3)))
    must_raise(student, Call(function, tuple(draw(*shape) for shape in shapes)), good)


@pytest.mark.points(0.25)
@pytest.mark.category("devices")
@both
def test_device(student: SandboxedStudent, draw: Draw, function: str) -> None:
    """Results are computed on the device of the input."""
    must_follow_device(student, Call(function, (draw(2, 2, 3, 4), draw(2, 3, 3, 2), draw(3)), EVERYTHING[0]))
