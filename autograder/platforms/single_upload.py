"""What every platform's entry point shares: which release this is, and one upload graded by it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.course import COURSE
from autograder.grading.grade import DEFAULT_SEED, Grader, choose_devices
from autograder.grading.sandboxed import TimeLimits
from autograder.paths import RELEASE
from autograder.report.model import Report
from autograder.sandbox.torch_version import refuse_unfit_torch
from autograder.submissions.submission import Submission, SubmissionError, read_submission, visible

# seconds for all calls of one upload: platforms stop everything after ten minutes, with no points at all
MAX_SUBMISSION_SECONDS = 420.0
MEANINGS = COURSE.meanings  # of the rubric lines' categories, in words


def release() -> Mapping[str, Any]:
    """The release that this autograder belongs to; empty in a checkout."""
    if not RELEASE.is_file():
        return {}
    found: dict[str, Any] = json.loads(RELEASE.read_text(encoding="utf-8"))
    return found


def seed() -> int:
    """The seed of the release's hidden inputs."""
    return int(release().get("seed", DEFAULT_SEED))


def seed_of(submission: Submission) -> int:
    """The seed for one upload: students may upload again and again, and see what fails each time.

    It depends on what was uploaded, so answers written down in one upload are of no use in the next; and it
    stands in the report, so `autograder grade --seed` gives the same grade again.
    """
    digest = hashlib.sha256(f"{seed()}:{submission.digest}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def graded(upload: Path, student: str = "submission") -> Report:
    """The report on one upload, whatever it is; one that cannot be graded has a `problem`, and then no platform has a
    score of it.

    Args:
        upload: a folder, zip, notebook or `.py` file. A folder that holds nothing else is what lies in it.
        student: the name in the report.

    Raises:
        UnfitTorch: if the torch that is installed cannot grade.
    """
    refuse_unfit_torch()
    time_limits = TimeLimits(submission=MAX_SUBMISSION_SECONDS)
    try:
        submission = uploaded(upload)
    except SubmissionError as error:
        with Grader(COURSE, seed=seed()) as grader:
            # students need not know where the platform keeps things
            return grader.unreadable(student, str(error).replace(str(upload), "your upload"))
    devices = choose_devices("auto")
    with Grader(COURSE, devices, seed_of(submission), time_limits) as grader:
        return grader.grade(submission).named(student)


def uploaded(upload: Path) -> Submission:
    """What is graded of an upload.

    Raises:
        SubmissionError: if nothing can be graded, or nobody can tell what is meant.
    """
    return read_submission(_sole_entry(upload), [e.module for e in COURSE.exercises])


def _sole_entry(upload: Path) -> Path:
    """What lies in a folder alone, since platforms put even a single file into one."""
    entries = visible(upload) if upload.is_dir() else []
    alone = len(entries) == 1 and entries[0].suffix.lower() in (".zip", ".ipynb")
    return entries[0] if alone and not entries[0].is_symlink() else upload


def points(report: Report) -> dict[str, float]:
    """Points by exercise as they count, such as {"ex3": 20.0}; an extra one that is left alone has none."""
    return {e.name: e.counted for e in report.begun}
