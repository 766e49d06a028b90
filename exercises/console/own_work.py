"""What the public checks have beside the shared vocabulary: the check of the source."""

from __future__ import annotations

from collections.abc import Mapping

from exercises.console.local import LocalStudent
from exercises.console.source import notebook_text, stubs
from exercises.feedback.catalogue import exercises
from exercises.feedback.failures import CheckFailure, NotWritten
from exercises.feedback.forbidden import find_forbidden
from exercises.feedback.kinds import FailureKind
from exercises.feedback.stub import Stub

NOTEBOOK = "notebook"


def must_be_own_work(student: LocalStudent) -> None:
    """Nothing is called that this exercise asks the student to write.

    As long as a function is not written, this is to do as well.
    """
    exercise = student.exercise
    student.module()
    texts, module, others = _own_texts(student)
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


def _own_texts(student: LocalStudent) -> tuple[Mapping[str, str], str, list[str]]:
    """The student's sources by module, the one of this exercise, and names that others answer for."""
    module = student.exercise.module
    notebook = notebook_text()
    if notebook is None:
        return student.session.texts, module, []
    others = [name for e in exercises() if e.module != module for name in e.exports]
    return {NOTEBOOK: notebook}, NOTEBOOK, others
