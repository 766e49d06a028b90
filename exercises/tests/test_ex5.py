"""Exercise 5: dilation, and the whole conv2d."""

import torch

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_differentiate, must_give, must_keep_inputs, must_raise, must_return

PICTURE = torch.tensor(
    [
        [
            [
                [1.0, 2.0, 3.0, 4.0, 5.0],
                [6.0, 7.0, 8.0, 9.0, 1.0],
                [2.0, 3.0, 4.0, 5.0, 6.0],
                [7.0, 8.0, 9.0, 1.0, 2.0],
            ]
        ]
    ]
)
KERNEL = torch.tensor([[[[1.0, -1.0], [2.0, 3.0]]]])


def test_dilate_kernel_by_a_number(student: LocalStudent) -> None:
    """Dilation 2 puts one row and one column of zeros between the taps, and none around them."""
    weight = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    expected = [[[[1, 0, 2, 0, 3], [0, 0, 0, 0, 0], [4, 0, 5, 0, 6]]]]
    must_give(student, Call("dilate_kernel", (weight, 2)), expected)


def test_dilate_kernel_by_a_pair(student: LocalStudent) -> None:
    """Dilation (3, 1) moves the rows apart, and leaves the columns side by side."""
    must_give(student, Call("dilate_kernel", (KERNEL, (3, 1))), [[[[1, -1], [0, 0], [0, 0], [2, 3]]]])
    must_give(student, Call("dilate_kernel", (KERNEL, (1, 2))), [[[[1, 0, -1], [2, 0, 3]]]])


def test_conv2d_with_padding(student: LocalStudent) -> None:
    """Padding (0, 1) makes the row 0 1 2 3 0, so the kernel 1 10 gives 10, 21, 32 and 3."""
    x, weight = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]]), torch.tensor([[[[1.0, 10.0]]]])
    call = Call("conv2d", (x, weight), {"padding": (0, 1)})
    must_give(student, call, [[[[10, 21, 32, 3], [40, 54, 65, 6]]]])


def test_conv2d_with_dilation(student: LocalStudent) -> None:
    """With dilation (3, 1) the kernel sees the first row and the last: 1*1 + 2*(-1) + 7*2 + 8*3 = 37."""
    must_give(student, Call("conv2d", (PICTURE, KERNEL), {"dilation": (3, 1)}), [[[[37, 42, 20, 7]]]])


def test_conv2d_with_everything(student: LocalStudent) -> None:
    """Stride, padding, dilation and bias all at once, each with different numbers for the two axes."""
    bias = torch.tensor([100.0])
    call = Call("conv2d", (PICTURE, KERNEL, bias, (2, 1), (1, 0), (2, 3)))
    must_give(student, call, [[[[139, 117], [114, 128]]]])


def test_conv2d_like_torch(student: LocalStudent) -> None:
    """Random pictures and kernels give what torch gives."""
    x, weight, bias = Sample((2, 3, 8, 9), seed=51), Sample((4, 3, 3, 2), seed=52), Sample((4,), seed=53)
    settings = {"stride": (1, 2), "padding": (3, 1), "dilation": (2, 4)}
    must_return(student, Call("conv2d", (x, weight, bias), settings))
    must_return(student, Call("conv2d", (x, weight), {"stride": 3, "padding": 1, "dilation": 2}))


def test_conv2d_manners(student: LocalStudent) -> None:
    """The inputs stay as they were, and gradients flow back to all three."""
    x, weight, bias = Sample((2, 2, 5, 6), seed=54), Sample((3, 2, 2, 3), seed=55), Sample((3,), seed=56)
    call = Call("conv2d", (x, weight, bias), {"stride": (2, 1), "padding": (0, 2), "dilation": (3, 2)})
    must_keep_inputs(student, call)
    must_differentiate(student, call, wrt=[0, 1, 2])


def test_conv2d_refuses(student: LocalStudent) -> None:
    """Dilation 0 is a ValueError, and so is a kernel that does not fit once it is dilated."""
    must_raise(student, Call("dilate_kernel", (KERNEL, (0, 2))), Call("dilate_kernel", (KERNEL, (1, 2))))
    good = Call("conv2d", (PICTURE, KERNEL), {"dilation": (3, 4)})
    must_raise(student, Call("conv2d", (PICTURE, KERNEL), {"dilation": (4, 4)}), good)
    must_raise(student, Call("conv2d", (PICTURE, KERNEL), {"padding": (1, -1)}), good)


def test_own_work(student: LocalStudent) -> None:
    """The work is done by your own code: no ready-made convolution."""
    must_be_own_work(student)
