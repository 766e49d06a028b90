"""What the public checks have beside the shared vocabulary: worked examples, and the check of the source.

In a worked example the right answer stands in the check, in plain numbers, so that you can do it on paper.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from exercises.console.local import LocalStudent
from exercises.console.source import notebook_text, stubs, text_of
from exercises.feedback.calls import Call
from exercises.feedback.catalogue import Exercise, exercises
from exercises.feedback.checks import must_return, problem
from exercises.feedback.failures import CheckFailure, NotWritten
from exercises.feedback.forbidden import find_forbidden
from exercises.feedback.kinds import FailureKind
from exercises.feedback.stub import Stub
from exercises.paths import EXERCISES

NOTEBOOK = "notebook"


def must_give(student: LocalStudent, call: Call, on_paper: Any) -> None:
    """The call gives what is worked out here on paper, which is what torch gives.

    Args:
        student: whose code is asked.
        call: with small arguments.
        on_paper: an int, or nested lists for a tensor, or a tuple of such.
    """
    must_return(student, call)
    must_be_torchs(on_paper, problem(student.course, call).expected)


def must_be_torchs(on_paper: Any, expected: Any) -> None:
    """Whoever wrote the check has calculated well."""
    if isinstance(expected, tuple):
        assert len(on_paper) == len(expected)
        for item, wanted in zip(on_paper, expected, strict=True):
            must_be_torchs(item, wanted)
    elif isinstance(expected, Tensor):
        written = torch.tensor(on_paper, dtype=torch.float64)
        assert written.shape == expected.shape, f"torch gives the shape {tuple(expected.shape)}"
        # numbers of the check went through float32 on their way to torch
        assert torch.allclose(written, expected, rtol=1e-6, atol=1e-6), f"torch gives {expected.tolist()}"
    else:
        assert on_paper == expected, f"torch gives {expected}"


def must_be_own_work(student: LocalStudent) -> None:
    """Nothing is called that this exercise asks the student to write.

    As long as a function is not written, this is to do as well.
    """
    exercise = student.exercise
    student.module()
    texts, module, others = _own_texts(exercise)
    answers = [name for each in student.course.exercises for name in each.exports]
    rules = student.course.rules_of(exercise)
    findings = find_forbidden(texts, module, exercise.exports, rules, answers, others)
    if findings:
        found = findings[0]
        source = texts.get(found.module, "").split("\n")
        line = source[found.line - 1].strip() if 0 < found.line <= len(source) else ""
        if module == NOTEBOOK:  # whose lines are counted over all cells, which helps nobody
            sentence = f"{found.name} is used here: this exercise asks you to write it yourself"
            raise CheckFailure(FailureKind.FORBIDDEN, sentence, trace=(("", 0, line),))
        raise CheckFailure(
            FailureKind.FORBIDDEN,
            f"exercises/{found.sentence}",
            trace=((f"{found.module}.py", found.line, line),),
        )
    for name, number in stubs(texts[module]).items():
        if name.split(".")[0] in exercise.exports:
            stub = Stub(exercise.name, name)
            place = (f"{module}.py", number, "")
            raise NotWritten(FailureKind.NOT_WRITTEN, str(stub), trace=(place,), stub=stub)


def _own_texts(exercise: Exercise) -> tuple[dict[str, str], str, list[str]]:
    """The student's sources by module, the one of this exercise, and names that others answer for."""
    notebook = notebook_text()
    if notebook is None:
        return {path.stem: text_of(path.stem) for path in EXERCISES.glob("*.py")}, exercise.module, []
    others = [name for e in exercises() if e.module != exercise.module for name in e.exports]
    return {NOTEBOOK: notebook}, NOTEBOOK, others
