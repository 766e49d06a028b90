"""Exercise 9: max pooling and mean pooling."""

import torch

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_differentiate, must_give, must_keep_inputs, must_raise, must_return

PICTURE = torch.tensor(
    [[[[1.0, 3.0, 0.0, 2.0], [0.0, 4.0, 2.0, 8.0], [2.0, 2.0, 9.0, 1.0], [2.0, 6.0, 1.0, 1.0]]]]
)
ROW = torch.tensor([[[[1.0, 2.0, 3.0, 4.0, 5.0]]]])
NEGATIVE = torch.tensor([[[[-5.0, -3.0, -4.0]]]])


def test_max_pool2d_on_paper(student: LocalStudent) -> None:
    """Four windows of 2 by 2 lie side by side; the largest number of 1 3 0 4 is 4."""
    must_give(student, Call("max_pool2d", (PICTURE, 2)), [[[[4, 8], [6, 9]]]])


def test_max_pool2d_with_stride_and_dilation(student: LocalStudent) -> None:
    """With stride (2, 1) a window of (1, 3) sees 1 3 0, then 3 0 2; dilation (1, 3) takes 1 and 4, then 2 and 5."""
    must_give(student, Call("max_pool2d", (PICTURE, (1, 3), (2, 1))), [[[[3, 3], [9, 9]]]])
    must_give(student, Call("max_pool2d", (ROW, (1, 2)), {"stride": 1, "dilation": (1, 3)}), [[[[4, 5]]]])


def test_max_pool2d_with_padding(student: LocalStudent) -> None:
    """Of -5 -3 -4, padded with minus infinity, no window of 2 gives 0."""
    must_give(student, Call("max_pool2d", (NEGATIVE, (1, 2), 1, (0, 1))), [[[[-5, -3, -3, -4]]]])


def test_max_pool2d_rounded_up(student: LocalStudent) -> None:
    """With ceil_mode the 5 of 1 2 3 4 5 has a window of its own; none starts behind 1 2 3, which has padding."""
    must_give(student, Call("max_pool2d", (ROW, (1, 2))), [[[[2, 4]]]])
    must_give(student, Call("max_pool2d", (ROW, (1, 2)), {"ceil_mode": True}), [[[[2, 4, 5]]]])
    call = Call("max_pool2d", (ROW[..., :3], (1, 2)), {"padding": (0, 1), "ceil_mode": True})
    must_give(student, call, [[[[1, 3]]]])


def test_avg_pool2d_on_paper(student: LocalStudent) -> None:
    """The mean of 1 3 0 4 is 2, and that of each of the other three windows is 3."""
    must_give(student, Call("avg_pool2d", (PICTURE, 2)), [[[[2, 3], [3, 3]]]])


def test_avg_pool2d_divides_by_what_counts(student: LocalStudent) -> None:
    """Of 0 1 2 3 4 5 0 the first mean is 0.5, or 1 if padding does not count; with ceil_mode the 5 is alone."""
    padded = Call("avg_pool2d", (ROW, (1, 2)), {"padding": (0, 1)})
    must_give(student, padded, [[[[0.5, 2.5, 4.5]]]])
    not_counted = Call("avg_pool2d", (ROW, (1, 2)), {"padding": (0, 1), "count_include_pad": False})
    must_give(student, not_counted, [[[[1, 2.5, 4.5]]]])
    must_give(student, Call("avg_pool2d", (ROW, (1, 2)), {"ceil_mode": True}), [[[[1.5, 3.5, 5]]]])


def test_pooling_like_torch(student: LocalStudent) -> None:
    """Random pictures give what torch gives, whatever the settings."""
    x = Sample((2, 3, 8, 11), seed=91)
    must_return(student, Call("max_pool2d", (x, (2, 3), (3, 2), (1, 0), (2, 1)), {"ceil_mode": True}))
    must_return(student, Call("avg_pool2d", (x, (3, 2), (2, 3), (0, 1)), {"ceil_mode": True}))
    must_return(student, Call("avg_pool2d", (x, 3, 2, 1, True, False)))


def test_pooling_manners(student: LocalStudent) -> None:
    """The input stays as it was, and gradients flow back to it."""
    x = Sample((2, 2, 5, 6), seed=92)
    for function in ("max_pool2d", "avg_pool2d"):
        call = Call(function, (x, (2, 3), 1), {"padding": (0, 1)})
        must_keep_inputs(student, call)
        must_differentiate(student, call, wrt=[0])


def test_pooling_refuses(student: LocalStudent) -> None:
    """A window of size 0 is a ValueError; so is one that does not fit, and padding of more than half of it."""
    for function in ("max_pool2d", "avg_pool2d"):
        good = Call(function, (PICTURE, (2, 3)), {"padding": 1})
        must_raise(student, Call(function, (PICTURE, (2, 0))), good)
        must_raise(student, Call(function, (PICTURE, (2, 3)), {"padding": 2}), good)
        must_raise(student, Call(function, (PICTURE, (2, 5))), good)


def test_own_work(student: LocalStudent) -> None:
    """The work is done by your own code: no ready-made pooling."""
    must_be_own_work(student)
