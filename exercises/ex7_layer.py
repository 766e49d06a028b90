# ---
# exercise: 7
# title: The layer
# points: 20
# minutes: 40
# exports: [Conv2d]
# builds_on: [ex2_padding, ex5_dilation]
# forbids: [convolution, packages]
# ---

# %% [markdown]
# # Exercise 7: The layer
#
# A layer is a convolution that remembers its weights. When you are done, your `Conv2d` can stand wherever a
# `torch.nn.Conv2d` stands: same parameters, same start values, same `state_dict`, same text when printed.
# Read first: [the layer](README.md#torchnnconv2d) in the tutorial.
#
# ## `__init__`
#
# Check the padding, keep the arguments as attributes, make the parameters, then call `reset_parameters`.
# The attributes have torch's names. `kernel_size`, `stride` and `dilation` are always pairs, even if an int
# was given, and so is `padding` unless it is a string.
#
# On paper: `Conv2d(3, 16, 5)` has a weight of shape `(16, 3, 5, 5)` and a bias of shape `(16,)`, together
# `16*3*5*5 + 16 = 1216` numbers.
#
# Common mistake: forgetting `super().__init__()`. Then torch says "cannot assign parameters before
# Module.__init__() call".
#
# Common mistake: a plain tensor as weight. Only an `nn.Parameter` is found by an optimiser and saved in the
# `state_dict`.
#
# Common mistake: `bias` is True or False when it comes in, and a parameter or None when it is kept. Without a
# bias, register the name with None, as torch does.
#
# ## `reset_parameters`
#
# Weight and bias are drawn evenly from `-bound` to `bound`, with `bound = 1 / sqrt(fan_in)`. Here `fan_in` is
# the number of inputs that one output value sees, `in_channels * kH * kW`. For `Conv2d(3, 16, 5)` that is 75,
# so the bound is 0.115. The functions of `torch.nn.init` are allowed.
#
# Common mistake: starting with zeros, or with `torch.randn`. With zeros all kernels learn the same; with
# `randn` the values grow from layer to layer.
#
# ## `forward`
#
# `"valid"` means no padding. `"same"` means: the output is as large as the input. If an odd number of zeros
# is needed, torch puts the extra one on the **right** and **below**. On paper, a kernel of 4 needs 3 zeros: 1
# on the left, 2 on the right.
#
# Common mistake: `same_padding` from exercise 2 refuses this case, and `pad2d` pads both sides alike. Pad a
# little too much, then cut.
#
# ## `extra_repr`
#
# `print(layer)` shows what this returns between the brackets. Print a few of torch's layers and see when it
# leaves something out:
#
#     Conv2d(3, 16, kernel_size=(5, 5), stride=(1, 1))
#     Conv2d(3, 16, kernel_size=(5, 3), stride=(2, 2), padding=(1, 0), dilation=(2, 2), bias=False)
#     Conv2d(3, 16, kernel_size=(4, 4), stride=(1, 1), padding=same)

# %%
import math

import torch
from torch import Tensor, nn

from exercises.ex2_padding import pad2d
from exercises.ex5_dilation import conv2d


class Conv2d(nn.Module):
    """A convolution layer that can stand wherever a `torch.nn.Conv2d` without groups stands.

    Source of the start values and of `padding="same"`: the documentation of `torch.nn.Conv2d`.

    Args:
        in_channels: number of channels of the input.
        out_channels: number of channels of the output, which is the number of kernels.
        kernel_size: number of taps, an int or a pair `(vertical, horizontal)`.
        stride: distance between two neighbouring stops of the kernel, an int or a pair.
        padding: number of zeros on each side, an int or a pair; or "valid" for none; or "same" for as many as
            keep the size of the input, where an odd one goes right and below.
        dilation: distance between two neighbouring taps, an int or a pair.
        bias: whether the layer has a bias.
        device: where the parameters live; None for torch's default.
        dtype: dtype of the parameters; None for torch's default.

    The last three are given by name: torch has `groups` in front of them.

    Attributes:
        weight: parameter of shape `(out_channels, in_channels, kH, kW)`.
        bias: parameter of shape `(out_channels,)`, registered after `weight`; None if there is no bias.
        kernel_size, stride, dilation: pairs. `padding`: a pair, or the string that was given.

    Raises:
        ValueError: if `padding` is a string other than "same" and "valid", or "same" with a stride other
            than 1.

    Example:
        >>> Conv2d(3, 16, 5, padding=(2, 1), bias=False)
        Conv2d(3, 16, kernel_size=(5, 5), stride=(1, 1), padding=(2, 1), bias=False)
    """

    weight: nn.Parameter
    bias: nn.Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] | str = 0,
        dilation: int | tuple[int, int] = 1,
        *,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        """Keep the arguments, register `weight`, then `bias`, and give them their start values."""
        raise NotImplementedError("ex7: Conv2d.__init__ is not written yet")

    def reset_parameters(self) -> None:
        """Draw `weight`, then `bias`, evenly from -1 / sqrt(fan_in) to 1 / sqrt(fan_in).

        `fan_in` is `in_channels * kH * kW`.
        """
        raise NotImplementedError("ex7: Conv2d.reset_parameters is not written yet")

    def forward(self, x: Tensor) -> Tensor:
        """Convolve a batch of pictures.

        Args:
            x: pictures of shape `(N, in_channels, H, W)`, dtype and device of the parameters. Not changed.

        Returns:
            A tensor of shape `(N, out_channels, out_h, out_w)`.

        Raises:
            ValueError: as `conv2d`.
        """
        raise NotImplementedError("ex7: Conv2d.forward is not written yet")

    def extra_repr(self) -> str:
        """Return what is printed between the brackets, word for word as `torch.nn.Conv2d` does."""
        raise NotImplementedError("ex7: Conv2d.extra_repr is not written yet")


# %%
if __name__ == "__main__":  # Run in an editor: the checks of this exercise
    from exercises.console.run import run

    run()
