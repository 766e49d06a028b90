"""Hidden checks of exercise 8: Receptive field and cost."""

import pytest

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import Draw
from exercises.feedback.calls import Call
from exercises.feedback.checks import must_return

# For you, the author: replace the example. Each test function is a line of the rubric. Its docstring is what students
# read of it, its cases share its points, and all points together are those in the solution's header. The checks of
# exercises/feedback/checks.py (must_return, must_raise, ...) take the right answers from the exercise's topic.


@pytest.mark.points(8)
@pytest.mark.category("values")
@pytest.mark.parametrize("case", range(3))
def test_receptive_field(student: SandboxedStudent, draw: Draw, case: int) -> None:
    """Both ends are counted, wherever the first one is."""
    first = draw.integer(-9, -2) if case == 0 else draw.integer(2, 9)
    more = 0 if case == 1 else draw.integer(3, 20)
    must_return(student, Call("receptive_field", (first, first + more)))
