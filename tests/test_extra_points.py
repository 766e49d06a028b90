"""A track whose points are extra: they are told beside those that count, and who leaves it alone lacks nothing."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from autograder.report import gradescope, moodle, prairielearn
from autograder.report.grade import Grade
from autograder.report.model import ExerciseReport, Provenance, Report
from autograder.report.reading import read_report
from autograder.report.terminal.table import show_table
from tests.elsewhere import run
from tests.toy_course.__main__ import lay_out

RIGHT = "def posts(first, last):\n    return last - first + 1\n"
HANDED_IN = {"ada": RIGHT, "ben": None, "cleo": RIGHT.replace(" + 1", "")}


def passes(folder: Path, *command: str) -> str:
    done = run(folder, *command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of one exercise that counts and one that is extra, with a class that is graded."""
    folder = lay_out(tmp_path_factory.mktemp("extra") / "toy")
    about = folder / "solutions" / "course.toml"
    further = '\n[tracks.further]\nheading = "Go further"\npoints = "extra"\n'
    about.write_text(about.read_text(encoding="utf-8") + further, encoding="utf-8")
    passes(folder, "autograder", "stubs")
    begun = ("--title", "Posts", "--points", "15", "--track", "further")
    passes(folder, "autograder", "new", "ex2_posts", *begun)
    passes(folder, "autograder", "stubs")
    for name, code in HANDED_IN.items():
        (folder / "class" / name).mkdir(parents=True)
        shutil.copy(folder / "solutions" / "ex1_add.py", folder / "class" / name)
        if code is not None:
            (folder / "class" / name / "ex2_posts.py").write_text(code, encoding="utf-8")
    passes(folder, "autograder", "grade", "class", "-o", "graded", "--workers", "1")
    return folder


def report(checkout: Path, name: str) -> Any:
    return json.loads((checkout / "graded" / f"{name}.json").read_text(encoding="utf-8"))


def test_they_are_no_part_of_the_total(checkout: Path) -> None:
    for name in HANDED_IN:
        found = report(checkout, name)
        assert (found["points"], found["earned"]) == (10, 10), name
        begun = HANDED_IN[name] is not None
        assert [e["extra"] for e in found["exercises"]] == [False, True][: 1 + begun]
        assert [e["name"] for e in found["further"]] == ["ex2"] * (not begun)
    assert passes(checkout, "autograder", "check").startswith(
        "solutions: 10 of 10 points, and 15 of 15 extra\n"
    )


