"""The table of misconceptions, and how an answer is held against it.

The entries stand in six modules: `sizes` (numbers: exercises 1 and 2), `sums` (what is multiplied and
added: from exercise 3 on), `placing` (stride and padding: exercises 2, 4, 5 and 7), `spacing` (dilation:
exercises 5 and 7), `squares` (sizes taken for granted: from exercise 3 on), `pictures` (exercise 6). `fitted` holds
the families, whose members differ by numbers that are read off the answer.
Where two entries give the same answer to a call, the one that stands first is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from exercises.feedback.calls import Call
from exercises.feedback.compare import tolerance
from exercises.feedback.misconceptions import fitted, pictures, placing, sizes, spacing, squares, sums
from exercises.feedback.misconceptions.entry import Family, Misconception
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
    "FAMILIES",
    "LOOSER",
    "MISCONCEPTIONS",
    "Family",
    "Misconception",
    "explains",
    "explanations",
    "layer_explains",
    "layer_explanations",
    "layer_too_large",
    "too_large",
]

MISCONCEPTIONS: tuple[Misconception, ...] = (
    *sizes.TABLE,
    *sums.TABLE,
    *placing.TABLE,
    *spacing.TABLE,
    *squares.TABLE,
    *pictures.TABLE,
)
FAMILIES: tuple[Family, ...] = fitted.FAMILIES

LOOSER = 2.0  # wrong code may round a little more than right code
# Each entry is as much work as the call itself. What a large call shows wrong, a small one does too, and whoever asks
# both need not wait seconds for the large one.
MAX_PRODUCTS = 10_000_000
SAME = (
    1e-13  # answers closer than this, beside the largest sum, are the same: they differ by float64's rounding
)


def explanations(call: Call, got: Any) -> tuple[Misconception, ...]:
    """All misconceptions that explain an answer, in the table's order; none for a right answer.

    A single number can be explained in many ways. What several answers have in common is the likely one.

    Args:
        call: the call that was made.
        got: what came back, as `steps.run` gives it.
    """
    asked = _question(call)
    return tuple(_matching(asked, got)) if asked else ()


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
    asked = _layer_question(call, state, x)
    return tuple(_matching(asked, got)) if asked else ()


def explains(entry: Misconception, call: Call, got: Any) -> bool:
    """Whether a misconception explains an answer: it gives this one, and not the right one.

    False also for a call that is `too_large` to be tried.
    """
    asked = _question(call)
    return asked is not None and _can_be_tried(asked, got) and _fits(entry, asked, got)


def layer_explains(
    entry: Misconception, call: Call, state: Mapping[str, Tensor], x: Tensor, got: Any
) -> bool:
    """Whether a misconception explains what a layer's forward gave; see `explains` and `layer_explanations`."""
    asked = _layer_question(call, state, x)
    return asked is not None and _can_be_tried(asked, got) and _fits(entry, asked, got)


def too_large(call: Call) -> bool:
    """Whether a call takes so long that it is held against no entry: nothing can be said about its answer."""
    asked = _question(call)
    return asked is not None and asked.products > MAX_PRODUCTS


def layer_too_large(call: Call, state: Mapping[str, Tensor], x: Tensor) -> bool:
    """The same for a layer's forward."""
    asked = _layer_question(call, state, x)
    return asked is not None and asked.products > MAX_PRODUCTS


@dataclass(frozen=True, eq=False)
class _Question:
    """What was asked of a function, in float64, with the right answer and the largest sum of products in it."""

    function: str
    given: tuple[Any, ...]
    right: Any
    largest: float

    @property
    def products(self) -> int:
        """How many products a convolution adds up; 0 for what is none."""
        weight = self.given[1] if len(self.given) > 1 else None
        if not isinstance(self.right, Tensor) or not isinstance(weight, Tensor) or weight.dim() != 4:
            return 0
        return self.right.numel() * weight[0].numel()


