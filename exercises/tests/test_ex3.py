"""Exercise 3: the valid convolution."""

import torch

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.course import speed
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_differentiate, must_give, must_keep_inputs, must_raise, must_return

PICTURE = torch.tensor([[[[1.0, 0.0, 2.0, 3.0], [4.0, 1.0, 0.0, 1.0], [2.0, 5.0, 1.0, 0.0]]]])


def test_conv2d_valid_one_kernel(student: LocalStudent) -> None:
    """A 2 x 2 kernel on 3 x 4 pixels: the first value is 1*1 + 0*2 + 4*0 + 1*(-1) = 0, the next one is 4."""
    kernel = torch.tensor([[[[1.0, 2.0], [0.0, -1.0]]]])
    must_give(student, Call("conv2d_valid", (PICTURE, kernel)), [[[[0, 4, 7], [1, 0, 2]]]])


def test_conv2d_valid_wide_kernel(student: LocalStudent) -> None:
    """A kernel of 1 row and 3 columns takes away 2 columns and no row."""
    kernel = torch.tensor([[[[2.0, 0.0, -1.0]]]])
    must_give(student, Call("conv2d_valid", (PICTURE, kernel)), [[[[0, -3], [8, 1], [3, 10]]]])


def test_conv2d_valid_adds_channels(student: LocalStudent) -> None:
    """Each channel has its own weights, and the results of both are added: 1*1 + 2*3 + 2*2 + 0*(-1) = 11."""
    x = torch.tensor([[[[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]], [[2.0, 0.0, 1.0], [1.0, 1.0, 0.0]]]])
    weight = torch.tensor([[[[1.0, 3.0]], [[2.0, -1.0]]]])
    must_give(student, Call("conv2d_valid", (x, weight)), [[[[11, 1], [4, 12]]]])


def test_conv2d_valid_two_kernels_with_bias(student: LocalStudent) -> None:
    """Two kernels give two output channels, and each has a bias of its own."""
    x = torch.tensor([[[[1.0, 2.0, 3.0], [0.0, 1.0, 4.0]]]])
    weight = torch.tensor([[[[1.0], [2.0]]], [[[0.0], [-1.0]]]])
    bias = torch.tensor([10.0, 20.0])
    must_give(student, Call("conv2d_valid", (x, weight, bias)), [[[[11, 14, 21]], [[20, 19, 16]]]])


def test_conv2d_valid_like_torch(student: LocalStudent) -> None:
    """Random pictures and kernels of any shape give what torch gives."""
    x, weight, bias = Sample((2, 3, 7, 6), seed=31), Sample((4, 3, 3, 2), seed=32), Sample((4,), seed=33)
    must_return(student, Call("conv2d_valid", (x, weight, bias)))
    must_return(student, Call("conv2d_valid", (x, weight)))


def test_conv2d_valid_manners(student: LocalStudent) -> None:
    """The inputs stay as they were, and gradients flow back to all three."""
    x, weight, bias = Sample((2, 2, 4, 5), seed=34), Sample((3, 2, 2, 3), seed=35), Sample((3,), seed=36)
    must_keep_inputs(student, Call("conv2d_valid", (x, weight, bias)))
    must_differentiate(student, Call("conv2d_valid", (x, weight, bias)), wrt=[0, 1, 2])


def test_conv2d_valid_many_channels(student: LocalStudent) -> None:
    """As in a real network, where a kernel has many channels; if a large layer would be slow, a line says so."""
    x, weight, bias = Sample((1, 16, 5, 6), seed=37), Sample((2, 16, 3, 2), seed=38), Sample((2,), seed=39)
    must_differentiate(student, Call("conv2d_valid", (x, weight, bias)), wrt=[0, 1, 2])
    student.remark = speed.remark(student)


def test_conv2d_valid_refuses(student: LocalStudent) -> None:
    """A kernel larger than the picture, or with another number of channels, is a ValueError."""
    good = Call("conv2d_valid", (PICTURE, torch.tensor([[[[1.0, 2.0, 3.0]]]])))
    tall = torch.tensor([[[[1.0], [2.0], [3.0], [4.0]]]])
    two_channels = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])
    must_raise(student, Call("conv2d_valid", (PICTURE, tall)), good)
    must_raise(student, Call("conv2d_valid", (PICTURE, two_channels)), good)


def test_own_work(student: LocalStudent) -> None:
    """The work is done by your own code: no ready-made convolution."""
    must_be_own_work(student)
