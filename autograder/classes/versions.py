"""What a grade rests on besides the hand-in and the options: the versions of all that takes part."""

from __future__ import annotations

import hashlib
import platform
from functools import cache

import torch

from autograder import __version__
from autograder.grading.grade import suites_digest
from autograder.paths import AUTOGRADER
from exercises.feedback.course import Course
from exercises.paths import COURSE, FEEDBACK, MANIFEST


@cache
def code_digest() -> str:
    """A hash over the grader and what it shares with the public checks."""
    digest = hashlib.sha256()
    for folder in (AUTOGRADER, FEEDBACK, COURSE):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.relative_to(folder.parent).as_posix().encode() + b"\0")
            digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    digest.update(MANIFEST.read_bytes())
    return digest.hexdigest()


def versions(course: Course) -> dict[str, str]:
    """The versions by name. Two graders that agree on them give the same reports."""
    return {
        "autograder": __version__,
        "torch": str(torch.__version__),
        "Python": platform.python_version(),
        "hidden suites": suites_digest(course),
        "grader's code": code_digest(),
    }
