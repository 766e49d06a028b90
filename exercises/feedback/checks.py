"""The vocabulary that checks are written in; the same for public checks and hidden suites.

A check gives a `Student` some steps to run and looks at what comes back. Whether the student's code runs
in this process or in a confined one is the `Student`'s affair. What is wrong is raised as a `CheckFailure`:
an object with parts, which pytest, a report or a picture can each show in their own way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Protocol, Self

import torch
from torch import Tensor

from exercises.feedback.calls import Call, Sample
from exercises.feedback.causes import CAUSES, Cause
from exercises.feedback.compare import Mismatch, compare, describe
from exercises.feedback.misconceptions import Misconception, explanations
from exercises.feedback.reference import expected_dtype, magnitude, reference, reference_gradients
from exercises.feedback.steps import LOADING, Raised, Script, Step


@dataclass(frozen=True)
class Outcome:
    """What running some steps gave.

    `results` has one entry for every step that ran; `raised` is the exception that ended them; `trouble`
    is one sentence when there is no answer at all (too slow, crashed, a forbidden call).
    """

    results: Sequence[Any] = ()
    raised: Raised | None = None
    trouble: str = ""
    trouble_kind: str = ""


class Student(Protocol):
    """Runs steps with a student's code, on one device ("cpu" or "cuda")."""

    @property
    def device(self) -> str: ...

    def run(self, steps: Sequence[Step]) -> Outcome: ...


@dataclass
class CheckFailure(Exception):
    """A failed check, in parts.

    `kind` is the mismatch's kind, or "raised", "no-error", "wrong-error", "not-written", "no-gradient",
    "mutated", "timeout", "crashed", "forbidden", …; `headline` is one sentence; `cause` explains it, where
    that is possible.
    """

    kind: str
    headline: str
    function: str = ""
    call: Call | None = None
    call_text: str = ""
    expected: str = ""
    got: str = ""
    where: str = ""
    trace: tuple[tuple[str, int, str], ...] = ()
    wanted: Any = field(default=None, repr=False)
    answer: Any = field(default=None, repr=False)
    suspects: Callable[[], Sequence[Cause | Misconception]] = field(default=tuple, repr=False)

    @cached_property
    def causes(self) -> tuple[Cause | Misconception, ...]:
        """All that can explain the failure, the likeliest by itself first.

        Looked for when first asked, since that takes longer than the check.
        """
        return tuple(self.suspects())

    @property
    def cause(self) -> Cause | Misconception | None:
        """The likeliest cause, where one is known."""
        return self.causes[0] if self.causes else None

    @property
    def diagnosis(self) -> str:
        """The cause's name, or nothing."""
        return self.cause.name if self.cause else ""

    @property
    def explanation(self) -> str:
        """The cause in words for the student, or nothing."""
        return self.cause.explanation if self.cause else ""

    @property
    def section(self) -> str:
        """The place in the tutorial to read, or nothing."""
        return self.cause.section if self.cause else ""

    def __str__(self) -> str:
        return self.headline

    def because(self, cause: Cause | Misconception) -> Self:
        """The same failure with its cause known."""
        self.suspects = lambda: (cause,)
        self.__dict__.pop("causes", None)
        return self


class NotWritten(CheckFailure):
    """The stub is still a stub: "to do", not an error."""


def failure_of(outcome: Outcome, call: Call, call_text: str = "") -> CheckFailure | None:
    """The failure that an outcome without a value stands for; None if every step gave one."""
    text = call_text or call.text
    if outcome.trouble:
        kind = outcome.trouble_kind or "trouble"
        return CheckFailure(kind, outcome.trouble, call.function, call, text)
    if outcome.raised is None:
        return None
    error = outcome.raised
    if is_stub(error):
        return NotWritten("not-written", error.message, call.function, call, text, trace=error.trace)
    if error.step == LOADING:
        return CheckFailure("not-loadable", _not_loaded(error), call.function, call, text, trace=error.trace)
    failure = CheckFailure(
        "raised",
        f"{call.function} raised {error.kind}: {first_line(error.message)}",
        call.function,
        call,
        text,
        expected="a value, no exception",
        got=f"{error.kind}: {error.message}",
        trace=error.trace,
    )
    return (
        failure.because(CAUSES["view-of-gaps"]) if "view size is not compatible" in error.message else failure
    )


def is_stub(error: Raised) -> bool:
    """Whether the exception says "not written yet", and not that torch lacks something."""
    written = error.message.strip()
    return error.kind == "NotImplementedError" and (not written or written.endswith("is not written yet"))


def _not_loaded(error: Raised) -> str:
    if error.kind == "MissingName":
        return first_line(error.message)
    file, line, _ = error.trace[-1] if error.trace else ("the file", 0, "")
    place = f"{file}, line {line}" if line else file
    return f"{place}: the code cannot be loaded, {error.kind}: {_without_place(error.message)}"


