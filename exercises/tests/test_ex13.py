"""Exercise 13: a fast convolution."""

import torch

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.console.race import remark
from exercises.course.topics.ex13_fast.race import RACE
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_differentiate, must_give, must_keep_inputs, must_raise, must_return

PICTURE = torch.tensor([[[[1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 7.0, 8.0, 9.0, 0.0], [1.0, 2.0, 3.0, 4.0, 5.0]]]])
KERNEL = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])


def test_conv2d_fast_on_paper(student: LocalStudent) -> None:
    """The example of the task, with stride and dilation and without."""
    must_give(
        student, Call("conv2d_fast", (PICTURE, KERNEL), {"stride": 2, "dilation": 2}), [[[[22.0, 42.0]]]]
    )
    right = [[[[51.0, 61.0, 71.0, 41.0], [31.0, 41.0, 51.0, 41.0]]]]
    must_give(student, Call("conv2d_fast", (PICTURE, KERNEL)), right)


def test_conv2d_fast_padding(student: LocalStudent) -> None:
    """Zeros all around, and a bias that is added there too."""
    call = Call("conv2d_fast", (PICTURE[..., :1, :2], KERNEL, torch.tensor([1.0])), {"padding": 1})
    must_give(student, call, [[[[5.0, 12.0, 7.0], [3.0, 6.0, 3.0]]]])


def test_conv2d_fast_like_torch(student: LocalStudent) -> None:
    """Random pictures and kernels of any shape give what torch gives, with all settings at once."""
    x, weight, bias = Sample((2, 3, 9, 11), seed=131), Sample((4, 3, 3, 2), seed=132), Sample((4,), seed=133)
    must_return(student, Call("conv2d_fast", (x, weight, bias)))
    must_return(student, Call("conv2d_fast", (x, weight, bias, (2, 3), (1, 4), (3, 2))))


def test_conv2d_fast_dtype(student: LocalStudent) -> None:
    """The result has the input's dtype and precision."""
    for dtype in ("float64", "bfloat16"):
        x, weight = Sample((1, 2, 5, 6), seed=134, dtype=dtype), Sample((3, 2, 2, 3), seed=135, dtype=dtype)
        must_return(student, Call("conv2d_fast", (x, weight), {"stride": 2}))


def test_conv2d_fast_manners(student: LocalStudent) -> None:
    """The inputs stay as they were, and gradients flow back to all three."""
    x, weight, bias = Sample((2, 2, 5, 6), seed=136), Sample((3, 2, 2, 3), seed=137), Sample((3,), seed=138)
    call = Call("conv2d_fast", (x, weight, bias), {"stride": (1, 2), "padding": 1, "dilation": (2, 1)})
    must_keep_inputs(student, call)
    must_differentiate(student, call, wrt=[0, 1, 2])


def test_conv2d_fast_refuses(student: LocalStudent) -> None:
    """Settings that make no sense, and shapes that do not match, are a ValueError."""
    good = Call("conv2d_fast", (PICTURE, KERNEL), {"dilation": 2})
    for settings in ({"stride": 0}, {"padding": -1}, {"dilation": (1, 0)}, {"dilation": 3}):
        must_raise(student, Call("conv2d_fast", (PICTURE, KERNEL), settings), good)
    must_raise(student, Call("conv2d_fast", (PICTURE, KERNEL.expand(1, 2, 2, 2))), good)
    must_raise(student, Call("conv2d_fast", (PICTURE, KERNEL, torch.tensor([1.0, 2.0]))), good)


def test_conv2d_fast_many_times(student: LocalStudent) -> None:
    """Every call has an answer of its own; how fast it is, a line says."""
    for seed in (139, 140):
        x, weight = Sample((1, 16, 6, 7), seed=seed), Sample((2, 16, 3, 2), seed=141)
        must_return(student, Call("conv2d_fast", (x, weight), {"padding": 1}))
    student.remark = remark(student, RACE)


def test_own_work(student: LocalStudent) -> None:
    """The work is done by your own code: no ready-made convolution."""
    must_be_own_work(student)
