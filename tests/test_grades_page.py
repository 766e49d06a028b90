"""The walks of docs/grades.md, run as they stand there: from a download to the file that is uploaded."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from autograder.course import COURSE
from autograder.release.build import build, unpack
from autograder.release.edition import Edition
from autograder.release.nbgrader import source_notebook
from autograder.release.notebook import as_file
from tests.test_classroom import make_zip
from tests.test_new import ROOT, copy_of_checkout

pytestmark = pytest.mark.platforms
PAGE = (ROOT / "docs" / "grades.md").read_text(encoding="utf-8")
(POLICY,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
EX1 = (ROOT / "solutions" / "ex1_output_size.py").read_text(encoding="utf-8")
EX3 = "def conv2d_valid(x, weight, bias=None):\n    return x\n"
STUDENTS = {
    "jane": ("Jane Doe", 71),
    "bea": ("Brown, Bea", 72),
    "chen": ("Chen Wei", 73),
    "dora": ("Dora Diaz", 74),
}
CANVAS = "".join(f'"{name}",{number},s{number},{login},A,\n' for login, (name, number) in STUDENTS.items())
WORK = {"jane": {"ex1": EX1, "ex3": EX3}, "bea": {"ex3": EX3}, "chen": {"ex1": EX1}, "dora": {"ex1": EX1}}
FILES = {"ex1": "ex1_output_size.py", "ex3": "ex3_conv2d.py"}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose course has the page's policy."""
    folder = copy_of_checkout(tmp_path_factory.mktemp("course") / "checkout")
    with (folder / "solutions" / "course.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{POLICY}")
    return folder


def walk(title: str, checkout: Path, folder: Path) -> str:
    """Runs a walk's commands in a folder as a reader would type them; gives what they print."""
    text = PAGE.split(f"\n## A walk: {title}\n")[1].split("\n## ")[0]
    commands = "".join(re.findall(r"(?:^    .+\n)+", text, re.MULTILINE))
    called = f'autograder() {{ "{sys.executable}" -m autograder "$@"; }}\n'
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", called + commands],
        cwd=folder,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(checkout), "HOME": str(folder), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def table(path: Path, key: str) -> dict[str, Mapping[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {line[key]: line for line in csv.DictReader(file)}


def must_be_as_decided(graded: Path) -> None:
    """Jane has 18 points more, Chen was late by a day after an extension, and Dora is excused."""
    found = table(graded / "grades.csv", "login" if "moodle" not in graded.name else "email")
    jane, chen, dora = (found.get(each) or found[f"{each}@example.org"] for each in ("jane", "chen", "dora"))
    assert float(jane["final"]) == float(jane["total"]) + 18 - float(jane["ex3"])
    assert "as the first sheet asked" in jane["changes"]
    assert (chen["late"], float(chen["final"])) == ("1", 0.0)  # 10 points, less 10 % of 100
    assert "You had 2 days more: agreed on 17 November." in chen["changes"]
    assert (dora["final"], "ill, with a certificate" in dora["changes"]) == ("", True)


def test_canvas(checkout: Path, tmp_path: Path) -> None:
    files = {
        f"{name.replace(', ', '').replace(' ', '').lower()}_{number}_{number}{index}_{FILES[each]}": text
        for login, (name, number) in STUDENTS.items()
        for index, (each, text) in enumerate(WORK[login].items())
    }
    make_zip(tmp_path / "submissions.zip", files)
    (tmp_path / "gradebook.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,03 Convolutions (4711)\n    Points Possible,,,,,100\n"
        + CANVAS
    )
    came = dict.fromkeys((71, 72, 74), "2026-11-20T20:00:00Z") | {73: "2026-11-23T20:00:00Z"}
    told = [{"user_id": number, "submitted_at": time} for number, time in came.items()]
    (tmp_path / "times.json").write_text(json.dumps(told))
    walk("Canvas", checkout, tmp_path)
    must_be_as_decided(tmp_path / "graded")
    uploaded = table(tmp_path / "graded" / "canvas.csv", "ID")
    grades = {number: line["03 Convolutions (4711)"] for number, line in uploaded.items() if number}
    final = {name: line["final"] for name, line in table(tmp_path / "graded" / "grades.csv", "id").items()}
    assert grades == {**final, "74": "EX"}


def test_moodle(checkout: Path, tmp_path: Path) -> None:
    files = {
        f"{name}_{number}_assignsubmission_file/{FILES[each]}": text
        for login, (name, number) in STUDENTS.items()
        for each, text in WORK[login].items()
    }
    make_zip(tmp_path / "moodle.zip", files)
    lines = [
        f'Participant {number},"{name}",{login}@example.org,,100.00,'
        f'"{"Monday, 23 November 2026, 8:00 PM" if login == "chen" else "Friday, 20 November 2026, 9:00 PM"}",-,'
        for login, (name, number) in STUDENTS.items()
    ]
    titles = "Identifier,Full name,Email address,Grade,Maximum grade,Last modified (submission),"
    head = f"{titles}Last modified (grade),Feedback comments"
    (tmp_path / "worksheet.csv").write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    walk("Moodle", checkout, tmp_path)
    must_be_as_decided(tmp_path / "graded-moodle")
    uploaded = table(tmp_path / "graded-moodle" / "moodle.csv", "Identifier")
    assert uploaded.keys() == {"Participant 71", "Participant 72", "Participant 73"}
    assert "as the first sheet asked" in uploaded["Participant 71"]["Feedback comments"]
    assert "See me about exercise 2." in uploaded["Participant 72"]["Feedback comments"]
    assert float(uploaded["Participant 73"]["Grade"]) == 0


def test_nbgrader(checkout: Path, tmp_path: Path) -> None:
    edition = Edition(COURSE, ROOT)
    (made,) = build(edition, lambda line: None, ["nbgrader.zip"])
    course = unpack(made.content, tmp_path / "course")
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "convolutions"],
        cwd=course, check=True, capture_output=True,
        env=os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])},
    )  # fmt: skip
    notebook = as_file(source_notebook(edition))
    for login, when in (("jane", "2026-11-20 20:00:00.0 UTC"), ("chen", "2026-11-23 20:00:00.0 UTC")):
        folder = course / "submitted" / login / "convolutions"
        folder.mkdir(parents=True)
        (folder / "convolutions.ipynb").write_bytes(notebook)
        (folder / FILES["ex1"]).write_text(EX1)
        (folder / "timestamp.txt").write_text(when)
    walk("nbgrader", checkout, tmp_path)
    found = table(tmp_path / "graded-nbgrader" / "grades.csv", "login")
    exported = table(course / "grades.csv", "student_id")
    for login in ("jane", "chen"):
        assert float(exported[login]["score"]) == float(found[login]["final"])
    assert float(exported["chen"]["late_submission_penalty"]) == 10
    assert float(found["jane"]["final"]) == float(found["jane"]["total"]) + 18
