"""The Gradescope zip, laid out and run as the platform does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autograder.course import COURSE
from autograder.grading.grade import Grader
from autograder.platforms.single_upload import points
from autograder.release import gradescope
from autograder.release.build import unpack
from autograder.release.edition import Edition
from autograder.release.known import KnownSubmission, known_submissions
from autograder.release.package import with_manifest, zipped
from autograder.submissions.submission import read_submission
from exercises.feedback.catalogue import exercises

pytestmark = pytest.mark.platforms
ROOT = Path(__file__).resolve().parents[1]
STATUSES = ("passed", "failed")
FORMATS = ("text", "html", "simple_format", "md", "ansi")
VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")
NUMBER, TEXT = (int, float), (str,)
# the documented fields of results.json, https://gradescope-autograders.readthedocs.io/en/latest/specs/
TOP: Mapping[str, Any] = {
    "score": NUMBER, "execution_time": NUMBER, "output": TEXT, "output_format": FORMATS,
    "test_output_format": FORMATS, "test_name_format": FORMATS, "visibility": VISIBILITIES,
    "stdout_visibility": VISIBILITIES, "extra_data": (dict,), "tests": (list,), "leaderboard": (list,),
}  # fmt: skip
TEST: Mapping[str, Any] = {
    "score": NUMBER, "max_score": NUMBER, "status": STATUSES, "name": TEXT, "name_format": FORMATS,
    "number": TEXT, "output": TEXT, "output_format": FORMATS, "tags": (list,), "visibility": VISIBILITIES,
    "extra_data": (dict,),
}  # fmt: skip


def check_fields(found: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Every field is documented and has one of its types or values."""
    for name, value in found.items():
        assert name in known, f"{name} is no field of the specification"
        allowed = known[name]
        if isinstance(allowed[0], str):
            assert value in allowed, f"{name}: {value}"
        else:
            assert isinstance(value, allowed) and not isinstance(value, bool), f"{name}: {value!r}"


def results(root: Path) -> dict[str, Any]:
    """The results, held against the specification."""
    found: dict[str, Any] = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    check_fields(found, TOP)
    for test in found["tests"]:
        check_fields(test, TEST)
    return found


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    edition = Edition(COURSE, ROOT)
    [package] = gradescope.packages(edition)
    content = zipped(with_manifest(package, edition), package.executables)
    return unpack(content, tmp_path_factory.mktemp("gradescope") / "source")


@pytest.fixture(scope="module")
def hand_ins() -> dict[str, KnownSubmission]:
    return {h.name: h for h in known_submissions(Edition(COURSE, ROOT))}


def run(root: Path) -> str:
    """Runs the platform's script; what it said."""
    command = ["bash", str(root / "run_autograder")]
    environment = {"AUTOGRADER_ROOT": str(root), "PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_points_are_those_of_this_checkout_and_fields_are_documented(
    source: Path, hand_ins: Mapping[str, KnownSubmission], tmp_path: Path
) -> None:
    root = gradescope.lay_out(tmp_path / "autograder", source)
    folder = hand_ins["corpus2"].write_files(root / "submission")
    run(root)
    found = results(root)
    with Grader(COURSE) as grader:
        report = grader.grade(read_submission(folder, [e.module for e in grader.catalogue]))
    assert found["score"] == report.earned
    by_exercise: dict[str, float] = {}
    for test in found["tests"]:
        by_exercise[test["tags"][0]] = by_exercise.get(test["tags"][0], 0) + test["score"]
    assert by_exercise == pytest.approx(points(report), abs=0.01)
    assert "must_return" not in json.dumps(found), "a hidden test's code is in the results"


