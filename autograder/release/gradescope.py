"""`gradescope-autograder.zip`: `setup.sh`, `run_autograder` and the autograder beside them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from autograder.release.edition import Edition, ReleaseError
from autograder.release.known import KnownSubmission
from autograder.release.package import Package
from exercises.feedback.catalogue import course_info, exercises

_SCRIPTS = ("setup.sh", "run_autograder")
METADATA = {
    "id": 1,
    "created_at": "2026-01-01T00:00:00.000000-00:00",
    "assignment": {
        "id": 1,
        "course_id": 1,
        "title": course_info().title,
        "total_points": f"{sum(e.points for e in exercises() if not e.extra):.1f}",
    },
    "submission_method": "upload",
    "users": [{"email": "student@example.edu", "id": 1, "name": "A Student"}],
    "previous_submissions": [],
}


def packages(edition: Edition) -> list[Package]:
    """The zip to upload as an assignment's autograder."""
    files = edition.grader_files() | {name: edition.template(f"gradescope/{name}") for name in _SCRIPTS}
    return [
        Package(
            "gradescope-autograder.zip",
            "Gradescope",
            files,
            executables=frozenset(_SCRIPTS),
            hidden=True,
        )
    ]


def prove(
    edition: Edition, unpacked: Path, submissions: Sequence[KnownSubmission]
) -> dict[str, dict[str, float]]:
    """Points by exercise of each hand-in, graded by the unpacked zip as the platform would.

    Raises:
        ReleaseError: if a run leaves no results.
    """
    points = {}
    for submission in submissions:
        with tempfile.TemporaryDirectory(prefix="gradescope-") as scratch:
            root = lay_out(Path(scratch), unpacked)
            submission.write_files(root / "submission")
            points[submission.name] = run(root)
    return points


def lay_out(root: Path, unpacked: Path) -> Path:
    """A scratch `/autograder` with this Python in place of what `setup.sh` would install; gives its root."""
    (root / "venv" / "bin").mkdir(parents=True)
    (root / "source").symlink_to(unpacked)
    # a link would lose the environment that this Python belongs to
    python = root / "venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (root / "run_autograder").write_bytes((unpacked / "run_autograder").read_bytes())
    (root / "submission").mkdir()
    (root / "submission_metadata.json").write_text(json.dumps(METADATA), encoding="utf-8")
    return root


def run(root: Path) -> dict[str, float]:
    """Runs the platform's script; points by exercise."""
    environment = {"AUTOGRADER_ROOT": str(root), "PATH": os.environ["PATH"], "HOME": str(root)}
    done = subprocess.run(
        ["bash", str(root / "run_autograder")], cwd=root, env=environment, capture_output=True, text=True
    )
    results = root / "results" / "results.json"
    if done.returncode or not results.is_file():
        last = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise ReleaseError(f"gradescope-autograder.zip: run_autograder ended with {done.returncode}: {last}")
    points: dict[str, float] = {}
    for test in json.loads(results.read_text(encoding="utf-8"))["tests"]:
        points[test["tags"][0]] = points.get(test["tags"][0], 0.0) + test["score"]
    return {name: round(value, 2) for name, value in points.items()}