def test_the_table_of_grades_has_a_column_for_them(checkout: Path) -> None:
    with (checkout / "graded" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    points = ["ex1", "ex2", "total", "extra"]
    about = ["student", "id", "login", "email"]
    assert list(rows[0]) == [*about, *points, "final", "late", "carried", "changes", "found"]
    assert [(row["total"], row["extra"]) for row in rows] == [("10", "15"), ("10", "0"), ("10", "0")]


def test_whoever_leaves_them_alone_lacks_nothing(checkout: Path) -> None:
    found = report(checkout, "ben")
    assert not [note for note in found["notes"] if "missing" in note]
    read = read_report(checkout / "graded" / "ben.json")
    assert read is not None and read.found == "all right"
    page = (checkout / "graded" / "ben.html").read_text(encoding="utf-8")
    assert "Every check passed: well done" in page and "10 of 10 points</p>" in page and "#ex2" not in page
    assert "Not handed in" not in page and "Go further: ex2, for 15 extra points." in page


def test_whoever_begins_them_is_told_what_to_fix(checkout: Path) -> None:
    read = read_report(checkout / "graded" / "cleo.json")
    assert read is not None and read.found == "ex2: steps are counted instead of numbers"
    page = (checkout / "graded" / "cleo.html").read_text(encoding="utf-8")
    assert "<h2>What to fix</h2>" in page and "0 of 15 extra points" in page and "well done" not in page


def test_the_dashboard_counts_those_who_began_them(checkout: Path) -> None:
    page = (checkout / "graded" / "dashboard.htm").read_text(encoding="utf-8")
    row = page[page.index("ex2 Posts") :].split("</tr>")[0]
    assert "extra, of those who began it" in row
    assert "7.5 of 15" in row  # the median of Ada's 15 and Cleo's 0: Ben left it alone
    assert "not handed in" not in page.casefold()


def test_every_platform_tells_them_beside_the_score(checkout: Path) -> None:
    read = read_report(checkout / "graded" / "ada.json")
    alone = read_report(checkout / "graded" / "ben.json")
    assert read is not None and alone is not None
    assert {test["tags"][0] for test in gradescope.results(alone)["tests"]} == {"ex1"}
    assert prairielearn.results(alone, {})["message"] == "10 of 10 points"
    results = gradescope.results(read)
    assert results["score"] == 10 and sum(test["score"] for test in results["tests"]) == 25
    assert "ex2 Posts: 15 of 15 extra" in results["output"]
    told = prairielearn.results(read, {})
    assert told["score"] == 1 and told["message"] == "10 of 10 points, and 15 of 15 extra"
    assert told["tests"][-1]["description"] == "ex2, extra, values"
    grade = Grade("ada", {}, read.points, read.earned, read.exercises, read.found)
    assert moodle.comment(grade).startswith("<p>10 of 10 points, and 15 of 15 extra: ex1 10 of 10")
    assert grade.out_of(50) == "50"


@pytest.mark.thorough
def test_a_student_sees_them_once_the_others_are_done(checkout: Path, tmp_path: Path) -> None:
    shutil.copytree(checkout / "exercises", tmp_path / "exercises")
    command = ("pytest", "exercises", "-p", "no:cacheprovider")
    untouched = run(tmp_path, *command)
    assert untouched.returncode == 1 and "ex2" not in untouched.stdout
    assert "ex2  Posts" in run(tmp_path, *command, "-v").stdout
    shutil.copy(checkout / "solutions" / "ex1_add.py", tmp_path / "exercises")
    done = run(tmp_path, *command)
    assert done.returncode == 0, done.stdout
    assert "Well done: every check passes" in done.stdout and "Go further, for extra points:" in done.stdout
    assert "Next, to go further: exercises/ex2_posts.py, line" in done.stdout
    (tmp_path / "exercises" / "ex2_posts.py").write_text(HANDED_IN["cleo"] or "", encoding="utf-8")
    begun = run(tmp_path, *command)
    assert begun.returncode == 1 and "Next: exercises/ex2_posts.py" in begun.stdout
    (tmp_path / "exercises" / "ex2_posts.py").write_text(RIGHT, encoding="utf-8")
    assert "Hand in your 2 files" in passes(tmp_path, *command)


def test_the_tutorial_lists_them_apart(checkout: Path) -> None:
    text = (checkout / "exercises" / "README.md").read_text(encoding="utf-8")
    assert "1 exercise, 10 points, about" in text and "1 exercise, 15 extra points, about 15 minutes:" in text


PACKED = """
import hashlib, importlib, pathlib, sys
from autograder.course import COURSE
from autograder.release.edition import Edition

edition = Edition(COURSE, pathlib.Path.cwd())
for name in sys.argv[1:]:
    for package in importlib.import_module(f"autograder.release.{name}").packages(edition):
        for name, content in sorted(package.files.items()):
            print(package.name, name, hashlib.sha256(content).hexdigest())
"""


def packed(checkout: Path, *names: str) -> list[str]:
    """What is in zips that can be made without a platform's own tools; all of these unless told."""
    (checkout / "packed.py").write_text(PACKED, encoding="utf-8")
    names = names or ("classroom", "gradescope", "prairielearn", "student")
    return passes(checkout, "packed", *names).splitlines()


@pytest.mark.platforms
def test_a_release_without_them_is_the_same_as_if_they_had_never_been(checkout: Path, tmp_path: Path) -> None:
    left_out, never = (
        Path(
            shutil.copytree(checkout, tmp_path / name, ignore=shutil.ignore_patterns("graded", "__pycache__"))
        )
        for name in ("left_out", "never")
    )
    for folder in (left_out, never):
        about = folder / "solutions" / "course.toml"
        text = about.read_text(encoding="utf-8")
        about.write_text(text.replace('points = "extra"', 'points = "none"'), encoding="utf-8")
        tutorial = folder / "exercises" / "README.md"
        link = "\n<!-- exercise: ex2_posts -->\n→ elsewhere\n<!-- end -->\n"
        tutorial.write_text(tutorial.read_text(encoding="utf-8") + link, encoding="utf-8")
    for own in [*never.rglob("ex2_posts.py"), *never.rglob("test_ex2.py")]:
        own.unlink()
    assert "wrote exercises/manifest.json" in passes(left_out, "autograder", "stubs")
    passes(never, "autograder", "stubs")
    made = packed(left_out)
    assert made == packed(never)
    assert not [line for line in made if "ex2" in line]
    assert "elsewhere" not in (left_out / "exercises" / "README.md").read_text(encoding="utf-8")
    assert passes(left_out, "autograder", "check").startswith("solutions: 10 of 10 points\n")
    passes(left_out, "autograder", "grade", "class", "-o", "graded", "--workers", "1")
    assert (
        (left_out / "graded" / "grades.csv")
        .read_text(encoding="utf-8-sig")
        .startswith('"student","id","login","email","ex1","total","final"')
    )
    assert "ex2" not in run(left_out, "pytest", "exercises", "-v", "-p", "no:cacheprovider").stdout


def test_the_tutorial_leads_to_them_where_they_are_given(checkout: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(checkout, tmp_path / "given", ignore=shutil.ignore_patterns("graded")))
    tutorial = folder / "exercises" / "README.md"
    link = "\n<!-- exercise: ex2_posts -->\n<!-- end -->\n"
    tutorial.write_text(tutorial.read_text(encoding="utf-8") + link, encoding="utf-8")
    passes(folder, "autograder", "stubs")
    assert "\n→ [Exercise 2: posts](ex2_posts.py)\n" in tutorial.read_text(encoding="utf-8")


BUILT_ON = '''"""Stands in for exercise 1."""


def add(first, second):
    if first.shape != second.shape:
        raise ValueError("the shapes differ")
    return first + second
'''
BUILDS = """import torch
from exercises.ex1_add import add


def posts(first, last):
    return int(add(torch.tensor(last - first), torch.tensor(1)))
"""


def test_what_others_build_on_can_be_given_ready_made(checkout: Path, tmp_path: Path) -> None:
    skip = shutil.ignore_patterns("graded", "__pycache__")
    folder = Path(shutil.copytree(checkout, tmp_path / "alone", ignore=skip))
    about = folder / "solutions" / "course.toml"
    told = about.read_text(encoding="utf-8").replace('points = "counted"', 'points = "ready"')
    about.write_text(told, encoding="utf-8")
    refused = run(folder, "autograder", "stubs")
    assert 'the points of one at least have to be "counted"' in refused.stderr
    about.write_text(told.replace('points = "extra"', 'points = "counted"'), encoding="utf-8")
    solution = folder / "solutions" / "ex2_posts.py"
    header = solution.read_text(encoding="utf-8").replace("builds_on: []", "builds_on: [ex1_add]")
    solution.write_text(header, encoding="utf-8")
    lacking = run(folder, "autograder", "stubs")
    assert "autograder/course/stand_ins/ex1_add.py is missing: ex2_posts builds on" in lacking.stderr
    course = folder / "autograder" / "course"
    (course / "stand_ins").mkdir()
    (course / "stand_ins" / "ex1_add.py").write_text(BUILT_ON, encoding="utf-8")
    made = (course / "__init__.py").read_text(encoding="utf-8")
    made = made.replace("suites=SUITES", "suites=SUITES, stand_ins=SUITES.parent / 'stand_ins'")
    (course / "__init__.py").write_text(made, encoding="utf-8")
    assert "wrote exercises/ex1_add.py" in passes(folder, "autograder", "stubs")
    assert BUILT_ON in (folder / "exercises" / "ex1_add.py").read_text(encoding="utf-8")
    assert passes(folder, "autograder", "check").startswith("solutions: 15 of 15 points\n")
    # one hands in a wrong ex1 too, and is graded on the one that was given
    for name, code in {
        "ada": BUILDS,
        "ben": BUILDS.replace("tensor(1)", "tensor(2)"),
        "cleo": BUILDS,
    }.items():
        (folder / "class" / name / "ex2_posts.py").write_text(code, encoding="utf-8")
        (folder / "class" / name / "ex1_add.py").write_text(BUILT_ON.replace("+", "-"), encoding="utf-8")
    cells = ["import torch\nfrom exercises.ex1_add import add", BUILDS.partition("\n\n\n")[2], "posts(1, 3)"]
    as_notebook = {"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4}
    (folder / "class" / "dan").mkdir()
    (folder / "class" / "dan" / "mine.ipynb").write_text(json.dumps(as_notebook), encoding="utf-8")
    passes(folder, "autograder", "grade", "class", "-o", "graded", "--workers", "1")
    with (folder / "graded" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        earned = {row["student"]: (row["ex2"], row["total"]) for row in csv.DictReader(file)}
    assert earned == {name: ("0" if name == "ben" else "15",) * 2 for name in ("ada", "ben", "cleo", "dan")}
    names = [line.split()[1] for line in packed(folder, "student")]
    assert "exercises/ex1_add.py" in names and "exercises/tests/test_ex1.py" not in names
    (folder / "exercises" / "ex2_posts.py").write_text(BUILDS, encoding="utf-8")
    assert "Hand in" in passes(folder, "pytest", "exercises", "-p", "no:cacheprovider")


@pytest.mark.parametrize("left_alone", [True, False])
def test_the_terminal_has_a_column_for_what_somebody_began(left_alone: bool) -> None:
    core = ExerciseReport("ex1", "ex1_a", "A", 10, 4, (), ())
    extra = ExerciseReport("ex2", "ex2_b", "B", 5, 0, (), (), extra=True, left_alone=left_alone)
    made = Provenance("1", "", 1, "2", "3", "", ())
    report = Report("ada", 10, 4, (core, extra), (), "", 0.0, made)
    screen = io.StringIO()
    show_table(Console(file=screen, width=100), [("ada", report)], Path("graded"))
    assert ("ex2" in screen.getvalue(), "extra" in screen.getvalue()) == (not left_alone, not left_alone)
