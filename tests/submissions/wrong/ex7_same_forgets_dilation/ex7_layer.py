import math

import torch
from torch import nn

from exercises.ex2_padding import pad2d
from exercises.ex5_dilation import conv2d


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


class Conv2d(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1,
                 bias=True, device=None, dtype=None):
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = pair(kernel_size)
        self.stride = pair(stride)
        self.dilation = pair(dilation)
        if padding == "same" and self.stride != (1, 1):
            raise ValueError("same padding needs stride 1")
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ValueError(f"unknown padding {padding}")
        self.padding = padding if isinstance(padding, str) else pair(padding)
        shape = (out_channels, in_channels) + self.kernel_size
        self.weight = nn.Parameter(torch.empty(shape, device=device, dtype=dtype))
        if bias:
            self.bias = nn.Parameter(torch.empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        kh, kw = self.kernel_size
        bound = 1 / math.sqrt(self.in_channels * kh * kw)
        nn.init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x):
        padding = self.padding
        if padding == "valid":
            padding = 0
        if padding == "same":
            h, w = (k - 1 for k in self.kernel_size)
            x = pad2d(x, (h - h // 2, w - w // 2))
            x = x[:, :, h % 2 :, w % 2 :]
            padding = 0
        return conv2d(x, self.weight, self.bias, self.stride, padding, self.dilation)

    def extra_repr(self):
        s = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0, 0):
            s += f", padding={self.padding}"
        if self.dilation != (1, 1):
            s += f", dilation={self.dilation}"
        if self.bias is None:
            s += ", bias=False"
        return s
