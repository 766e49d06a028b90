# ---
# exercise: 11
# title: Backward by hand
# points: 10
# track: further
# minutes: 45
# exports: [conv2d_backward]
# builds_on: [ex1_output_size, ex5_dilation]
# forbids: [convolution, autograd, packages]
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
    raise NotImplementedError("ex11: conv2d_backward is not written yet")


# %%
if __name__ == "__main__":  # Run in an editor: the checks of this exercise
    from exercises.console.run import run

    run()
