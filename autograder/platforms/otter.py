"""Grading under otter-grader: the plugin that otter loads, and the sandboxed process that does the work.

otter runs a hand-in and its checks in one kernel, where the one can forge the other. So the plugin moves the
hand-in away before any of it runs, otter executes an empty one, and the points come from our own process:

    python -m autograder.start autograder.platforms.otter HAND_IN GRADED.json

On Gradescope and in otter's containers `run_otter.py` starts all this through `run_on_platform`, which takes
away even hand-ins that otter would refuse. This module imports otter only where otter is running already.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

SUPPORT = "exercise_grader"  # the folder in the zip's `files/` that holds the grader
ASIDE = "hand-in"
STAND_IN = "stand-in-for-the-hand-in.ipynb"
MAX_RUN_SECONDS = 570  # seconds; the platform's own limit is ten minutes
PLACEHOLDER: Mapping[str, Any] = {
    "cells": [],
    "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


class SandboxFailed(Exception):
    """The grader itself failed: nobody's grade, least of all 0."""


class NotGraded(Exception):
    """A hand-in that has no grade, with the reason for its student."""


class SandboxedGrading:
    """What otter calls: takes the hand-in away before grading, and gives the sandbox's points after it.

    Args:
        submission_path: where otter found the hand-in; None while an autograder zip is being made.
        submission_metadata: not used.
        plugin_config: not used.
    """

    def __init__(
        self, submission_path: str | None, submission_metadata: object = None, plugin_config: object = None
    ) -> None:
        self._path = Path(submission_path) if submission_path else None
        self._graded: Mapping[str, Any] = {}

    def before_grading(self, config: object) -> None:
        """Grades apart. otter reads logs out of the hand-in and starts a kernel in its folder after this."""
        assert self._path is not None
        root = self._path.parent.parent
        on_platform = (root / ASIDE).exists()  # see `run_on_platform`
        if not on_platform:
            put_aside(root, _copied_by_otter(root))
            shutil.copytree(root / "source" / "tests", root / "submission" / "tests")
            _leave_placeholder(self._path)
        try:
            self._graded = graded_apart(root / ASIDE, root / "source" / "files" / SUPPORT)
        except (NotGraded, SandboxFailed) as error:
            if on_platform:
                raise
            # whoever typed `otter run` gets this line, and no traceback of otter's
            raise SystemExit(f"{self._path.name}: {error}") from error

    def after_grading(self, results: Any) -> None:
        """Puts points and comments of the sandbox in place of what otter's kernel found."""
        results.results = test_files(self._graded["tests"], self._graded["extra"])
        for name, points in self._graded["points"].items():
            results.update_score(name, points)
        results.set_output(self._graded["output"])
        # a kernel that otter could not start costs nothing: nothing was asked of it
        results._catastrophic_error = None


def test_files(tests: Sequence[Mapping[str, Any]], extra: Collection[str]) -> dict[str, Any]:
    """otter's form of the results: one test file per exercise, one test case per rubric line.

    Those of extra exercises are worth nothing to otter, which adds up all it has; their message tells the points.
    """
    from otter.test_files import TestCase
    from otter.test_files.abstract_test import TestCaseResult
    from otter.test_files.exception_test import ExceptionTestFile

    files: dict[str, Any] = {}
    for test in tests:
        name = test["tags"][0]
        file = files.setdefault(name, ExceptionTestFile(name, f"{name}.py", [], all_or_nothing=False))
        worth = 0 if name in extra else test["max_score"]
        case = TestCase(test["name"], None, False, worth, None, None)
        file.test_cases.append(case)
        message = f"{test['score']:g} of {test['max_score']:g} points. {test['output']}"
        file.test_case_results.append(TestCaseResult(case, message, test["status"] == "passed"))
    return files


