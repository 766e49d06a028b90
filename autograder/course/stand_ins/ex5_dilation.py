"""Stands in for exercise 5."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def dilate_kernel(weight: Tensor, dilation: int | tuple[int, int]) -> Tensor:
    dh, dw = _pair(dilation)
    if dh < 1 or dw < 1:
        raise ValueError("dilation must be at least 1")
    height, width = weight.shape[-2:]
    wide = torch.stack([weight] + [torch.zeros_like(weight)] * (dw - 1), -1).flatten(-2)
    wide = wide[..., : (width - 1) * dw + 1]
    tall = torch.stack([wide] + [torch.zeros_like(wide)] * (dh - 1), -2).flatten(-3, -2)
    return tall[..., : (height - 1) * dh + 1, :]


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
) -> Tensor:
    if x.dim() != 4 or weight.dim() != 4:
        raise ValueError("x and weight must have four axes")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight must have the same number of channels")
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise ValueError("bias must have one number per output channel")
    (sh, sw), (ph, pw), (dh, dw) = _pair(stride), _pair(padding), _pair(dilation)
    if min(sh, sw, dh, dw) < 1 or min(ph, pw) < 0:
        raise ValueError("stride and dilation must be at least 1, padding at least 0")
    kh, kw = weight.shape[2:]
    padded = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw)
    padded[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    high, wide = (
        (padded.shape[2] - dh * (kh - 1) - 1) // sh + 1,
        (padded.shape[3] - dw * (kw - 1) - 1) // sw + 1,
    )
    if high < 1 or wide < 1:
        raise ValueError("the kernel does not fit")
    total: Tensor | float = 0.0 if bias is None else bias.view(1, -1, 1, 1)
    for i in range(kh):
        for j in range(kw):
            rows = slice(i * dh, i * dh + (high - 1) * sh + 1, sh)
            columns = slice(j * dw, j * dw + (wide - 1) * sw + 1, sw)
            total = total + torch.einsum("nchw,oc->nohw", padded[:, :, rows, columns], weight[:, :, i, j])
    assert isinstance(total, Tensor)
    return total
