# A dataclass keeps the arguments; the parameters are made afterwards.
from dataclasses import InitVar, dataclass, fields

import torch
from torch import nn

from exercises.ex2_padding import pad2d
from exercises.ex5_dilation import conv2d


@dataclass(eq=False, repr=False)
class Conv2d(nn.Module):
    in_channels: int
    out_channels: int
    kernel_size: int | tuple[int, int]
    stride: int | tuple[int, int] = 1
    padding: int | tuple[int, int] | str = 0
    dilation: int | tuple[int, int] = 1
    bias: InitVar[bool] = True
    device: InitVar[object] = None
    dtype: InitVar[object] = None

    def __new__(cls, *args, **kwargs):
        layer = super().__new__(cls)
        nn.Module.__init__(layer)
        return layer

    def __post_init__(self, bias, device, dtype):
        for name in ("kernel_size", "stride", "padding", "dilation"):
            if isinstance(value := getattr(self, name), int):
                setattr(self, name, (value, value))
        if self.padding == "same" and self.stride != (1, 1):
            raise ValueError("same padding needs stride 1")
        if isinstance(self.padding, str) and self.padding not in {"same", "valid"}:
            raise ValueError(f"unknown padding {self.padding!r}")
        bound = (self.in_channels * self.kernel_size[0] * self.kernel_size[1]) ** -0.5
        make = {"device": device, "dtype": dtype}
        weight = torch.rand(self.out_channels, self.in_channels, *self.kernel_size, **make)
        self.register_parameter("weight", nn.Parameter((weight * 2 - 1) * bound))
        start = (torch.rand(self.out_channels, **make) * 2 - 1) * bound if bias else None
        self.register_parameter("bias", None if start is None else nn.Parameter(start))

    def forward(self, x):
        padding = self.padding
        if padding == "valid":
            padding = (0, 0)
        if padding == "same":
            needed = [d * (k - 1) for k, d in zip(self.kernel_size, self.dilation)]
            padding = tuple((z + 1) // 2 for z in needed)
            x, padding = pad2d(x, padding)[:, :, needed[0] % 2 :, needed[1] % 2 :], (0, 0)
        return conv2d(x, self.weight, self.bias, self.stride, padding, self.dilation)

    def extra_repr(self):
        silent = {"padding": (0, 0), "dilation": (1, 1)}
        shown = {f.name: getattr(self, f.name) for f in fields(self)}
        words = [f"{shown.pop('in_channels')}", f"{shown.pop('out_channels')}"]
        words += [f"{name}={value}" for name, value in shown.items() if silent.get(name) != value]
        return ", ".join(words + ["bias=False"] * (self.bias is None))


del Conv2d.bias  # a default of an InitVar stays behind as an attribute of the class, where torch would find it
