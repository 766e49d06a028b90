"""Hidden checks of exercise 14: gradient descent on one kernel."""

from typing import Any

import pytest
import torch

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import (
    EVERY_DTYPE,
    ODD_LAYOUTS,
    Draw,
    must_follow_device,
    must_hold_on_gpu,
)
from exercises.course.topics.ex14_learn.checks import (
    Kernel,
    must_be_free,
    must_begin_with_noise,
    must_find,
    must_learn_from_noise,
)
from exercises.course.topics.ex14_learn.descent import FUNCTION
from exercises.feedback.calls import Call
from exercises.feedback.checks import must_keep_inputs, must_raise, must_return

SOBEL = ((-1.0, -2.0, -1.0), (0.0, 0.0, 0.0), (1.0, 2.0, 1.0))
# what it makes of numbers between 0 and 1 is too large at every place, so that steps go far even for bfloat16
FAR = ((2.0, 3.0), (1.0, 2.5))
BLUR = ((0.0625, 0.125, 0.0625), (0.125, 0.25, 0.125), (0.0625, 0.125, 0.0625))


# Few steps: those of who adds the squares up, in place of taking their mean, lead far away, and multiply what
# rounding did before. What is about something else than values is asked at a low rate, too.
LOW = 0.01


def drawn(draw: Draw, shape: tuple[int, int, int], size: int, steps: int, lr: float) -> Call:
    """A call with `(N, H, W)` random numbers, targets that no kernel makes of them, and a random start."""
    number, height, width = shape
    targets = draw(number, 1, height - size + 1, width - size + 1)
    images, start = draw(number, 1, height, width), draw(size, size)
    return Call(FUNCTION, (images, targets, size, steps, lr, start))


@pytest.mark.points(1.5)
@pytest.mark.category("values")
def test_one_step(student: SandboxedStudent, draw: Draw) -> None:
    """One step from a given start: the loss before it, and the kernel after it."""
    must_return(student, drawn(draw, (1, 6, 8), 3, 1, 0.15))


@pytest.mark.points(1.5)
@pytest.mark.category("values")
def test_steps(student: SandboxedStudent, draw: Draw) -> None:
    """Several steps from a given start: the loss before each of them, and the kernel after the last."""
    must_return(student, drawn(draw, (1, 7, 6), 2, 2, 0.15))
    must_return(student, drawn(draw, (1, 8, 9), 3, 4, 0.05))


@pytest.mark.points(0.75)
@pytest.mark.category("values")
def test_batch(student: SandboxedStudent, draw: Draw) -> None:
    """The loss is a mean over all pictures of a batch, each with its own targets."""
    must_return(student, drawn(draw, (3, 6, 7), 2, 2, 0.05))
    must_return(student, drawn(draw, (4, 5, 6), 2, 2, 0.08))  # as many pictures as rows


@pytest.mark.points(0.5)
@pytest.mark.category("values")
def test_rates(student: SandboxedStudent, draw: Draw) -> None:
    """Small and large learning rates: each step takes the rate times the gradient."""
    must_return(student, drawn(draw, (2, 5, 7), 2, 2, 0.02))
    must_return(student, drawn(draw, (2, 5, 7), 2, 2, 0.4))


@pytest.mark.points(0.5)
@pytest.mark.category("shapes")
@pytest.mark.parametrize(("shape", "size"), [((2, 3, 1), 1), ((2, 4, 4), 4), ((3, 2, 6), 2)], ids=str)
def test_shapes(student: SandboxedStudent, draw: Draw, shape: tuple[int, int, int], size: int) -> None:
    """A kernel of one weight, one as large as the pictures, and pictures that are not square."""
    must_return(student, drawn(draw, shape, size, 3, 0.02))


@pytest.mark.points(0.5)
@pytest.mark.category("values")
def test_no_step(student: SandboxedStudent, draw: Draw) -> None:
    """With no step, the start comes back, and no loss."""
    must_return(student, drawn(draw, (2, 5, 6), 3, 0, 0.1))


@pytest.mark.points(1.5)
@pytest.mark.category("recovery")
@pytest.mark.parametrize("kernel", [SOBEL, BLUR], ids=("Sobel", "blur"))
def test_known_kernels(student: SandboxedStudent, draw: Draw, kernel: Kernel) -> None:
    """From noise, the kernels behind edges and behind a blur are found, and the losses fall."""
    must_find(student, draw(4, 1, 10, 11), kernel, 60, 0.25)


@pytest.mark.points(0.75)
@pytest.mark.category("recovery")
@pytest.mark.parametrize(
    ("shape", "size", "steps"), [((3, 1, 9, 11), 2, 50), ((4, 1, 11, 12), 4, 80)], ids=str
)
def test_unknown_kernels(
    student: SandboxedStudent, draw: Draw, shape: tuple[int, ...], size: int, steps: int
) -> None:
    """From noise, kernels of random numbers are found, in several sizes."""
    must_find(student, draw(*shape), draw(1, 1, size, size), steps, 0.2)


@pytest.mark.points(0.5)
@pytest.mark.category("start")
def test_noise(student: SandboxedStudent) -> None:
    """Without a start, learning begins with noise of mean 0 and standard deviation 0.1, new at each call."""
    must_begin_with_noise(student)
    must_begin_with_noise(student, "float64")


