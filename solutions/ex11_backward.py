# ---
# exercise: 11
# title: Backward by hand
# points: 10
# track: further
# minutes: 45
# exports: [conv2d_backward]
# builds_on: [ex1_output_size, ex5_dilation]
# forbids: [convolution, autograd, packages]
# hints:
#   conv2d_backward:
#     - Begin with the bias, which is easiest. Then take one weight. Which products of the forward pass is it in, and
#       which output number does each of them belong to? Ask the same of one input number.
#     - Weight (i, j) meets the input number at row y * stride + i * dilation in output row y. So its gradient is a
#       dot product of grad_out with every stride-th row and column of the padded input. And output number (y, x)
#       lays a copy of the kernel, multiplied by its gradient, onto the gradient of the padded input.
#     - Both are convolutions. For weight, conv2d of x with grad_out as the kernel, where stride and dilation change
#       places, and so do the first two axes of all three. For x, conv2d of grad_out, with stride - 1 zeros
#       between its numbers and a border of dilation * (taps - 1), with the turned kernel. Zeros fill up what is
#       left over; the padding is cut off at the end.
# ---

# %% [markdown]
# # Exercise 11: Backward by hand
#
# You may have called `backward()` before. Here you write what it does for a convolution. A loss depends on the
# output of `conv2d`, and its gradient for that output is known: `grad_out` has one number for each output number,
# which says how much the loss changes with it. You pass it on to what the output was made of: the input, the weights
# and the bias.
# Read first: [its gradient](README.md#the-gradient-of-a-convolution-is-a-convolution) in the tutorial.
#
# Here autograd is not allowed: no `backward()`, no `torch.autograd`, no `torch.func`.
#
# On paper, one row of six numbers, three taps and stride 2. There are two output numbers, and 1 and 10 come back:
#
#     input       1  2  3  4  5  6
#     weights     1  2  3                 output number 0 sees  1 2 3
#                       1  2  3           output number 1 sees  3 4 5
#
# **The input.** Each output number lays a copy of the kernel onto the numbers that it saw, multiplied by its
# gradient. Where copies overlap, they add up:
#
#     1 * (1 2 3)     1  2  3
#     10 * (1 2 3)         10 20 30
#                     -----------------
#                     1  2 13 20 30  0
#
# The last input number was left over. No output number saw it, so its gradient is 0.
#
# **The weights.** Each weight met one number for each output number: the first one met 1 and 3, so its gradient is
# `1*1 + 10*3 = 31`. The others get `1*2 + 10*4 = 42` and `1*3 + 10*5 = 53`.
#
# **The bias.** It is in each output number once, so its gradient is `1 + 10 = 11`.
#
# The gradients have the shapes of what they belong to: `(N, C, H, W)`, `(O, C, kH, kW)` and `(O,)`. The weights and
# the bias serve all pictures of the batch, so their gradients are sums over all pictures.
#
# Common mistake: the kernel as it is, where the gradient of the input is written as a convolution. There it has to be
# turned by 180 degrees.
#
# Common mistake: a mean over the batch. `backward()` adds up; whoever wants a mean divides the loss.
#
# Common mistake: the frame. The zeros of the padding got gradients too, but they are no part of `x`: cut them off.
# The weights did meet these zeros.
#
# Common mistake: what is left over. With stride 2, pictures of 7 and of 8 rows can give equally large outputs. The
# gradient of `x` is as large as `x`, with zeros where no kernel came.

# %%
from torch import Tensor

from exercises.ex1_output_size import output_size
from exercises.ex5_dilation import conv2d


