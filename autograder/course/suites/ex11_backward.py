"""Hidden checks of exercise 11: the gradients of a convolution, by hand."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import EVERY_DTYPE, ODD_LAYOUTS, Draw, must_follow_device
from exercises.course.topics.ex11_backward import FUNCTION
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_keep_inputs, must_raise, must_return, problem
from exercises.feedback.compare import compare
from exercises.feedback.explain import explains, explanations, question
from exercises.feedback.failures import failure_of, mismatch_failure

Settings = dict[str, Any]
X, WEIGHT, BIAS = range(3)  # their places in the answer
# each leaves no row and no column over
SETTINGS: list[tuple[Settings, tuple[int, int], tuple[int, int]]] = [
    ({"stride": 2}, (7, 8), (3, 4)),
    ({"padding": (3, 4)}, (3, 5), (7, 12)),  # wider than the kernel
    ({"dilation": 2}, (6, 7), (2, 5)),
    ({"stride": (3, 2), "padding": (2, 1), "dilation": (2, 3)}, (7, 6), (3, 3)),
]
with_settings = pytest.mark.parametrize(("settings", "image", "out"), SETTINGS, ids=str)


def backward(grad_out: Sample, x: Sample, weight: Sample, **settings: Any) -> Call:
    return Call(FUNCTION, (grad_out, x, weight), settings)


def drawn(draw: Draw, image: tuple[int, int], out: tuple[int, int], **settings: Any) -> Call:
    """A call with two pictures of three channels, and four kernels of 3 by 2."""
    return backward(draw(2, 4, *out), draw(2, 3, *image), draw(4, 3, 3, 2), **settings)


def must_have(student: SandboxedStudent, call: Call, part: int) -> None:
    """One of the three gradients is right, whatever the others are: each has points of its own."""
    task = problem(student.course, call)
    outcome = student.run(task.returning)
    failure = failure_of(student.course, outcome, call)
    if failure:
        raise failure
    got, expected = outcome.result(task.returning, "call"), task.expected
    whole = not isinstance(got, tuple | list) or len(got) != len(expected)
    found = compare(
        expected if whole else expected[part],
        got if whole else got[part],
        dtype=task.dtype,
        magnitude=task.magnitude,
        device=student.device,
    )
    if found:
        asked = cache(lambda: question(student.course, call))
        failure = mismatch_failure(
            student.course,
            found if whole else replace(found, item=part),
            call,
            lambda: explanations(student.course, asked(), got),
        )
        failure.explained_by = lambda entry: explains(entry, asked(), got)
        failure.wanted, failure.answer = expected, got
        raise failure


@pytest.mark.points(1.5)
@pytest.mark.category("values")
def test_gradient_of_x(student: SandboxedStudent, draw: Draw) -> None:
    """The gradient of the input, without any setting."""
    must_have(student, drawn(draw, (5, 4), (3, 3)), X)


@pytest.mark.points(1.75)
@pytest.mark.category("combinations")
@with_settings
def test_gradient_of_x_with_settings(
    student: SandboxedStudent, draw: Draw, settings: Settings, image: tuple[int, int], out: tuple[int, int]
) -> None:
    """The gradient of the input with stride, padding and dilation, one by one and all together."""
    must_have(student, drawn(draw, image, out, **settings), X)


@pytest.mark.points(1)
@pytest.mark.category("stride")
@pytest.mark.parametrize(
    ("settings", "image", "out"),
    [
        ({"stride": (3, 2)}, (8, 7), (2, 3)),
        ({"stride": (2, 4), "padding": (1, 0), "dilation": (1, 2)}, (8, 10), (4, 2)),
    ],
    ids=str,
)
@pytest.mark.parametrize("part", [X, WEIGHT], ids=("x", "weight"))
def test_rest(
    student: SandboxedStudent,
    draw: Draw,
    settings: Settings,
    image: tuple[int, int],
    out: tuple[int, int],
    part: int,
) -> None:
    """Rows and columns that the stride leaves over have the gradient 0, and change nothing about the weights'."""
    must_have(student, drawn(draw, image, out, **settings), part)


@pytest.mark.points(1)
@pytest.mark.category("values")
def test_gradient_of_weight(student: SandboxedStudent, draw: Draw) -> None:
    """The gradient of the weights, without any setting: a sum over all pictures."""
    must_have(student, drawn(draw, (5, 4), (3, 3)), WEIGHT)


@pytest.mark.points(1.5)
@pytest.mark.category("combinations")
@with_settings
def test_gradient_of_weight_with_settings(
    student: SandboxedStudent, draw: Draw, settings: Settings, image: tuple[int, int], out: tuple[int, int]
) -> None:
    """The gradient of the weights with stride, padding and dilation, one by one and all together."""
    must_have(student, drawn(draw, image, out, **settings), WEIGHT)


@pytest.mark.points(0.5)
@pytest.mark.category("bias")
def test_gradient_of_bias(student: SandboxedStudent, draw: Draw) -> None:
    """The gradient of the bias: one sum for each output channel, over all that comes back to it."""
    must_have(student, drawn(draw, (5, 4), (3, 3)), BIAS)
    must_have(student, drawn(draw, (9, 5), (4, 2), stride=2), BIAS)


