# ---
# exercise: 10
# title: Transposed convolution
# points: 10
# track: further
# minutes: 45
# exports: [conv_transpose2d_by_stamping, conv_transpose2d_by_convolution]
# builds_on: [ex5_dilation]
# forbids: [convolution, packages]
# hints:
#   conv_transpose2d_by_stamping:
#     - Begin with zeros, large enough for all copies of the kernel. Where does the copy of the first input number
#       lie? The copy of its neighbour?
#     - Input number (y, x) puts tap (i, j) at row y * stride + i * dilation, and the same for columns. Add there, for
#       all channels at once. Cut off the padding at the end.
#     - Loops over y and x work. Loops over the taps are faster, since what one tap adds for all input numbers lies a
#       stride apart, which a slice with a step names. einsum("nchw,co->nohw", ...) sums over the input channels.
#   conv_transpose2d_by_convolution:
#     - Take any one number of the output, and write down which input numbers it is made of, and with which weights.
#       You have moved numbers apart before, in exercise 5.
#     - Put stride - 1 zeros between the input numbers, and a border around them as wide as the dilated kernel can
#       stick out. Turn the kernel, and let its first two axes change places. Then your conv2d with stride 1 does it.
#     - The border that is wide enough for everything is dilation * (taps - 1) on each side, and output_padding more
#       below and on the right. Convolve, then cut the padding off all four sides.
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

### BEGIN SOLUTION
Pair = tuple[int, int]


def _checked(x: Tensor, weight: Tensor, bias: Tensor | None, *settings: int | Pair) -> list[Pair]:
    """Return stride, padding and dilation as pairs, and the size of the output before the padding is cut off."""
    if x.ndim != 4:
        raise ValueError(f"x must have the shape (N, C_in, H, W), but got {tuple(x.shape)}")
    if weight.ndim != 4:
        raise ValueError(f"weight must have the shape (C_in, C_out, kH, kW), but got {tuple(weight.shape)}")
    if x.shape[1:2] != weight.shape[:1]:
        raise ValueError(f"x has {x.shape[1]} channels, but weight is for {weight.shape[0]}")
    if bias is not None and bias.shape != (weight.shape[1],):
        raise ValueError(f"bias must have the shape ({weight.shape[1]},), but got {tuple(bias.shape)}")
    pairs = [(value, value) if isinstance(value, int) else value for value in settings]
    full = []
    for axis in (0, 1):
        step, border, more, apart = (pair[axis] for pair in pairs)
        if step < 1 or apart < 1:
            raise ValueError(f"stride and dilation must be at least 1, but got {step} and {apart}")
        if border < 0 or more < 0:
            raise ValueError(f"no padding may be negative, but got {border} and {more}")
        if more >= max(step, apart):
            raise ValueError(f"output_padding must be smaller than stride or dilation, but got {more}")
        size, taps = x.shape[axis + 2], weight.shape[axis + 2]
        full.append((size - 1) * step + apart * (taps - 1) + 1 + more)
        if full[axis] <= 2 * border:
            raise ValueError(f"a padding of {border} cuts off everything")
    return [pairs[0], pairs[1], pairs[3], (full[0], full[1])]


### END SOLUTION


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
    ### BEGIN SOLUTION
    checked = _checked(x, weight, bias, stride, padding, output_padding, dilation)
    (stride_h, stride_w), (padding_h, padding_w), (dilation_h, dilation_w), (full_h, full_w) = checked
    # from the first copy to the last
    reach_h, reach_w = (x.shape[2] - 1) * stride_h + 1, (x.shape[3] - 1) * stride_w + 1
    full = x.new_zeros(x.shape[0], weight.shape[1], full_h, full_w)
    for i in range(weight.shape[2]):
        for j in range(weight.shape[3]):
            top, left = i * dilation_h, j * dilation_w
            # this tap of all copies at once; its places do not overlap
            places = full[:, :, top : top + reach_h : stride_h, left : left + reach_w : stride_w]
            places += torch.einsum("nchw,co->nohw", x, weight[:, :, i, j])
    out = full[:, :, padding_h : full_h - padding_h, padding_w : full_w - padding_w]
    return out if bias is None else out + bias[:, None, None]
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    checked = _checked(x, weight, bias, stride, padding, output_padding, dilation)
    (stride_h, stride_w), (padding_h, padding_w), (dilation_h, dilation_w), (full_h, full_w) = checked
    # how far the dilated kernel can stick out, which is also how much conv2d takes away
    border_h, border_w = dilation_h * (weight.shape[2] - 1), dilation_w * (weight.shape[3] - 1)
    spread = x.new_zeros(*x.shape[:2], full_h + border_h, full_w + border_w)
    reach_h, reach_w = (x.shape[2] - 1) * stride_h + 1, (x.shape[3] - 1) * stride_w + 1
    spread[:, :, border_h : border_h + reach_h : stride_h, border_w : border_w + reach_w : stride_w] = x
    turned = weight.flip(-2, -1).transpose(0, 1)
    full = conv2d(spread, turned, bias, dilation=(dilation_h, dilation_w))
    return full[:, :, padding_h : full_h - padding_h, padding_w : full_w - padding_w]
    ### END SOLUTION
