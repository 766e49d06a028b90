import math

import torch
from torch import nn

from exercises.ex2_padding import pad2d
from exercises.ex5_dilation import conv2d


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


class Conv2d(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True,
                 device=None, dtype=None):
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride, self.dilation = pair(kernel_size), pair(stride), pair(dilation)
        if isinstance(padding, str):
            if padding not in ("same", "valid") or (padding == "same" and self.stride != (1, 1)):
                raise ValueError("this padding cannot be")
        self.padding = padding if isinstance(padding, str) else pair(padding)
        shape = (out_channels, in_channels, *self.kernel_size)
        self.weight = nn.Parameter(torch.empty(shape, device=device, dtype=dtype))
        self.bias = nn.Parameter(torch.empty(out_channels, device=device, dtype=dtype)) if bias else None
        bound = 1 / math.sqrt(in_channels * self.kernel_size[0] * self.kernel_size[1])
        nn.init.uniform_(self.weight, -bound, bound)
        if bias:
            nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x):
        padding = 0 if isinstance(self.padding, str) else self.padding
        if self.padding == "same":
            down, right = ((k - 1) * d for k, d in zip(self.kernel_size, self.dilation))
            x = pad2d(x, ((down + 1) // 2, (right + 1) // 2))[:, :, down % 2 :, right % 2 :]
        return conv2d(x, self.weight, bias, self.stride, padding, self.dilation)

    def extra_repr(self):
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        text += f", padding={self.padding}" if self.padding != (0, 0) else ""
        text += f", dilation={self.dilation}" if self.dilation != (1, 1) else ""
        return text + (", bias=False" if self.bias is None else "")
