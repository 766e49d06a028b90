# ---
# exercise: 13
# title: A fast convolution
# points: 10
# track: further
# minutes: 40
# exports: [conv2d_fast]
# builds_on: [ex1_output_size, ex2_padding]
# forbids: [convolution, packages]
# ---

# %% [markdown]
# # Exercise 13: A fast convolution
#
# The same answers as your `conv2d` from exercise 5, sooner. Nothing here has to build on exercises 3 to 5: begin with
# `x` and `weight` again. Read first: [what makes a convolution fast](README.md#what-makes-a-convolution-fast) in the
# tutorial.
#
# First make it right: 6.5 of the 10 points do not ask how long it takes. The others compare your time with two
# others, measured in the same run: with a plain loop over the places of the output, and with torch's own convolution.
# So it does not matter how fast the computer is. Only one thing is timed, two pictures of 40 × 40 pixels with 24
# channels, 48 kernels of 5 × 5, stride 2, padding 4 and dilation 2.
#
# | your time | points |
# | --- | --- |
# | at most half as long as the plain loop | 1 |
# | at most 5 times as long as torch's own convolution | 2.5 more |
#
# On paper, with stride 2 and dilation 2, count the products:
#
#     1 2 3 4 5
#     6 7 8 9 0    with    1 2    gives    1*1 + 3*2 + 1*3 + 3*4 = 22    and    3*1 + 5*2 + 3*3 + 5*4 = 42
#     1 2 3 4 5            3 4
#
# These are 8 products. With a kernel that is spread to 3 × 3, and all three places at stride 1, there would be 27.
#
# Common mistake: building it out of `dilate_kernel` and a convolution with stride 1, and throwing away what the
# stride does not need. The numbers are right, but here 12 times as many products are computed as are needed.
#
# Common mistake: `reshape` on patches in the order `(N, C, out_h, out_w, kH, kW)`. It does not complain, and mixes
# up numbers of different places. `permute` first.
#
# Common mistake: answers kept for the next call. Every round of the measurement has other numbers, and is compared.

# %%
from torch import Tensor

from exercises.ex1_output_size import output_size
from exercises.ex2_padding import pad2d


def conv2d_fast(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
) -> Tensor:
    """Cross-correlate pictures with kernels, with stride, padding and dilation, in little time.

    Each pair is `(vertical, horizontal)`; an int holds for both axes.
    Source: K. Chellapilla, S. Puri and P. Simard, "High Performance Convolutional Neural Networks for Document
    Processing", 2006, section 2.2, for one matrix product; Dumoulin & Visin, arXiv:1603.07285, relationship 15, for
    the size.

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
        >>> x = torch.tensor([[[[1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 7.0, 8.0, 9.0, 0.0], [1.0, 2.0, 3.0, 4.0, 5.0]]]])
        >>> weight = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        >>> conv2d_fast(x, weight, stride=2, dilation=2).tolist()
        [[[[22.0, 42.0]]]]
    """
    raise NotImplementedError("ex13: conv2d_fast is not written yet")


# %%
if __name__ == "__main__":  # Run in an editor: the checks of this exercise
    from exercises.console.run import run

    run()
