"""A report is what the grader wrote: one that somebody edited is named, graded again, and believed by nobody."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.__main__ import main

CLASS = Path(__file__).resolve().parent / "submissions" / "class"
ROOT = Path(__file__).resolve().parents[1]


def points(text: str) -> str:
    """What a student would do."""
    edited, times = re.subn(r'(?m)^ "earned": [0-9.]+', ' "earned": 95.0', text)
    assert times == 1
    return edited


def unmarked(text: str) -> str:
    return points(re.sub(r' "digest": "[0-9a-f]*",\n', "", text))


def laid_out_anew(text: str) -> str:
    return json.dumps(json.loads(text))


def twice(text: str) -> str:
    """A second value of a field, which some readers take and others do not."""
    return text.replace(' "student"', ' "earned": 95.0,\n "student"', 1)


EDITS: dict[str, Callable[[str], str]] = {
    "points": points,
    "unmarked": unmarked,
    "laid out anew": laid_out_anew,
    "twice": twice,
    "truncated": lambda text: text[: len(text) // 2],
    "deep": lambda text: "[" * 200_000,
    "nothing": lambda text: "{}",
}
UNTOUCHED = ("another's", "fine")


@pytest.fixture(scope="module")
def class_(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class, graded, and a copy of its reports of which most were edited since."""
    root = tmp_path_factory.mktemp("edited")
    root.chmod(0o711)
    for name in [*EDITS, *UNTOUCHED]:
        shutil.copytree(CLASS / "joão", root / "class" / name)
    assert grade(root, "graded") == 0
    shutil.copytree(root / "graded", root / "edited")
    for name, edit in EDITS.items():
        path = root / "edited" / f"{name}.json"
        path.write_text(edit(path.read_text("utf-8")), encoding="utf-8")
    shutil.copy(root / "edited" / "fine.json", root / "edited" / "another's.json")
    return root


def grade(root: Path, out: str) -> int:
    return main(["grade", str(root / "class"), "-o", str(root / out), "--device", "cpu", "--workers", "1"])


def test_diff_and_grade_name_each_edited_report_and_its_points_are_not_believed(
    class_: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edited = [*EDITS, "another's"]
    assert main(["diff", str(class_ / "graded"), str(class_ / "edited")]) == 1
    said = capsys.readouterr().out
    for name in edited:
        assert said.count(f"/{name}.json ") == 1
    assert "0 of 1 students have other points" in said
    assert "only in" not in said
    # the same folder graded again, and the third time there is nothing to say
    assert grade(class_, "edited") == 0
    said = capsys.readouterr().out
    for name in edited:
        assert len(re.findall(rf"(?m)^{name}\.json .*: graded again$", said)) == 1
    assert f"1 of {len(edited) + 1} were graded before" in said
    assert main(["diff", str(class_ / "graded"), str(class_ / "edited")]) == 0
    assert "95" not in (class_ / "edited" / "grades.csv").read_text("utf-8")


def test_the_mark_of_a_report_is_checked_without_the_autograder(class_: Path) -> None:
    page = (ROOT / "docs" / "report.md").read_text("utf-8")
    (command,) = re.findall(r"    (grep .*)", page)
    path = class_ / "graded" / "fine.json"
    edited = class_ / "fine.json"
    edited.write_text(points(path.read_text("utf-8")), encoding="utf-8")
    for report in (path, edited):
        shell = command.replace("NAME.json", f"'{report}'")
        told = subprocess.run(shell, shell=True, capture_output=True, text=True, check=True).stdout.split()[0]
        assert (told == json.loads(report.read_text("utf-8"))["digest"]) is (report == path)


def test_the_mark_is_over_every_other_line(class_: Path) -> None:
    content = (class_ / "graded" / "fine.json").read_bytes()
    first, mark, *others = content.splitlines(keepends=True)
    assert mark.decode() == f' "digest": "{hashlib.sha256(first + b"".join(others)).hexdigest()}",\n'
