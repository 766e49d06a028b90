# ---
# exercise: 1
# title: Output size
# points: 10
# minutes: 15
# exports: [effective_kernel_size, output_size]
# builds_on: []
# forbids: [convolution, packages]
# ---

# %% [markdown]
# # Exercise 1: Output size
#
# Before you convolve anything, find out how large the result will be. All of this exercise is whole numbers
# along **one axis**. A picture has two axes, so later you ask twice: once for the height, once for the width.
#
# Read first: [output size](README.md#kernel-size) in the tutorial.
#
# ## Step 1: how far a kernel reaches
#
# A kernel with dilation `d` leaves `d - 1` empty places between its taps. Three taps with dilation 2:
#
#     tap . tap . tap        covers 5 places
#
# The number of places from the first tap to the last is the **effective kernel size**.
#
# Common mistake: `kernel_size * dilation`. That gives 6 for the drawing above, because it also counts a gap
# *after* the last tap. Check your formula with dilation 1: nothing may change.

# %%
def effective_kernel_size(kernel_size: int, dilation: int = 1) -> int:
    """Return how many input places a dilated kernel covers along one axis.

    Source: Dumoulin & Visin, arXiv:1603.07285, section 5.1, the formula above relationship 15.

    Args:
        kernel_size: number of taps of the kernel along this axis, at least 1.
        dilation: distance between two neighbouring taps, in input places, at least 1.

    Returns:
        The number of places from the first tap to the last one, both included.

    Raises:
        ValueError: if `kernel_size` or `dilation` is less than 1.

    Example:
        >>> effective_kernel_size(3, dilation=2)
        5
    """
    raise NotImplementedError("ex1: effective_kernel_size is not written yet")


# %% [markdown]
# ## Step 2: how often it fits
#
# The output has one value for every place where the kernel may stop. On paper, with input size 7, kernel
# size 3, dilation 2, padding 1 and stride 2:
#
# 1. One zero at each end: 7 + 2 = 9 places.
# 2. The kernel covers 5 of them, so it can move 9 - 5 = 4 places away from its start.
# 3. In steps of 2 these are 2 moves. With the start itself: **3** output values.
#
#     0 x x x x x x x 0
#     k . k . k              stop 1
#         k . k . k          stop 2
#             k . k . k      stop 3
#
# If the last step does not reach the end of the input, what is left over is simply not seen. So you round
# **down**.
#
# Common mistake: forgetting the start. If your answers are all one too small, you counted moves, not stops.
#
# Common mistake: adding the padding once. It is put on *both* ends.
#
# Common mistake: `int(a / b)` rounds towards zero, `a // b` rounds down. They differ for negative numbers,
# and a kernel that is too large gives you a negative number. Refuse it before you divide.


# %%
def output_size(
    input_size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Return how many values a convolution gives along one axis.

    What is left of the input after the last whole step is not seen: the division rounds down.
    Source: Dumoulin & Visin, arXiv:1603.07285, relationship 15 (relationship 6 where `dilation` is 1).

    Args:
        input_size: size of the input along this axis, before padding, at least 1.
        kernel_size: number of taps of the kernel along this axis, at least 1.
        stride: distance between two neighbouring stops of the kernel, at least 1.
        padding: number of zeros added at each of the two ends, at least 0.
        dilation: distance between two neighbouring taps of the kernel, at least 1.

    Returns:
        The size of the output along this axis, at least 1.

    Raises:
        ValueError: if `input_size`, `kernel_size`, `stride` or `dilation` is less than 1, if `padding` is
            negative, or if the kernel does not fit into the padded input.

    Example:
        >>> output_size(7, 3, stride=2, padding=1, dilation=2)
        3
    """
    raise NotImplementedError("ex1: output_size is not written yet")
