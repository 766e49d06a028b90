"""What this package is about: adding two tensors, and one way to get it wrong."""

from __future__ import annotations

from torch import Tensor

from exercises.feedback.catalogue import course_info, exercises
from exercises.feedback.course import Course
from exercises.feedback.misconception import Misconception
from exercises.feedback.oracle import Oracle
from exercises.feedback.rule import Rule
from exercises.feedback.topic import with_topics


def add(a: Tensor, b: Tensor) -> Tensor:
    """The right answer."""
    if a.shape != b.shape:
        raise ValueError("the shapes differ")
    return a + b


_ADDING = Course(
    module=__name__,
    info=course_info(),
    exercises=exercises(),
    oracle=Oracle({"add": add}),
    misconceptions=(
        Misconception(
            "subtracted",
            "the second tensor is taken away",
            ("add",),
            "The second tensor was taken away from the first. A sum has a plus.",
            "#adding",
            lambda a, b: a - b,
        ),
    ),
    rules={"ready-made": Rule("this exercise asks you to write it yourself", (r"torch\.add",))},
)
COURSE = with_topics(_ADDING, f"{__name__}.topics")