def test_an_assignment_of_other_points_scales_every_score(
    source: Path, hand_ins: Mapping[str, KnownSubmission], tmp_path: Path
) -> None:
    root = gradescope.lay_out(tmp_path / "autograder", source)
    hand_ins["corpus3"].write_files(root / "submission")
    metadata = json.loads((root / "submission_metadata.json").read_text(encoding="utf-8"))
    metadata["assignment"]["total_points"] = "25.0"
    (root / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    run(root)
    found = results(root)
    assert found["score"] == 20.0
    extra = {e.name for e in exercises() if e.extra}
    counted = [test["max_score"] for test in found["tests"] if test["tags"][0] not in extra]
    assert sum(counted) == pytest.approx(25.0, abs=0.01)


CRASHES = {
    "ends the process": "import os\nos._exit(0)\n",
    "writes results": (
        "import json, pathlib\n"
        "for p in ('/autograder/results', '../results', '../../results'):\n"
        "    try: pathlib.Path(p, 'results.json').write_text(json.dumps({'score': 100}))\n"
        "    except OSError: pass\n"
        "raise SystemExit\n"
    ),
}


@pytest.mark.parametrize("how", CRASHES)
def test_a_submission_that_crashes_everything_still_gives_valid_results(
    source: Path, hand_ins: Mapping[str, KnownSubmission], tmp_path: Path, how: str
) -> None:
    root = gradescope.lay_out(tmp_path / "autograder", source)
    crashing = KnownSubmission("crash", dict.fromkeys(hand_ins["stubs"].modules, CRASHES[how]))
    crashing.write_files(root / "submission")
    run(root)
    assert results(root)["score"] == 0.0
    assert results(root)["tests"]


@pytest.mark.parametrize("upload", ["nothing", "no exercise", "a broken zip", "two answers"])
def test_an_upload_that_cannot_be_graded_has_no_score_and_is_told_why(
    source: Path, tmp_path: Path, upload: str
) -> None:
    root = gradescope.lay_out(tmp_path / "autograder", source)
    if upload == "no exercise":
        (root / "submission" / "essay.txt").write_text("hello", encoding="utf-8")
    if upload == "a broken zip":
        (root / "submission" / "work.zip").write_bytes(b"PK nonsense")
    if upload == "two answers":
        (root / "submission" / "one.ipynb").write_text(notebook("return x"), encoding="utf-8")
        (root / "submission" / "two.ipynb").write_text(notebook("return x + 0"), encoding="utf-8")
    run(root)
    found = results(root)
    # a score of 0 would be taken for a grade
    assert "score" not in found and found["tests"] == []
    assert found["output"].splitlines()[0]
    if upload == "two answers":
        assert "one.ipynb" in found["output"] and "two.ipynb" in found["output"]
    assert str(root) not in json.dumps(found), "students learn where the grader lies"


def notebook(body: str) -> str:
    source = f"def pad2d(x, padding):\n    {body}"
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": source}]})


def test_a_grader_that_fails_itself_says_so_and_blames_nobody(
    hand_ins: Mapping[str, KnownSubmission], source: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "source"
    broken.mkdir()
    for path in source.iterdir():
        (broken / path.name).symlink_to(path)
    (broken / "autograder").unlink()
    shutil.copytree(source / "autograder", broken / "autograder")
    suite = broken / "autograder" / "course" / "suites" / "ex1_output_size.py"
    suite.write_text(
        suite.read_text(encoding="utf-8") + "\nraise RuntimeError('broken suite')\n", encoding="utf-8"
    )
    root = gradescope.lay_out(tmp_path / "autograder", broken)
    hand_ins["solutions"].write_files(root / "submission")
    assert "broken suite" in run(root)
    found = results(root)
    assert "not your fault" in found["output"]
    assert "score" not in found
    assert "broken suite" not in json.dumps(found)


def test_setup_installs_from_wheels_twice_and_the_installed_grader_grades(
    source: Path, hand_ins: Mapping[str, KnownSubmission], tmp_path: Path
) -> None:
    root = tmp_path / "autograder"
    unpacked = root / "source"
    shutil.copytree(source, unpacked)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    needs = ["-r", str(unpacked / "requirements.txt"), "-c", str(unpacked / "constraints.txt")]
    fetch = subprocess.run(
        [*pip, "download", "--quiet", *needs, "-d", str(unpacked / "wheels")], capture_output=True, text=True
    )
    assert fetch.returncode == 0, fetch.stderr
    environment = {
        "AUTOGRADER_ROOT": str(root), "PATH": os.environ["PATH"], "PYTHON": sys.executable,
        "HOME": str(tmp_path), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull,
    }  # fmt: skip
    for _ in range(2):
        setup = subprocess.run(
            ["bash", str(unpacked / "setup.sh")], env=environment, capture_output=True, text=True
        )
        assert setup.returncode == 0, setup.stderr
        assert "torch 2." in setup.stdout
    (root / "run_autograder").write_bytes((unpacked / "run_autograder").read_bytes())
    hand_ins["solutions"].write_files(root / "submission")
    run(root)
    assert results(root)["score"] == sum(e.points for e in exercises() if not e.extra)
