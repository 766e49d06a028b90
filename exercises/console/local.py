"""Runs the steps of a check with your own modules, in the Python that runs pytest.

A module is imported by the first check that needs it. If that fails, the checks of this exercise and of
those that build on it say so in a sentence; all others go on. Neither that nor a call goes on for ever.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any

from torch import Tensor

from exercises.console.source import text_of
from exercises.console.time_limit import OutOfTime, Place, TimeLimit
from exercises.console.wording import wording
from exercises.feedback import steps
from exercises.feedback.calls import Call, lay_out, layout_of
from exercises.feedback.catalogue import Exercise, course_info, earlier, exercises
from exercises.feedback.course import Course
from exercises.feedback.failures import CheckFailure, Outcome, not_written
from exercises.feedback.follow import Assumed
from exercises.feedback.kinds import FailureKind
from exercises.feedback.raised_at import expression_of
from exercises.feedback.script import Step
from exercises.feedback.steps import Raised
from exercises.feedback.stub import stub_in
from exercises.paths import EXERCISES

_NO_NAME = re.compile(r"cannot import name '(\w+)' from 'exercises\.(\w+)'")


NEVER_ENDS = "is there a loop that never ends?"
LONGEST_NAME = 22  # that fits into the table
STOPS = 3  # after so many, code is not tried again


@dataclass
class Session:
    """What the checks of one run share.

    `stops` counts how often code was stopped, since it was too slow, by the module that was asked and the one that
    the code had got to; `give_up` and `last` are for what cannot be stopped, see `TimeLimit`.
    """

    stops: Counter[tuple[str, str]] = field(default_factory=Counter)
    give_up: Callable[[Place | None], None] | None = None
    last: int | None = None
    loaded: dict[str, ModuleType | BaseException] = field(default_factory=dict)

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The sources in the folder of the exercises, by module."""
        return {path.stem: text_of(path.stem) for path in EXERCISES.glob("*.py")}

    def limit(self, module: str) -> TimeLimit:
        """For one call of a function of a module, or for its import."""
        seconds = course_info().call_seconds
        modules = {module, *(each.module for each in earlier(module, exercises()))}
        # whoever has waited for it once need not wait as long again
        known = any(where in modules for _, where in self.stops)
        return TimeLimit(seconds / 10 if known else seconds, self.give_up, self.last)

    def given_up(self, module: str) -> str:
        """The module in which calls of this one do not end; none as long as the next call may be another matter.

        What an earlier exercise hangs on need not be called by this one, so that it is tried once all the same.
        """
        for (asked, where), count in self.stops.items():
            everywhere = sum(number for (_, place), number in self.stops.items() if place == where)
            if asked == module and (count >= STOPS or everywhere > STOPS):
                return where
        return ""

    def stopped(self, module: str, trace: Sequence[Place]) -> None:
        """Notes that a call of a module, or its import, was stopped where the trace ends."""
        own = own_lines(trace)
        self.stops[module, own[-1][0].removesuffix(".py") if own else module] += 1

    def load(self, module: str) -> ModuleType | BaseException:
        """The module, or what its import raised: a second try would give the same."""
        if module not in self.loaded:
            try:
                with self.limit(module):
                    self.loaded[module] = importlib.import_module(f"exercises.{module}")
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # a call of exit() as well
                self.loaded[module] = error
                if isinstance(error, OutOfTime):
                    self.stopped(module, steps.raised(error).trace)
        return self.loaded[module]


@dataclass
class LocalStudent:
    """One exercise of yours, as the checks of its course ask it.

    `assumed` stays empty: public checks look at every answer alone. `asked` names the functions that a check has
    called, and `answers` are its calls of functions and what came back; `shown` is what a layer was last given;
    `remark` is what a check has to say although all is right. The
    checks of one run share a `session`.
    """

    course: Course
    exercise: Exercise
    device: str = "cpu"
    assumed: Assumed = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    answers: list[tuple[Call, Any]] = field(default_factory=list)
    shown: Tensor | None = None
    remark: str = ""
    session: Session = field(default_factory=Session)

    def run(self, steps_: Sequence[Step]) -> Outcome:
        """Runs steps on copies of their tensors, so that code which writes to its input harms nobody else.

        Raises:
            CheckFailure: if the module cannot be imported, lacks the function, or had to be stopped too often.
            KeyboardInterrupt: if the student's code was interrupted.
        """
        names = [step["name"] for step in steps_ if step["do"] == "call" or step["do"] == "new"]
        self.asked += [name for name in names if name not in self.asked]
        self.shown = next((step["args"][0] for step in steps_ if step["do"] == "forward"), None)
        module = self.module()
        for name in names:
            if not hasattr(module, name):
                raise _missing(self.exercise.module, name, list(vars(module)))
        own, name = self.exercise.module, names[0] if names else self.exercise.title
        where = self.session.given_up(own)
        if where:
            why = f"{name} was not called: exercises/{where}.py had to be stopped before"
            blocked = f"{where.split('_')[0]} had to be stopped"
            raise NotRunnable(FailureKind.TIMEOUT, why, name, tried=False, blocked=blocked)
        limit = self.session.limit(own)
        results: Sequence[Any] = ()
        raised = None
        with contextlib.suppress(OutOfTime), limit:
            copies = [_copied(step) for step in steps_]
            results, raised = steps.run(copies, lambda name: getattr(module, name), expression_of)
        self.answers += [
            (Call(step["name"], tuple(step["args"]), step.get("kwargs", {})), result)
            for step, result in zip(steps_, results, strict=False)
            if step["do"] == "call"
        ]
        if raised and raised.kind == "KeyboardInterrupt":
            raise KeyboardInterrupt(_place(raised))
        if limit.passed:
            self.session.stopped(own, raised.trace if raised else ())
            return Outcome(
                trouble=f"{name} was still running after {limit.seconds:g} s and was stopped: {NEVER_ENDS}",
                trouble_kind=FailureKind.TIMEOUT,
                trace=raised.trace if raised else (),
            )
        return Outcome(results, raised)

    def module(self) -> ModuleType:
        """The student's module.

        Raises:
            CheckFailure: if it cannot be imported.
        """
        name = self.exercise.module
        loaded = self.session.load(name)
        if isinstance(loaded, BaseException):
            raise import_failure(loaded, name, self.asked[-1] if self.asked else "")
        return loaded


