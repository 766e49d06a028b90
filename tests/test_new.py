"""`autograder new` begins an exercise that passes as it is, on this course and another one, and leaves no trace."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.course import COURSE
from autograder.grading.grade import Grader
from autograder.paths import STAND_INS
from autograder.release.new import CannotBegin, begin
from autograder.release.parts import missing_parts
from autograder.release.selfcheck import selfcheck
from autograder.release.source import read_source
from autograder.release.stubs import hidden_counts, stub_text, write_stubs
from exercises.feedback.catalogue import exercises
from exercises.paths import ROOT
from tests.elsewhere import run
from tests.toy_course.__main__ import lay_out

# as many words of the shell's, of YAML's and of Python's as a title can have
TITLE = "Posts: 'a' \"b\" \\ and more"


def passes(folder: Path, *command: str) -> str:
    done = run(folder, *command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files(folder: Path) -> dict[str, bytes]:
    skip = {"__pycache__", ".pytest_cache", ".ruff_cache"}
    paths = (p for p in folder.rglob("*") if p.is_file() and not skip & {*p.parts})
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def copy_of_checkout(folder: Path) -> Path:
    """What belongs to the project, without the corpus, and without what builds and tools leave lying in it."""
    skip = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info")
    left_out = {ROOT: ["dist", "graded"], ROOT / "tests": ["submissions"]}

    def ignored(place: str, names: list[str]) -> set[str]:
        return {*skip(place, names), *left_out.get(Path(place), ())}

    return Path(shutil.copytree(ROOT, folder, ignore=ignored))


def parts(number: int, name: str) -> list[str]:
    return [
        f"solutions/{name}.py",
        f"exercises/course/topics/{name}.py",
        f"autograder/course/suites/{name}.py",
        f"exercises/tests/test_ex{number}.py",
    ]


def goes_there_and_back(folder: Path, number: int, points: Mapping[str, int], total: int) -> None:
    """An exercise is begun, checked, used and taken out again; `total` is what counts with it."""
    name = f"ex{number}_posts"
    passes(folder, "autograder", "stubs")
    before = files(folder)
    wrote = passes(folder, "autograder", "new", name, "--title", TITLE, "--points", "15")
    assert [line.removeprefix("wrote ") for line in wrote.splitlines()[:-1]] == parts(number, name)
    assert wrote.splitlines()[-1].endswith("autograder stubs && autograder check")

    # whichever part comes last, what is not there yet is asked for
    for late in parts(number, name):
        if "topics" in late:  # an exercise can do without
            continue
        (folder / late).rename(folder / "late")
        waiting = run(folder, "autograder", "stubs")
        assert waiting.returncode == 2 and "Traceback" not in waiting.stderr
        assert all(line.startswith("autograder: ") for line in waiting.stderr.splitlines())
        assert f"{late} is missing: write" in waiting.stderr or f"write solutions/{name}.py" in waiting.stderr
        (folder / "late").rename(folder / late)
    assert files(folder) == before | {part: (folder / part).read_bytes() for part in parts(number, name)}

    passes(folder, "autograder", "stubs")
    said = passes(folder, "autograder", "check").splitlines()
    assert said[0].startswith(f"solutions: {total} of {total} points")
    assert said[1].startswith(f"stubs: 0 of {total} points")

    (folder / "class" / "ada").mkdir(parents=True)
    (folder / "class" / "ben").mkdir()
    right = "def posts(first, last):\n    return last - first + 1\n"
    (folder / "class" / "ada" / f"{name}.py").write_text(right, encoding="utf-8")
    (folder / "class" / "ben" / f"{name}.py").write_text(right.replace(" + 1", ""), encoding="utf-8")
    passes(folder, "autograder", "grade", "class", "-o", "graded", "--workers", "1")
    for student, earned in (("ada", 15), ("ben", 0)):
        report = json.loads((folder / "graded" / f"{student}.json").read_text(encoding="utf-8"))
        found = {e["name"]: e for e in report["exercises"]}
        assert {e: part["points"] for e, part in found.items()} == {**points, f"ex{number}": 15}
        assert (report["earned"], found[f"ex{number}"]["title"]) == (earned, TITLE)
    shutil.rmtree(folder / "class")
    shutil.rmtree(folder / "graded")

    stub = folder / "exercises" / f"{name}.py"
    told = run(folder, "pytest", "exercises", "-p", "no:cacheprovider")
    assert re.search(rf"^  ex{number}  {re.escape(TITLE)} .* 0/4 +15  to do$", told.stdout, re.M), told.stdout
    kept = stub.read_bytes()
    stub.write_text(right, encoding="utf-8")
    told = run(folder, "pytest", "exercises", "-p", "no:cacheprovider")
    assert re.search(rf"^  ex{number}  .* 4/4 +15  done$", told.stdout, re.M), told.stdout
    stub.write_bytes(kept)

    for part in parts(number, name):
        (folder / part).unlink()
    assert f"removed exercises/{name}.py" in passes(folder, "autograder", "stubs")
    assert files(folder) == before


@pytest.mark.platforms
def test_an_exercise_of_another_course_begins_and_ends(tmp_path: Path) -> None:
    goes_there_and_back(lay_out(tmp_path / "toy"), 2, {"ex1": 10}, 25)


@pytest.mark.platforms
def test_an_exercise_of_this_course_begins_and_ends(tmp_path: Path) -> None:
    following = exercises()[-1].number + 1
    # extra exercises that nobody began are not among those of a report
    points = {e.name: e.points for e in exercises() if not e.extra}
    goes_there_and_back(copy_of_checkout(tmp_path / "copy"), following, points, sum(points.values()) + 15)


# What is written


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The folders that `new` writes to, and what it reads."""
    for name in (
        "solutions",
        "exercises/tests",
        "exercises/course/topics",
        "autograder/course/suites",
        "autograder/release/templates",
    ):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "exercises" / "README.md", tmp_path / "exercises")
    return tmp_path


