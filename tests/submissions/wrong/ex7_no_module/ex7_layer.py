import torch
from torch import nn

from exercises.ex2_padding import pad2d
from exercises.ex5_dilation import conv2d


def both(value):
    return value if isinstance(value, tuple) else (value, value)


class Conv2d:
    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True, device=None, dtype=None
    ):
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride, self.dilation = both(kernel_size), both(stride), both(dilation)
        self.padding = padding if isinstance(padding, str) else both(padding)
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ValueError("padding is a number, a pair, 'same' or 'valid'")
        if padding == "same" and self.stride != (1, 1):
            raise ValueError("padding='same' and a stride do not go together")
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels, *self.kernel_size, device=device, dtype=dtype))
        self.bias = nn.Parameter(torch.empty(out_channels, device=device, dtype=dtype)) if bias else None
        self.reset_parameters()

    def reset_parameters(self):
        bound = self.weight[0].numel() ** -0.5
        for parameter in filter(None.__ne__, (self.weight, self.bias)):
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, x):
        padding = self.padding
        if padding == "valid":
            padding = 0
        elif padding == "same":
            # half on each side, and one more row or column at the end where the number is odd
            rows, columns = (d * (k - 1) for d, k in zip(self.dilation, self.kernel_size))
            x = pad2d(x, ((rows + 1) // 2, (columns + 1) // 2))[..., rows % 2 :, columns % 2 :]
            padding = 0
        return conv2d(x, self.weight, self.bias, self.stride, padding, self.dilation)

    def __call__(self, x):
        return self.forward(x)

    def __repr__(self):
        parts = [f"{self.in_channels}, {self.out_channels}", f"kernel_size={self.kernel_size}", f"stride={self.stride}"]
        if self.padding != (0, 0):
            parts.append(f"padding={self.padding}")
        if self.dilation != (1, 1):
            parts.append(f"dilation={self.dilation}")
        if self.bias is None:
            parts.append("bias=False")
        return f"Conv2d({', '.join(parts)})"
