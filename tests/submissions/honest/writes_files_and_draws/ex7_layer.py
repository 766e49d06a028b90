import torch
from torch import nn

from exercises.ex2_padding import pad2d
from exercises.ex5_dilation import conv2d


def couple(v):
    return (v, v) if isinstance(v, int) else v


class Conv2d(nn.Module):
    def __init__(self, a, b, k, stride=1, padding=0, dilation=1, bias=True, device=None, dtype=None):
        super().__init__()
        self.a, self.b, self.k, self.s, self.p, self.d = a, b, couple(k), couple(stride), couple(padding), couple(dilation)
        if padding == "same" and self.s != (1, 1) or isinstance(padding, str) and padding not in ("valid", "same"):
            raise ValueError("padding")
        r = (a * self.k[0] * self.k[1]) ** -0.5
        self.weight = nn.Parameter(torch.empty(b, a, *self.k, device=device, dtype=dtype).uniform_(-r, r))
        self.bias = nn.Parameter(torch.empty(b, device=device, dtype=dtype).uniform_(-r, r)) if bias else None

    def forward(self, x):
        if isinstance(self.p, tuple):
            return conv2d(x, self.weight, self.bias, self.s, self.p, self.d)
        if self.p == "same":
            h, w = ((k - 1) * d for k, d in zip(self.k, self.d))
            x = pad2d(x, (h - h // 2, w - w // 2))
            x = x[:, :, h % 2 :, w % 2 :]
        return conv2d(x, self.weight, self.bias, self.s, 0, self.d)

    def extra_repr(self):
        texts = ["{0.a}, {0.b}, kernel_size={0.k}, stride={0.s}"]
        texts += ["padding={0.p}"] * (self.p != (0, 0)) + ["dilation={0.d}"] * (self.d != (1, 1))
        return ", ".join(texts + ["bias=False"] * (self.bias is None)).format(self)


layer = Conv2d(3, 4, 3)
torch.save(layer.state_dict(), "layer.pt")
layer.load_state_dict(torch.load("layer.pt", weights_only=True))
