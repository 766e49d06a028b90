"""The hostile class: what each attack must come to, tried on the command that instructors run.

A part of the corpus goes through `autograder grade` in two runs, as one class with honest hand-ins in it, and another
part through the built zips for Gradescope and nbgrader; `make attacks` sends all of it through each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.submissions.submission import find_submissions, student_names
from exercises.feedback.catalogue import exercises
from tests.attack_corpus import AMARA, EXPECTED, hand_in, names, sample, wanted_points
from tests.bad_files import UPLOADS
from tests.spreadsheet import formulas

ROOT = Path(__file__).resolve().parents[1]
GRADER_ONLY = ("autograder", "exercises", "solutions", "tests")
ATTACKS = sample()
HONEST = {"first honest one": "aaa", "last honest one": "zzz"}
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's")


def marks_of_the_grader() -> dict[str, tuple[int, int, int]]:
    """Mode, size and time of change of each of the grader's own files, and the modes of its folders.

    A folder changes when Python puts its first cache into it, as in a fresh clone.
    """
    marks = {}
    for name in GRADER_ONLY:
        for path in [ROOT / name, *(ROOT / name).rglob("*")]:
            if "__pycache__" not in path.parts:
                status = path.lstat()
                sizes = (0, 0) if path.is_dir() else (status.st_size, status.st_mtime_ns)
                marks[str(path)] = (status.st_mode, *sizes)
    return marks


def strays() -> list[str]:
    """Processes of a user that only workers have, and programs that only attacks start, whose parent is gone."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            uid = process.stat().st_uid
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if parent != "1":  # other tests have workers too
            continue
        if 61000 <= uid < 65000 or command.startswith(("/bin/sleep 300", "sleep 300")):
            found.append(f"{process.name}: {command}")
    return found


def left_behind() -> set[str]:
    """What a hand-in could leave outside its folder, where anybody may write."""
    places = [Path("/dev/shm"), Path("/var/tmp"), Path("/tmp")]
    return {str(path) for place in places for path in place.glob("*") if "attack" in path.name}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The reports of the whole class by name, and what there was before and after."""
    base = tmp_path_factory.mktemp("attacks")
    before = marks_of_the_grader(), left_behind()
    runs = []
    for half in (0, 1):
        room = base / f"class{half}"
        room.mkdir()
        for name in ATTACKS[half::2]:
            hand_in(name, room / name.replace("/", "-"))
        for honest in HONEST.values():
            hand_in_amara(room / honest)
        if half:
            uploads = {name: upload.write(room) for name, upload in UPLOADS.items()}
            reported = student_names(find_submissions(room, [e.module for e in exercises()]))
        command = [sys.executable, "-m", "autograder", "grade", str(room), "-o", str(base / f"out{half}")]
        # one by a grader alone, one by several workers; each of them loads torch
        command += ["--timeout", "2.5", "--device", "cpu", "--show-calls", *((), ("--workers", "1"))[half]]
        environment = os.environ | {"A_SECRET_OF_THE_INSTRUCTOR": "hunter2"}
        runs.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True))
    printed = [run.communicate()[0] for run in runs]
    return {
        "codes": [run.returncode for run in runs],
        "printed": printed,
        "out": [base / "out0", base / "out1"],
        "changed": marks_of_the_grader() != before[0],
        "left": left_behind() - before[1],
        "strays": strays(),
        "uploads": {name: reported[path] for name, path in uploads.items()},
    }


def hand_in_amara(folder: Path) -> None:
    folder.mkdir()
    for path in AMARA.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())


def report(graded: dict[str, Any], name: str) -> dict[str, Any]:
    for out in graded["out"]:
        path = out / f"{name}.json"
        if path.exists():
            found: dict[str, Any] = json.loads(path.read_text("utf-8"))
            return found
    raise AssertionError(f"no report on {name}")


def points(found: dict[str, Any]) -> dict[str, float]:
    return {e["name"]: e["earned"] for e in found["exercises"]}


def headlines(found: dict[str, Any], exercises: set[str]) -> list[str]:
    lines = [line for e in found["exercises"] if e["name"] in exercises for line in e["lines"]]
    return [finding["headline"] for line in lines for finding in line["findings"]]


def test_the_corpus_is_large_and_every_attack_says_what_must_happen() -> None:
    assert len(names()) + len(UPLOADS) >= 60
    assert sorted(EXPECTED) == names()
    tried, families = ({name.partition("/")[0] for name in which} for which in (ATTACKS, names()))
    assert tried == families
    assert families == {"borrowed", "breaking", "forging", "network", "reading", "staying", "writing"}


@linux_only
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_the_points_it_should_and_nothing_else(graded: dict[str, Any], name: str) -> None:
    found = report(graded, name.replace("/", "-"))
    wanted = wanted_points(name)
    assert {k: v for k, v in points(found).items() if k in wanted} == pytest.approx(wanted, abs=0.006)
    said = [*found["notes"], *headlines(found, set(EXPECTED[name].get("points", {})))]
    for words in EXPECTED[name].get("says", []):
        assert any(words in line for line in said), (words, said[:5])
    # an attack prints DONE where it succeeds, and puts the word into whatever it manages to smuggle out
    assert "DONE" not in json.dumps(found), found["printed"]
    assert "hunter2" not in json.dumps(found)
    assert found["printed"].count("STOPPED") >= EXPECTED[name].get("stopped", 0)


@pytest.mark.parametrize("name", UPLOADS)
def test_a_bad_upload_costs_what_it_should_and_is_told_why(graded: dict[str, Any], name: str) -> None:
    found = report(graded, graded["uploads"][name])
    assert found["earned"] == UPLOADS[name].points
    assert UPLOADS[name].says in " ".join([found["problem"], *found["notes"]])


def test_the_security_page_tells_the_truth_about_the_corpus() -> None:
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    honest = sum(1 for _ in (ROOT / "tests" / "submissions" / "honest").iterdir())
    assert f"holds {len(names())} attacks, and `tests/bad_files.py` makes {len(UPLOADS)} hostile" in page
    assert f"{honest} correct hand-ins in as many styles" in page


@linux_only
def test_nobody_else_is_touched(graded: dict[str, Any]) -> None:
    """The honest ones before and after all attacks have everything, and the runs ended well."""
    assert graded["codes"] == [0, 0], graded["printed"]
    for out in graded["out"]:
        for name in HONEST.values():
            assert json.loads((out / f"{name}.json").read_text("utf-8"))["earned"] == 100


@linux_only
def test_nothing_is_left_behind(graded: dict[str, Any]) -> None:
    assert not graded["changed"]
    assert graded["left"] == set()
    assert graded["strays"] == []


@linux_only
def test_no_report_and_no_table_can_paint_over_a_terminal_or_a_page(graded: dict[str, Any]) -> None:
    for printed in graded["printed"]:
        assert "\x1b" not in printed
        assert "\u202e" not in printed
    for out in graded["out"]:
        for path in out.glob("*.results.json"):
            for test in json.loads(path.read_text("utf-8")).get("tests", []):
                for text in (test["name"], test["output"]):
                    assert not [c for c in text if ord(c) < 32 and c not in "\n\t"], path.name
        assert formulas((out / "grades.csv").read_text("utf-8")) == []
