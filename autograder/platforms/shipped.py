"""What every platform's entry point shares: which release this is, and one upload graded by it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.examinee import Patience
from autograder.grade import DEFAULT_SEED, Grader, choose_devices
from autograder.report.model import Report
from autograder.submission import Submission, SubmissionError, find_submissions, read_submission
from exercises.feedback.catalogue import exercises

# seconds for all calls of one upload: platforms stop everything after ten minutes, with no points at all
LONGEST = 480.0
PROVENANCE = Path(__file__).resolve().parents[2] / "release.json"


def release() -> Mapping[str, Any]:
    """The release that this autograder belongs to; empty in a checkout."""
    if not PROVENANCE.is_file():
        return {}
    found: dict[str, Any] = json.loads(PROVENANCE.read_text(encoding="utf-8"))
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
    """The report on one upload, whatever it is: an unreadable one earns 0 and is told why.

    Args:
        upload: a folder, zip, notebook or `.py` file. A folder that holds nothing but one zip is that zip.
        student: the name in the report.
    """
    modules = [e.module for e in exercises()]
    patience = Patience(submission=LONGEST)
    try:
        # platforms put even a single file into a folder
        inside = find_submissions(upload, modules)
        submission = read_submission(inside[0] if len(inside) == 1 else upload, modules)
    except SubmissionError as error:
        with Grader(seed=seed()) as grader:
            # students need not know where the platform keeps things
            return grader.unreadable(student, str(error).replace(str(upload), "your upload"))
    with Grader(devices=choose_devices("auto"), seed=seed_of(submission), patience=patience) as grader:
        return grader.grade(submission).named(student)


def points(report: Report) -> dict[str, float]:
    """Points by exercise, such as {"ex3": 20.0}."""
    return {e.name: e.earned for e in report.exercises}
