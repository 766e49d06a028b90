# ---
# exercise: 9
# title: Max pooling and mean pooling
# points: 8
# track: further
# minutes: 30
# exports: [max_pool2d, avg_pool2d]
# builds_on: []
# forbids: [convolution, pooling, packages]
# hints:
#   max_pool2d:
#     - Pooling visits the same places as a convolution. You only do something else with the numbers in each window.
#     - Which number can go around the picture and never be the largest? It has to be smaller than every pixel,
#       however negative. For ceil_mode, put more of it at the bottom and on the right, until the last window fits.
#     - Frame x with -inf, take all windows as a view with Tensor.unfold along both axes, of the size that a dilated
#       kernel covers, keep every dilation-th number of each, and let amax go over the last two axes.
#   avg_pool2d:
#     - The windows are those of max pooling, so write once what the two have in common. What is new is what to
#       divide by.
#     - The mean is a sum divided by a count. With zeros in the frame, the sums are right at once. The counts differ
#       from window to window, because not all that a window covers counts.
#     - Counts are sums too, over the windows of a picture of ones. Give it a frame of ones if the padding counts, of
#       zeros if it does not, and zeros in what ceil_mode adds.
# ---

# %% [markdown]
# # Exercise 9: Max pooling and mean pooling
#
# A window slides over each channel, and only the largest number in it is kept, or the mean.
# Read first: [pooling](README.md#pooling) in the tutorial.
#
# ## Step 1: max pooling
#
# The result is what `torch.nn.functional.max_pool2d` gives with the same arguments. On paper, with a window of 2 × 2:
#
#     1 3 0 2
#     0 4 2 8    gives    4 8
#     2 2 9 1             6 9
#     2 6 1 1
#
# Channels are not mixed: as many come out as went in. If no stride is given, the window moves by its own size, so
# that the windows lie side by side.
#
# Padding must never win, not even where all pixels are negative. So the frame is made of `-inf`, minus infinity.
# You may let `torch.nn.functional.pad` make it, or your own code.
#
#     -5    with padding (0, 1), a window of (1, 2) and stride 1 gives    -5 -5
#
# What happens to the pixels at the end that no window reaches? As in exercise 4, they are left out. With `ceil_mode`
# the size is rounded up instead, and the last window may stick out below or on the right:
#
#     1 2 3 4 5    with a window of (1, 2) gives    2 4    and, with ceil_mode,    2 4 5
#
# There is one exception. A window has to start on the picture or on the padding in front of it. One that would start
# in the padding behind the picture, or further on, is left out again. With padding (0, 1), three pixels and a window
# of (1, 2), rounding up gives three windows, which start on pixels -1, 1 and 3. There is no pixel 3, so two are left:
#
#     1 2 3    with padding (0, 1), a window of (1, 2) and ceil_mode gives    1 3
#
# Common mistake: zeros for padding. Where the pixels are negative, a zero is the largest number in the window.
#
# Common mistake: stride 1 if none is given. That is so for a convolution; pooling moves by the size of its window.

# %%
import torch
import torch.nn.functional as F
from torch import Tensor


### BEGIN SOLUTION
def _windows_along(
    size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool
) -> tuple[int, int]:
    """How far a window reaches on an axis, and the last one beyond the padding; less than 0 if it ends before."""
    if kernel < 1 or stride < 1 or dilation < 1:
        raise ValueError(f"sizes must be at least 1: window {kernel}, stride {stride}, dilation {dilation}")
    if padding < 0 or 2 * padding > kernel:
        raise ValueError(f"padding must be from 0 to half of the window's {kernel}, but got {padding}")
    span = dilation * (kernel - 1) + 1
    room = size + 2 * padding - span
    last = (room + (stride - 1 if ceil_mode else 0)) // stride
    if last * stride >= size + padding:  # rounded up, it would start behind the picture
        last -= 1
    if last < 0:
        raise ValueError(f"a window of {kernel} does not fit into {size} pixels and their padding")
    return span, last * stride - room


def windows(
    x: Tensor,
    window: int | tuple[int, int],
    stride: int | tuple[int, int] | None,
    padding: int | tuple[int, int],
    dilation: int | tuple[int, int],
    ceil_mode: bool,
    frame: float = 0,
    beyond: float = 0,
) -> Tensor:
    """What is in each window, `(N, C, out_h, out_w, kH * kW)`.

    Padding is made of the number `frame`, what ceil_mode adds of `beyond`.
    """
    if x.ndim != 4:
        raise ValueError(f"x must have the shape (N, C, H, W), but got {tuple(x.shape)}")
    given = (window, window if stride is None else stride, padding, dilation)
    (rows, columns), (down, right), (above, left), (row, column) = (
        (value, value) if isinstance(value, int) else value for value in given
    )
    height, below = _windows_along(x.shape[2], rows, down, above, row, ceil_mode)
    width, beside = _windows_along(x.shape[3], columns, right, left, column, ceil_mode)
    framed = F.pad(x, (left, left, above, above), value=frame)
    framed = F.pad(framed, (0, beside, 0, below), value=beyond)  # cuts off what no window reaches
    return framed.unfold(2, height, down).unfold(3, width, right)[..., ::row, ::column].flatten(-2)


