"""What stands behind an exception of a student's code, as far as it, the call and the line tell."""

from __future__ import annotations

import re

from exercises.feedback.calls import Call
from exercises.feedback.cause import Cause
from exercises.feedback.course import Course
from exercises.feedback.steps import Raised

_PACKAGE = re.compile(r"name '(torch|nn|F|math|np|numpy|itertools)' is not defined")
_NUMPY = re.compile(
    r"[Cc]an't (call numpy\(\) on|convert .{1,40} to numpy)|.{0,40}unsupported ScalarType BFloat16"
)


def cause_of_error(course: Course, error: Raised, call: Call) -> Cause | None:
    """Why a call that has an answer raised; None where that cannot be said."""
    return course.causes.get(_name_of_cause(error) or course.cause_of_error(error, call))


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
    """Whether the student's own line raised it on purpose, as an `assert` or a `raise`."""
    return bool(error.trace) and error.trace[-1][2].lstrip().startswith(("assert ", "assert(", "raise "))
