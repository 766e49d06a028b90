"""Correct stand-ins for earlier exercises, for marking a later one on its own (error carried forward).

Their source travels to a worker that needs them. The convolution operators are banned there, so they work with
slices and einsum; the oracle that marks is torch itself, on the grader's side.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def effective_kernel_size(kernel_size: int, dilation: int = 1) -> int:
    _need(kernel_size >= 1 and dilation >= 1, "kernel_size and dilation must be at least 1")
    return len(range(0, kernel_size * dilation, dilation)) * dilation - dilation + 1


def output_size(
    input_size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    reach = effective_kernel_size(kernel_size, dilation)
    _need(input_size >= 1 and stride >= 1 and padding >= 0, "size or stride below 1, or padding below 0")
    starts = range(0, input_size + 2 * padding - reach + 1, stride)
    _need(len(starts) > 0, "the kernel does not fit")
    return len(starts)


def pad2d(x: Tensor, padding: int | tuple[int, int]) -> Tensor:
    top, left = _pair(padding)
    _need(top >= 0 and left >= 0, "padding must not be negative")
    x = torch.cat(
        [x.new_zeros(*x.shape[:-2], top, x.shape[-1]), x, x.new_zeros(*x.shape[:-2], top, x.shape[-1])], -2
    )
    side = x.new_zeros(*x.shape[:-1], left)
    return torch.cat([side, x, side], -1)


def same_padding(kernel_size: int | tuple[int, int], dilation: int | tuple[int, int] = 1) -> Any:
    if not (isinstance(kernel_size, int) and isinstance(dilation, int)):
        (kh, kw), (dh, dw) = _pair(kernel_size), _pair(dilation)
        return same_padding(kh, dh), same_padding(kw, dw)
    half, rest = divmod(effective_kernel_size(kernel_size, dilation) - 1, 2)
    _need(rest == 0, "no symmetric padding keeps the size")
    return half


def conv2d_valid(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    return conv2d(x, weight, bias)


def conv2d_strided(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | tuple[int, int] = 1
) -> Tensor:
    return conv2d(x, weight, bias, stride)


def dilate_kernel(weight: Tensor, dilation: int | tuple[int, int]) -> Tensor:
    dh, dw = _pair(dilation)
    _need(dh >= 1 and dw >= 1, "dilation must be at least 1")
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
    _need(x.dim() == 4 and weight.dim() == 4, "x and weight must have four axes")
    _need(x.shape[1] == weight.shape[1], "x and weight must have the same number of channels")
    _need(
        bias is None or tuple(bias.shape) == (weight.shape[0],),
        "bias must have one number per output channel",
    )
    (sh, sw), (dh, dw) = _pair(stride), _pair(dilation)
    x = pad2d(x, padding)
    _, _, kh, kw = weight.shape
    high, wide = output_size(x.shape[2], kh, sh, 0, dh), output_size(x.shape[3], kw, sw, 0, dw)
    total = None
    for i in range(kh):
        for j in range(kw):
            seen = x[
                :, :, i * dh : i * dh + (high - 1) * sh + 1 : sh, j * dw : j * dw + (wide - 1) * sw + 1 : sw
            ]
            part = torch.einsum("nchw,oc->nohw", seen, weight[:, :, i, j])
            total = part if total is None else total + part
    assert total is not None
    return total if bias is None else total + bias.view(1, -1, 1, 1)


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)