### END SOLUTION
def max_pool2d(
    x: Tensor,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Keep the largest number of each window.

    Each pair is `(vertical, horizontal)`; an int holds for both axes.
    Source: the documentation of `torch.nn.MaxPool2d`, which has the formula of the size.

    Args:
        x: pictures of shape `(N, C, H, W)`, any floating dtype and memory layout; `N` may be 0. Not changed.
        kernel_size: size of the window, an int or a pair, at least 1.
        stride: distance between two neighbouring windows, an int or a pair, at least 1; None for `kernel_size`.
        padding: width of the frame of minus infinity around the picture, an int or a pair, at least 0 and at most
            half of `kernel_size`.
        dilation: distance between two neighbouring numbers of a window, an int or a pair, at least 1.
        ceil_mode: whether the size is rounded up, so that the last window may stick out at the end. It is left out
            where it would start behind the picture.

    Returns:
        A tensor of shape `(N, C, out_h, out_w)` with the dtype and device of `x`, differentiable with respect to it.
        On an axis of `i` pixels, `out` is `(i + 2 * padding - dilation * (kernel_size - 1) - 1) / stride`, rounded
        down, or up with `ceil_mode`, plus 1; less 1 where the last window is left out. Where a window has its largest
        number more than once, it does not matter which of them the gradient goes to.

    Raises:
        ValueError: if `x` is not 4-D, if a kernel size, stride or dilation is less than 1, if a padding is negative
            or more than half of the kernel size, or if the output would have a size of less than 1.

    Example:
        >>> import torch
        >>> x = torch.tensor([[[[1.0, 3.0, 0.0, 2.0], [0.0, 4.0, 2.0, 8.0]]]])
        >>> max_pool2d(x, 2).tolist()
        [[[[4.0, 8.0]]]]
    """
    ### BEGIN SOLUTION
    lowest = float("-inf")
    return windows(x, kernel_size, stride, padding, dilation, ceil_mode, lowest, lowest).amax(dim=-1)
    ### END SOLUTION


# %% [markdown]
# ## Step 2: mean pooling
#
# The result is what `torch.nn.functional.avg_pool2d` gives with the same arguments. On paper, with a window of 2 × 2:
#
#     1 3 0 2
#     0 4 2 8    gives    2 3
#     2 2 9 1             3 3
#     2 6 1 1
#
# Now the question is what counts. The frame is made of zeros, and they count as numbers like others, unless
# `count_include_pad` is False:
#
#     2 4 6    with padding (0, 1) and a window of (1, 2) gives    1 5
#                             and, with count_include_pad=False,    2 5
#
# What `ceil_mode` lets stick out beyond the picture and its padding never counts:
#
#     1 2 3 4 5    with a window of (1, 2) and ceil_mode gives    1.5 3.5 5
#
# Common mistake: the same divisor for all windows. Where a window sticks out, fewer numbers count.


# %%
def avg_pool2d(
    x: Tensor,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Give the mean of each window.

    Each pair is `(vertical, horizontal)`; an int holds for both axes.
    Source: the documentation of `torch.nn.AvgPool2d`, which has the formula of the size.

    Args:
        x: pictures of shape `(N, C, H, W)`, any floating dtype and memory layout; `N` may be 0. Not changed.
        kernel_size: size of the window, an int or a pair, at least 1.
        stride: distance between two neighbouring windows, an int or a pair, at least 1; None for `kernel_size`.
        padding: number of zeros on each side of the picture, an int or a pair, at least 0 and at most half of
            `kernel_size`.
        ceil_mode: as in `max_pool2d`. What sticks out beyond the padding does not count.
        count_include_pad: whether the zeros of the padding count, as numbers like others; if not, each sum is divided
            by the number of pixels in the window.

    Returns:
        A tensor of shape `(N, C, out_h, out_w)` with the dtype and device of `x`, differentiable with respect to it;
        `out_h` and `out_w` are as in `max_pool2d` with dilation 1.

    Raises:
        ValueError: if `x` is not 4-D, if a kernel size or stride is less than 1, if a padding is negative or more
            than half of the kernel size, or if the output would have a size of less than 1.

    Example:
        >>> import torch
        >>> x = torch.tensor([[[[1.0, 3.0, 0.0, 2.0], [0.0, 4.0, 2.0, 8.0]]]])
        >>> avg_pool2d(x, 2).tolist()
        [[[[2.0, 3.0]]]]
    """
    ### BEGIN SOLUTION
    sums = windows(x, kernel_size, stride, padding, 1, ceil_mode).sum(dim=-1)
    frame = 1 if count_include_pad else 0
    counts = windows(torch.ones_like(x), kernel_size, stride, padding, 1, ceil_mode, frame).sum(dim=-1)
    return sums / counts
    ### END SOLUTION
