"""Exercise 10: the transposed convolution, in two ways."""

import torch

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_differentiate, must_give, must_keep_inputs, must_raise, must_return

STAMPING, CONVOLUTION = "conv_transpose2d_by_stamping", "conv_transpose2d_by_convolution"
ROW = torch.tensor([[[[1.0, 2.0]]]])
TAPS = torch.tensor([[[[3.0, 4.0, 5.0]]]])
PICTURE = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
KERNEL = torch.tensor([[[[1.0, 0.0], [2.0, -1.0]]]])
SETTINGS = {"stride": (3, 2), "padding": (1, 2), "output_padding": (2, 1), "dilation": (2, 1)}


def like_torch(student: LocalStudent, function: str) -> None:
    """Random pictures with channels, pairs everywhere; the inputs are kept, and gradients flow back."""
    tensors = Sample((2, 3, 3, 4), seed=101), Sample((3, 2, 2, 3), seed=102), Sample((2,), seed=103)
    must_return(student, Call(function, tensors[:2], {"stride": 2, "padding": 1}))
    must_return(student, Call(function, tensors, SETTINGS))
    must_keep_inputs(student, Call(function, tensors))
    must_differentiate(student, Call(function, tensors, SETTINGS), wrt=[0, 1, 2])


def refuses(student: LocalStudent, function: str) -> None:
    """What makes no sense is a ValueError."""
    good = Call(function, (ROW, TAPS), {"stride": (1, 2), "output_padding": (0, 1)})
    must_raise(student, Call(function, (ROW, TAPS), {"stride": (1, 2), "output_padding": (0, 2)}), good)
    must_raise(student, Call(function, (ROW, TAPS), {"stride": (0, 2)}), good)
    must_raise(student, Call(function, (ROW, TAPS), {"padding": (0, 2)}), good)
    must_raise(student, Call(function, (ROW, torch.cat((TAPS, TAPS)))), good)


def test_conv_transpose2d_by_stamping_on_paper(student: LocalStudent) -> None:
    """Four copies of the kernel overlap in the middle: 1*(-1) + 2*2 + 3*0 + 4*1 = 7."""
    must_give(student, Call(STAMPING, (PICTURE, KERNEL)), [[[[1, 2, 0], [5, 7, -2], [6, 5, -4]]]])


def test_conv_transpose2d_by_stamping_with_stride(student: LocalStudent) -> None:
    """With stride 2 the copies 3 4 5 and 6 8 10 share one place; a padding of 1 cuts off both ends."""
    must_give(student, Call(STAMPING, (ROW, TAPS), {"stride": 2}), [[[[3, 4, 11, 8, 10]]]])
    must_give(student, Call(STAMPING, (ROW, TAPS), {"stride": 2, "padding": (0, 1)}), [[[[4, 11, 8]]]])
    # with dilation the copies are 3 0 4 0 5 and 6 0 8 0 10, one place apart
    must_give(student, Call(STAMPING, (ROW, TAPS), {"dilation": (1, 2)}), [[[[3, 6, 4, 8, 5, 10]]]])


def test_conv_transpose2d_by_stamping_with_output_padding(student: LocalStudent) -> None:
    """One more column on the right: what the padding would cut off, or else 0. The bias is added there too."""
    more = {"stride": (1, 2), "output_padding": (0, 1)}
    must_give(student, Call(STAMPING, (ROW, TAPS), {**more, "padding": (0, 1)}), [[[[4, 11, 8, 10]]]])
    bias = torch.tensor([100.0])
    must_give(student, Call(STAMPING, (ROW, TAPS, bias), more), [[[[103, 104, 111, 108, 110, 100]]]])


def test_conv_transpose2d_by_stamping_like_torch(student: LocalStudent) -> None:
    """Random pictures and kernels give what torch gives; inputs are kept, gradients flow back."""
    like_torch(student, STAMPING)


def test_conv_transpose2d_by_stamping_refuses(student: LocalStudent) -> None:
    """Stride 0, output padding as large as the stride, nothing left, and wrong channels are ValueErrors."""
    refuses(student, STAMPING)


def test_conv_transpose2d_by_convolution_on_paper(student: LocalStudent) -> None:
    """The turned kernel slides over the picture: the same nine numbers. With stride 2, over 0 0 1 0 2 0 0."""
    must_give(student, Call(CONVOLUTION, (PICTURE, KERNEL)), [[[[1, 2, 0], [5, 7, -2], [6, 5, -4]]]])
    must_give(student, Call(CONVOLUTION, (ROW, TAPS), {"stride": 2}), [[[[3, 4, 11, 8, 10]]]])


def test_conv_transpose2d_by_convolution_with_padding(student: LocalStudent) -> None:
    """A padding of 1 makes it 0 1 0 2 0; an output padding of 1 puts one more zero on the right. Add the bias."""
    must_give(student, Call(CONVOLUTION, (ROW, TAPS), {"stride": 2, "padding": (0, 1)}), [[[[4, 11, 8]]]])
    more = {"stride": (1, 2), "output_padding": (0, 1)}
    must_give(student, Call(CONVOLUTION, (ROW, TAPS), {**more, "padding": (0, 1)}), [[[[4, 11, 8, 10]]]])
    bias = torch.tensor([100.0])
    must_give(student, Call(CONVOLUTION, (ROW, TAPS, bias), more), [[[[103, 104, 111, 108, 110, 100]]]])


def test_conv_transpose2d_by_convolution_like_torch(student: LocalStudent) -> None:
    """Random pictures and kernels give what torch gives; inputs are kept, gradients flow back."""
    like_torch(student, CONVOLUTION)


def test_conv_transpose2d_by_convolution_refuses(student: LocalStudent) -> None:
    """Stride 0, output padding as large as the stride, nothing left, and wrong channels are ValueErrors."""
    refuses(student, CONVOLUTION)


def test_own_work(student: LocalStudent) -> None:
    """The work is done by your own code: no ready-made convolution."""
    must_be_own_work(student)
