# ---
# exercise: 10
# title: Transposed convolution
# points: 10
# track: further
# minutes: 45
# exports: [conv_transpose2d_by_stamping, conv_transpose2d_by_convolution]
# builds_on: [ex5_dilation]
# forbids: [convolution, packages]
# ---

# %% [markdown]
# # Exercise 10: Transposed convolution
#
# A convolution with a stride makes pictures smaller. Its transposed convolution goes the way back, from the shape of
# the output to the shape of the input. You will write it in two ways that give the same numbers.
# Read first: [transposed convolution](README.md#transposed-convolution) in the tutorial.
#
# The weights have the shape `(C_in, C_out, kH, kW)`. That is the other way round than in exercise 5: weights of a
# convolution that makes `C_in` channels of `C_out` fit as they are.
#
# ## First way: stamps
#
# Each input number lays a copy of the kernel onto the output, multiplied by that number. The copies lie `stride`
# apart. Where they overlap, they add up. On paper, the input `1 2`, the kernel `3 4 5` and stride 2:
#
#     1 * (3 4 5)    3  4  5
#     2 * (3 4 5)          6  8 10
#                    -------------
#                    3  4 11  8 10
#
# - `dilation` moves the taps of each copy apart.
# - `padding` makes the output *smaller*: that many rows and columns are cut off each side. Padding `(0, 1)` leaves
#   `4 11 8`. The name comes from the convolution on the way there: the zeros that it put around are taken off here.
# - `output_padding` keeps more rows below and more columns on the right, but not above or on the left. Padding
#   `(0, 1)` and output padding `(0, 1)` leave `4 11 8 10`. If there is nothing to keep, there are zeros.
# - The bias is added at the end, once to each number.
#
# Along an axis, the size is
#
#     (i - 1) * stride - 2 * padding + dilation * (k - 1) + 1 + output_padding
#
# Common mistake: copies that replace what lies below them. They are added to it.
#
# Common mistake: `out[..., p:-p]`. If `p` is 0, this is empty: from 0 to 0.
#
# Common mistake: output padding as zeros behind the cut. If padding was cut off there, numbers come back.

# %%
import torch
from torch import Tensor

from exercises.ex5_dilation import conv2d


def conv_transpose2d_by_stamping(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    output_padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
) -> Tensor:
    """Lay down a copy of the kernel for each input number, and add up where copies overlap.

    Each pair is `(vertical, horizontal)`; an int holds for both axes.
    Source: the documentation of `torch.nn.ConvTranspose2d`, whose size formula has dilation; without it,
    Dumoulin & Visin, arXiv:1603.07285, relationship 14.

    Args:
        x: pictures of shape `(N, C_in, H, W)`, any floating dtype and memory layout; `N` may be 0. Not changed.
        weight: kernels of shape `(C_in, C_out, kH, kW)`, dtype and device of `x`. Not changed.
        bias: one number per output channel, shape `(C_out,)`, or None to add nothing. Not changed.
        stride: distance between two neighbouring copies of the kernel, an int or a pair, at least 1.
        padding: number of rows and columns to cut off on each side, an int or a pair, at least 0.
        output_padding: number of rows to keep below and columns to keep on the right, beside the others, an int or
            a pair, at least 0.
        dilation: distance between two neighbouring taps of each copy, an int or a pair, at least 1.

    Returns:
        A tensor of shape `(N, C_out, out_h, out_w)` with the dtype and device of `x`, where
        `out_h = (H - 1) * stride - 2 * padding + dilation * (kH - 1) + 1 + output_padding`, and `out_w` alike.
        Differentiable with respect to `x`, `weight` and `bias`.

    Raises:
        ValueError: if `x` or `weight` is not 4-D, if their numbers of input channels differ, if `bias` is not of
            shape `(C_out,)`, if a stride or dilation is less than 1, if a padding or output padding is negative, if
            on an axis the output padding is smaller than neither stride nor dilation, or if the padding cuts off
            everything.

    Example:
        >>> x, weight = torch.tensor([[[[1.0, 2.0]]]]), torch.tensor([[[[3.0, 4.0, 5.0]]]])
        >>> conv_transpose2d_by_stamping(x, weight, stride=2).tolist()
        [[[[3.0, 4.0, 11.0, 8.0, 10.0]]]]
    """
    raise NotImplementedError("ex10: conv_transpose2d_by_stamping is not written yet")


# %% [markdown]
# ## Second way: a convolution
#
# Now look from the output. Each of its numbers is a sum of products as well, so there is a convolution that gives the
# same. Put zeros between the input numbers, so that they are `stride` apart, and a border of zeros around them. Turn
# the kernel by 180 degrees and let your `conv2d` slide over all that in steps of 1. The example again:
#
#     0 0 1 0 2 0 0    with    5 4 3    gives    3 4 11 8 10
#
# Why must the kernel be turned? The third output number, 11, is the last tap of the copy on the left and the first
# tap of the copy on the right: `1*5 + 2*3`.
#
# Both functions refuse the same arguments. Write that part once.
#
# Common mistake: the border is as wide as `padding`. It has to let the dilated kernel stick out as far as it can;
# `padding` makes it narrower. It may even be less than nothing: then cut.
#
# Common mistake: handing `stride` to `conv2d`. The stride is in the zeros already, and the kernel moves by 1.
#
# Common mistake: weights that `conv2d` reads the wrong way round. It wants the output channels first.


# %%
def conv_transpose2d_by_convolution(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    output_padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
) -> Tensor:
    """Convolve the input, with zeros between and around its numbers, with the turned kernel.

    Source: Dumoulin & Visin, arXiv:1603.07285, chapter 4, relationships 13 and 14.

    Args:
        x: as for `conv_transpose2d_by_stamping`, and so are all others.
        weight: kernels of shape `(C_in, C_out, kH, kW)`.
        bias: one number per output channel, shape `(C_out,)`, or None to add nothing.
        stride: distance between two neighbouring input numbers once zeros lie between them.
        padding: number of rows and columns to cut off on each side.
        output_padding: number of rows to keep below and columns to keep on the right, beside the others.
        dilation: distance between two neighbouring taps of the kernel.

    Returns:
        What `conv_transpose2d_by_stamping` returns, but for rounding.

    Raises:
        ValueError: as `conv_transpose2d_by_stamping`.

    Example:
        >>> x, weight = torch.tensor([[[[1.0, 2.0]]]]), torch.tensor([[[[3.0, 4.0, 5.0]]]])
        >>> conv_transpose2d_by_convolution(x, weight, stride=2, padding=(0, 1)).tolist()
        [[[[4.0, 11.0, 8.0]]]]
    """
    raise NotImplementedError("ex10: conv_transpose2d_by_convolution is not written yet")


# %%
if __name__ == "__main__":  # Run in an editor: the checks of this exercise
    from exercises.console.run import run

    run()
