"""Writes a class as JPlag and MOSS take it: a folder for each student, and the text that everyone got.

FOLDER/students/NAME/ex1_name.py ...     FOLDER/base/ex1_name.py ...
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.report.faults import Faults
from autograder.submissions.downloads import ClassSubmission
from autograder.submissions.submission import SubmissionError, read_submission
from exercises.feedback.catalogue import exercises
from exercises.paths import MANIFEST


def write_class(submissions: Iterable[ClassSubmission], folder: Path, faults: Faults) -> int:
    """Writes the exercises of a class below an empty folder; of notebooks, the code. Says of how many students.

    What cannot be read is left out. Texts are written as UTF-8, and nothing of them is run.
    """
    modules = [exercise.module for exercise in exercises()]
    _write(folder / "base", {m: (MANIFEST.parent / f"{m}.py").read_text(encoding="utf-8") for m in modules})

    def write(each: ClassSubmission) -> bool:
        if each.path is None:
            return False
        try:
            submission = read_submission(each.path, modules)
        except SubmissionError:
            return False
        texts = dict(submission.modules)
        if submission.notebook is not None:
            texts["notebook"] = "\n\n".join(submission.notebook)
        _write(folder / "students" / each.student, texts)
        return True

    return sum(faults.each(folder.name, submissions, lambda each: each.student, write))


def _write(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    for module, text in texts.items():
        (folder / f"{module}.py").write_bytes(text.encode("utf-8", "replace"))
