"""Runs the steps of a check with your own modules, in the Python that runs pytest.

A module is imported by the first check that needs it. If that fails, the checks of this exercise and of
those that build on it say so in a sentence; all others go on.
"""

from __future__ import annotations

import difflib
import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any

from torch import Tensor

from exercises.console.wording import wording
from exercises.feedback import steps
from exercises.feedback.calls import lay_out, layout_of
from exercises.feedback.catalogue import Exercise, course_info
from exercises.feedback.course import Course
from exercises.feedback.failures import CheckFailure, Outcome, not_written
from exercises.feedback.follow import Assumed
from exercises.feedback.kinds import FailureKind
from exercises.feedback.script import Step
from exercises.feedback.steps import Raised
from exercises.feedback.stub import stub_in
from exercises.paths import EXERCISES

_NO_NAME = re.compile(r"cannot import name '(\w+)' from 'exercises\.(\w+)'")


@dataclass
class LocalStudent:
    """One exercise of yours, as the checks of its course ask it.

    `assumed` stays empty: public checks look at every answer alone. `asked` names the functions that a check has
    called; `shown` is what a layer was last given; `remark` is what a check has to say although all is right.
    """

    course: Course
    exercise: Exercise
    device: str = "cpu"
    assumed: Assumed = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    shown: Tensor | None = None
    remark: str = ""

    def run(self, steps_: Sequence[Step]) -> Outcome:
        """Runs steps on copies of their tensors, so that code which writes to its input harms nobody else.

        Raises:
            CheckFailure: if the module cannot be imported or lacks the function.
            KeyboardInterrupt: if the student's code was interrupted.
        """
        names = [step["name"] for step in steps_ if step["do"] == "call" or step["do"] == "new"]
        self.asked += [name for name in names if name not in self.asked]
        self.shown = next((step["args"][0] for step in steps_ if step["do"] == "forward"), None)
        module = self.module()
        for name in names:
            if not hasattr(module, name):
                raise _missing(self.exercise.module, name, list(vars(module)))
        results, raised = steps.run([_copied(step) for step in steps_], lambda name: getattr(module, name))
        if raised and raised.kind == "KeyboardInterrupt":
            raise KeyboardInterrupt(_place(raised))
        return Outcome(results, raised)

    def module(self) -> ModuleType:
        """The student's module.

        Raises:
            CheckFailure: if it cannot be imported.
        """
        name = self.exercise.module
        loaded = _load(name)
        if isinstance(loaded, BaseException):
            raise import_failure(loaded, name, self.asked[-1] if self.asked else "")
        return loaded


@cache
def _load(module: str) -> ModuleType | BaseException:
    """The module, or what its import raised: a second try would give the same."""
    try:
        return importlib.import_module(f"exercises.{module}")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a call of exit() as well
        return error


def import_failure(error: BaseException, module: str, function: str = "") -> CheckFailure:
    """An import that failed, in one sentence with file and line."""
    told = steps.raised(error)
    trace = own_lines(told.trace)
    if told.kind == "NotImplementedError" and stub_in(told.message):
        return not_written(told.message, function, trace=trace)
    file, line, _ = trace[-1] if trace else (f"{module}.py", 0, "")
    place = f"exercises/{file}, line {line}," if line else f"exercises/{file}"
    return CheckFailure(FailureKind.IMPORT, f"{place} {_import_trouble(error, told)}", function, trace=trace)


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
    return f"stops the import with {told.kind}: {told.message}".rstrip(": ")


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
