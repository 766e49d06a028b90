# Three small classes: one knows the settings, one the parameters, and Conv2d puts them together.
import torch
import torch.nn as nn

import exercises.ex5_dilation as ex5


class Settings:
    padding_names = frozenset({"same", "valid"})

    @staticmethod
    def pair(v):
        return (v, v) if isinstance(v, int) else tuple(v)

    def keep(self, **settings):
        padding = settings["padding"]
        if isinstance(padding, str):
            if padding not in self.padding_names:
                raise ValueError(f"no padding is called {padding}")
        else:
            settings["padding"] = self.pair(padding)
        for name in ("kernel_size", "stride", "dilation"):
            settings[name] = self.pair(settings[name])
        if padding == "same" and max(settings["stride"]) > 1:
            raise ValueError("with a stride the size cannot stay the same")
        self.__dict__.update(settings)


class Learning(nn.Module):
    def make(self, bias, **where):
        shape = (self.out_channels, self.in_channels) + self.kernel_size
        self.weight = nn.Parameter(torch.empty(shape, **where))
        self.register_parameter("bias", nn.Parameter(torch.empty(shape[0], **where)) if bias else None)
        limit = 1 / self.weight[0].numel() ** 0.5
        with torch.no_grad():
            for p in self.parameters():
                p.uniform_(-limit, limit)


class Conv2d(Settings, Learning):
    def __init__(self, c_in, c_out, kernel, stride=1, padding=0, dilation=1, bias=True, *, device=None, dtype=None):
        Learning.__init__(self)
        self.keep(
            in_channels=c_in, out_channels=c_out, kernel_size=kernel, stride=stride, padding=padding, dilation=dilation
        )
        self.make(bias, device=device, dtype=dtype)

    @property
    def _zeros(self):
        """Above, below, left, right."""
        if self.padding == "same":
            for d, k in zip(self.dilation, self.kernel_size):
                yield from ((d * (k - 1)) // 2, (d * (k - 1) + 1) // 2)
        elif self.padding == "valid":
            yield from (0, 0, 0, 0)
        else:
            up, side = self.padding
            yield from (up, up, side, side)

    def forward(self, input):
        n, c, h, w = input.shape
        above, below, left, right = self._zeros
        framed = input.new_zeros(n, c, above + h + below, left + w + right)
        framed[:, :, above : above + h, left : left + w] = input
        return ex5.conv2d(framed, self.weight, self.bias, self.stride, dilation=self.dilation)

    def extra_repr(self):
        s = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if not (self.padding == (0, 0)):
            s = s + ", padding=%s" % (self.padding if isinstance(self.padding, str) else "(%d, %d)" % self.padding)
        if not (self.dilation == (1, 1)):
            s = s + ", dilation=" + repr(self.dilation)
        if not torch.is_tensor(self.bias):
            s = s + ", bias=False"
        return s
