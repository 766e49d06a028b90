"""Exercise 2: padding."""

import torch

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_differentiate, must_give, must_keep_inputs, must_raise, must_return

PICTURE = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])


def test_pad2d_by_a_number(student: LocalStudent) -> None:
    """Padding 1 puts a frame of zeros around a picture of 2 rows and 3 columns."""
    expected = [[[[0, 0, 0, 0, 0], [0, 1, 2, 3, 0], [0, 4, 5, 6, 0], [0, 0, 0, 0, 0]]]]
    must_give(student, Call("pad2d", (PICTURE, 1)), expected)


def test_pad2d_by_a_pair(student: LocalStudent) -> None:
    """Padding (1, 0) adds a row above and a row below; (0, 2) adds columns on the left and on the right."""
    must_give(student, Call("pad2d", (PICTURE, (1, 0))), [[[[0, 0, 0], [1, 2, 3], [4, 5, 6], [0, 0, 0]]]])
    must_give(student, Call("pad2d", (PICTURE, (0, 2))), [[[[0, 0, 1, 2, 3, 0, 0], [0, 0, 4, 5, 6, 0, 0]]]])


def test_pad2d_like_torch(student: LocalStudent) -> None:
    """Every channel of every picture is padded, and the dtype stays."""
    must_return(student, Call("pad2d", (Sample((2, 3, 4, 5), seed=21), (1, 3))))
    must_return(student, Call("pad2d", (Sample((1, 2, 3, 4), seed=22, dtype="float64"), 2)))


def test_pad2d_manners(student: LocalStudent) -> None:
    """The input stays as it was, and gradients flow back to it."""
    must_keep_inputs(student, Call("pad2d", (PICTURE, (2, 1))))
    must_differentiate(student, Call("pad2d", (Sample((2, 1, 3, 2), seed=23), (1, 2))), wrt=[0])


def test_pad2d_negative(student: LocalStudent) -> None:
    """Negative padding is a ValueError, on either axis."""
    must_raise(student, Call("pad2d", (PICTURE, (0, -1))), Call("pad2d", (PICTURE, (0, 1))))
    must_raise(student, Call("pad2d", (PICTURE, -2)), Call("pad2d", (PICTURE, 2)))


def test_same_padding_on_paper(student: LocalStudent) -> None:
    """9 taps lose 8 places: 4 zeros at each end bring them back. 5 taps with dilation 3 lose 12."""
    must_give(student, Call("same_padding", (9,)), 4)
    must_give(student, Call("same_padding", (5, 3)), 6)
    must_give(student, Call("same_padding", (6, 2)), 5)


def test_same_padding_of_pairs(student: LocalStudent) -> None:
    """If one argument is a pair, the answer is a pair: (vertical, horizontal)."""
    must_give(student, Call("same_padding", ((1, 7),)), (0, 3))
    must_give(student, Call("same_padding", ((3, 4), (1, 2))), (1, 3))
    must_give(student, Call("same_padding", (3, (4, 1))), (4, 1))


def test_same_padding_that_cannot_be(student: LocalStudent) -> None:
    """6 taps lose 5 places, and 5 zeros cannot be shared by two ends: that is a ValueError."""
    must_raise(student, Call("same_padding", (6,)), Call("same_padding", (7,)))
    must_raise(student, Call("same_padding", ((3, 2), (2, 3))), Call("same_padding", ((3, 2), (3, 2))))


def test_own_work(student: LocalStudent) -> None:
    """You place the zeros yourself: no F.pad and no padding layer."""
    must_be_own_work(student)
