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
# Read first: [kernel size](README.md#kernel-size) in the tutorial.
#
# ## Step 1: how far a kernel reaches
#
# The places of a kernel's weights along an axis are its *taps*. With dilation `d` there are `d - 1` empty
# places between two neighbouring taps. Three taps with dilation 2:
#
#     tap . tap . tap        covers 5 places
#
# The number of places from the first tap to the last, both included, is the **effective kernel size**. Two
# questions lead to it: how many places further is the second tap than the first? And the last one?
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
# The output has one value for every place where the kernel may stop. Find the rule one setting at a time.
# Answer each question for small numbers on squared paper first, then write the answer with letters.
#
# 1. Only the sizes: in how many places can a kernel of 3 lie on an input of 5? Of 6? Of `i`? And a kernel
#    of `k`? The first place counts, and so does the last.
# 2. Dilation: the kernel now covers as many places as step 1 says. What does that change in your rule?
# 3. Padding: there are `p` zeros at *each* end. How long is what the kernel moves over?
# 4. Stride: number the places from 0. The kernel stops at 0, then at every `s`-th place. How many stops are
#    there?
#
# Try your rule where all four settings are at work. Input size 7, kernel size 3, dilation 2, padding 1 and
# stride 2 give **3** output values:
#
#     0 x x x x x x x 0      the padded input
#     k . k . k              first stop
#         k . k . k          second stop
#             k . k . k      third stop
#
# If the last step does not reach the end of the input, what is left over is not seen. So you round **down**.
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


# %%
if __name__ == "__main__":  # Run in an editor: the checks of this exercise
    from exercises.console.run import run

    run()
