"""Exercise 8: Receptive field and cost."""

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.feedback.calls import Call
from exercises.feedback.checks import must_give

# For you, the author: students get this file. Replace the example, and take this line out.


def test_receptive_field_on_paper(student: LocalStudent) -> None:
    """From 3 to 5 there are 3 whole numbers: 3, 4 and 5."""
    must_give(student, Call("receptive_field", (3, 5)), 3)


def test_receptive_field_of_one_number(student: LocalStudent) -> None:
    """From 4 to 4 there is 1: both ends are the same number."""
    must_give(student, Call("receptive_field", (4, 4)), 1)


def test_receptive_field_below_zero(student: LocalStudent) -> None:
    """From -2 to 1 there are 4: -2, -1, 0 and 1."""
    must_give(student, Call("receptive_field", (-2, 1)), 4)


def test_own_work(student: LocalStudent) -> None:
    """You write it yourself."""
    must_be_own_work(student)
