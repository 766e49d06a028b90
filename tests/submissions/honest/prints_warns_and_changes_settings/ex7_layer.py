import math
import warnings

import torch
from torch import nn

from exercises.ex2_padding import pad2d
from exercises.ex5_dilation import conv2d

torch.manual_seed(7)
generator = torch.Generator().manual_seed(7)


class Conv2d(nn.Module):
    count = 0

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True, device=None, dtype=None
    ):
        super().__init__()
        type(self).count += 1
        print("layer number", self.count)
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride, self.dilation = (
            v if isinstance(v, tuple) else (v, v) for v in (kernel_size, stride, dilation)
        )
        self.padding = (padding, padding) if isinstance(padding, int) else padding
        if padding not in ("same", "valid") and isinstance(padding, str):
            raise ValueError(padding)
        if padding == "same" and self.stride != (1, 1):
            raise ValueError("same with stride")
        if padding == "same" and any(k % 2 == 0 for k in self.kernel_size):
            warnings.warn("an even kernel and padding='same' may copy the input")
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels, *self.kernel_size, device=device, dtype=dtype))
        self.register_parameter("bias", None)
        if bias:
            self.bias = nn.Parameter(torch.empty(out_channels, device=device, dtype=dtype))
        bound = 1 / math.sqrt(in_channels * self.kernel_size[0] * self.kernel_size[1])
        for p in self.parameters():
            start = torch.rand(p.shape, generator=generator) * 2 * bound - bound
            p.data = start.to(p.device, p.dtype)

    def forward(self, x):
        print(self)
        padding = (0, 0) if self.padding == "valid" else self.padding
        if padding == "same":
            (a, b), (c, d) = self.kernel_size, self.dilation
            h, w = c * (a - 1), d * (b - 1)
            return conv2d(pad2d(x, (h, w)), self.weight, self.bias, 1, 0, self.dilation)[
                :, :, h - h // 2 : x.shape[2] + h - h // 2, w - w // 2 : x.shape[3] + w - w // 2
            ]
        return conv2d(x, self.weight, self.bias, self.stride, padding, self.dilation)

    def extra_repr(self):
        words = ["%d, %d, kernel_size=%s, stride=%s" % (self.in_channels, self.out_channels, self.kernel_size, self.stride)]
        words += ["padding=%s" % (self.padding,)] if self.padding != (0, 0) else []
        words += ["dilation=%s" % (self.dilation,)] if self.dilation != (1, 1) else []
        words += [] if self.bias is not None else ["bias=False"]
        return ", ".join(words)
