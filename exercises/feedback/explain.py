"""How an answer is held against a course's table of misconceptions.

Where two entries give the same answer to a call, the one that stands first in the table is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from exercises.feedback.calls import Call
from exercises.feedback.compare import tolerance
from exercises.feedback.course import Course
from exercises.feedback.misconception import Family, Misconception
from exercises.feedback.oracle import largest as largest_in
from exercises.feedback.steps import TensorResult

LOOSER = 2.0  # wrong code may round a little more than right code
# Each entry is as much work as the call itself. What a large call shows wrong, a small one does too, and whoever asks
# both need not wait seconds for the large one.
MAX_PRODUCTS = 4_000_000
SAME = (
    1e-13  # answers closer than this, beside the largest sum, are the same: they differ by float64's rounding
)


@dataclass(frozen=True, eq=False)
class Question:
    """What was asked of a function, in float64, with the right answer and the largest sum of products in it.

    `products` tells how many of these the answer adds up.
    """

    function: str
    given: tuple[Any, ...]
    right: Any
    largest: float
    products: int

    @property
    def too_large(self) -> bool:
        """Whether it takes so long that it is held against no entry: nothing can be said about its answer."""
        return self.products > MAX_PRODUCTS


def question(course: Course, call: Call) -> Question | None:
    """What a call asks; None for one that has no right answer: it has no wrong ones either."""
    oracle = course.oracle
    try:
        given, right = tuple(oracle.arguments(call).values()), oracle.answer(call)
        return Question(call.function, given, right, oracle.magnitude(call), oracle.products(given, right))
    except Exception:
        return None


def explanations(course: Course, asked: Question | None, got: Any) -> tuple[Misconception, ...]:
    """All misconceptions that explain an answer, in the table's order; none for a right answer.

    A single number can be explained in many ways. What several answers have in common is the likely one.

    Args:
        course: whose table.
        asked: what was asked.
        got: what came back, as `steps.run` gives it.
    """
    return tuple(_matching(course, asked, got)) if asked else ()


def explains(entry: Misconception, asked: Question | None, got: Any) -> bool:
    """Whether a misconception explains an answer: it gives this one, and not the right one.

    Of what is too large to be tried, it does: nothing speaks against it.
    """
    if asked is None:
        return False
    return asked.too_large or (_can_be_tried(asked, got) and _fits(entry, asked, got))


def _is_filled(values: Any) -> bool:
    return isinstance(values, Tensor) and values.numel() > 0


def _matching(course: Course, asked: Question, got: Any) -> Iterator[Misconception]:
    # a tensor without numbers can be explained in too many ways to look for one
    if not _can_be_tried(asked, got) or (isinstance(got, TensorResult) and not _is_filled(got.value)):
        return
    yield from (entry for entry in course.misconceptions if _fits(entry, asked, got))
    for family in course.families:
        member = _member(family, asked, got)
        if member and _fits(member, asked, got):
            yield member


def _can_be_tried(asked: Question, got: Any) -> bool:
    """Whether there is a wrong answer here that the table can be held against."""
    if isinstance(asked.right, Tensor) and not _is_real(got):
        return False
    return not asked.too_large and not _agrees(got, asked.right, asked.largest, 1.0)


def _fits(entry: Misconception, asked: Question, got: Any) -> bool:
    if asked.function not in entry.functions:
        return False
    try:
        answer = entry.answer(*asked.given)
        return _agrees(got, answer, asked.largest, LOOSER) and not _is_same(
            answer, asked.right, asked.largest
        )
    except Exception:  # not applicable to this call, or `got` is no data at all
        return False


def _member(family: Family, asked: Question, got: Any) -> Misconception | None:
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
    dtype = got.value.dtype if got.value.is_floating_point() else torch.float32
    values, finite = got.value.to(torch.float64), answer.isfinite()
    # beside infinity any rounding would do
    if not torch.allclose(values[~finite], answer[~finite], equal_nan=True):
        return False
    values, answer = values[finite], answer[finite]
    size = max(largest, largest_in(answer))
    return bool(((values - answer).abs() <= looser * tolerance(dtype, size, str(got.device))).all())


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