def graded_apart(submission: Path, support: Path) -> Mapping[str, Any]:
    """What the grader in a folder says of a hand-in, in a process of its own.

    Raises:
        SandboxFailed: if that process fails.
        NotGraded: if the hand-in cannot be graded.
    """
    environment = {**os.environ, "PYTHONPATH": str(support), "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory(prefix="graded-") as scratch:
        found = Path(scratch) / "graded.json"
        # -P: nothing is imported from the current folder
        program = ["-P", "-m", "autograder.start", "autograder.platforms.otter"]
        command = [sys.executable, *program, str(submission), str(found)]
        try:
            done = subprocess.run(
                command,
                cwd=support,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=MAX_RUN_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise SandboxFailed(f"the sandboxed grader took longer than {MAX_RUN_SECONDS} s") from error
        if done.returncode or not found.is_file():
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
            raise SandboxFailed(f"the sandboxed grader ended with {done.returncode}: {' / '.join(said)}")
        graded: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    if graded["problem"]:
        raise NotGraded(graded["problem"])
    return graded


def put_aside(root: Path, not_theirs: frozenset[str] = frozenset()) -> None:
    """Moves all of `submission/` but what otter put there, which is deleted, to a folder beside it."""
    aside = root / ASIDE
    aside.mkdir(mode=0o700)
    for entry in sorted((root / "submission").iterdir()):
        if entry.name in not_theirs:
            _delete(entry)
        else:
            entry.rename(aside / entry.name)


def give_back(root: Path) -> None:
    """Puts the hand-in back, so that a second run finds it as the first did."""
    if not (root / ASIDE).is_dir():
        return
    for entry in sorted((root / "submission").iterdir()):
        _delete(entry)
    for entry in sorted((root / ASIDE).iterdir()):
        entry.rename(root / "submission" / entry.name)
    (root / ASIDE).rmdir()


def _forget_killed_run(root: Path) -> None:
    """After a run that was killed, its hand-in is still aside; graded is what lies in `submission/` now."""
    if (root / "submission" / STAND_IN).exists():
        give_back(root)
    elif (root / ASIDE).exists():
        shutil.rmtree(root / ASIDE)


def run_on_platform(root: Path) -> int:
    """Runs otter on the upload in `root/submission`; whatever happens, results are written.

    Args:
        root: `/autograder` on Gradescope and in otter's containers.
    """
    _forget_killed_run(root)
    from autograder.report import gradescope

    try:
        put_aside(root)
        _leave_placeholder(root / "submission" / STAND_IN)
        _repair_metadata(root / "submission_metadata.json")
        if os.geteuid() == 0:
            # a hand-in runs as somebody else, who has no business with the hidden suites
            (root / "source").chmod(0o700)
        from otter.run.run_autograder import main as run_otter

        run_otter(str(root))
    except NotGraded as error:
        print(error)
        _write(root / "results" / "results.json", gradescope.not_graded(str(error)))
    except Exception:  # the instructor's trouble: the log tells it, the student gets a sentence
        traceback.print_exc()
        _write(root / "results" / "results.json", gradescope.failed())
    finally:
        give_back(root)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The process apart: grades a hand-in and writes what the plugin asks for."""
    submission, found = map(Path, sys.argv[1:] if arguments is None else arguments)
    from autograder.platforms.single_upload import graded, points
    from autograder.report import gradescope
    from autograder.report.files import for_student
    from autograder.sandbox.torch_version import UnfitTorch

    try:
        report = graded(submission)
    except UnfitTorch as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2
    results = gradescope.results(for_student(report, show_calls=False))
    told = {"problem": report.problem, "output": results["output"], "tests": results["tests"]}
    _write(found, told | {"points": points(report), "extra": [e.name for e in report.begun if e.extra]})
    return 0


def _copied_by_otter(root: Path) -> frozenset[str]:
    files = root / "source" / "files"
    return frozenset({entry.name for entry in files.iterdir()} | {"tests", "__init__.py"})


def _leave_placeholder(path: Path) -> None:
    if path.suffix == ".py":
        path.write_text("", encoding="utf-8")
    else:
        _write(path, dict(PLACEHOLDER))


def _repair_metadata(path: Path) -> None:
    """otter's containers have an empty file here, on which otter itself fails as soon as there is a plugin."""
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        _write(path, {})


def _write(path: Path, data: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
