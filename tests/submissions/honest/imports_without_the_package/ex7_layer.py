import math
import torch
import torch.nn as nn
from ex5_dilation import conv2d
from ex2_padding import *

class Conv2d(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True, device=None, dtype=None):
        nn.Module.__init__(self)
        if isinstance(kernel_size, int): kernel_size = kernel_size, kernel_size
        if isinstance(stride, int): stride = stride, stride
        if isinstance(padding, int): padding = padding, padding
        if isinstance(dilation, int): dilation = dilation, dilation
        if padding == 'same':
            if stride != (1, 1): raise ValueError("stride")
        elif isinstance(padding, str) and padding != 'valid': raise ValueError("padding")
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        k = 1/math.sqrt(in_channels*math.prod(kernel_size))
        self.weight = nn.Parameter(torch.zeros(out_channels, in_channels, *kernel_size, device=device, dtype=dtype).uniform_(-k, k))
        self.bias = None
        if bias:
            self.bias = nn.Parameter(torch.zeros(out_channels, device=device, dtype=dtype).uniform_(-k, k))

    def forward(self, x):
        if self.padding == 'same':
            h = (self.kernel_size[0] - 1)*self.dilation[0]
            w = (self.kernel_size[1] - 1)*self.dilation[1]
            x = pad2d(x, (h, w))  # plenty, then cut
            x = x[:, :, h - h//2: x.shape[2] - (h - (h - h//2)), w - w//2: x.shape[3] - (w - (w - w//2))]
            return conv2d(x, self.weight, self.bias, dilation=self.dilation)
        if self.padding == 'valid':
            return conv2d(x, self.weight, self.bias, self.stride, 0, self.dilation)
        return conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation)

    def extra_repr(self):
        s = f'{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}'
        if self.padding != (0, 0): s += f', padding={self.padding}'
        if self.dilation != (1, 1): s += f', dilation={self.dilation}'
        if self.bias is None: s += ', bias=False'
        return s
