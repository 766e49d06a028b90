"""What stands behind an exception of a student's code, as far as it, the call and the line tell."""

from __future__ import annotations

import re
from dataclasses import replace

from exercises.feedback.calls import Call
from exercises.feedback.cause import Cause
from exercises.feedback.course import Course
from exercises.feedback.crashes import close_to, name_of_crash, told_of
from exercises.feedback.steps import Raised

_PACKAGE = re.compile(r"name '(torch|nn|F|math|np|numpy|itertools)' is not defined")
_NUMPY = re.compile(
    r"[Cc]an't (call numpy\(\) on|convert .{1,40} to numpy)|.{0,40}unsupported ScalarType BFloat16"
)


def cause_of_error(course: Course, error: Raised, call: Call) -> Cause | None:
    """Why a call that has an answer raised; None where that cannot be said."""
    crash = "" if refuses(error) else name_of_crash(error)
    name = _name_of_cause(error) or _before_the_course(crash) or course.cause_of_error(error, call) or crash
    cause = course.causes.get(name)
    if cause is None:
        return None
    close = close_to(error) if cause.shows == "close" else ""
    told = (told_of(error, cause.shows), cause.explanation, close)
    return replace(cause, explanation=" ".join(text for text in told if text))


def _before_the_course(crash: str) -> str:
    """What is certain, and what a course may take for something else."""
    return crash if crash in ("float-as-size", "range-forgotten") else ""


def _name_of_cause(error: Raised) -> str:
    message = error.message
    if "view size is not compatible" in message:
        return "view-of-gaps"
    if error.kind == "NameError" and _PACKAGE.match(message):
        return "import-forgotten"
    if error.kind == "ModuleNotFoundError" and message.startswith("No module named "):
        return "package-missing"
    return "numpy-and-back" if _NUMPY.match(message) else ""


def cause_of_wrong_error(course: Course, error: Raised) -> Cause | None:
    """Why something else than a ValueError was raised where one is due."""
    if not refuses(error):
        return course.causes.get("wrong-exception")
    return course.causes.get("assert-for-arguments" if error.kind == "AssertionError" else "other-exception")


def refuses(error: Raised) -> bool:
    """Whether the student's own line raised it on purpose, as an `assert` or a `raise`.

    Behind a condition on the same line it has to be named: the condition may have raised it by accident.
    """
    line = error.trace[-1][2].lstrip() if error.trace else ""
    named = "assert" if error.kind == "AssertionError" else rf"raise\s+(\w+\.)*{re.escape(error.kind)}"
    return line.startswith(("assert ", "assert(", "raise ")) or bool(re.search(rf"[:;]\s*{named}\b", line))
