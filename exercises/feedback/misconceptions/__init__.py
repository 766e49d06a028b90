"""The table of misconceptions, and how an answer is held against it.

The entries stand in five modules: `sizes` (numbers: exercises 1 and 2), `sums` (what is multiplied and
added: from exercise 3 on), `placing` (stride and padding: exercises 2, 4, 5 and 7), `spacing` (dilation:
exercises 5 and 7), `pictures` (exercise 6).
Where two entries give the same answer to a call, the one that stands first is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from exercises.feedback.calls import Call
from exercises.feedback.compare import tolerance
from exercises.feedback.misconceptions import pictures, placing, sizes, spacing, sums
from exercises.feedback.misconceptions.entry import Misconception
from exercises.feedback.reference import (
    arguments,
    layer,
    layer_magnitude,
    layer_reference,
    magnitude,
    reference,
)
from exercises.feedback.steps import TensorResult

__all__ = [
    "MISCONCEPTIONS",
    "Misconception",
    "explanations",
    "layer_explanations",
]

MISCONCEPTIONS: tuple[Misconception, ...] = (
    *sizes.TABLE,
    *sums.TABLE,
    *placing.TABLE,
    *spacing.TABLE,
    *pictures.TABLE,
)

LOOSER = 2.0  # wrong code may round a little more than right code
# Each entry is as much work as the call itself. What a large call shows wrong, a small one does too, and whoever asks
# both need not wait seconds for the large one.
MOST_PRODUCTS = 10_000_000
SAME = 1e-9  # answers closer than this, beside the largest sum, are the same answer


def explanations(call: Call, got: Any) -> tuple[Misconception, ...]:
    """All misconceptions that explain an answer, in the table's order; none for a right answer.

    A single number can be explained in many ways. What several answers have in common is the likely one.

    Args:
        call: the call that was made.
        got: what came back, as `steps.run` gives it.
    """
    return tuple(_explanations(call, got))


def layer_explanations(
    call: Call, state: Mapping[str, Tensor], x: Tensor, got: Any
) -> tuple[Misconception, ...]:
    """All misconceptions that explain what a layer's forward gave, in the table's order.

    Args:
        call: `Conv2d(...)`, how the layer was built.
        state: the layer's parameters by name.
        x: the input, `(N, C, H, W)`.
        got: what came back, as `steps.run` gives it.
    """
    return tuple(_layer_explanations(call, state, x, got))


def _explanations(call: Call, got: Any) -> Iterator[Misconception]:
    try:
        given = tuple(arguments(call).values())
        right, largest = reference(call), magnitude(call)
    except Exception:  # a call that has no right answer has no wrong ones either
        return
    yield from _matching(call.function, given, right, largest, got)


def _layer_explanations(
    call: Call, state: Mapping[str, Tensor], x: Tensor, got: Any
) -> Iterator[Misconception]:
    try:
        made = layer(call, state)
        right, largest = layer_reference(call, state, x), layer_magnitude(call, state, x)
        values = x.detach().to("cpu", torch.float64)
    except Exception:
        return
    bias = None if made.bias is None else made.bias.detach()
    given = (values, made.weight.detach(), bias, made.stride, made.padding, made.dilation)
    yield from _matching("Conv2d", given, right, largest, got)


def _matching(
    function: str, given: tuple[Any, ...], right: Any, largest: float, got: Any
) -> Iterator[Misconception]:
    if isinstance(right, Tensor) and not _has_numbers(got):
        return
    if _products(right, given) > MOST_PRODUCTS or _agrees(got, right, largest, 1.0):
        return
    for entry in MISCONCEPTIONS:
        if function not in entry.functions:
            continue
        try:
            answer = entry.answer(*given)
            fits = _agrees(got, answer, largest, LOOSER) and not _is_same(answer, right, largest)
        except Exception:  # not applicable to this call, or `got` is no data at all
            continue
        if fits:
            yield entry


def _products(right: Any, given: tuple[Any, ...]) -> int:
    """How many products a convolution adds up; 0 for what is none."""
    weight = given[1] if len(given) > 1 else None
    if not isinstance(right, Tensor) or not isinstance(weight, Tensor) or weight.dim() != 4:
        return 0
    return right.numel() * weight[0].numel()


def _agrees(got: Any, answer: Any, largest: float, looser: float) -> bool:
    """Is it this answer, but for rounding? Dtype and device do not count."""
    if isinstance(answer, tuple):
        if not isinstance(got, tuple | list) or len(got) != len(answer):
            return False
        return all(_agrees(g, a, largest, looser) for g, a in zip(got, answer, strict=True))
    if not isinstance(answer, Tensor):
        return type(got) is type(answer) and bool(got == answer)
    if not _has_numbers(got) or got.value.shape != answer.shape:
        return False
    values = got.value
    dtype = values.dtype if values.is_floating_point() else torch.float32
    size = max(largest, float(answer.abs().max()))
    error = (values.to(torch.float64) - answer).abs()
    return bool((error <= looser * tolerance(dtype, size, str(got.device))).all())


def _has_numbers(got: Any) -> bool:
    """Is it a tensor of at least one real number? Without any there is nothing to explain."""
    if not isinstance(got, TensorResult) or not isinstance(got.value, Tensor):
        return False
    return got.value.numel() > 0 and not got.value.is_complex()


def _is_same(answer: Any, right: Any, largest: float) -> bool:
    if isinstance(answer, tuple) and isinstance(right, tuple):
        return len(answer) == len(right) and all(
            _is_same(a, r, largest) for a, r in zip(answer, right, strict=True)
        )
    if isinstance(answer, Tensor) and isinstance(right, Tensor):
        return answer.shape == right.shape and bool(((answer - right).abs() <= SAME * largest).all())
    return type(answer) is type(right) and bool(answer == right)