@dataclass
class NotRunnable(CheckFailure):
    """A module cannot be imported or called; `blocked` says in a few words why: "ex1 has a syntax error"."""

    blocked: str = ""


def import_failure(error: BaseException, module: str, function: str = "") -> CheckFailure:
    """An import that failed, in one sentence with file and line."""
    told = steps.raised(error)
    trace = own_lines(told.trace)
    if told.kind == "NotImplementedError" and stub_in(told.message):
        return not_written(told.message, function, trace=trace)
    file, line, _ = trace[-1] if trace else (f"{module}.py", 0, "")
    place = f"exercises/{file}, line {line}," if line else f"exercises/{file}"
    told_in_full = f"{place} {_import_trouble(error, told)}"
    return NotRunnable(
        FailureKind.IMPORT, told_in_full, function, trace=trace, blocked=_blocked(error, told, file)
    )


def own_lines(trace: Sequence[tuple[str, int, str]]) -> tuple[tuple[str, int, str], ...]:
    """The lines of a trace that lie in the student's files."""
    return tuple(line for line in trace if not line[0].startswith("__") and (EXERCISES / line[0]).is_file())


def _import_trouble(error: BaseException, told: Raised) -> str:
    if isinstance(error, SyntaxError):
        return f"is not valid Python: {error.msg}"
    no_name = _NO_NAME.match(told.message)
    if no_name:
        name, source = no_name.groups()
        return f"imports {name}, but exercises/{source}.py has no {name}: was it renamed or deleted?"
    if isinstance(error, ModuleNotFoundError):
        missing = (error.name or "").removeprefix("exercises.")
        if missing == error.name:
            if (EXERCISES / f"{missing}.py").is_file():
                return f"imports {missing}: write `from exercises.{missing} import ...` instead"
            return f"imports {missing}: {told.message}; hand-ins can import {course_info().available()}"
        return f"imports exercises/{missing}.py, which is missing" if own_lines(told.trace) else "is missing"
    if isinstance(error, OutOfTime):
        return f"was still running when the import was stopped: {NEVER_ENDS}"
    return f"stops the import with {told.kind}: {told.message}".rstrip(": ")


def _blocked(error: BaseException, told: Raised, file: str) -> str:
    """Which exercise has to be fixed first, and what about it."""
    name = file.removesuffix(".py").split("_")[0]
    no_name = _NO_NAME.match(told.message)
    if isinstance(error, SyntaxError):
        return f"{name} has a syntax error"
    if no_name:
        missing = no_name[1] if len(no_name[1]) <= LONGEST_NAME else "name that is asked for"
        return f"{no_name[2].split('_')[0]} has no {missing}"
    if isinstance(error, ModuleNotFoundError) and (error.name or "").startswith("exercises."):
        return f"{(error.name or '').removeprefix('exercises.').split('_')[0]} is missing"
    return f"{name} cannot be imported"


def _missing(module: str, name: str, present: Sequence[str]) -> CheckFailure:
    close = difflib.get_close_matches(name, [n for n in present if not n.startswith("__")], 1)
    return CheckFailure(
        FailureKind.MISSING_NAME, wording().missing(module, name, close[0] if close else ""), name
    )


def _copied(value: Any) -> Any:
    """The same step with tensors of its own, each in the memory layout of the original."""
    if isinstance(value, Tensor):
        return lay_out(value.clone(), layout_of(value))
    if isinstance(value, Mapping):
        return {name: _copied(v) for name, v in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_copied(v) for v in value)
    return value


def _place(raised: Raised) -> str:
    if not raised.trace:
        return "stopped"
    file, line, text = raised.trace[-1]
    return f"stopped in {file}, line {line}: {text}"
