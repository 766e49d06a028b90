# ---
# exercise: 2
# title: Padding
# points: 10
# minutes: 20
# exports: [pad2d, same_padding]
# builds_on: [ex1_output_size]
# forbids: [convolution, padding, packages]
# ---

# %% [markdown]
# # Exercise 2: Padding
#
# Without padding each convolution makes the picture smaller, and a pixel in the corner is seen only once.
# A frame of zeros helps with both. Read first: [padding](README.md#padding) in the tutorial.
#
# From now on many arguments are an int **or** a pair. An int holds for both axes. A pair is
# `(vertical, horizontal)`, in the same order as `(H, W)`.
#
# ## Step 1: the frame
#
# On paper, `padding=(0, 1)` adds nothing above and below, and one column on the left and on the right:
#
#     1 2         0 1 2 0
#     3 4   ->    0 3 4 0
#
# Here `F.pad` and the padding layers of `torch.nn` are not allowed: you are writing them.
#
# Common mistake: swapping the axes. `(0, 1)` must make the picture *wider*. A square test picture with equal
# padding will never tell you.
#
# Common mistake: `torch.zeros(...)` alone. It gives float32 on the CPU, whatever `x` is. Take dtype and
# device from `x`.

# %%
from torch import Tensor

from exercises.ex1_output_size import effective_kernel_size


def pad2d(x: Tensor, padding: int | tuple[int, int]) -> Tensor:
    """Put a frame of zeros around each picture.

    Source: Dumoulin & Visin, arXiv:1603.07285, section 2.2: a size i becomes i + 2p.

    Args:
        x: pictures of shape `(N, C, H, W)`, any dtype and memory layout. It is not changed.
        padding: number of zeros on each side, an int or a pair `(vertical, horizontal)`: `vertical` rows
            above and as many below, `horizontal` columns on the left and as many on the right.

    Returns:
        A new tensor of shape `(N, C, H + 2 * vertical, W + 2 * horizontal)` with the dtype and device of `x`.

    Raises:
        ValueError: if a padding is negative.

    Example:
        >>> import torch
        >>> pad2d(torch.tensor([[[[1, 2], [3, 4]]]]), (0, 1)).tolist()
        [[[[0, 1, 2, 0], [0, 3, 4, 0]]]]
    """
    raise NotImplementedError("ex2: pad2d is not written yet")


# %% [markdown]
# ## Step 2: the padding that keeps the size
#
# With stride 1, which padding gives an output as large as the input? On paper, for one axis:
#
# | taps | dilation | places covered | places lost | padding |
# | --- | --- | --- | --- | --- |
# | 3 | 1 | 3 | 2 | 1 |
# | 5 | 1 | 5 | 4 | 2 |
# | 3 | 2 | 5 | 4 | 2 |
# | 4 | 1 | 4 | 3 | there is none |
# | 4 | 2 | 7 | 6 | 3 |
#
# In the fourth row 3 zeros are needed, and 3 cannot be shared equally by two sides. That is a `ValueError`.
#
# Common mistake: `kernel_size // 2`. It forgets dilation, and for 4 taps it gives an output one too large
# where it should refuse. An even number of taps is not always wrong: look at the last row.
#
# The answer is an int if both arguments are ints. If one of them is a pair, the answer is a pair.


# %%
def same_padding(
    kernel_size: int | tuple[int, int], dilation: int | tuple[int, int] = 1
) -> int | tuple[int, int]:
    """Return the padding that keeps the size of the input at stride 1.

    Source: Dumoulin & Visin, arXiv:1603.07285, relationship 3 (half padding), for the effective kernel size
    of section 5.1.

    Args:
        kernel_size: number of taps, an int or a pair `(vertical, horizontal)`, at least 1.
        dilation: distance between two neighbouring taps, an int or a pair, at least 1.

    Returns:
        The padding for `pad2d`: an int if both arguments are ints, a pair if one of them is a pair.

    Raises:
        ValueError: if `kernel_size` or `dilation` is less than 1, or if no symmetric padding keeps the size,
            because the effective kernel size is even.

    Example:
        >>> same_padding(3)
        1
        >>> same_padding((3, 5), dilation=2)
        (2, 4)
    """
    raise NotImplementedError("ex2: same_padding is not written yet")


# %%
if __name__ == "__main__":  # Run in an editor: the checks of this exercise
    from exercises.console.run import run

    run()
