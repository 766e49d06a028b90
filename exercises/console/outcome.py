"""From what a check raised to what is shown: right, wrong or to do."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from torch import Tensor

from exercises.console import messages
from exercises.console.local import LocalStudent, NotRunnable, own_lines
from exercises.console.progress import Check, Status
from exercises.feedback.catalogue import Exercise, exercises
from exercises.feedback.course import Course
from exercises.feedback.failures import CheckFailure, NotWritten
from exercises.feedback.follow import is_about_numbers
from exercises.feedback.kinds import COMPARABLE, FailureKind
from exercises.paths import CHECKS

_UNUSABLE = (FailureKind.IMPORT, FailureKind.MISSING_NAME, FailureKind.FORBIDDEN)  # the file cannot be used


def exercise_of(item: pytest.Item) -> Exercise | None:
    """The exercise that a check belongs to, by the number in its file's name; None for any other test."""
    return _exercise_checked_in(item.path)


@cache
def _exercise_checked_in(path: Path) -> Exercise | None:
    if path.parent != CHECKS:
        return None
    return next((e for e in exercises() if path.stem == f"test_{e.name}"), None)


def check_of(
    course: Course, exercise: Exercise, item: pytest.Item, failure: CheckFailure | None, broken: bool
) -> Check:
    """How a check ended.

    Args:
        course: of the checks.
        exercise: what it belongs to.
        item: the check, after it was called.
        failure: what it raised, if that is about the student's code.
        broken: whether it ended with an error of its own.
    """
    student = item.funcargs.get("student") if isinstance(item, pytest.Function) else None
    functions = tuple(student.asked) if isinstance(student, LocalStudent) else ()
    told = inspect.getdoc(item.obj) if isinstance(item, pytest.Function) else None
    sentence = " ".join((told or item.name).split())
    asked = item.config.getoption("picture", False)
    drawn = _development(course, student, sentence, item, exercise) if asked else ""
    if failure is None:
        status: Status = "wrong" if broken else "right"
        remark = student.remark if isinstance(student, LocalStudent) else ""
        return Check(exercise.module, item.name, sentence, status, functions, picture=drawn, remark=remark)
    if isinstance(failure, NotWritten) and failure.stub:
        waits_for = failure.stub.exercise if failure.stub.exercise != exercise.name else ""
        place = failure.trace[-1][:2] if failure.trace else None
        return Check(
            exercise.module,
            item.name,
            sentence,
            "to do",
            functions,
            place,
            waits_for,
            what=failure.stub.what,
        )
    if isinstance(failure, NotWritten):  # not the stub's error, but one of the student or of torch
        headline = f"{failure.function} raised NotImplementedError: {failure.headline}"
        failure = CheckFailure(
            FailureKind.RAISED,
            headline,
            failure.function,
            failure.call,
            failure.call_text,
            trace=failure.trace,
        )
    place = _place(failure, exercise)
    unusable = failure.kind in _UNUSABLE
    return Check(
        exercise.module,
        item.name,
        sentence,
        "wrong",
        functions,
        place,
        what=failure.headline if unusable else "",
        parts=messages.told(course, failure, exercise.module),
        picture=drawn or (_picture(course, failure, student, item, exercise) if asked else ""),
        reasons=messages.reasons(failure),
        spot=messages.spot(failure),
        is_number=messages.is_number(failure),
        about_values=is_about_numbers(failure),
        stopped=failure.kind == FailureKind.RAISED,
        failed=failure.function,
        forbidden=failure.kind == FailureKind.FORBIDDEN,
        blocked=failure.blocked if isinstance(failure, NotRunnable) else "",
        tried=failure.tried,
    )


def _place(failure: CheckFailure, exercise: Exercise) -> tuple[str, int] | None:
    """The line where to go on: the last one in the exercise's own file, however far down the exception came from.

    An earlier exercise that is right refuses what a later one asks of it, and the later one is what has to change.
    """
    others = {f"{e.module}.py" for e in exercises()} - {f"{exercise.module}.py"}
    own = [line for line in own_lines(failure.trace) if line[0] not in others]
    return own[-1][:2] if own else None


def _picture(
    course: Course, failure: CheckFailure, student: object, item: pytest.Item, exercise: Exercise
) -> str:
    """Draws a wrong answer; a line that says where it lies, or why there is none."""
    wanted = failure.wanted[0] if isinstance(failure.wanted, tuple) else failure.wanted
    call = failure.drawn_as or failure.call
    if failure.call is None or call is None:
        return "Picture: none, since nothing was called"
    if failure.answer is None and failure.wanted is None:
        return "Picture: none, since there is no answer to draw"
    if failure.kind not in COMPARABLE:
        return "Picture: none, since the answer was not compared number by number"
    if not isinstance(wanted, Tensor):
        return "Picture: none, since the answer is a number, see above"
    made, shown = failure.call, student.shown if isinstance(student, LocalStudent) else None

    def draw(path: Path) -> None:
        from exercises.feedback.draw import picture

        picture(made, failure.wanted, failure.answer, path, shown, lambda worst: course.close_up(call, worst))

    return _drawn(draw, item, exercise)


def _development(
    course: Course, student: object, sentence: str, item: pytest.Item, exercise: Exercise
) -> str:
    """Draws what the answers of a check show together; a line that says where it lies, or nothing to draw."""
    if not isinstance(student, LocalStudent):
        return ""
    details = course.development(student.answers)
    if not details:
        return ""

    def draw(path: Path) -> None:
        from exercises.feedback.draw import development

        development(f"{student.answers[-1][0].function}: {sentence}", details, path)

    return _drawn(draw, item, exercise)


def _drawn(draw: Callable[[Path], None], item: pytest.Item, exercise: Exercise) -> str:
    name = re.sub(r"\W+", "_", item.name.removeprefix("test_")).strip("_")
    path = item.config.rootpath / "pictures" / f"{exercise.name}_{name}.png"
    try:
        draw(path)
    except ImportError:
        return "Picture: not drawn, since Pillow is missing (pip install pillow)"
    except OSError as error:
        return f"Picture: not drawn ({error})"
    return f"Picture: {_from_here(path, item.config.invocation_params.dir)}"


def _from_here(path: Path, here: Path) -> str:
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else str(path)
