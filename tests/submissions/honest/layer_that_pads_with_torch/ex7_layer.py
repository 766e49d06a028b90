# F.pad can pad each side differently, and outside exercise 2 it is allowed. Torch's own layer is mentioned in
# types, in isinstance, for its docstring, and to compare with: that only runs when this file is run.
from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.modules.utils import _pair

from exercises.ex5_dilation import conv2d

if TYPE_CHECKING:
    from torch.nn.common_types import _size_2_t


class Conv2d(nn.Module):
    __doc__ = "Mine, but everything else is as it was.\n\n" + str(nn.Conv2d.__doc__)

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: _size_2_t,
        stride: _size_2_t = 1,
        padding: _size_2_t | str = 0,
        dilation: _size_2_t = 1,
        bias: bool = True,
        device=None,
        dtype=None,
    ) -> None:
        if padding not in ("same", "valid") and isinstance(padding, str):
            raise ValueError(f"padding={padding!r}")
        if padding == "same" and _pair(stride) != (1, 1):
            raise ValueError("padding='same' is not supported for strided convolutions")
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = _pair(kernel_size)
        self.stride = _pair(stride)
        self.padding = padding if isinstance(padding, str) else _pair(padding)
        self.dilation = _pair(dilation)
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels, *self.kernel_size, device=device, dtype=dtype))
        self.bias = nn.Parameter(torch.empty(out_channels, device=device, dtype=dtype)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = nn.init._calculate_fan_in_and_fan_out(self.weight)
            nn.init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    @classmethod
    def like(cls, other: nn.Conv2d) -> Conv2d:
        assert isinstance(other, nn.Conv2d)
        layer = cls(other.in_channels, other.out_channels, other.kernel_size, other.stride, other.padding, other.dilation)
        layer.load_state_dict(other.state_dict())
        return layer

    def difference_to_torch(self, x: torch.Tensor) -> float:
        theirs = nn.Conv2d(
            self.in_channels, self.out_channels, self.kernel_size, self.stride, self.padding, self.dilation
        )
        theirs.load_state_dict(self.state_dict())
        return float((theirs(x) - self(x)).abs().max())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        sides = [0, 0, 0, 0]
        if self.padding == "same":
            for axis, (k, d) in enumerate(zip(reversed(self.kernel_size), reversed(self.dilation))):
                zeros = d * (k - 1)
                sides[2 * axis], sides[2 * axis + 1] = zeros // 2, zeros - zeros // 2
        elif self.padding != "valid":
            sides = [self.padding[1]] * 2 + [self.padding[0]] * 2
        return conv2d(F.pad(x, sides), self.weight, self.bias, self.stride, 0, self.dilation)

    def extra_repr(self) -> str:
        text = "{in_channels}, {out_channels}, kernel_size={kernel_size}, stride={stride}"
        text += ", padding={padding}" * (self.padding != (0,) * len(self.padding))
        text += ", dilation={dilation}" * (self.dilation != (1, 1))
        text += ", bias=False" * (self.bias is None)
        return text.format(**self.__dict__)


if __name__ == "__main__":
    theirs = nn.Conv2d(3, 4, (3, 2), padding="same")
    x = torch.randn(2, 3, 8, 9)
    torch.testing.assert_close(Conv2d.like(theirs)(x), theirs(x))
    print(theirs, Conv2d.like(theirs), Conv2d.like(theirs).difference_to_torch(x))
