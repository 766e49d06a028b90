import torch
from torch import nn


def pair(v):
    # copied into every file
    return tuple(v) if isinstance(v, (tuple, list)) else (v, v)


def reach(k, d):
    if k < 1 or d < 1:
        raise ValueError("kernel and dilation are at least 1")
    return d * (k - 1) + 1


def size_after(i, k, s=1, p=0, d=1):
    if i < 1 or s < 1 or p < 0:
        raise ValueError("input and stride are at least 1, padding at least 0")
    if reach(k, d) > i + 2 * p:
        raise ValueError("the kernel is too large")
    return (i + 2 * p - reach(k, d)) // s + 1


def pad2d(x, padding):
    ph, pw = pair(padding)
    if ph < 0 or pw < 0:
        raise ValueError("padding is at least 0")
    out = torch.zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw, dtype=x.dtype, device=x.device)
    out[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    return out


def convolve(x, weight, bias=None, stride=1, padding=0, dilation=1):
    if x.ndim != 4 or weight.ndim != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight do not go together")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias and weight do not go together")
    (sh, sw), (dh, dw) = pair(stride), pair(dilation)
    x = pad2d(x, padding)
    oh, ow = size_after(x.shape[2], weight.shape[2], sh, 0, dh), size_after(x.shape[3], weight.shape[3], sw, 0, dw)
    taps = [
        x[:, :, i * dh : i * dh + (oh - 1) * sh + 1 : sh, j * dw : j * dw + (ow - 1) * sw + 1 : sw]
        for i in range(weight.shape[2])
        for j in range(weight.shape[3])
    ]
    out = torch.einsum("tnchw,oct->nohw", torch.stack(taps), weight.flatten(2))
    return out if bias is None else out + bias.view(-1, 1, 1)


class Conv2d(nn.Module):
    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True, device=None, dtype=None
    ):
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride, self.dilation = pair(kernel_size), pair(stride), pair(dilation)
        self.padding = padding if isinstance(padding, str) else pair(padding)
        if self.padding not in ("same", "valid") and isinstance(padding, str):
            raise ValueError("padding is a number, a pair, 'same' or 'valid'")
        if self.padding == "same" and self.stride != (1, 1):
            raise ValueError("'same' works with stride 1")
        b = (in_channels * self.kernel_size[0] * self.kernel_size[1]) ** -0.5
        new = dict(device=device, dtype=dtype)
        self.weight = nn.Parameter(nn.init.uniform_(torch.empty(out_channels, in_channels, *self.kernel_size, **new), -b, b))
        self.bias = nn.Parameter(nn.init.uniform_(torch.empty(out_channels, **new), -b, b)) if bias else None

    def forward(self, x):
        if self.padding != "same":
            padding = 0 if self.padding == "valid" else self.padding
            return convolve(x, self.weight, self.bias, self.stride, padding, self.dilation)
        missing = [reach(k, d) - 1 for k, d in zip(self.kernel_size, self.dilation)]
        padded = pad2d(x, [(m + 1) // 2 for m in missing])
        return convolve(padded[:, :, missing[0] % 2 :, missing[1] % 2 :], self.weight, self.bias, 1, 0, self.dilation)

    def extra_repr(self):
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        text += f", padding={self.padding}" if self.padding != (0, 0) else ""
        text += f", dilation={self.dilation}" if self.dilation != (1, 1) else ""
        return text + (", bias=False" if self.bias is None else "")
