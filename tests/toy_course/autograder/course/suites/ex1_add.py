"""Hidden checks of exercise 1: adding."""

import pytest

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import Draw
from exercises.feedback.calls import Call
from exercises.feedback.checks import must_raise, must_return


@pytest.mark.points(6)
@pytest.mark.category("values")
@pytest.mark.parametrize("shape", [(1,), (3, 5), (2, 3, 4)])
def test_values(student: SandboxedStudent, draw: Draw, shape: tuple[int, ...]) -> None:
    """Each number is the sum of the two at its place."""
    must_return(student, Call("add", (draw(*shape), draw(*shape))))


@pytest.mark.points(4)
@pytest.mark.category("errors")
def test_shapes(student: SandboxedStudent, draw: Draw) -> None:
    """Tensors of different shapes are refused."""
    a, b, other = draw(3, 5), draw(3, 5), draw(5, 3)
    must_raise(student, Call("add", (a, other)), Call("add", (a, b)))