@pytest.mark.points(0.5)
@pytest.mark.category("shapes")
@pytest.mark.parametrize(
    ("image", "kernel", "out"),
    [((3, 1), (1, 1), (5, 1)), ((1, 7), (1, 4), (4, 2)), ((4, 1), (2, 1), (5, 1))],
    ids=str,
)
def test_shapes(
    student: SandboxedStudent,
    draw: Draw,
    image: tuple[int, int],
    kernel: tuple[int, int],
    out: tuple[int, int],
) -> None:
    """Pictures and kernels of one pixel, of one row, of one column, and as many channels out as in."""
    must_return(
        student,
        backward(draw(3, 2, *out), draw(3, 2, *image), draw(2, 2, *kernel), stride=(2, 3), padding=(3, 0)),
    )


@pytest.mark.points(0.5)
@pytest.mark.category("precision")
@pytest.mark.parametrize("dtype", EVERY_DTYPE)
def test_dtype(student: SandboxedStudent, draw: Draw, dtype: str) -> None:
    """All three gradients have the input's dtype and precision, from bfloat16 to float64."""
    tensors = [draw(*shape, dtype=dtype) for shape in ((2, 3, 3, 2), (2, 2, 5, 5), (3, 2, 2, 3))]
    must_return(student, Call(FUNCTION, (*tensors, 2, 1, 2)))


@pytest.mark.points(0.25)
@pytest.mark.category("layouts")
@pytest.mark.parametrize("layout", ODD_LAYOUTS)
def test_layouts(student: SandboxedStudent, draw: Draw, layout: str) -> None:
    """All tensors may lie in memory in any order: channels_last, with gaps, transposed, expanded."""
    tensors = [draw(*shape, layout=layout) for shape in ((3, 4, 3, 2), (3, 2, 5, 4), (4, 2, 2, 3))]
    must_return(student, Call(FUNCTION, tuple(tensors), {"stride": 2, "padding": 1}))


@pytest.mark.points(0.25)
@pytest.mark.category("layouts")
def test_empty_batch(student: SandboxedStudent, draw: Draw) -> None:
    """A batch of size zero gives no gradients for pictures, and zeros for weights and bias."""
    weight = draw(3, 2, 3, 2)
    must_return(student, backward(draw(0, 3, 2, 3), draw(0, 2, 4, 4), weight))
    must_return(student, backward(draw(3, 3, 2, 3), draw(3, 2, 4, 4), weight))


@pytest.mark.points(0.25)
@pytest.mark.category("manners")
def test_inputs_are_kept(student: SandboxedStudent, draw: Draw) -> None:
    """All tensors are the same after the call."""
    must_keep_inputs(student, drawn(draw, (7, 6), (3, 3), **SETTINGS[-1][0]))
    # a kernel of one pixel: whoever returns what is in an input's place writes to it
    must_keep_inputs(student, backward(draw(2, 3, 3, 2), draw(2, 3, 3, 2), draw(3, 3, 1, 1)))


@pytest.mark.points(0.25)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "bad",
    [
        {"stride": (0, 2)},
        {"stride": (2, -1)},
        {"padding": (0, -1)},
        {"dilation": (0, 1)},
        {"dilation": (1, 5)},
    ],
    ids=str,
)
def test_errors(student: SandboxedStudent, draw: Draw, bad: Settings) -> None:
    """ValueError for stride or dilation below 1, negative padding, a dilated kernel that does not fit."""
    tensors = draw(1, 2, 1, 1), draw(1, 2, 4, 3), draw(2, 2, 3, 2)
    good: Settings = {"stride": 2, "padding": 0, "dilation": (1, 2)}
    must_raise(student, Call(FUNCTION, tensors, {**good, **bad}), Call(FUNCTION, tensors, good))


@pytest.mark.points(0.25)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "shapes",
    [
        ((2, 3, 2, 4), (2, 2, 5), (3, 2, 2, 2)),
        ((2, 3, 2, 4), (2, 2, 4, 5, 1), (3, 2, 2, 2)),
        ((2, 3, 2, 4), (2, 2, 4, 5), (3, 2, 2)),
        ((2, 3, 2, 4), (2, 2, 4, 5), (3, 2, 2, 2, 1)),
        ((2, 3, 2, 4), (2, 3, 4, 5), (3, 2, 2, 2)),
        ((2, 3, 2, 4), (2, 1, 4, 5), (3, 2, 2, 2)),
    ],
    ids=str,
)
def test_errors_of_shapes(student: SandboxedStudent, draw: Draw, shapes: tuple[tuple[int, ...], ...]) -> None:
    """ValueError for ranks and channels of input and weights that do not match."""
    good = backward(draw(2, 3, 2, 4), draw(2, 2, 4, 5), draw(3, 2, 2, 2), stride=(2, 1))
    grad_out, x, weight = (draw(*shape) for shape in shapes)
    must_raise(student, backward(grad_out, x, weight, stride=(2, 1)), good)


@pytest.mark.points(0.25)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    "shape", [(3, 2, 4), (1, 3, 2, 4), (2, 1, 2, 4), (2, 3, 1, 4), (2, 3, 2, 1), (2, 3, 3, 4)], ids=str
)
def test_errors_of_grad_out(student: SandboxedStudent, draw: Draw, shape: tuple[int, ...]) -> None:
    """ValueError for a `grad_out` that has another shape than the output, also where it could be stretched."""
    x, weight = draw(2, 2, 4, 5), draw(3, 2, 2, 2)
    good = backward(draw(2, 3, 2, 4), x, weight, stride=(2, 1))
    must_raise(student, backward(draw(*shape), x, weight, stride=(2, 1)), good)


@pytest.mark.points(0.25)
@pytest.mark.category("devices")
def test_device(student: SandboxedStudent, draw: Draw) -> None:
    """All three gradients are computed on the device of the input."""
    must_follow_device(student, drawn(draw, (7, 6), (3, 3), **SETTINGS[-1][0]))
