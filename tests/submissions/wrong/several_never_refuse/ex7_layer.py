import torch
from torch import nn

from exercises.ex2_padding import pad2d
from exercises.ex5_dilation import conv2d


def two(v):
    return v if isinstance(v, tuple) else (v, v)


class Conv2d(nn.Module):
    def __init__(self, i, o, kernel_size, stride=1, padding=0, dilation=1, bias=True, device=None, dtype=None):
        super().__init__()
        self.args = f"{i}, {o}, kernel_size={two(kernel_size)}, stride={two(stride)}"
        self.kernel_size, self.stride, self.dilation = two(kernel_size), two(stride), two(dilation)
        self.padding = padding if isinstance(padding, str) else two(padding)
        bound = (i * self.kernel_size[0] * self.kernel_size[1]) ** -0.5
        made = {"device": device, "dtype": dtype}
        self.weight = nn.Parameter(torch.empty(o, i, *self.kernel_size, **made).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(o, **made).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        if not isinstance(self.padding, str):
            return conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation)
        if self.padding == "same":
            h, w = ((k - 1) * d for k, d in zip(self.kernel_size, self.dilation))
            x = pad2d(x, (h, w))[..., h - h // 2 : x.shape[2] + 2 * h - h // 2, w - w // 2 : x.shape[3] + 2 * w - w // 2]
        return conv2d(x, self.weight, self.bias, self.stride, 0, self.dilation)

    def extra_repr(self):
        text = self.args
        if self.padding != (0, 0):
            text += f", padding={self.padding}"
        if self.dilation != (1, 1):
            text += f", dilation={self.dilation}"
        return text + ("" if self.bias is not None else ", bias=False")
