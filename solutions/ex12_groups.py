# ---
# exercise: 12
# title: Grouped convolution
# points: 8
# track: further
# minutes: 25
# exports: [conv2d_grouped, depthwise_separable]
# builds_on: [ex5_dilation]
# forbids: [convolution, packages]
# hints:
#   conv2d_grouped:
#     - Each group is a small convolution of its own. Which input channels belong to it? Which kernels? And where do
#       its results go?
#     - With g groups, the first group has the first C / g input channels and the first O / g kernels, the second
#       group has the next ones, and so on. Your conv2d does one group. Its results stand behind those of the group
#       before.
#     - Tensor.chunk cuts a tensor along an axis into parts. Cut x along axis 1 and weight along axis 0, hand the
#       parts to conv2d two by two, join what comes out with torch.cat along axis 1, and add the bias. chunk does not
#       complain about parts of different lengths, so look at the shapes first.
#   depthwise_separable:
#     - These are two convolutions, one after the other. Which of them looks at neighbours, and which mixes channels?
#     - The depthwise one has a group for each channel. The pointwise one has one group and kernels of 1 x 1. Only
#       one of them may move by more than 1 or put zeros around.
#     - Hand x and depthwise to conv2d_grouped, with stride and padding, and as many groups as x has channels. Hand
#       the result and pointwise to conv2d, without any settings. Test the shapes of both weights before.
# ---

# %% [markdown]
# # Exercise 12: Grouped convolution
#
# In a convolution each output channel is made of all input channels. With groups it is made of some of them, which
# costs less. Read first: [groups](README.md#groups) in the tutorial.
#
# ## Step 1: groups
#
# Cut the input channels into `groups` parts of the same size, in their order, and the kernels as well. The first
# part of the kernels looks at the first part of the channels, the second at the second, and so on. What comes out
# stands in the order of the kernels. A kernel has as many channels as one part, so `weight` has the shape
# `(O, C / groups, kH, kW)`.
#
# The result is what `torch.nn.functional.conv2d` gives with the same arguments. On paper, four channels of one pixel
# each, and two groups:
#
#     channels that go in      1   2     |   3   4
#     kernels                  5   6     |   7   8
#     channels that come out   1*5 + 2*6 |   3*7 + 4*8
#                              = 17      |   = 53
#
# With 4 kernels, two of them would look at channels 0 and 1, and the other two at channels 2 and 3.
#
# Common mistake: every second channel for the first of two groups. A group is made of neighbours: channels 0 and 1,
# not 0 and 2.
#
# Common mistake: 5 channels in 2 groups. There are no two parts of the same size, but slices and `Tensor.chunk` do
# not say so.
#
# Common mistake: adding the results of the groups. They stand side by side; no channel of one group meets a channel
# of another.

# %%
import torch
from torch import Tensor

from exercises.ex5_dilation import conv2d


def conv2d_grouped(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
) -> Tensor:
    """Cross-correlate each group of channels with the kernels of its own.

    Each pair is `(vertical, horizontal)`; an int holds for both axes.
    Source: the documentation of `torch.nn.Conv2d`, parameter `groups`; the two groups of A. Krizhevsky, I. Sutskever
    and G. E. Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012, section 3.5.

    Args:
        x: pictures of shape `(N, C, H, W)`, any floating dtype and memory layout; `N` may be 0. Not changed.
        weight: kernels of shape `(O, C / groups, kH, kW)`, dtype and device of `x`. Not changed.
        bias: one number per output channel, shape `(O,)`, or None to add nothing. Not changed.
        stride: distance between two neighbouring stops of the kernel, an int or a pair, at least 1.
        padding: number of zeros added on each side of the picture, an int or a pair, at least 0.
        dilation: distance between two neighbouring taps of the kernel, an int or a pair, at least 1.
        groups: number of parts that the channels are cut into, at least 1. It divides both `C` and `O`.

    Returns:
        A tensor of shape `(N, O, out_h, out_w)` with the dtype and device of `x`, where `out_h` and `out_w` are those
        of `conv2d`. Output channels `g * O / groups` up to `(g + 1) * O / groups` depend on input channels
        `g * C / groups` up to `(g + 1) * C / groups` alone, last ones not included. Differentiable with respect to
        `x`, `weight` and `bias`.

    Raises:
        ValueError: if `x` or `weight` is not 4-D, if `groups` is less than 1 or does not divide both `C` and `O`, if
            the kernels do not have `C / groups` channels, if `bias` is not of shape `(O,)`, if a stride or dilation
            is less than 1, if a padding is negative, or if the dilated kernel does not fit into the padded input.

    Example:
        >>> x = torch.tensor([1.0, 2.0, 3.0, 4.0]).reshape(1, 4, 1, 1)
        >>> weight = torch.tensor([[5.0, 6.0], [7.0, 8.0]]).reshape(2, 2, 1, 1)
        >>> conv2d_grouped(x, weight, groups=2).flatten().tolist()
        [17.0, 53.0]
    """
    ### BEGIN SOLUTION
    if x.ndim != 4:
        raise ValueError(f"x must have the shape (N, C, H, W), but got {tuple(x.shape)}")
    if weight.ndim != 4:
        raise ValueError(f"weight must have the shape (O, C / groups, kH, kW), but got {tuple(weight.shape)}")
    channels, outputs = x.shape[1], weight.shape[0]
    if groups < 1 or channels % groups or outputs % groups:
        raise ValueError(f"groups must divide {channels} channels and {outputs} kernels, but got {groups}")
    if bias is not None and bias.shape != (outputs,):
        raise ValueError(f"bias must have the shape ({outputs},), but got {tuple(bias.shape)}")
    parts = zip(x.chunk(groups, dim=1), weight.chunk(groups), strict=True)
    out = torch.cat([conv2d(part, own, None, stride, padding, dilation) for part, own in parts], dim=1)
    return out if bias is None else out + bias[:, None, None]
    ### END SOLUTION


