# ---
# exercise: 3
# title: Valid convolution
# points: 20
# minutes: 40
# exports: [conv2d_valid]
# builds_on: [ex1_output_size]
# forbids: [convolution, packages]
# ---

# %% [markdown]
# # Exercise 3: Valid convolution
#
# Now the thing itself. "Valid" means: no padding, so the kernel never sticks out.
# Read first: [what a convolution is](README.md#what-is-a-convolution) and
# [the valid convolution](README.md#the-valid-convolution) in the tutorial.
#
# ## One picture, one kernel
#
# Lay the kernel on the picture, multiply what lies on top of each other, add it all up, move on by one:
#
#     1 2 3
#     4 5 6    with    1 2    gives    37 47
#     7 8 9            3 4             67 77
#
# The first value is `1*1 + 2*2 + 4*3 + 5*4 = 37`. Do the other three on paper.
#
# Common mistake: flipping the kernel. If your first value is 23, you turned it by 180 degrees, as a
# mathematician's convolution does. What deep learning calls a convolution does not.
#
# ## Channels, kernels, pictures
#
# - A picture has `C` channels, and so has a kernel. Each channel has its own `(kH, kW)` weights. The results
#   of all channels are **added**: one kernel gives one output channel.
# - There are `O` kernels, so the output has `O` channels.
# - All `N` pictures are treated alike.
# - `bias[o]` is added to every value of output channel `o`, once.
#
# In one line, with `y` and `x` for the output's row and column:
#
#     out[n, o, y, x] = bias[o] + sum over c, i, j of  x[n, c, y + i, x + j] * weight[o, c, i, j]
#
# Common mistake: adding the bias inside the sum. With `C * kH * kW` terms you would add it that many times.
#
# Common mistake: `bias` has shape `(O,)`. If you just write `out + bias`, it is lined up with the *width*.
#
# ## Fast enough
#
# Python loops over every pixel are slow, but good for a first try: make it right, then make it fast.
# Plain loops are fast enough for all checks but one. That hidden check calls your function with a layer as
# large as in a real network, and waits 10 seconds for the result and its gradients. The public checks tell you
# if your code would need longer.
#
# `Tensor.unfold` (not `F.unfold`, which is not allowed) shows you all patches without copying them. What is
# left is a product of patches and kernels, and `torch.einsum` or `@` is good at that.
#
# Common mistake: `.view(...)` on patches or on a transposed picture. Their numbers do not lie in a row in
# memory. `.reshape(...)` copies when it must.

# %%
from torch import Tensor

from exercises.ex1_output_size import output_size


def conv2d_valid(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Cross-correlate pictures with kernels, without padding, at stride 1.

    out[n, o, y, x] = bias[o] + sum over c, i, j of x[n, c, y + i, x + j] * weight[o, c, i, j]

    Source: Dumoulin & Visin, arXiv:1603.07285, section 1.1; the size is relationship 1. The formula is the
    one in the documentation of `torch.nn.Conv2d`.

    Args:
        x: pictures of shape `(N, C, H, W)`, any floating dtype and memory layout; `N` may be 0. Not changed.
        weight: kernels of shape `(O, C, kH, kW)`, dtype and device of `x`. Not changed.
        bias: one number per output channel, shape `(O,)`, or None to add nothing. Not changed.

    Returns:
        A tensor of shape `(N, O, H - kH + 1, W - kW + 1)` with the dtype and device of `x`, differentiable
        with respect to `x`, `weight` and `bias`.

    Raises:
        ValueError: if `x` or `weight` is not 4-D, if their numbers of channels differ, if `bias` is not of
            shape `(O,)`, or if the kernel does not fit into the input.

    Example:
        >>> import torch
        >>> x = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]])
        >>> weight = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        >>> conv2d_valid(x, weight).tolist()
        [[[[37.0, 47.0], [67.0, 77.0]]]]
    """
    raise NotImplementedError("ex3: conv2d_valid is not written yet")


# %%
if __name__ == "__main__":  # Run in an editor: the checks of this exercise
    from exercises.console.run import run

    run()