NEXT = exercises()[-1].number + 1
NAME = f"ex{NEXT}_posts"


def test_what_is_written_reads_as_the_exercises_do(checkout: Path) -> None:
    paths = begin(COURSE, checkout, NAME, TITLE, "15")
    source = read_source(paths[0])
    assert (source.header.title, source.header.points, source.header.exports) == (TITLE, 15, ("posts",))
    shared = set.intersection(*({*e.forbids} for e in exercises()))
    assert {*source.header.forbids} == shared
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert "For you, the author" in text and "eplace the example" in text, path.name
    ruff = [sys.executable, "-m", "ruff", "--config", str(ROOT / "pyproject.toml")]
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [*ruff[:3], *command, *ruff[3:], *map(str, paths)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_it_scores_everything_and_its_stub_and_zeros_nothing(checkout: Path) -> None:
    folders = (checkout / "solutions", checkout / "exercises")
    begin(COURSE, checkout, NAME, TITLE, "15")
    suites = checkout / "autograder" / "course" / "suites"
    topic = runpy.run_path(str(checkout / "exercises" / "course" / "topics" / f"{NAME}.py"))["TOPIC"]
    references = {**COURSE.oracle.functions, "posts": topic.references[0]}
    oracle = replace(COURSE.oracle, functions=references)
    course = replace(COURSE, suites=suites, stand_ins=STAND_INS, oracle=oracle)
    assert missing_parts(course, checkout) == []
    write_stubs(*folders, hidden_counts(course, folders[0]))
    *_, exercise = exercises(folders[1] / "manifest.json")
    assert (exercise.module, exercise.points, exercise.hidden) == (NAME, 15, {"values": 3})
    for path in suites.glob("ex*.py"):
        if path.stem != NAME:
            path.unlink()
    with Grader(replace(course, exercises=(exercise,), stand_ins=None)) as grader:
        findings = selfcheck(grader, checkout)
    assert findings.problems == []
    assert findings.report == [f"{name} of 15 points" for name in ("solutions: 15", "stubs: 0", "zeros: 0")]


def test_the_author_is_told_where_right_answers_and_mistakes_belong(checkout: Path) -> None:
    for text in (path.read_text(encoding="utf-8") for path in begin(COURSE, checkout, NAME, "Posts", "15")):
        for place in re.findall(r"exercises/[\w/]+\.py", text):
            assert (ROOT / place).is_file(), place
    topic = (checkout / "exercises" / "course" / "topics" / f"{NAME}.py").read_text(encoding="utf-8")
    assert "references=(posts,)" in topic and "Misconception" in topic


def test_nothing_that_is_for_the_author_gets_into_a_stub(checkout: Path) -> None:
    solution, *_ = begin(COURSE, checkout, NAME, "Posts", "15")
    assert "author" in solution.read_text(encoding="utf-8")
    assert "author" not in stub_text(read_source(solution))


# What is refused


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("posts", rf"'posts' is no name for an exercise: .* such as ex{NEXT}_name"),
        (f"ex{NEXT}", "is no name for an exercise"),
        (f"ex{NEXT}_Posts", "is no name for an exercise"),
        (f"ex{NEXT}_fence-posts", "is no name for an exercise"),
        (f"ex{NEXT}_posts.py", "is no name for an exercise"),
        (f"ex0{NEXT}_posts", "is no name for an exercise"),
        ("../ex8_posts", "is no name for an exercise"),
        ("ex3_posts", rf"exercise 3 is ex3_conv2d already: the next one is ex{NEXT}_posts"),
        (f"ex{NEXT + 1}_posts", rf"would leave a gap: the next one is ex{NEXT}_posts"),
        (f"ex{NEXT}_class", "class means something in Python"),
        (f"ex{NEXT}_sum", "sum means something in Python"),
        (f"ex{NEXT}_pad2d", "ex2_padding has a function pad2d already"),
    ],
)
def test_a_name_that_cannot_be_is_refused(checkout: Path, name: str, words: str) -> None:
    before = files(checkout)
    with pytest.raises(CannotBegin, match=words):
        begin(COURSE, checkout, name, "Posts", "15")
    assert files(checkout) == before


