"""Follow-through: what checks take for granted of a function whose values are known to be wrong.

A mistake costs the lines that are about it. Lines about other things (errors, dtype, kept inputs, …) are judged
against the answers under the one misconception that explains all the wrong numbers of the function; where none does,
apart from the numbers. An answer with nothing in it follows through to nothing: zeros, a constant, the input itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from exercises.feedback.calls import Call
from exercises.feedback.explain import LOOSER
from exercises.feedback.failures import CheckFailure
from exercises.feedback.kinds import NUMBERS, FailureKind
from exercises.feedback.misconception import Misconception
from exercises.feedback.oracle import Oracle
from exercises.feedback.pull_back import pull_back
from exercises.feedback.steps import TensorResult

MAX_ASKED = 8  # failures that are searched for what explains them


class Apart:
    """Nothing explains the numbers: what can be judged is judged apart from them."""


APART = Apart()
Assumed = Mapping[str, Misconception | Apart]  # by function


def assumptions(failures: Sequence[CheckFailure], alive: bool = True) -> Assumed:
    """What can be taken for granted of each function that failed; its numbers' cause is told where one is known.

    A misconception is named only if it explains every wrong number of the function: a false diagnosis is worse than
    none.

    Args:
        failures: all of an exercise.
        alive: whether some check of it passed. What does nothing but raise errors is not judged apart from numbers,
            since it has none.
    """
    assumed: dict[str, Misconception | Apart] = {}
    for function in dict.fromkeys(failure.function for failure in failures):
        mine = [failure for failure in failures if failure.function == function]
        numbers = [failure for failure in mine if is_about_numbers(failure)]
        cause = common_cause(
            numbers, {each.name for each in assumed.values() if isinstance(each, Misconception)}
        )
        for failure in numbers:
            failure.because(cause or failure.otherwise)
        if cause is not None:
            assumed[function] = cause
        elif (
            not _always_the_same(numbers)
            if numbers
            else alive and any(f.kind == FailureKind.RAISED for f in mine)
        ):
            assumed[function] = APART
    return assumed


def is_about_numbers(failure: CheckFailure) -> bool:
    """Whether a whole answer came back that has wrong numbers."""
    return failure.kind in NUMBERS and failure.answer is not None


def common_cause(failures: Sequence[CheckFailure], found: Collection[str] = ()) -> Misconception | None:
    """The misconception that explains all these failures, of one function.

    Of several it is one that was `found` in a function before, on which this one may be built, or else the first in
    the table.
    """
    fitting: list[Misconception] = []
    tried: set[str] = set()
    # what has a number of the student's own in it is read off the most exact answer best
    for failure in sorted(failures, key=lambda each: not _is_exact(each.answer))[:MAX_ASKED]:
        for cause in failure.causes:
            if isinstance(cause, Misconception) and cause.name not in tried:
                tried.add(cause.name)
                fitting += [cause] if all(each.explained_by(cause) for each in failures) else []
        if fitting:
            break
    return next((cause for cause in fitting if cause.name in found), fitting[0] if fitting else None)


def _is_exact(answer: Any) -> bool:
    return isinstance(answer, TensorResult) and answer.value.dtype is torch.float64


def _always_the_same(failures: Sequence[CheckFailure]) -> bool:
    """Whether all answers are one number, or that number several times, whatever was asked for."""
    answers = [failure.answer for failure in failures]
    parts = [part for each in answers for part in (each if isinstance(each, tuple | list) else [each])]
    return all(isinstance(part, int | float) for part in parts) and len(set(parts)) == 1


def must_hold_something(assumed: Assumed, call: Call, right: Any, got: Any, *handed: Tensor) -> None:
    """Of a function that is known to be wrong, an answer with nothing in it is not judged in any other way.

    Args:
        assumed: what is taken for granted.
        call: the call that was made.
        right: the right answer to it.
        got: the answer.
        handed: tensors that it was made from, beside those of the call.

    Raises:
        CheckFailure: that says so.
    """
    if call.function in assumed:
        tensors = [a for a in (*call.real_args, *call.real_kwargs.values(), *handed) if isinstance(a, Tensor)]
        if _is_empty(got, right, tensors):
            raise undecided(call.function)


def _is_empty(answer: Any, right: Any, handed: Sequence[Tensor]) -> bool:
    """Whether an answer is one number everywhere, has none that is finite, or is an input as it came."""
    if isinstance(answer, tuple | list):
        parts = right if isinstance(right, tuple) and len(right) == len(answer) else [None] * len(answer)
        return bool(answer) and all(_is_empty(a, r, handed) for a, r in zip(answer, parts, strict=True))
    if not isinstance(answer, TensorResult) or answer.value.numel() == 0:
        return False
    values = answer.value
    if not bool(values.isfinite().any()):
        return True
    if values.numel() == 1:
        return not bool(values.any()) and isinstance(right, Tensor) and bool(right.any())
    if _is_constant(values):
        return not (isinstance(right, Tensor) and right.numel() > 0 and _is_constant(right))
    if _is_equal(values, right):  # nothing to do: the input is the answer
        return False
    return any(_is_equal(values, tensor) for tensor in handed)


def _is_equal(values: Tensor, other: Any) -> bool:
    return isinstance(other, Tensor) and torch.equal(values, other.to(values.dtype))


def _is_constant(values: Tensor) -> bool:
    return bool((values == values.flatten()[0]).all())


def undecided(function: str, trouble: str = "gives wrong values") -> CheckFailure:
    """What is said where nothing can be said."""
    return CheckFailure(FailureKind.UNDECIDED, f"cannot be judged while {function} {trouble}", function)


def stops(oracle: Oracle, under: Misconception, call: Call) -> bool:
    """Whether a misconception has no answer to a call, as where its sizes do not fit."""
    try:
        under.answer(*oracle.arguments(call).values())
    except Exception:
        return True
    return False


def answer(oracle: Oracle, under: Misconception, call: Call) -> Any:
    """What a function with a misconception answers, in float64."""
    try:
        return under.answer(*oracle.arguments(call).values())
    except Exception:  # where it cannot occur, the function is right
        return oracle.answer(call)


def gradients(
    oracle: Oracle, under: Misconception, call: Call, cotangent: Tensor, wrt: Sequence[int | str]
) -> tuple[tuple[Tensor, ...], float]:
    """The gradients of `sum(answer * cotangent)` under a misconception.

    Args:
        oracle: the right answers.
        under: the misconception.
        call: a call with a tensor for its answer.
        cotangent: a tensor of the answer's shape.
        wrt: arguments by place or name, tensors all of them.

    Returns:
        As `Oracle.gradients`.
    """
    named = oracle.arguments(call)
    places = [list(named).index(i) if isinstance(i, str) else i for i in wrt]
    return pulled_back(under.answer, list(named.values()), places, cotangent)


def pulled_back(
    function: Callable[..., Any], given: Sequence[Any], places: Sequence[int], cotangent: Tensor
) -> tuple[tuple[Tensor, ...], float]:
    """The gradients of `sum(answer * cotangent)` for the arguments at some places; see `gradients`."""

    def pulled(values: Sequence[Any], along: Tensor) -> tuple[Tensor, ...]:
        leaves = [values[place].clone().requires_grad_() for place in places]
        inputs = list(values)
        for place, leaf in zip(places, leaves, strict=True):
            inputs[place] = leaf
        return pull_back(function(*inputs), leaves, along)

    direction = cotangent.to("cpu", torch.float64)
    absolute = [value.abs() if isinstance(value, Tensor) else value for value in given]
    wanted = pulled(given, direction)
    sums = [*wanted, *pulled(absolute, direction.abs())]
    return wanted, LOOSER * max((float(each.abs().max()) for each in sums if each.numel()), default=0.0)
