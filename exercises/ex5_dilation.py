# ---
# exercise: 5
# title: Dilation and the whole conv2d
# points: 20
# minutes: 30
# exports: [dilate_kernel, conv2d]
# builds_on: [ex2_padding, ex4_stride]
# forbids: [convolution, packages]
# ---

# %% [markdown]
# # Exercise 5: Dilation and the whole conv2d
#
# Dilation lets a kernel look further without more weights: its taps move apart.
# Read first: [dilation](README.md#dilation) in the tutorial.
#
# ## Step 1: spread a kernel
#
# A kernel with gaps is the same as a larger kernel with zeros in the gaps. On paper, dilation 2 and `(1, 3)`:
#
#     1 2         1 0 2              1 2         1 0 0 2
#     3 4   ->    0 0 0              3 4   ->    3 0 0 4
#                 3 0 4
#
# Common mistake: `d` zeros between two taps. Dilation is the *distance* of the taps, so there are `d - 1`
# zeros between them, and dilation 1 changes nothing.
#
# Common mistake: zeros after the last tap. A `(2, 2)` kernel with dilation 2 is `(3, 3)`, not `(4, 4)`.

# %%
from torch import Tensor

from exercises.ex2_padding import pad2d
from exercises.ex4_stride import conv2d_strided


def dilate_kernel(weight: Tensor, dilation: int | tuple[int, int]) -> Tensor:
    """Move the taps of each kernel apart by putting zeros between them.

    Source: Dumoulin & Visin, arXiv:1603.07285, section 5.1.

    Args:
        weight: kernels of shape `(O, C, kH, kW)`, any dtype and memory layout. Not changed.
        dilation: distance between two neighbouring taps, an int or a pair `(vertical, horizontal)`,
            at least 1.

    Returns:
        A tensor of shape `(O, C, vertical * (kH - 1) + 1, horizontal * (kW - 1) + 1)` with the dtype and
        device of `weight`, differentiable with respect to it.

    Raises:
        ValueError: if a dilation is less than 1.

    Example:
        >>> import torch
        >>> dilate_kernel(torch.tensor([[[[1, 2], [3, 4]]]]), 2).tolist()
        [[[[1, 0, 2], [0, 0, 0], [3, 0, 4]]]]
    """
    raise NotImplementedError("ex5: dilate_kernel is not written yet")


# %% [markdown]
# ## Step 2: everything together
#
# You now have padding, stride and dilation, each on its own. Put them together. The result is what
# `torch.nn.functional.conv2d` gives with the same arguments.
#
# On paper, with the picture of exercise 3 and dilation 2:
#
#     1 2 3
#     4 5 6    with    1 2    gives    1*1 + 3*2 + 7*3 + 9*4 = 64
#     7 8 9            3 4
#
# Multiplying by all the zeros in a spread kernel costs time. You may look only at the taps instead, but then
# you do the work of exercises 3 and 4 again. Here short and clear wins.
#
# Common mistake: padding after the convolution, or padding the kernel. The zeros go around `x`, before
# anything else.
#
# Common mistake: the order of the arguments. It is `x, weight, bias, stride, padding, dilation`.


# %%
def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
) -> Tensor:
    """Cross-correlate pictures with kernels, with stride, padding and dilation.

    Each pair is `(vertical, horizontal)`; an int holds for both axes.
    Source: Dumoulin & Visin, arXiv:1603.07285, section 5.1; the size is relationship 15.

    Args:
        x: pictures of shape `(N, C, H, W)`, any floating dtype and memory layout; `N` may be 0. Not changed.
        weight: kernels of shape `(O, C, kH, kW)`, dtype and device of `x`. Not changed.
        bias: one number per output channel, shape `(O,)`, or None to add nothing. Not changed.
        stride: distance between two neighbouring stops of the kernel, an int or a pair, at least 1.
        padding: number of zeros added on each side of the picture, an int or a pair, at least 0.
        dilation: distance between two neighbouring taps of the kernel, an int or a pair, at least 1.

    Returns:
        A tensor of shape `(N, O, out_h, out_w)` with the dtype and device of `x`, where `out_h` and `out_w`
        are what `output_size` gives for the two axes. Differentiable with respect to `x`, `weight` and
        `bias`.

    Raises:
        ValueError: if `x` or `weight` is not 4-D, if their numbers of channels differ, if `bias` is not of
            shape `(O,)`, if a stride or dilation is less than 1, if a padding is negative, or if the dilated
            kernel does not fit into the padded input.

    Example:
        >>> import torch
        >>> x = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]])
        >>> weight = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        >>> conv2d(x, weight, dilation=2).tolist()
        [[[[64.0]]]]
    """
    raise NotImplementedError("ex5: conv2d is not written yet")


# %%
if __name__ == "__main__":  # Run in an editor: the checks of this exercise
    from exercises.console.run import run

    run()