@pytest.mark.parametrize("points", ["0", "-5", "2.5", "ten", "", "1e2", "²"])
def test_points_are_a_whole_number(checkout: Path, points: str) -> None:
    with pytest.raises(CannotBegin, match=re.escape(f"a whole number above 0, not {points!r}")):
        begin(COURSE, checkout, NAME, "Posts", points)


@pytest.mark.parametrize("title", ["", "  ", "two\nlines", "x" * 33, "a\ttab"])
def test_a_title_is_one_line(checkout: Path, title: str) -> None:
    with pytest.raises(CannotBegin, match="--title has to be one line"):
        begin(COURSE, checkout, NAME, title, "15")


@pytest.mark.parametrize("file", [path for path in parts(NEXT, NAME) if not path.startswith("solutions")])
def test_nothing_is_overwritten(checkout: Path, file: str) -> None:
    (checkout / file).write_text("mine", encoding="utf-8")
    before = files(checkout)
    with pytest.raises(CannotBegin, match=f"^{file} is there already: move it away first$"):
        begin(COURSE, checkout, NAME, "Posts", "15")
    assert files(checkout) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ex3_posts", "--points", "15"], "exercise 3 is ex3_conv2d already: the next one is"),
        ([NAME, "--points", "many"], "--points has to be a whole number above 0, not 'many'"),
        ([NAME, "--points", "15", "--root", "/nowhere"], "/nowhere: no checkout of this project"),
    ],
)
def test_the_command_says_so_in_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "--title", "Posts", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith(f"autograder: {words}") and said.err.count("\n") == 1