def _without_place(message: str) -> str:
    # a SyntaxError ends with its file and line, which stand in front already
    return re.sub(r" \([^()]*, line \d+\)$", "", first_line(message))


def first_line(message: str) -> str:
    """The first line of a message, cut to a length that fits on a screen."""
    line = message.strip().split("\n", 1)[0]
    return line if len(line) <= 200 else line[:199] + "…"


def mismatch_failure(
    found: Mismatch,
    call: Call,
    suspects: Callable[[], Sequence[Cause | Misconception]] = tuple,
    *,
    what: str = "",
    call_text: str = "",
) -> CheckFailure:
    """A wrong answer in words."""
    subject = what or f"the result of {call.function}"
    place = found.where
    if found.kind in ("value", "nan") and found.worst is not None:
        place = (
            f"{found.where}largest error at {list(found.worst)}; {found.wrong} of {found.total} numbers wrong"
        )
    headline = {
        "type": f"{subject} has the wrong type",
        "length": f"{subject} has the wrong number of items",
        "shape": f"{subject} has the wrong shape",
        "dtype": f"{subject} has the wrong dtype",
        "device": f"{subject} is on the wrong device",
        "nan": f"{subject} contains NaN",
        "value": f"{subject} has wrong values",
    }[found.kind]
    failure = CheckFailure(
        found.kind,
        headline,
        call.function,
        call,
        call_text or call.text,
        found.expected,
        found.got,
        place,
    )
    evident = _cause_of(found)
    if evident:
        return failure.because(evident)
    failure.suspects = suspects
    return failure


def _cause_of(found: Mismatch) -> Cause | None:
    if found.kind == "type" and found.got.startswith("None"):
        return CAUSES["nothing-returned"]
    return {"dtype": CAUSES["dtype-changed"], "device": CAUSES["device-forgotten"]}.get(found.kind)


class Problem:
    """A call with its right answer, worked out when first asked for and used for every hand-in."""

    def __init__(self, call: Call, wrt: Sequence[int | str] = ()) -> None:
        self.call = call
        self.wrt = tuple(wrt)
        self.dtype = expected_dtype(call)

    # lazy, so that a check on a stub costs nothing: torch takes 0.6 s to get ready for its first gradient

    @cached_property
    def expected(self) -> Any:
        """The right answer."""
        return reference(self.call)

    @cached_property
    def magnitude(self) -> float:
        """The largest sum of |products| in it."""
        return magnitude(self.call)

    @cached_property
    def cotangent(self) -> Tensor:
        """A random tensor of the answer's shape."""
        return Sample(tuple(self.expected.shape), seed=_seed_of(self.call) + 1000).tensor().to(self.dtype)

    @cached_property
    def gradients(self) -> tuple[Tensor, ...]:
        """The gradients of `sum(answer * cotangent)`, one for each of `wrt`."""
        return self._gradients[0]

    @cached_property
    def gradient_magnitude(self) -> float:
        """The largest sum of |products| in them."""
        return self._gradients[1]

    @cached_property
    def _gradients(self) -> tuple[tuple[Tensor, ...], float]:
        return reference_gradients(self.call, self.cotangent, self.wrt)

    @cached_property
    def returning(self) -> Script:
        """Makes the call."""
        return Script([call_step(self.call)])

    @cached_property
    def keeping(self) -> Script:
        """Makes the call and looks at its inputs afterwards."""
        return Script([call_step(self.call), {"do": "inputs"}])

    @cached_property
    def differentiating(self) -> Script:
        """Makes the call and asks for its gradients."""
        vjp = {"do": "vjp", "cotangent": self.cotangent, "wrt": list(self.wrt)}
        return Script([call_step(self.call, self.wrt), vjp])


@cache
def neighbours(good: Call, bad: Call) -> Script:
    """Makes a good call and then a bad one."""
    return Script([call_step(good), call_step(bad)])


def call_step(call: Call, wrt: Sequence[int | str] = ()) -> dict[str, Any]:
    """The call as a step; gradients can then be asked for the arguments in `wrt`."""
    return {
        "do": "call",
        "name": call.function,
        "args": call.real_args,
        "kwargs": call.real_kwargs,
        "wrt": list(wrt),
    }


def _seed_of(call: Call) -> int:
    return next((a.seed for a in (*call.args, *call.kwargs.values()) if isinstance(a, Sample)), 0)


@cache
def problem(call: Call, wrt: tuple[int | str, ...] = ()) -> Problem:
    """The problem of a call; the same object for the same call."""
    return Problem(call, wrt)


