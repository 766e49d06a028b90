"""Exercise 1: adding."""

import torch

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_give, must_raise, must_return


def test_two_and_three(student: LocalStudent) -> None:
    """2 and 3 make 5."""
    must_give(student, Call("add", (torch.tensor([2.0]), torch.tensor([3.0]))), torch.tensor([5.0]))


def test_larger_tensors(student: LocalStudent) -> None:
    """Tensors are added element by element."""
    must_return(student, Call("add", (Sample((3, 4), 1), Sample((3, 4), 2))))


def test_other_shapes(student: LocalStudent) -> None:
    """Tensors of different shapes have no sum: ValueError."""
    same, other = Sample((3, 4), 1), Sample((4, 3), 2)
    must_raise(student, Call("add", (same, other)), Call("add", (same, same)))


def test_own_work(student: LocalStudent) -> None:
    """You add yourself."""
    must_be_own_work(student)
