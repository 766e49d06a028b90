# ---
# exercise: 4
# title: Stride
# points: 10
# minutes: 15
# exports: [conv2d_strided]
# builds_on: [ex3_conv2d]
# forbids: [convolution, packages]
# ---

# %% [markdown]
# # Exercise 4: Stride
#
# With stride `s` the kernel moves on by `s` places instead of one, and the output gets about `s` times
# smaller along that axis. Read first: [stride](README.md#stride) in the tutorial.
#
# On paper, one row, with the kernel `1 1`:
#
#     input      1  2  3  4  5  6
#     stride 1   3  5  7  9  11
#     stride 2   3     7     11
#     stride 3   3        9
#
# Look at the columns: what stride 2 gives was already there at stride 1. Stride 3 stops at 9, because another
# step would leave the input. So your function from exercise 3 does nearly all the work.
#
# Computing everything and keeping a part of it is wasteful: with stride `(2, 2)` three of four values are
# thrown away. Here that is fine. If you would rather have it fast, take only the patches that you need: the
# third argument of `Tensor.unfold` is a step.
#
# Common mistake: slicing `x` instead of the result. `x[:, :, ::2, ::2]` drops *pixels*, and the kernel then
# sees neighbours that were none.
#
# Common mistake: one stride for both axes. `stride=(2, 1)` takes every second *row* and every column.

# %%
from torch import Tensor

from exercises.ex3_conv2d import conv2d_valid


def conv2d_strided(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | tuple[int, int] = 1
) -> Tensor:
    """Cross-correlate pictures with kernels, without padding, moving the kernel in steps of `stride`.

    Source: Dumoulin & Visin, arXiv:1603.07285, section 2.3; the size is relationship 5.

    Args:
        x: pictures of shape `(N, C, H, W)`, any floating dtype and memory layout; `N` may be 0. Not changed.
        weight: kernels of shape `(O, C, kH, kW)`, dtype and device of `x`. Not changed.
        bias: one number per output channel, shape `(O,)`, or None to add nothing. Not changed.
        stride: distance between two neighbouring stops, an int or a pair `(vertical, horizontal)`,
            at least 1.

    Returns:
        A tensor of shape `(N, O, (H - kH) // vertical + 1, (W - kW) // horizontal + 1)` with the dtype and
        device of `x`, differentiable with respect to `x`, `weight` and `bias`.

    Raises:
        ValueError: as `conv2d_valid`, and if a stride is less than 1.

    Example:
        >>> import torch
        >>> x = torch.tensor([[[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]]])
        >>> conv2d_strided(x, torch.ones(1, 1, 1, 2), stride=(1, 3)).tolist()
        [[[[3.0, 9.0]]]]
    """
    raise NotImplementedError("ex4: conv2d_strided is not written yet")


# %%
if __name__ == "__main__":  # Run in an editor: the checks of this exercise
    from exercises.console.run import run

    run()
