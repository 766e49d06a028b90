"""Exercise 7: the layer."""

import torch
from torch import Tensor, nn

from exercises.ex2_padding import pad2d
from exercises.ex5_dilation import conv2d


class Conv2d(nn.Module):
    """A convolution layer that can stand wherever a `torch.nn.Conv2d` without groups stands."""

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
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        """Keep the arguments, register `weight`, then `bias`, and give them their start values."""
        raise NotImplementedError("ex7: Conv2d.__init__ is not written yet")

    def reset_parameters(self) -> None:
        """Draw `weight`, then `bias`, evenly from -1 / sqrt(fan_in) to 1 / sqrt(fan_in)."""
        raise NotImplementedError("ex7: Conv2d.reset_parameters is not written yet")

    def forward(self, x: Tensor) -> Tensor:
        """Convolve a batch of pictures."""
        raise NotImplementedError("ex7: Conv2d.forward is not written yet")

    def extra_repr(self) -> str:
        """Return what is printed between the brackets, word for word as `torch.nn.Conv2d` does."""
        raise NotImplementedError("ex7: Conv2d.extra_repr is not written yet")