# %% [markdown]
# ## Step 2: depthwise separable
#
# With as many groups as channels, each channel has a kernel of its own and meets no other channel. This is called
# *depthwise*. A convolution of 1 × 1, called *pointwise*, mixes the channels of each pixel and looks at no
# neighbour. One after the other, they look at neighbours and mix channels, for a fraction of the cost. On paper:
#
#     channel 0:  1 2    with    1  10    gives     21
#     channel 1:  3 4    with    1 100    gives    403
#
# Then the pointwise kernel adds them up, each multiplied by its weight:
#
#     21 and 403    with    2 1    gives    2*21 + 1*403 = 445
#
# Here `depthwise` has the shape `(2, 1, 1, 2)`, and `pointwise` is `(1, 2, 1, 1)`.
#
# Networks differ in what else they do between the two and after them. Here it is nothing: no bias, no ReLU, no
# normalisation. Stride and padding belong to the depthwise convolution.
#
# Common mistake: the stride in both convolutions. With a stride of 2, only every fourth row is left then.


# %%
def depthwise_separable(
    x: Tensor,
    depthwise: Tensor,
    pointwise: Tensor,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
) -> Tensor:
    """Convolve each channel with a kernel of its own, then mix the channels of each pixel.

    There is nothing between the two convolutions, and neither has a bias or a dilation. The depthwise one has the
    stride and the padding, and one kernel for each channel; the pointwise one has stride 1 and no padding.
    Source: A. G. Howard and others, arXiv:1704.04861, section 3.1, equation 3 and what follows it.

    Args:
        x: pictures of shape `(N, C, H, W)`, any floating dtype and memory layout; `N` may be 0. Not changed.
        depthwise: one kernel per channel, shape `(C, 1, kH, kW)`, dtype and device of `x`. Not changed.
        pointwise: what the channels count in each output channel, shape `(O, C, 1, 1)`, dtype and device of `x`. Not
            changed.
        stride: distance between two neighbouring stops of the depthwise kernels, an int or a pair, at least 1.
        padding: number of zeros added on each side of the picture, an int or a pair, at least 0.

    Returns:
        A tensor of shape `(N, O, out_h, out_w)` with the dtype and device of `x`, where `out_h` and `out_w` are those
        of `conv2d` with the depthwise kernels. Differentiable with respect to `x`, `depthwise` and `pointwise`.

    Raises:
        ValueError: if `x` is not 4-D, if `depthwise` is not of shape `(C, 1, kH, kW)`, if `pointwise` is not of shape
            `(O, C, 1, 1)`, if a stride is less than 1, if a padding is negative, or if a kernel does not fit into the
            padded input.

    Example:
        >>> x = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])
        >>> depthwise = torch.tensor([[[[1.0, 10.0]]], [[[1.0, 100.0]]]])
        >>> pointwise = torch.tensor([[[[2.0]], [[1.0]]]])
        >>> depthwise_separable(x, depthwise, pointwise).tolist()
        [[[[445.0]]]]
    """
    ### BEGIN SOLUTION
    if x.ndim != 4:
        raise ValueError(f"x must have the shape (N, C, H, W), but got {tuple(x.shape)}")
    channels = x.shape[1]
    if depthwise.shape[:2] != (channels, 1):
        raise ValueError(
            f"depthwise must have the shape ({channels}, 1, kH, kW), not {tuple(depthwise.shape)}"
        )
    if pointwise.shape[2:] != (1, 1):
        raise ValueError(f"pointwise must have the shape (O, {channels}, 1, 1), not {tuple(pointwise.shape)}")
    one_by_one = conv2d_grouped(x, depthwise, None, stride, padding, groups=channels)
    return conv2d(one_by_one, pointwise)
    ### END SOLUTION