def must_return(student: Student, call: Call) -> None:
    """The call gives what torch gives: type, shape, dtype, device and every number.

    Raises:
        CheckFailure: with the diagnosis, if a misconception explains the answer.
    """
    task = problem(call)
    outcome = student.run(task.returning)
    _judge(task, outcome, student.device)


def _judge(task: Problem, outcome: Outcome, device: str) -> None:
    failure = failure_of(outcome, task.call)
    if failure:
        raise failure
    got = outcome.results[0]
    found = compare(task.expected, got, dtype=task.dtype, magnitude=task.magnitude, device=device)
    if found:
        failure = mismatch_failure(found, task.call, lambda: explanations(task.call, got))
        failure.wanted, failure.answer = task.expected, got
        raise failure


def must_raise(student: Student, bad: Call, good: Call) -> None:
    """The bad call raises ValueError, and its good neighbour gives the right answer.

    The neighbour keeps code that raises whatever it is given from earning the point.
    """
    outcome = student.run(neighbours(good, bad))
    _judge(problem(good), Outcome(outcome.results[:1]) if outcome.results else outcome, student.device)
    must_have_raised(Outcome(outcome.results[1:], outcome.raised, outcome.trouble, outcome.trouble_kind), bad)


def must_have_raised(outcome: Outcome, bad: Call, call_text: str = "") -> None:
    """The outcome is a ValueError (or a subclass of it)."""
    text = call_text or bad.text
    if outcome.trouble:
        raise failure_of(outcome, bad, text) or AssertionError
    if outcome.raised is None:
        raise CheckFailure(
            "no-error",
            f"{bad.function} accepted arguments it should refuse",
            bad.function,
            bad,
            text,
            expected="ValueError",
            got=describe(outcome.results[-1]),
        ).because(CAUSES["accepts-bad-arguments"])
    if is_stub(outcome.raised):
        raise failure_of(outcome, bad, text) or AssertionError
    if "ValueError" not in outcome.raised.bases:
        raise CheckFailure(
            "wrong-error",
            f"{bad.function} raised {outcome.raised.kind} where it should raise ValueError",
            bad.function,
            bad,
            text,
            expected="ValueError",
            got=f"{outcome.raised.kind}: {first_line(outcome.raised.message)}",
            trace=outcome.raised.trace,
        ).because(CAUSES["wrong-exception"])


def must_keep_inputs(student: Student, call: Call) -> None:
    """The answer is right, and the tensors handed in are as they were."""
    task = problem(call)
    outcome = student.run(task.keeping)
    _judge(task, outcome, student.device)
    handed = [a for a in (*call.real_args, *call.real_kwargs.values()) if isinstance(a, Tensor)]
    for number, (before, after) in enumerate(zip(handed, outcome.results[1], strict=False)):
        if not torch.equal(before, after.value):
            raise CheckFailure(
                "mutated",
                f"{call.function} changed tensor argument {number} in place",
                call.function,
                call,
                call.text,
                expected="inputs left as they were",
                got=f"tensor argument {number} has other values after the call",
            ).because(CAUSES["input-mutated"])


def must_differentiate(student: Student, call: Call, wrt: Sequence[int | str]) -> None:
    """The answer is right, and so are its vector-Jacobian products with a random cotangent."""
    task = problem(call, tuple(wrt))
    outcome = student.run(task.differentiating)
    if len(outcome.results) == 1 and outcome.raised:
        _judge(task, Outcome(outcome.results), student.device)
    else:
        _judge(task, outcome, student.device)
    failure = failure_of(outcome, call)
    if failure:
        failure.headline = f"the gradient of {call.function} could not be computed: {failure.got}"
        raise failure
    names = [_argument_name(i) for i in task.wrt]
    for name, expected, got in zip(names, task.gradients, outcome.results[1], strict=True):
        if got is None:
            raise no_gradient(call, name)
        found = compare(
            expected, got, dtype=task.dtype, magnitude=task.gradient_magnitude, device=student.device
        )
        if found:
            raise wrong_gradient(found, call, name)


def no_gradient(call: Call, name: str) -> CheckFailure:
    """No gradient flows back to a tensor."""
    return CheckFailure(
        "no-gradient",
        f"no gradient reaches {name}",
        call.function,
        call,
        call.text,
        expected=f"a gradient for {name}",
        got="none",
    ).because(CAUSES["graph-broken"])


def wrong_gradient(found: Mismatch, call: Call, name: str) -> CheckFailure:
    """A gradient came back, with wrong numbers."""
    failure = mismatch_failure(found, call, what=f"the gradient for {name}")
    failure.kind = "gradient"
    return failure.because(CAUSES["gradient-wrong"])


def _argument_name(argument: int | str) -> str:
    return argument if isinstance(argument, str) else ("x", "weight", "bias")[argument]
