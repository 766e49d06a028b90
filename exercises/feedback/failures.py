"""What a check found wrong, as an object with parts that each reader can show in its own way."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import torch
from torch import Tensor

from exercises.feedback.calls import Call, Sample
from exercises.feedback.catalogue import course_info
from exercises.feedback.cause import Cause
from exercises.feedback.compare import A_TENSOR, Mismatch
from exercises.feedback.course import Course
from exercises.feedback.errors import cause_of_error
from exercises.feedback.kinds import FailureKind
from exercises.feedback.misconception import Misconception
from exercises.feedback.script import Do, Step, place_of
from exercises.feedback.steps import LOADING, MAX_TEXT_CHARS, Opaque, Raised, TensorResult
from exercises.feedback.stub import Stub, no_word_of, says_not_written, stub_in

MAX_LINE_CHARS = 200  # of a source line that is looked at
# torch advises to cut the tensor off the graph, or to copy it from the GPU, and pytest to run with -s, which is good
# advice for other tasks
_ADVICE = re.compile(
    r" Use (?:t|T)ensor\.(?:detach|cpu)\(\)[^\n]{0,80}"
    r"|pytest: reading from stdin while output is captured![^\n]{0,80}"
)
# `type X = int`, `def f[T](x)`, `except A, B:`, t"…": what came after Python 3.11 and begins a line
_NEWER_SYNTAX = re.compile(
    r"type \w+(?:\[.*\])? ?=|(?:async )?(?:def|class) \w+\[|except \w+, ?\w|.*[=(,:\s]t[\"']"
)


@dataclass(frozen=True)
class Outcome:
    """What running some steps gave.

    `results` has one entry for every step that ran; `raised` is the exception that ended them; `trouble`
    is one sentence when there is no answer at all (too slow, crashed, a forbidden call), and has a kind then; `trace`
    has the lines where it stopped, if they are known; `tried` is false where the code was not even asked, since it
    had been too slow before.
    """

    results: Sequence[Any] = ()
    raised: Raised | None = None
    trouble: str = ""
    trouble_kind: FailureKind | None = None
    trace: tuple[tuple[str, int, str], ...] = ()
    tried: bool = True

    def has(self, steps: Sequence[Step], do: Do) -> bool:
        """Whether the first of the steps that does this gave a result."""
        return place_of(steps, do) < len(self.results)

    def result(self, steps: Sequence[Step], do: Do) -> Any:
        """What the first of the steps that does this gave."""
        return self.results[place_of(steps, do)]


@dataclass
class CheckFailure(Exception):
    """A failed check, in parts.

    `headline` is one sentence; `cause` explains it, where that is possible. `drawn_as` is the call to draw, where
    that is another. `tried` is false where the code was not asked. `otherwise` explains wrong numbers that no
    misconception does. `explained_by` tells whether a misconception found
    elsewhere explains this answer too; of one that is too large to try, it does.
    """

    kind: FailureKind
    headline: str
    function: str = ""
    call: Call | None = None
    call_text: str = ""
    expected: str = ""
    got: str = ""
    mismatch: Mismatch | None = None
    trace: tuple[tuple[str, int, str], ...] = ()
    tried: bool = True
    wanted: Any = field(default=None, repr=False)
    answer: Any = field(default=None, repr=False)
    drawn_as: Call | None = field(default=None, repr=False)
    suspects: Callable[[], Sequence[Cause | Misconception]] = field(default=tuple, repr=False)
    explained_by: Callable[[Misconception], bool] = field(default=lambda _: False, repr=False)
    otherwise: Cause | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        # a worker may have been made to answer with a megabyte of text, and there are a hundred checks
        for part in ("headline", "expected", "got"):
            text = getattr(self, part)
            if len(text) > MAX_TEXT_CHARS:
                setattr(self, part, f"{text[: MAX_TEXT_CHARS - 1]}…")

    @property
    def where(self) -> str:
        """The place in the answer in words, where one is known."""
        return self.mismatch.where if self.mismatch else ""

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
    def title(self) -> str:
        """The cause in a few words for people, or nothing."""
        return self.cause.title if self.cause else ""

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

    def because(self, cause: Cause | Misconception | None) -> Self:
        """The same failure with its cause known, or known to be none that has a name."""
        self.suspects = lambda: () if cause is None else (cause,)
        self.__dict__.pop("causes", None)
        return self


@dataclass
class NotWritten(CheckFailure):
    """Something says that it is not written yet: "to do", not an error. `stub` tells what, if it is one of ours."""

    stub: Stub | None = None


def not_written(
    said: str,
    function: str = "",
    call: Call | None = None,
    call_text: str = "",
    trace: tuple[tuple[str, int, str], ...] = (),
) -> NotWritten:
    """The failure that a NotImplementedError with such a message stands for."""
    return NotWritten(
        FailureKind.NOT_WRITTEN, said, function, call, call_text, trace=trace, stub=stub_in(said)
    )


def failure_of(course: Course, outcome: Outcome, call: Call, call_text: str = "") -> CheckFailure | None:
    """The failure that an outcome without a value stands for; None if every step gave one."""
    if outcome.trouble_kind is not None:
        text = call_text or call.text
        return CheckFailure(
            outcome.trouble_kind,
            outcome.trouble,
            call.function,
            call,
            text,
            trace=outcome.trace,
            tried=outcome.tried,
        )
    if outcome.raised is None:
        return None
    error, text = outcome.raised, call_text or call.text
    if is_stub(error):
        said = error.message.strip() or no_word_of(call.function)
        return not_written(said, call.function, call, text, error.trace)
    if error.step == LOADING:
        kind = FailureKind.NOT_DEFINED if error.kind == "MissingName" else FailureKind.NOT_LOADABLE
        return CheckFailure(kind, _not_loaded(error), call.function, call, text, trace=error.trace)
    message = _without_advice(error.message)
    failure = CheckFailure(
        FailureKind.RAISED,
        f"{call.function} raised {_named(error, first_line(message))}",
        call.function,
        call,
        text,
        expected="a value, no exception",
        got=_named(error, message),
        trace=error.trace,
    )
    return failure.because(cause_of_error(course, error, call))


def _named(error: Raised, message: str) -> str:
    """An exception and what it says; where it says nothing, the line that raised it."""
    if message.strip():
        return f"{error.kind}: {message}"
    return f"{error.kind} at `{error.trace[-1][2]}`" if error.trace and error.trace[-1][2] else error.kind


def _without_advice(message: str) -> str:
    return _ADVICE.sub("", message)


def is_stub(error: Raised) -> bool:
    """Whether the exception says "not written yet", and not that torch lacks something."""
    written = error.message.strip()
    return error.kind == "NotImplementedError" and (not written or says_not_written(written))


def _not_loaded(error: Raised) -> str:
    if error.kind == "MissingName" and error.message.strip():
        return first_line(error.message)
    file, line, text = error.trace[-1] if error.trace else ("the file", 0, "")
    place = f"{file}, line {line}" if line else file
    if error.kind == "ModuleNotFoundError" and error.message.startswith("No module named "):
        return f"{place}: {first_line(error.message)}; hand-ins can import {course_info().available()}"
    told = f"{place}: the code cannot be loaded, {_named(error, _without_place(error.message))}"
    if "SyntaxError" in error.bases:
        running = "{}.{}".format(*sys.version_info)
        told += f" (Python {running} grades"
        told += "; a newer Python may accept it)" if looks_newer(text, error.message) else ")"
    return told


def looks_newer(line: str, message: str) -> bool:
    """Whether a line that is no Python here may be one of a later version, as far as the line alone tells."""
    return bool(_NEWER_SYNTAX.match(line.strip()[:MAX_LINE_CHARS])) or message.startswith("f-string")


def _without_place(message: str) -> str:
    # a SyntaxError ends with its file and line, which stand in front already
    return re.sub(r" \([^()]*, line \d+\)$", "", first_line(message))


def first_line(message: str) -> str:
    """The first line of a message, cut to a length that fits on a screen."""
    line = message.strip().split("\n", 1)[0]
    return line if len(line) <= 200 else line[:199] + "…"


def mismatch_failure(
    course: Course,
    found: Mismatch,
    call: Call,
    suspects: Callable[[], Sequence[Cause | Misconception]] = tuple,
    *,
    what: str = "",
    call_text: str = "",
    follows_input: bool = False,
) -> CheckFailure:
    """A wrong answer in words.

    Args:
        course: whose table explains it.
        found: in what way it is wrong.
        call: that gave it.
        suspects: finds what can explain it, when somebody asks.
        what: what is wrong, where it is not the call's result.
        call_text: the call as it is shown, where it is more than a call.
        follows_input: whether it follows the dtype and device of an input that is none of the call's arguments.
    """
    subject = what or f"the result of {call.function}"
    headline = {
        FailureKind.TYPE: f"{subject} has the wrong type",
        FailureKind.LENGTH: f"{subject} has the wrong number of items",
        FailureKind.SHAPE: f"{subject} has the wrong shape",
        FailureKind.DTYPE: f"{subject} has the wrong dtype",
        FailureKind.DEVICE: f"{subject} is on the wrong device",
        FailureKind.NAN: f"{subject} contains NaN",
        FailureKind.VALUE: f"{subject} has wrong values",
    }[found.kind]
    failure = CheckFailure(
        found.kind,
        headline,
        call.function,
        call,
        call_text or call.text,
        found.expected,
        found.got,
        found,
    )
    evident = _name_of_cause(found, follows_input or takes_tensors(call))
    if evident:
        return failure.because(course.causes.get(evident))
    left = "axes-of-one" if found.axes_of_one else "precision-lost" if found.as_float32 else ""
    failure.otherwise = course.causes.get(left)
    failure.suspects = lambda: tuple(suspects()) or ((failure.otherwise,) if failure.otherwise else ())
    return failure


def _name_of_cause(found: Mismatch, follows_input: bool) -> str:
    seen = found.seen
    if found.kind == FailureKind.TYPE and seen is None:
        return "nothing-returned"
    if found.kind == FailureKind.TYPE and isinstance(seen, Opaque) and seen.type_name.startswith("numpy."):
        return "numpy-and-back"
    if found.kind == FailureKind.TYPE and isinstance(seen, list) and found.expected == A_TENSOR:
        return "list-not-tensor"
    if follows_input:
        return {FailureKind.DTYPE: "dtype-changed", FailureKind.DEVICE: "device-forgotten"}.get(
            found.kind, ""
        )
    if found.kind != FailureKind.DTYPE:
        return ""
    whole = isinstance(seen, TensorResult) and not (seen.value.is_floating_point() or seen.value.is_complex())
    return "made-of-whole-numbers" if whole else "not-float32"


def takes_tensors(call: Call) -> bool:
    """Whether there is an input whose dtype and device the answer follows."""
    return any(isinstance(a, Tensor | Sample) for a in (*call.args, *call.kwargs.values()))


def same(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same dtype, shape and numbers."""
    return one.dtype == other.dtype and one.shape == other.shape and torch.equal(one, other)


def no_gradient(course: Course, call: Call, name: str) -> CheckFailure:
    """No gradient flows back to a tensor."""
    return CheckFailure(
        FailureKind.NO_GRADIENT,
        f"no gradient reaches {name}",
        call.function,
        call,
        call.text,
        expected=f"a gradient for {name}",
        got="none",
    ).because(course.causes.get("graph-broken"))


def wrong_gradient(course: Course, found: Mismatch, call: Call, name: str) -> CheckFailure:
    """A gradient came back, with wrong numbers."""
    failure = mismatch_failure(course, found, call, what=f"the gradient for {name}")
    failure.kind = FailureKind.GRADIENT
    return failure.because(course.causes.get("gradient-wrong"))
