"""The commands of docs/releases.md, run as they stand there, by the tools they name."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbformat import NotebookNode

from autograder.course import COURSE
from autograder.release.build import PROOFS
from autograder.release.edition import Edition
from autograder.release.known import KnownSubmission, known_submissions
from autograder.release.nbgrader import source_notebook
from autograder.release.notebook import as_file
from exercises.feedback.catalogue import exercises

pytestmark = pytest.mark.platforms
ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "releases.md"
TOTAL = float(sum(e.points for e in exercises() if not e.extra))
EXTRA = float(sum(e.points for e in exercises() if e.extra))


def sections() -> dict[str, str]:
    """The commands of the chapter on releases, by heading."""
    chapter = PAGE.read_text(encoding="utf-8").partition("\n")[2]
    found = {}
    for part in re.split(r"^## ", "Building\n" + chapter, flags=re.MULTILINE):
        title, _, text = part.partition("\n")
        blocks = re.findall(r"(?:^    .+\n)+", text, re.MULTILINE)
        # each block starts where a reader would: in the folder with dist/
        found[title] = "".join("(\n" + block + ")\n" for block in blocks)
    return found


SECTIONS = sections()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the page is read in: hand-ins, and the release that its first command makes."""
    folder = tmp_path_factory.mktemp("desk")
    edition = Edition(COURSE, ROOT)
    ada = next(h for h in known_submissions(edition) if h.name == "solutions")
    ada.write_files(folder / "handins" / "ada")
    (folder / "handins" / "ada.ipynb").write_bytes(as_file(ada.notebook(edition)))
    (folder / "handins" / "ada-nbgrader.ipynb").write_bytes(as_file(for_nbgrader(edition, ada)))
    done = run(SECTIONS["Building"], folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def for_nbgrader(edition: Edition, hand_in: KnownSubmission) -> NotebookNode:
    """The course's notebook with answers, as a student would have handed it in."""
    notebook = source_notebook(edition)
    answers = {cell["id"]: cell["source"] for cell in hand_in.notebook(edition).cells}
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
    return notebook


def run(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs commands as a reader would type them; the first that fails ends it."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    # checks on stubs end with 1: there is something to do
    commands = commands.replace("pytest exercises\n", "pytest exercises || test $? = 1\n")
    environment = os.environ | {"PATH": path, "HOME": str(folder), "PYTHONUTF8": "1"}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


def walked(desk: Path, title: str) -> str:
    """What the section's commands print."""
    done = run(SECTIONS[title], desk)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_a_release_has_every_zip_and_tells_what_it_was_made_from(desk: Path) -> None:
    assert {p.name for p in (desk / "dist").iterdir()} == {*PROOFS, "release.json"}
    told = json.loads((desk / "dist" / "release.json").read_text(encoding="utf-8"))
    assert set(told["zips"]) == set(PROOFS)
    assert told["seed"] and told["suites"] and told["commit"] and told["requirements"]


def test_files_for_students(desk: Path) -> None:
    said = walked(desk, "Files for students")
    assert said.count("to do") == sum(not e.extra for e in exercises())
    assert f"{TOTAL:g}" in said


def test_a_notebook_for_students(desk: Path) -> None:
    walked(desk, "A notebook for students")
    assert (desk / "notebook" / "tried.ipynb").is_file()
    assert grades(desk / "graded" / "grades.csv")["ada"] == TOTAL


def test_gradescope(desk: Path) -> None:
    assert f'"score": {TOTAL}' in walked(desk, "Gradescope")


def test_nbgrader(desk: Path) -> None:
    said = walked(desk, "nbgrader")
    assert "gradebook.db" in said
    exported = (desk / "course" / "grades.csv").read_text(encoding="utf-8").splitlines()
    header, row = (line.split(",") for line in exported)
    assert float(dict(zip(header, row, strict=True))["score"]) == TOTAL
    assert list((desk / "course" / "feedback" / "ada").rglob("*.html"))


def test_otter(desk: Path) -> None:
    walked(desk, "otter-grader")
    found = json.loads((desk / "otter-results" / "results.json").read_text(encoding="utf-8"))
    assert sum(test["score"] for test in found["tests"]) == TOTAL  # otter adds up all that it is told


def test_prairielearn(desk: Path) -> None:
    assert '"score": 1' in walked(desk, "PrairieLearn")


def test_github_classroom(desk: Path) -> None:
    walked(desk, "GitHub Classroom")
    assert "result=" in (desk / "repository" / "output").read_text(encoding="utf-8")


def test_every_section_is_walked() -> None:
    tests = {name.removeprefix("test_").replace("_", " ") for name in globals() if name.startswith("test_")}
    for title in SECTIONS:
        words = title.lower().replace("-grader", "")
        assert title == "Building" or words in tests, title


def grades(path: Path) -> dict[str, float]:
    """Totals by student."""
    return dict(_rows(path))


def _rows(path: Path) -> Iterator[tuple[str, float]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["student"], float(row["total"])
