"""Exercise 12: grouped convolution."""

import torch

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_differentiate, must_give, must_keep_inputs, must_raise, must_return

GROUPED, SEPARABLE = "conv2d_grouped", "depthwise_separable"
FOUR = torch.tensor([[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]])  # four channels of one pixel
TWO_ROWS = torch.tensor([[[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]]])
DEPTHWISE = torch.tensor([[[[1.0, 10.0]]], [[[1.0, -1.0]]]])
POINTWISE = torch.tensor([[[[1.0]], [[100.0]]], [[[0.0]], [[1.0]]]])


def kernels(*rows: list[float]) -> torch.Tensor:
    """Kernels of one pixel, one for each row of numbers, one channel for each number."""
    return torch.tensor(rows)[:, :, None, None]


def test_conv2d_grouped_on_paper(student: LocalStudent) -> None:
    """Two groups: channels 1 2 meet the kernel 5 6 and give 17, channels 3 4 meet 7 8 and give 53."""
    call = Call(GROUPED, (FOUR, kernels([5.0, 6.0], [7.0, 8.0])), {"groups": 2})
    must_give(student, call, [[[[17]], [[53]]]])


def test_conv2d_grouped_with_two_kernels_for_each_group(student: LocalStudent) -> None:
    """The first two kernels look at channels 1 2, the last two at 3 4. Each output has its own bias."""
    weight = kernels([1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0])
    bias = torch.tensor([10.0, 20.0, 30.0, 40.0])
    call = Call(GROUPED, (FOUR, weight, bias), {"groups": 2})
    must_give(student, call, [[[[11]], [[22]], [[37]], [[39]]]])


def test_conv2d_grouped_depthwise(student: LocalStudent) -> None:
    """Two groups of one channel: 1 2 3 and 4 5 6, each with one zero on both sides and a kernel of its own."""
    call = Call(GROUPED, (TWO_ROWS, DEPTHWISE), {"padding": (0, 1), "groups": 2})
    must_give(student, call, [[[[10, 21, 32, 3]], [[-4, -1, -1, 6]]]])


def test_conv2d_grouped_like_torch(student: LocalStudent) -> None:
    """Random pictures and kernels give what torch gives; inputs are kept, gradients flow back."""
    x, bias = Sample((2, 4, 7, 8), seed=121), Sample((4,), seed=122)
    settings = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2), "groups": 2}
    call = Call(GROUPED, (x, Sample((4, 2, 3, 2), seed=123), bias), settings)
    must_return(student, call)
    must_return(student, Call(GROUPED, (x, Sample((8, 1, 2, 3), seed=124)), {"groups": 4}))
    must_return(student, Call(GROUPED, (x, Sample((4, 4, 2, 3), seed=125), bias)))
    must_keep_inputs(student, call)
    must_differentiate(student, call, wrt=[0, 1, 2])


def test_conv2d_grouped_refuses(student: LocalStudent) -> None:
    """No group at all, channels or kernels that cannot be cut into groups, and kernels with all channels."""
    weight = kernels([5.0, 6.0], [7.0, 8.0])
    good = Call(GROUPED, (FOUR, weight), {"groups": 2})
    must_raise(student, Call(GROUPED, (FOUR, weight), {"groups": 0}), good)
    must_raise(student, Call(GROUPED, (torch.cat((FOUR, FOUR[:, :1]), 1), weight), {"groups": 2}), good)
    must_raise(student, Call(GROUPED, (FOUR, torch.cat((weight, weight[:1]))), {"groups": 2}), good)
    must_raise(student, Call(GROUPED, (FOUR, torch.cat((weight, weight), 1)), {"groups": 2}), good)


def test_depthwise_separable_on_paper(student: LocalStudent) -> None:
    """The channels become 21 32 and -1 -1. The first output is 1 of one and 100 of the other, the second -1 -1."""
    must_give(student, Call(SEPARABLE, (TWO_ROWS, DEPTHWISE, POINTWISE)), [[[[-79, -68]], [[-1, -1]]]])


def test_depthwise_separable_with_stride_and_padding(student: LocalStudent) -> None:
    """With padding the channels become 10 21 32 3 and -4 -1 -1 6; stride 2 keeps 10 32 and -4 -1."""
    call = Call(SEPARABLE, (TWO_ROWS, DEPTHWISE, POINTWISE), {"stride": (1, 2), "padding": (0, 1)})
    must_give(student, call, [[[[-390, -68]], [[-4, -1]]]])


def test_depthwise_separable_like_torch(student: LocalStudent) -> None:
    """Random pictures and kernels give what torch gives; inputs are kept, gradients flow back."""
    x, pointwise = Sample((2, 3, 6, 7), seed=126), Sample((2, 3, 1, 1), seed=127)
    call = Call(SEPARABLE, (x, Sample((3, 1, 3, 2), seed=128), pointwise, (2, 1), (1, 2)))
    must_return(student, call)
    must_keep_inputs(student, call)
    must_differentiate(student, call, wrt=[0, 1, 2])


def test_depthwise_separable_refuses(student: LocalStudent) -> None:
    """Depthwise kernels with two channels, or too many of them; a pointwise kernel of two pixels."""
    good = Call(SEPARABLE, (TWO_ROWS, DEPTHWISE, POINTWISE))
    must_raise(student, Call(SEPARABLE, (TWO_ROWS, torch.cat((DEPTHWISE, DEPTHWISE), 1), POINTWISE)), good)
    must_raise(student, Call(SEPARABLE, (TWO_ROWS, torch.cat((DEPTHWISE, DEPTHWISE)), POINTWISE)), good)
    must_raise(student, Call(SEPARABLE, (TWO_ROWS, DEPTHWISE, torch.cat((POINTWISE, POINTWISE), 3))), good)


def test_own_work(student: LocalStudent) -> None:
    """The work is done by your own code: no ready-made convolution."""
    must_be_own_work(student)
