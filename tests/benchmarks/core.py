"""The core's exercises: hand-ins of these alone are compared, as before there was an extra track."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from autograder.course import COURSE
from autograder.paths import SOLUTIONS
from autograder.submissions.submission import Submission, read_submission

CORE = replace(COURSE, exercises=tuple(exercise for exercise in COURSE.exercises if not exercise.extra))


def core_of(path: Path) -> Submission:
    """A hand-in's answers to them."""
    return read_submission(path, [exercise.module for exercise in CORE.exercises])


def write_solutions(folder: Path) -> Path:
    """A right hand-in in a new folder."""
    folder.mkdir(parents=True)
    for exercise in CORE.exercises:
        shutil.copy(SOLUTIONS / f"{exercise.module}.py", folder)
    return folder