@pytest.mark.points(0.5)
@pytest.mark.category("precision")
@pytest.mark.parametrize("dtype", EVERY_DTYPE)
def test_dtype(student: SandboxedStudent, draw: Draw, dtype: str) -> None:
    """Kernel and losses have the dtype and the precision of the images, from bfloat16 to float64."""
    images, targets = draw.image(2, 1, 5, 4, dtype=dtype), draw.image(2, 1, 4, 3, dtype=dtype)
    start = torch.tensor(FAR, dtype=getattr(torch, dtype))
    must_return(student, Call(FUNCTION, (images, targets, 2, 2, 0.15, start)))


@pytest.mark.points(0.25)
@pytest.mark.category("layouts")
@pytest.mark.parametrize("layout", ODD_LAYOUTS)
def test_layouts(student: SandboxedStudent, draw: Draw, layout: str) -> None:
    """Images and targets may lie in memory in any order: channels_last, with gaps, transposed, expanded."""
    images, targets = draw(3, 1, 5, 6, layout=layout), draw(3, 1, 4, 5, layout=layout)
    must_return(student, Call(FUNCTION, (images, targets, 2, 2, LOW), {"start": draw(2, 2)}))


@pytest.mark.points(0.25)
@pytest.mark.category("manners")
def test_inputs_are_kept(student: SandboxedStudent, draw: Draw) -> None:
    """Images, targets and start are the same after the call."""
    must_keep_inputs(student, drawn(draw, (2, 5, 6), 2, 3, LOW))


@pytest.mark.points(0.25)
@pytest.mark.category("manners")
def test_free_of_the_graph(student: SandboxedStudent, draw: Draw) -> None:
    """Nothing requires a gradient after the call: not the kernel, not the losses, not the start."""
    call = drawn(draw, (2, 5, 6), 2, 3, LOW)
    must_return(student, call)
    must_be_free(student, call)
    # the same start without a step: whoever hands it back does not touch it
    must_be_free(student, Call(FUNCTION, (*call.args[:3], 0, 0.1, call.args[5])))


@pytest.mark.points(0.25)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    ("images", "targets", "size", "bad"),
    [
        # targets that would fit, and no step in which conv2d could refuse them
        ((4, 6), (5, 7), 0, {"steps": 0}),
        ((4, 6), (0, 2), 5, {"steps": 0}),
        ((6, 4), (2, 0), 5, {"steps": 0}),
        ((4, 6), (6, 8), -1, {}),
        ((4, 6), (3, 5), 2, {"steps": -1}),
        ((4, 6), (3, 5), 2, {"lr": 0.0}),
        ((4, 6), (3, 5), 2, {"lr": -0.1}),
    ],
    ids=str,
)
def test_errors(
    student: SandboxedStudent,
    draw: Draw,
    images: tuple[int, int],
    targets: tuple[int, int],
    size: int,
    bad: dict[str, Any],
) -> None:
    """ValueError for a size below 1 or above the pictures', fewer than 0 steps, a rate that is not above 0."""
    numbers: dict[str, Any] = {"steps": 2, "lr": LOW}
    must_raise(
        student,
        Call(FUNCTION, (draw(2, 1, *images), draw(2, 1, *targets), size), {**numbers, **bad}),
        Call(FUNCTION, (draw(2, 1, 4, 6), draw(2, 1, 3, 5), 2), {**numbers, "start": draw(2, 2)}),
    )


@pytest.mark.points(0.25)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    ("images", "targets", "start", "steps"),
    [
        ((6,), (2, 1, 3, 5), (2, 2), 2),
        ((2, 4, 6), (2, 1, 3, 5), (2, 2), 2),
        ((2, 2, 4, 6), (2, 1, 3, 5), (2, 2), 0),
        ((2, 0, 4, 6), (2, 1, 3, 5), (2, 2), 0),
        ((0, 1, 4, 6), (0, 1, 3, 5), (2, 2), 2),
        ((2, 1, 4, 6), (2, 3, 5), (2, 2), 2),
        ((2, 1, 4, 6), (1, 1, 3, 5), (2, 2), 2),
        ((2, 1, 4, 6), (2, 1, 3, 1), (2, 2), 2),
        ((2, 1, 4, 6), (2, 1, 1, 5), (2, 2), 2),
        ((2, 1, 4, 6), (2, 2, 3, 5), (2, 2), 2),
        ((2, 1, 4, 6), (2, 1, 4, 6), (2, 2), 2),
        ((2, 1, 4, 6), (2, 1, 3, 5), (1, 1, 2, 2), 2),
        ((2, 1, 4, 6), (2, 1, 3, 5), (3, 2), 2),
        ((2, 1, 4, 6), (2, 1, 3, 5), (2, 1), 2),
    ],
    ids=str,
)
def test_errors_of_shapes(
    student: SandboxedStudent,
    draw: Draw,
    images: tuple[int, ...],
    targets: tuple[int, ...],
    start: tuple[int, ...],
    steps: int,
) -> None:
    """ValueError for images, targets or a start of another shape, also where it could be stretched, and for none."""
    good = Call(FUNCTION, (draw(2, 1, 4, 6), draw(2, 1, 3, 5), 2, 2, LOW, draw(2, 2)))
    bad = Call(FUNCTION, (draw(*images), draw(*targets), 2, steps, 0.1, draw(*start)))
    must_raise(student, bad, good)


@pytest.mark.points(0.25)
@pytest.mark.category("devices")
def test_device(student: SandboxedStudent, draw: Draw) -> None:
    """Kernel and losses are on the device of the images, with a start and without one."""
    must_follow_device(student, drawn(draw, (2, 5, 6), 2, 3, LOW))
    must_learn_from_noise(student)
    must_hold_on_gpu(student, Call(FUNCTION), must_learn_from_noise)
