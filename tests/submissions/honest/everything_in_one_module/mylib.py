"""All my convolutions. The exercise files only say what is handed in."""

import math
import types

import torch
from torch import nn

import small

sizes = types.SimpleNamespace()


def _sizes():
    def effective_kernel_size(kernel_size, dilation=1):
        small.at_least_one(kernel_size, dilation)
        return dilation * kernel_size - dilation + 1

    def output_size(input_size, kernel_size, stride=1, padding=0, dilation=1):
        small.at_least_one(input_size, stride, padding + 1)
        return small.at_least_one((input_size + 2 * padding - effective_kernel_size(kernel_size, dilation)) // stride + 1)

    return locals()


vars(sizes).update(_sizes())


class Tensors:
    """A namespace of static methods."""

    @staticmethod
    def pad2d(x, padding):
        up, side = small.pair(padding)
        small.at_least_one(up + 1, side + 1)
        n, c, h, w = x.shape
        flat = x.new_zeros(n, c, (h + 2 * up) * (w + 2 * side))
        grid = torch.arange((h + 2 * up) * (w + 2 * side), device=x.device).view(h + 2 * up, w + 2 * side)
        places = grid[up : up + h, side : side + w].reshape(1, 1, -1).expand(n, c, -1)
        return flat.scatter(2, places, x.reshape(n, c, h * w)).view(n, c, h + 2 * up, w + 2 * side)

    @staticmethod
    def same_padding(kernel_size, dilation=1):
        both = [
            small.half(sizes.effective_kernel_size(k, d) - 1)
            for k, d in zip(small.pair(kernel_size), small.pair(dilation))
        ]
        return tuple(both) if small.is_pair(kernel_size) or small.is_pair(dilation) else both[0]

    @classmethod
    def dilate_kernel(cls, weight, dilation):
        small.at_least_one(*small.pair(dilation))
        for axis, d in zip((-2, -1), small.pair(dilation)):
            parts = []
            for tap in weight.split(1, axis):
                parts += [tap] + [torch.zeros_like(tap)] * (d - 1)
            weight = torch.cat(parts[: len(parts) - d + 1], axis)
        return weight

    @classmethod
    def conv2d(cls, x, weight, bias=None, stride=1, padding=0, dilation=1):
        small.four_axes(x, weight, bias)
        x, weight = cls.pad2d(x, padding), cls.dilate_kernel(weight, dilation)
        small.at_least_one(*small.pair(stride))
        rows, columns = (sizes.output_size(x.shape[a], weight.shape[a], small.pair(stride)[a - 2]) for a in (2, 3))
        sh, sw = small.pair(stride)
        picked = x.unfold(2, weight.shape[2], sh).unfold(3, weight.shape[3], sw).permute(0, 2, 3, 1, 4, 5)
        out = picked.reshape(len(x) * rows * columns, math.prod(weight.shape[1:])).mm(weight.flatten(1).t())
        out = out.view(len(x), rows, columns, len(weight)).permute(0, 3, 1, 2)
        return out.contiguous() if bias is None else out + bias.view(1, -1, 1, 1)


class Conv2d(nn.Module):
    __constants__ = ["stride", "padding", "dilation"]

    def __init__(self, *channels_and_kernel, **named):
        super().__init__()
        names = "in_channels out_channels kernel_size stride padding dilation bias device dtype".split()
        given = {"stride": 1, "padding": 0, "dilation": 1, "bias": True, "device": None, "dtype": None}
        given.update(zip(names, channels_and_kernel), **named)
        where = {name: given.pop(name) for name in ("device", "dtype")}
        has_bias = given.pop("bias")
        for name, value in given.items():
            setattr(self, name, value if name.endswith("channels") or isinstance(value, str) else small.pair(value))
        if isinstance(self.padding, str) and {"same": self.stride != (1, 1), "valid": False}.get(self.padding, True):
            raise ValueError(f"padding={self.padding!r} with stride={self.stride}")
        self.weight = nn.Parameter(torch.empty(self.out_channels, self.in_channels, *self.kernel_size, **where))
        self.bias = nn.Parameter(torch.empty(self.out_channels, **where)) if has_bias else None
        for parameter in filter(None.__ne__, (self.weight, self.bias)):
            limit = math.prod(self.weight.shape[1:]) ** -0.5
            parameter.data.uniform_(-limit, limit)

    def forward(self, x):
        padding = {"same": (0, 0), "valid": (0, 0)}.get(self.padding, self.padding)
        if self.padding == "same":
            for axis, (k, d) in enumerate(zip(self.kernel_size, self.dilation), 2):
                before = (k - 1) * d // 2
                after = (k - 1) * d - before
                shape = list(x.shape)
                ends = []
                for zeros in (before, after):
                    shape[axis] = zeros
                    ends.append(x.new_zeros(shape))
                x = torch.cat([ends[0], x, ends[1]], axis)
        return Tensors.conv2d(x, self.weight, self.bias, self.stride, padding, self.dilation)

    def extra_repr(self):
        parts = [self.in_channels, self.out_channels, f"kernel_size={self.kernel_size}", f"stride={self.stride}"]
        parts += [f"padding={self.padding}"] if self.padding != (0, 0) else []
        parts += [f"dilation={self.dilation}"] if self.dilation != (1, 1) else []
        parts += ["bias=False"] if self.bias is None else []
        return ", ".join(map(str, parts))
