"""Exercise 4: stride."""

import torch

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_differentiate, must_give, must_raise, must_return

PICTURE = torch.tensor(
    [
        [
            [
                [2.0, 7.0, 1.0, 8.0],
                [2.0, 8.0, 1.0, 8.0],
                [2.0, 8.0, 4.0, 5.0],
                [9.0, 0.0, 4.0, 5.0],
                [2.0, 3.0, 5.0, 3.0],
            ]
        ]
    ]
)
CORNERS = torch.tensor([[[[1.0, 0.0], [0.0, 2.0]]]])
STEP = torch.tensor([[[[1.0, -1.0]]]])


def test_conv2d_strided_by_a_number(student: LocalStudent) -> None:
    """With stride 2 a 2 x 2 kernel stops 2 times down and 2 times across on 5 x 4 pixels; a row is left over."""
    must_give(student, Call("conv2d_strided", (PICTURE, CORNERS), {"stride": 2}), [[[[18, 17], [2, 14]]]])


def test_conv2d_strided_by_a_pair(student: LocalStudent) -> None:
    """With stride (2, 1) every second row is taken, and every column; with (1, 2) it is the other way round."""
    rows = [[[[-5, 6, -7], [-6, 4, -1], [-1, -2, 2]]]]
    must_give(student, Call("conv2d_strided", (PICTURE, STEP, None, (2, 1))), rows)
    columns = [[[[-5, -7], [-6, -7], [-6, -1], [9, -1], [-1, 2]]]]
    must_give(student, Call("conv2d_strided", (PICTURE, STEP, None, (1, 2))), columns)


def test_conv2d_strided_with_bias(student: LocalStudent) -> None:
    """The bias is added to what is kept. Without a stride nothing is left out."""
    bias = torch.tensor([100.0])
    must_give(student, Call("conv2d_strided", (PICTURE, CORNERS, bias, 3)), [[[[118], [115]]]])
    must_return(student, Call("conv2d_strided", (PICTURE, CORNERS, bias)))


def test_conv2d_strided_like_torch(student: LocalStudent) -> None:
    """Random pictures and kernels give what torch gives, and gradients flow back."""
    x, weight, bias = Sample((2, 3, 9, 8), seed=41), Sample((2, 3, 2, 3), seed=42), Sample((2,), seed=43)
    must_return(student, Call("conv2d_strided", (x, weight, bias), {"stride": (3, 2)}))
    must_differentiate(student, Call("conv2d_strided", (x, weight, bias), {"stride": (2, 4)}), wrt=[0, 1, 2])


def test_conv2d_strided_refuses(student: LocalStudent) -> None:
    """A stride of 0 goes nowhere, and one of -1 goes back: both are ValueErrors."""
    good = Call("conv2d_strided", (PICTURE, STEP, None, (1, 3)))
    must_raise(student, Call("conv2d_strided", (PICTURE, STEP, None, (1, 0))), good)
    must_raise(student, Call("conv2d_strided", (PICTURE, STEP, None, -1)), good)


def test_own_work(student: LocalStudent) -> None:
    """The work is done by your own code: no ready-made convolution."""
    must_be_own_work(student)
