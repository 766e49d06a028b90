# stamps added by index, in one call; and the mathematician's convolution, which is a product of two spectra
import torch


class Plan:
    def __init__(self, x, weight, bias, *settings):
        if (x.ndim, weight.ndim) != (4, 4):
            raise ValueError("two tensors with four axes, please")
        self.n, c, *self.size = x.shape
        inputs, self.outputs, *self.taps = weight.shape
        if c != inputs:
            raise ValueError(f"{c} channels for {inputs}")
        if bias is not None and bias.shape != (self.outputs,):
            raise ValueError("bias")
        self.stride, self.padding, more, self.dilation = (
            (s, s) if isinstance(s, int) else tuple(s) for s in settings
        )
        if any(s < 1 for s in self.stride + self.dilation) or any(p < 0 for p in self.padding + more):
            raise ValueError("a setting is too small")
        if any(a >= max(s, d) for a, s, d in zip(more, self.stride, self.dilation)):
            raise ValueError("output_padding must be smaller than stride or dilation")
        self.full = [
            (i - 1) * s + d * (k - 1) + 1 + a
            for i, k, s, d, a in zip(self.size, self.taps, self.stride, self.dilation, more)
        ]
        if any(f <= 2 * p for f, p in zip(self.full, self.padding)):
            raise ValueError("all is cut off")

    def finish(self, full, bias):
        (top, left), (height, width) = self.padding, self.full
        out = full[..., top : height - top, left : width - left]
        return out if bias is None else out + bias.unsqueeze(-1).unsqueeze(-1)


def conv_transpose2d_by_stamping(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    plan = Plan(x, weight, bias, stride, padding, output_padding, dilation)
    rows, columns = (
        (torch.arange(i)[:, None] * s + torch.arange(k) * d)
        for i, k, s, d in zip(plan.size, plan.taps, plan.stride, plan.dilation)
    )
    where = rows[:, None, :, None] * plan.full[1] + columns[None, :, None, :]  # (h, w, k, l)
    products = torch.einsum("nchw,cokl->nohwkl", x, weight).flatten(2)
    flat = torch.zeros_like(products[:, :, :1]).repeat(1, 1, plan.full[0] * plan.full[1])
    flat = flat.index_add(2, where.flatten().to(x.device), products)
    return plan.finish(flat.view(plan.n, plan.outputs, *plan.full), bias)


def conv_transpose2d_by_convolution(x, weight, bias=None, stride=1, padding=0, output_padding=0, dilation=1):
    plan = Plan(x, weight, bias, stride, padding, output_padding, dilation)
    exact = torch.float64 if x.dtype == torch.float64 else torch.float32

    def spectrum(tensor, spacing):
        (height, width), (down, right) = tensor.shape[2:], spacing
        apart = torch.zeros(*tensor.shape[:2], *plan.full, dtype=exact, device=tensor.device)
        apart[:, :, : height * down : down, : width * right : right] = tensor.to(exact)
        return torch.fft.rfft2(apart)

    if plan.n == 0:
        return plan.finish(x.new_zeros(0, plan.outputs, *plan.full), bias)
    product = torch.einsum("ncyx,coyx->noyx", spectrum(x, plan.stride), spectrum(weight, plan.dilation))
    return plan.finish(torch.fft.irfft2(product, s=plan.full).to(x.dtype), bias)
