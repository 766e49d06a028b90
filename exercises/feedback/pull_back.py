"""Gradients along a direction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def pull_back(output: Tensor, wanted: Sequence[Tensor], along: Tensor, zeros: bool = True) -> tuple[Any, ...]:
    """The gradients of `sum(output * along)`, a tensor for each of `wanted`.

    `torch.autograd.grad(output, wanted, along)` gives the same, but imports sympy on its way, 480 modules.

    Args:
        output: a tensor that requires grad.
        wanted: the tensors to differentiate by.
        along: a tensor of the shape of `output`.
        zeros: what there is for a tensor that the output does not depend on: zeros, or else None.

    Raises:
        RuntimeError: if the two shapes differ, or the output does not require grad.
    """
    if output.shape != along.shape:
        raise RuntimeError(f"the output has shape {tuple(output.shape)}, the direction {tuple(along.shape)}")
    return torch.autograd.grad((output * along).sum(), wanted, allow_unused=True, materialize_grads=zeros)