def conv2d_backward(
    grad_out: Tensor,
    x: Tensor,
    weight: Tensor,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the gradients of a loss for the input, the weights and the bias of a convolution.

    Each pair is `(vertical, horizontal)`; an int holds for both axes.
    Source: the chain rule; Dumoulin & Visin, arXiv:1603.07285, chapter 4, for the gradient of the input.

    Args:
        grad_out: the gradient of the loss for the output of `conv2d(x, weight, bias, stride, padding, dilation)`, of
            the same shape `(N, O, out_h, out_w)`, dtype and device of `x`, any memory layout. Not changed.
        x: pictures of shape `(N, C, H, W)`, any floating dtype and memory layout; `N` may be 0. Not changed.
        weight: kernels of shape `(O, C, kH, kW)`, dtype and device of `x`. Not changed.
        stride: distance between two neighbouring stops of the kernel, an int or a pair, at least 1.
        padding: number of zeros added on each side of the picture, an int or a pair, at least 0.
        dilation: distance between two neighbouring taps of the kernel, an int or a pair, at least 1.

    Returns:
        A tuple `(grad_x, grad_weight, grad_bias)` of tensors with the shapes of `x`, of `weight`, and `(O,)`, and
        with the dtype and device of `x`.

    Raises:
        ValueError: if `x` or `weight` is not 4-D, if their numbers of channels differ, if `grad_out` has not the
            shape of the output, if a stride or dilation is less than 1, if a padding is negative, or if the dilated
            kernel does not fit into the padded input.

    Example:
        >>> import torch
        >>> x = torch.tensor([[[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]]])
        >>> weight = torch.tensor([[[[1.0, 2.0, 3.0]]]])
        >>> grad_x, grad_weight, grad_bias = conv2d_backward(torch.tensor([[[[1.0, 10.0]]]]), x, weight, stride=2)
        >>> grad_x.tolist()
        [[[[1.0, 2.0, 13.0, 20.0, 30.0, 0.0]]]]
        >>> grad_weight.tolist()
        [[[[31.0, 42.0, 53.0]]]]
        >>> grad_bias.tolist()
        [11.0]
    """
    ### BEGIN SOLUTION
    if x.ndim != 4:
        raise ValueError(f"x must have the shape (N, C, H, W), but got {tuple(x.shape)}")
    if weight.ndim != 4:
        raise ValueError(f"weight must have the shape (O, C, kH, kW), but got {tuple(weight.shape)}")
    if x.shape[1:2] != weight.shape[1:2]:
        raise ValueError(f"x has {x.shape[1]} channels, but weight is for {weight.shape[1]}")
    pictures, _, height, width = x.shape
    kernels, _, kernel_h, kernel_w = weight.shape
    stride_h, stride_w = (stride, stride) if isinstance(stride, int) else stride
    padding_h, padding_w = (padding, padding) if isinstance(padding, int) else padding
    dilation_h, dilation_w = (dilation, dilation) if isinstance(dilation, int) else dilation
    out_h = output_size(height, kernel_h, stride_h, padding_h, dilation_h)
    out_w = output_size(width, kernel_w, stride_w, padding_w, dilation_w)
    if grad_out.shape != (pictures, kernels, out_h, out_w):
        raise ValueError(
            f"grad_out must have the shape {(pictures, kernels, out_h, out_w)}, but got {tuple(grad_out.shape)}"
        )
    # Zeros between the numbers, so that they are a stride apart, around them as far as the dilated kernel can stick
    # out, and behind them where the stride left something over.
    border_h, border_w = dilation_h * (kernel_h - 1), dilation_w * (kernel_w - 1)
    spread = x.new_zeros(
        pictures, kernels, height + 2 * padding_h + border_h, width + 2 * padding_w + border_w
    )
    reach_h, reach_w = (out_h - 1) * stride_h + 1, (out_w - 1) * stride_w + 1
    spread[:, :, border_h : border_h + reach_h : stride_h, border_w : border_w + reach_w : stride_w] = (
        grad_out
    )
    grad_padded = conv2d(spread, weight.flip(-2, -1).transpose(0, 1), dilation=(dilation_h, dilation_w))
    grad_x = grad_padded[:, :, padding_h : padding_h + height, padding_w : padding_w + width]
    # Here the sum runs over pictures, and grad_out is the kernel: it moves by the distance of the taps, and its own
    # numbers are a stride apart. What is left over would make more taps than there are.
    met = conv2d(
        x.transpose(0, 1), grad_out.transpose(0, 1), stride=dilation, padding=padding, dilation=stride
    )
    grad_weight = met[:, :, :kernel_h, :kernel_w].transpose(0, 1)
    return grad_x, grad_weight, grad_out.sum((0, 2, 3))
    ### END SOLUTION
