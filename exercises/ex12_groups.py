# ---
# exercise: 12
# title: Grouped convolution
# points: 8
# track: further
# minutes: 25
# exports: [conv2d_grouped, depthwise_separable]
# builds_on: [ex5_dilation]
# forbids: [convolution, packages]
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
    raise NotImplementedError("ex12: conv2d_grouped is not written yet")


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
    raise NotImplementedError("ex12: depthwise_separable is not written yet")


# %%
if __name__ == "__main__":  # Run in an editor: the checks of this exercise
    from exercises.console.run import run

    run()
