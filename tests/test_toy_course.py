"""The engine with another course on it: one exercise, `add`, used as students, instructors and platforms do."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from exercises.paths import ROOT
from tests.elsewhere import run
from tests.toy_course.__main__ import HERE, lay_out

RIGHT = "def add(a, b):\n    if a.shape != b.shape:\n        raise ValueError('shapes')\n    return a + b\n"
SUBTRACTED = RIGHT.replace("a + b", "a - b")
READY_MADE = "import torch\n\n" + RIGHT.replace("a + b", "torch.add(a, b)")


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = lay_out(tmp_path_factory.mktemp("toy") / "course")
    hand_ins = {"ada": RIGHT, "ben": SUBTRACTED, "eve": READY_MADE}
    for name, text in hand_ins.items():
        (folder / "class" / name).mkdir(parents=True)
        (folder / "class" / name / "ex1_add.py").write_text(text, encoding="utf-8")
    return folder


def test_the_toy_course_has_no_code_but_content() -> None:
    """What it brings stands where the content of a course stands, and nowhere else."""
    places = {p.relative_to(HERE).as_posix() for p in HERE.rglob("*.*") if "__pycache__" not in p.parts}
    content = (
        "solutions/",
        "exercises/README.md",
        "exercises/course/",
        "exercises/tests/test_ex",
        "autograder/course/",
    )
    assert [p for p in places if "/" in p and not p.startswith(content)] == []


def test_stubs_and_check_pass(toy: Path) -> None:
    written = run(toy, "autograder", "stubs")
    assert (written.returncode, written.stdout) == (0, "wrote exercises/manifest.json\n"), written.stderr
    checked = run(toy, "autograder", "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout == "solutions: 10 of 10 points\nstubs: 0 of 10 points\nzeros: 0 of 10 points\n"


@pytest.mark.platforms
def test_a_student_is_told_what_is_wrong_in_the_words_of_the_course(toy: Path) -> None:
    stub = toy / "exercises" / "ex1_add.py"
    kept = stub.read_bytes()
    told = run(toy, "pytest", "exercises", "-p", "no:cacheprovider")
    assert "Addition ---" in told.stdout and "Next: exercises/ex1_add.py, line 30: write add" in told.stdout
    try:
        stub.write_text(SUBTRACTED, encoding="utf-8")
        told = run(toy, "pytest", "exercises", "-p", "no:cacheprovider")
        assert (
            "The second tensor was taken away from the first. A sum has a plus.\n"
            f"Read: 'Adding' in the tutorial, in a browser:\n{(toy / 'exercises' / 'tutorial.html').as_uri()}#adding"
            in told.stdout
        )
        stub.write_text(RIGHT, encoding="utf-8")
        told = run(toy, "pytest", "exercises", "-p", "no:cacheprovider")
        assert told.returncode == 0 and "Well done: every check passes, you can add." in told.stdout
    finally:
        stub.write_bytes(kept)


@pytest.fixture(scope="module")
def graded(toy: Path) -> Path:
    done = run(toy, "autograder", "grade", "class", "-o", "graded", "--workers", "1")
    assert done.returncode == 0, done.stderr
    return toy / "graded"


@pytest.mark.platforms
@pytest.mark.parametrize(
    ("student", "points", "named"), [("ada", 10, ""), ("ben", 4, "subtracted"), ("eve", 0, "forbidden")]
)
def test_hand_ins_are_graded_in_the_sandbox(graded: Path, student: str, points: float, named: str) -> None:
    report = json.loads((graded / f"{student}.json").read_text(encoding="utf-8"))
    [exercise] = report["exercises"]
    assert (exercise["title"], report["earned"]) == ("Adding", points)
    findings = [finding for line in exercise["lines"] for finding in line["findings"]]
    assert {f["diagnosis"] or f["kind"] for f in findings} == ({named} if named else set())
    assert len(report["provenance"]["confinement"]) >= 2


@pytest.mark.platforms
def test_the_pages_are_those_of_the_course(graded: Path) -> None:
    page = (graded / "ben.html").read_text(encoding="utf-8")
    assert "<h1>Addition: feedback for ben</h1>" in page and "A sum has a plus." in page
    assert "<h1>Addition: the class</h1>" in (graded / "dashboard.htm").read_text(encoding="utf-8")
    for written in graded.glob("*.*"):
        assert "onvolution" not in written.read_text(encoding="utf-8"), written.name


@pytest.mark.platforms
def test_zips_are_built_and_proved(toy: Path) -> None:
    """`release` grades stubs and solutions with each zip, and writes none that gives other points."""
    only = ["student.zip", "gradescope-autograder.zip"]
    done = run(toy, "autograder", "release", "-o", "dist", "--only", *only)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(toy / "dist" / "student.zip") as archive:
        start = archive.read("START.md").decode("utf-8")
        texts = [
            archive.read(n) for n in archive.namelist() if n.endswith((".md", ".json", ".toml", ".html"))
        ]
    assert start.startswith("# Addition\n") and "exercises/ex1_add.py" in start
    assert "They can import torch, numpy and Python's own modules." in start
    assert not any(b"onvolution" in text for text in texts)


@pytest.mark.platforms
def test_its_readme_says_how_to_begin(tmp_path: Path) -> None:
    """The command there is the one that makes the folder."""
    text = (HERE / "README.md").read_text(encoding="utf-8")
    [command] = [line.split() for line in text.splitlines() if line.startswith("    python -m ")]
    again = [sys.executable, *command[1:-1], str(tmp_path / "mine")]
    done = subprocess.run(again, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and (tmp_path / "mine" / "solutions" / "ex1_add.py").is_file(), done.stderr
    refused = subprocess.run(again, cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode == 1 and "give the name of a new folder" in refused.stderr
