# ---
# exercise: 6
# title: Blur, sharpen, find edges
# points: 10
# minutes: 30
# exports: [box_blur_kernel, sharpen_kernel, sobel_kernels, sobel_edges]
# builds_on: [ex5_dilation]
# forbids: [convolution, packages]
# ---

# %% [markdown]
# # Exercise 6: Blur, sharpen, find edges
#
# In a network kernels are learnt. Long before that, people made them by hand. Here you make four, and use
# them with *your own* `conv2d`. Read first: [image filters](README.md#why-are-they-fundamental) and
# [filters by hand](README.md#filters-by-hand) in the tutorial.
#
# All kernels are float32 tensors of shape `(k, k)`. An image here is a single one: `(H, W)` if it is grey,
# `(3, H, W)` if it is in colour, with values from 0 (black) to 1 (white).
#
# ## Step 1: blur and sharpen
#
# A box blur takes the mean of `size * size` pixels. For size 2 all four weights are 0.25.
#
# Sharpening goes the other way: it takes the difference of a pixel and its four neighbours, and adds `amount`
# times this difference to the pixel. For amount 1:
#
#     0 0 0               0 -1  0         0 -1  0
#     0 1 0   +   1  *   -1  4 -1    =   -1  5 -1
#     0 0 0               0 -1  0         0 -1  0
#
# Common mistake: weights that do not add up to 1. Then the whole picture gets brighter or darker. Add up the
# weights of both kernels, for any `size` and any `amount`.

# %%
import torch
from torch import Tensor

from exercises.ex5_dilation import conv2d


def box_blur_kernel(size: int) -> Tensor:
    """Return the kernel that takes the mean of a square neighbourhood.

    Args:
        size: height and width of the neighbourhood in pixels, at least 1.

    Returns:
        A float32 tensor of shape `(size, size)` with equal values that add up to 1.

    Raises:
        ValueError: if `size` is less than 1.

    Example:
        >>> box_blur_kernel(2).tolist()
        [[0.25, 0.25], [0.25, 0.25]]
    """
    raise NotImplementedError("ex6: box_blur_kernel is not written yet")


def sharpen_kernel(amount: float = 1.0) -> Tensor:
    """Return the kernel that adds `amount` times the difference to the four neighbours.

    It is the identity plus `amount` times (four times the centre minus its four neighbours).

    Args:
        amount: strength; 0 changes nothing, negative values blur.

    Returns:
        A float32 tensor of shape `(3, 3)`: centre `1 + 4 * amount`, neighbours `-amount`, corners 0.

    Example:
        >>> sharpen_kernel(0.5).tolist()
        [[0.0, -0.5, 0.0], [-0.5, 3.0, -0.5], [0.0, -0.5, 0.0]]
    """
    raise NotImplementedError("ex6: sharpen_kernel is not written yet")


# %% [markdown]
# ## Step 2: two slopes
#
# An edge is a place where the brightness changes quickly. `gx` measures the slope to the right, `gy` the
# slope downwards. Each is the difference of one side and the other, blurred a little along the edge with
# weights 1, 2, 1.
#
# On paper, `gx` on a step from dark to bright, at the pixel in the middle of each `3 x 3` patch:
#
#     0 0 1 1
#     0 0 1 1         at the second pixel: 1 + 2 + 1 = 4, and the same at the third
#     0 0 1 1
#
# Common mistake: the sign. `gx` must be *positive* where the picture gets brighter to the right. Your conv2d
# does not flip the kernel, so the positive column of `gx` is on its right. A book whose convolution flips
# will show it the other way round.
#
# Common mistake: swapping the two. `gx` changes along a row, `gy` along a column.


# %%
def sobel_kernels() -> tuple[Tensor, Tensor]:
    """Return the two Sobel kernels, for cross-correlation.

    Returns:
        A pair `(gx, gy)` of float32 tensors of shape `(3, 3)`. `gx` gives positive values where the image
        gets brighter to the right, `gy` where it gets brighter downwards.

    Example:
        >>> sobel_kernels()[0].tolist()
        [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]
    """
    raise NotImplementedError("ex6: sobel_kernels is not written yet")


# %% [markdown]
# ## Step 3: edges
#
# 1. If the image has colours, make it grey: `0.299 * red + 0.587 * green + 0.114 * blue`. Green counts most,
#    because your eye sees it best.
# 2. Convolve it with `gx` and with `gy`, with one zero of padding so that the size stays.
# 3. The two slopes are the two sides of a right-angled triangle. The strength of the edge is the third side,
#    `sqrt(gx**2 + gy**2)`.
#
# The frame of zeros is black, so a bright picture gets a bright border. That is expected.
#
# Common mistake: `abs(gx) + abs(gy)`. It is a different measure; for a slanted edge it is too large.
#
# Common mistake: the plain mean of the three colours. A pure green and a pure blue would look equally bright.
#
# Common mistake: a float32 kernel on a float64 or float16 image. Bring the kernels to the image's dtype.


# %%
def sobel_edges(image: Tensor) -> Tensor:
    """Return the strength of the edges in an image.

    A colour image is turned to grey by the luma of ITU-R BT.601, 0.299 red + 0.587 green + 0.114 blue. It is
    padded with one zero on each side, and the strength is `sqrt(gx**2 + gy**2)`.

    Args:
        image: a grey image of shape `(H, W)` or a colour image of shape `(3, H, W)`, any floating dtype,
            values in [0, 1]. Not changed.

    Returns:
        A tensor of shape `(H, W)` with the dtype and device of `image`, values at least 0.

    Raises:
        ValueError: if `image` has any other shape.

    Example:
        >>> import torch
        >>> step = torch.tensor([[0.0, 0.0, 1.0, 1.0]]).expand(3, 4)
        >>> sobel_edges(step)[1].tolist()
        [0.0, 4.0, 4.0, 4.0]
    """
    raise NotImplementedError("ex6: sobel_edges is not written yet")


# %%
if __name__ == "__main__":  # Run in an editor: the checks of this exercise
    from exercises.console.run import run

    run()
