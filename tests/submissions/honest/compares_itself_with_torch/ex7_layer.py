import math
import warnings

import torch
from torch import nn

from exercises.ex2_padding import pad2d
from exercises.ex5_dilation import conv2d


class Conv2d(nn.Module):
    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True, device=None, dtype=None
    ):
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        for name in ("kernel_size", "stride", "padding", "dilation"):
            value = locals()[name]
            setattr(self, name, (value, value) if isinstance(value, int) else value)
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ValueError(f"padding {padding}")
        if padding == "same" and self.stride != (1, 1):
            raise ValueError("strided same")
        self.weight = nn.Parameter(torch.empty((out_channels, in_channels, *self.kernel_size), device=device, dtype=dtype))
        self.bias = nn.Parameter(torch.empty(out_channels, device=device, dtype=dtype)) if bias else None
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if bias:
            bound = 1 / math.sqrt(in_channels * self.kernel_size[0] * self.kernel_size[1])
            nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x):
        padding = (0, 0) if self.padding == "valid" else self.padding
        if padding == "same":
            rows = self.dilation[0] * (self.kernel_size[0] - 1)
            columns = self.dilation[1] * (self.kernel_size[1] - 1)
            x, padding = pad2d(x, ((rows + 1) // 2, (columns + 1) // 2))[:, :, rows % 2 :, columns % 2 :], 0
        return conv2d(x, self.weight, self.bias, self.stride, padding, self.dilation)

    extra_repr = lambda self: "".join(
        [
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}",
            f", padding={self.padding}" if self.padding != (0, 0) else "",
            f", dilation={self.dilation}" if self.dilation != (1, 1) else "",
            ", bias=False" if self.bias is None else "",
        ]
    )


for given in [dict(), dict(stride=2, padding=1), dict(padding="same", dilation=3), dict(padding="same"), dict(bias=False)]:
    their_layer, my_layer = nn.Conv2d(3, 5, (4, 3), **given), Conv2d(3, 5, (4, 3), **given)
    my_layer.load_state_dict(their_layer.state_dict())
    batch = torch.randn(2, 3, 9, 10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.testing.assert_close(my_layer(batch), their_layer(batch))
    assert repr(my_layer) == repr(their_layer)