def _question(call: Call) -> _Question | None:
    """None for a call that has no right answer: it has no wrong ones either."""
    try:
        given = tuple(arguments(call).values())
        return _Question(call.function, given, reference(call), magnitude(call))
    except Exception:
        return None


def _layer_question(call: Call, state: Mapping[str, Tensor], x: Tensor) -> _Question | None:
    try:
        made = layer(call, state)
        right, largest = layer_reference(call, state, x), layer_magnitude(call, state, x)
        values = x.detach().to("cpu", torch.float64)
    except Exception:
        return None
    bias = None if made.bias is None else made.bias.detach()
    given = (values, made.weight.detach(), bias, made.stride, made.padding, made.dilation)
    return _Question("Conv2d", given, right, largest)


def _is_filled(values: Any) -> bool:
    return isinstance(values, Tensor) and values.numel() > 0


def _matching(asked: _Question, got: Any) -> Iterator[Misconception]:
    # a tensor without numbers can be explained in too many ways to look for one
    if not _can_be_tried(asked, got) or (isinstance(got, TensorResult) and not _is_filled(got.value)):
        return
    yield from (entry for entry in MISCONCEPTIONS if _fits(entry, asked, got))
    for family in FAMILIES:
        member = _member(family, asked, got)
        if member and _fits(member, asked, got):
            yield member


def _can_be_tried(asked: _Question, got: Any) -> bool:
    """Whether there is a wrong answer here that the table can be held against."""
    if isinstance(asked.right, Tensor) and not _is_real(got):
        return False
    return asked.products <= MAX_PRODUCTS and not _agrees(got, asked.right, asked.largest, 1.0)


def _fits(entry: Misconception, asked: _Question, got: Any) -> bool:
    if asked.function not in entry.functions:
        return False
    try:
        answer = entry.answer(*asked.given)
        return _agrees(got, answer, asked.largest, LOOSER) and not _is_same(
            answer, asked.right, asked.largest
        )
    except Exception:  # not applicable to this call, or `got` is no data at all
        return False


def _member(family: Family, asked: _Question, got: Any) -> Misconception | None:
    if asked.function not in family.functions:
        return None
    try:
        values = got.value
        # in half precision many members look alike
        if values.dtype not in (torch.float32, torch.float64) or values.shape != asked.right.shape:
            return None
        if not bool(torch.isfinite(values).all()):
            return None
        allowed = tolerance(values.dtype, asked.largest, str(got.device))
        return family.fit(asked.given, asked.right, values.to(torch.float64), allowed)
    except Exception:
        return None


def _agrees(got: Any, answer: Any, largest: float, looser: float) -> bool:
    """Is it this answer, but for rounding? Dtype and device do not count."""
    if isinstance(answer, tuple):
        if not isinstance(got, tuple | list) or len(got) != len(answer):
            return False
        return all(_agrees(g, a, largest, looser) for g, a in zip(got, answer, strict=True))
    if not isinstance(answer, Tensor):
        return type(got) is type(answer) and bool(got == answer)
    if not _is_real(got) or got.value.shape != answer.shape:
        return False
    if not got.value.numel():
        return True
    values = got.value
    dtype = values.dtype if values.is_floating_point() else torch.float32
    size = max(largest, float(answer.abs().max()))
    error = (values.to(torch.float64) - answer).abs()
    return bool((error <= looser * tolerance(dtype, size, str(got.device))).all())


def _is_real(got: Any) -> bool:
    """Is it a tensor of real numbers?"""
    return isinstance(got, TensorResult) and isinstance(got.value, Tensor) and not got.value.is_complex()


def _is_same(answer: Any, right: Any, largest: float) -> bool:
    if isinstance(answer, tuple) and isinstance(right, tuple):
        return len(answer) == len(right) and all(
            _is_same(a, r, largest) for a, r in zip(answer, right, strict=True)
        )
    if isinstance(answer, Tensor) and isinstance(right, Tensor):
        return answer.shape == right.shape and bool(((answer - right).abs() <= SAME * largest).all())
    return type(answer) is type(right) and bool(answer == right)
