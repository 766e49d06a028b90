"""`github-classroom.zip`: a template repository whose workflow runs the public checks and reports their points.

The hidden suites are not in it: the checks run beside the student's code, on a machine that the student commands.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.release import student
from autograder.release.edition import Edition, ReleaseError
from autograder.release.known import KnownSubmission, copies
from autograder.release.package import Package

ZIP = "github-classroom.zip"
RUNNER = ".github/classroom/runner.py"
WORKFLOW = ".github/workflows/classroom.yml"


def packages(edition: Edition) -> list[Package]:
    """The zip to make a template repository of."""
    files = {
        **edition.exercise_files(),
        **edition.pictures(),
        "pyproject.toml": student.pyproject(edition),
        "README.md": edition.page("classroom/README.md", install=student.install(edition)),
        WORKFLOW: edition.page("classroom/classroom.yml"),
        RUNNER: edition.template("classroom/runner.py"),
    }
    return [Package(ZIP, "students", files)]


def prove(
    edition: Edition, unpacked: Path, submissions: Sequence[KnownSubmission]
) -> dict[str, dict[str, float]]:
    """Points by exercise of stubs and solutions, by the public checks, as the workflow's runner gives them.

    Raises:
        ReleaseError: if the runner's step gives no result.
    """
    points = {}
    for submission, repository in copies(unpacked, submissions):
        submission.write_files(repository / "exercises")
        points[submission.name] = points_by_exercise(run(repository))
    return points


def run(repository: Path, **environment: str) -> dict[str, Any]:
    """Runs the workflow's step in a repository with this Python; the decoded result.

    Raises:
        ReleaseError: if it writes none that can be decoded.
    """
    with tempfile.TemporaryDirectory(prefix="step-") as scratch:
        output = Path(scratch) / "output"
        output.touch()
        # the step gets no more of this machine than it needs
        given = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        given |= {"GITHUB_OUTPUT": str(output), "PYTHONDONTWRITEBYTECODE": "1", **environment}
        command = [sys.executable, RUNNER]
        done = subprocess.run(command, cwd=repository, env=given, capture_output=True, text=True)
        written = output.read_text(encoding="utf-8")
    try:
        lines = dict(line.split("=", 1) for line in written.splitlines())
        found: dict[str, Any] = json.loads(base64.b64decode(lines["result"], validate=True))
    except (KeyError, ValueError, binascii.Error) as error:
        last = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise ReleaseError(
            f"{ZIP}: the runner gave no result, exit code {done.returncode}: {last}"
        ) from error
    return found


def points_by_exercise(found: dict[str, Any]) -> dict[str, float]:
    """Points by exercise, such as {"ex3": 20.0}."""
    points: dict[str, float] = {}
    for test in found["tests"]:
        name = f"ex{test['task_id']}"
        points[name] = points.get(name, 0.0) + test["score"]
    return {name: round(value, 2) for name, value in points.items()}
