"""Exercise 11: the gradients of a convolution, by hand."""

import torch

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_give, must_keep_inputs, must_raise, must_return

PICTURE = torch.arange(1.0, 10).reshape(1, 1, 3, 3)
KERNEL = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
SENT_BACK = torch.tensor([[[[1.0, -1.0], [2.0, 3.0]]]])
ROW = torch.tensor([[[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]]])
TAPS = torch.tensor([[[[1.0, 2.0, 3.0]]]])
TWO = torch.tensor([[[[1.0, 10.0]]]])


def backward(grad_out: object, x: object, weight: object, **settings: object) -> Call:
    """A call of the function of this exercise."""
    return Call("conv2d_backward", (grad_out, x, weight), settings)


def test_conv2d_backward_on_paper(student: LocalStudent) -> None:
    """Four output numbers send 1, -1, 2 and 3 back. The pixel in the centre gets 1*4 - 1*3 + 2*2 + 3*1 = 8."""
    gradients = ([[[[1, 1, -2], [5, 8, 2], [6, 17, 12]]]], [[[[22, 27], [37, 42]]]], [5])
    must_give(student, backward(SENT_BACK, PICTURE, KERNEL), gradients)


def test_conv2d_backward_with_stride(student: LocalStudent) -> None:
    """With stride 2 the copies 1 2 3 and 10 20 30 share one place, and the last number is left over: 0."""
    gradients = ([[[[1, 2, 13, 20, 30, 0]]]], [[[[31, 42, 53]]]], [11])
    must_give(student, backward(TWO, ROW, TAPS, stride=2), gradients)


def test_conv2d_backward_with_padding(student: LocalStudent) -> None:
    """One zero at each end of 5 6: their copies are cut there, but the weights met the zeros."""
    gradients = ([[[[12, 23]]]], [[[[50, 65, 6]]]], [11])
    must_give(student, backward(TWO, ROW[..., 4:], TAPS, padding=(0, 1)), gradients)


def test_conv2d_backward_with_dilation(student: LocalStudent) -> None:
    """With dilation 2 the copies are 1 0 2 0 3 and 10 0 20 0 30, one place apart."""
    gradients = ([[[[1, 10, 2, 20, 3, 30]]]], [[[[21, 43, 65]]]], [11])
    must_give(student, backward(TWO, ROW, TAPS, dilation=(1, 2)), gradients)


def test_conv2d_backward_of_a_batch(student: LocalStudent) -> None:
    """Two pictures that are the same: each has its own gradient, those of weights and bias are twice as large."""
    sent_back, x = torch.cat((TWO, TWO)), torch.cat((ROW, ROW))
    row = [[[1, 2, 13, 20, 30, 0]]]
    must_give(student, backward(sent_back, x, TAPS, stride=2), ([row, row], [[[[62, 84, 106]]]], [22]))


def test_conv2d_backward_like_torch(student: LocalStudent) -> None:
    """Random pictures with channels, pairs everywhere, something left over; the inputs are kept."""
    x, weight = Sample((2, 3, 8, 7), seed=111), Sample((4, 3, 3, 2), seed=112)
    must_return(student, backward(Sample((2, 4, 6, 6), seed=113), x, weight))
    everything = {"stride": (3, 2), "padding": (1, 2), "dilation": (2, 3)}
    must_keep_inputs(student, backward(Sample((2, 4, 2, 4), seed=114), x, weight, **everything))


def test_conv2d_backward_without_autograd(student: LocalStudent) -> None:
    """While autograd is switched off, your gradients are the same: you do not leave them to it."""
    with torch.no_grad():
        must_return(student, backward(SENT_BACK, PICTURE, KERNEL))


def test_conv2d_backward_refuses(student: LocalStudent) -> None:
    """Stride 0, a kernel that does not fit, wrong channels, and a grad_out of another shape are ValueErrors."""
    good = backward(TWO, ROW, TAPS, stride=2)
    must_raise(student, backward(TWO, ROW, TAPS, stride=(2, 0)), good)
    must_raise(student, backward(TWO, ROW, TAPS, dilation=3), good)
    must_raise(student, backward(TWO, ROW, torch.cat((TAPS, TAPS), dim=1), stride=2), good)
    must_raise(student, backward(TWO[..., :1], ROW, TAPS, stride=2), good)


def test_own_work(student: LocalStudent) -> None:
    """The work is done by your own code: no ready-made convolution, no autograd."""
    must_be_own_work(student)
