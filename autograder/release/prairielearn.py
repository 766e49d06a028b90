"""`prairielearn.zip`: a question folder with its external grader, and what the grader's image is built from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.platforms.prairielearn import FAILED
from autograder.release import student
from autograder.release.edition import Edition, ReleaseError, as_bytes
from autograder.release.known import KnownSubmission
from autograder.release.notebook import NAME
from autograder.release.package import Package, with_manifest, zipped
from autograder.report.prairielearn import not_gradable
from exercises.feedback.catalogue import course_info

ZIP = "prairielearn.zip"
QUESTION = course_info().slug
SECONDS = 600  # the most that the platform allows
_AT_ONCE = 2


def packages(edition: Edition) -> list[Package]:
    """The zip to unpack beside a course."""
    files = {f"{QUESTION}/tests/{name}": content for name, content in edition.grader_files().items()}
    files |= {
        "README.md": edition.page("prairielearn/README.md", image=image(edition)),
        "image/Dockerfile": edition.template("prairielearn/Dockerfile"),
        "image/requirements.txt": edition.grader_files()["requirements.txt"],
        "image/constraints.txt": edition.constraints,
        f"{QUESTION}/info.json": as_bytes(info(edition)),
        f"{QUESTION}/question.html": _question(edition),
        f"{QUESTION}/tests/run.sh": edition.template("prairielearn/run.sh"),
        f"{QUESTION}/tests/not-graded.json": as_bytes(not_gradable(FAILED)),
    }
    for package in student.packages(edition):
        inner = zipped(with_manifest(package, edition), package.executables)
        files[f"{QUESTION}/clientFilesQuestion/{package.name}"] = inner
    executables = frozenset({f"{QUESTION}/tests/run.sh"})
    return [Package(ZIP, "PrairieLearn courses", files, executables=executables, hidden=True)]


def image(edition: Edition) -> str:
    """The image's name as the zip has it; an instructor puts in a name of their own."""
    return f"your-organisation/{QUESTION}-grader:{edition.provenance['version']}"


def info(edition: Edition) -> dict[str, object]:
    """The question's `info.json`."""
    return {
        "uuid": str(
            uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:{edition.project}:prairielearn"), QUESTION)
        ),
        "title": edition.course.info.title,
        "topic": QUESTION.capitalize(),
        "tags": ["code"],
        "type": "v3",
        "singleVariant": True,
        "showCorrectAnswer": False,
        "gradingMethod": "External",
        "externalGradingOptions": {
            "enabled": True,
            "image": image(edition),
            "entrypoint": "/grade/tests/run.sh",
            "timeout": SECONDS,
        },
    }


def _question(edition: Edition) -> bytes:
    # all are optional: who has done half of them hands in half
    names = ",".join([*(f"{e.module}.py" for e in edition.catalogue), NAME])
    return edition.page("prairielearn/question.html", files=names)


def prove(
    edition: Edition, unpacked: Path, submissions: Sequence[KnownSubmission]
) -> dict[str, dict[str, float]]:
    """Points by exercise of each hand-in, graded by the unpacked zip as the platform would.

    Raises:
        ReleaseError: if a run leaves no grade.
    """

    def points(submission: KnownSubmission) -> dict[str, float]:
        with tempfile.TemporaryDirectory(prefix="prairielearn-") as scratch:
            root = lay_out(Path(scratch) / "grade", unpacked)
            submission.write_files(root / "student")
            return points_by_exercise(run(root))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip((h.name for h in submissions), pool.map(points, submissions), strict=True))


def lay_out(root: Path, unpacked: Path) -> Path:
    """A scratch `/grade` as the platform makes it, without `results`; gives its root."""
    for name in ("serverFilesCourse", "student", "data"):
        (root / name).mkdir(parents=True)
    shutil.copytree(unpacked / QUESTION / "tests", root / "tests")
    (root / "tests" / "run.sh").chmod(0o755)  # as the platform does before it runs it
    data: dict[str, object] = {
        "params": {},
        "correct_answers": {},
        "submitted_answers": {},
        "format_errors": {},
        "feedback": {},
    }
    (root / "data" / "data.json").write_text(json.dumps(data), encoding="utf-8")
    return root


def run(root: Path, seconds: float | None = None) -> dict[str, object]:
    """Runs the question's entry point with this Python; gives what it wrote.

    Raises:
        ReleaseError: if it wrote nothing, or found that the grader itself failed.
    """
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "PYTHON": sys.executable}
    environment["GRADE_ROOT"] = str(root)
    environment |= {"GRADE_SECONDS": f"{seconds:g}"} if seconds is not None else {}
    done = subprocess.run([root / "tests" / "run.sh"], env=environment, capture_output=True, text=True)
    written = root / "results" / "results.json"
    last = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
    if done.returncode or not written.is_file():
        raise ReleaseError(f"{ZIP}: run.sh ended with {done.returncode} and left no results: {last}")
    results: dict[str, object] = json.loads(written.read_text(encoding="utf-8"))
    if results.get("message") == FAILED:
        raise ReleaseError(f"{ZIP}: the grader failed: {last}")
    return results


def points_by_exercise(results: dict[str, object]) -> dict[str, float]:
    """Points by exercise, from the tests' names."""
    points: dict[str, float] = {}
    tests = results["tests"]
    assert isinstance(tests, list)
    for test in tests:
        exercise = test["name"].split()[0]
        points[exercise] = points.get(exercise, 0.0) + test["points"]
    return {name: round(value, 2) for name, value in points.items()}
