"""A class whose students are called what hurts: each has every file, a row everywhere, and keeps them."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest

from autograder.__main__ import main
from autograder.submissions.submission import fit_for_file, student_names
from tests.spreadsheet import formulas

CLASS = Path(__file__).resolve().parent / "submissions" / "class"
LONG = "n" * 300  # longer than a file's name may be
NAMES = (
    ".writing-ada",
    ".ada.unfinished",
    "..",
    ".",
    "...",
    "a\u202eb\u2066c",  # text from right to left, and an isolate
    LONG + "1",
    LONG + "2",
    "é" * 150,
    "Ada",
    "ADA",
    "a;=1+1",
    "=1+1",
    "ada.results",
    "grades",
    "dashboard.htm",
    "#a?b%2e<c>&",
    "x" * 199 + " y",
)
ENDS = (".json", ".results.json", ".html")


@pytest.fixture(scope="module")
def class_(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gradescope's export of the class, where a student is called what the metadata say."""
    root = tmp_path_factory.mktemp("names")
    root.chmod(0o711)
    metadata = ""
    for number, name in enumerate(NAMES):
        folder = root / "class" / f"submission_{number}"
        folder.mkdir(parents=True)
        shutil.copy(CLASS / "joão" / "ex3_conv2d (2).py", folder / "ex3_conv2d.py")
        metadata += f"submission_{number}:\n  :submitters:\n  - :name: {json.dumps(name)}\n"
    (root / "class" / "submission_metadata.yml").write_text(metadata)
    return root


def grade(root: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, object]]:
    capsys.readouterr()
    command = ["grade", str(root / "class"), "-o", str(root / "out"), "--device", "cpu", "--workers", "1"]
    assert main([*command, "--json", *options]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_name_survives_on_every_path(class_: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = class_ / "out"
    events = grade(class_, capsys, "--jplag", str(class_ / "jplag"))
    students = [str(event["student"]) for event in events if event["event"] == "graded"]
    assert len(students) == len(NAMES)
    files = {path.name for path in out.iterdir()}
    assert {name + end for name in students for end in ENDS} <= files
    for name in students:
        assert json.loads((out / f"{name}.json").read_text("utf-8"))["student"] == name
    page = (out / "dashboard.htm").read_text("utf-8")
    links = {unquote(link) for link in re.findall(r'href="\./([^"#]+)"', page)}
    assert len(links) >= 10
    assert links <= files
    table = (out / "grades.csv").read_text("utf-8")
    assert formulas(table) == []
    assert len(list(csv.reader(table.splitlines()))) == len(NAMES) + 1
    assert len(list((class_ / "jplag" / "students").iterdir())) == len(NAMES)


def test_no_students_report_is_taken_for_an_unfinished_one(
    class_: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grade(class_, capsys)
    before = {path.name for path in (class_ / "out").iterdir()}
    (class_ / "out" / ".a-killed-grader.unfinished").write_text("{")
    assert grade(class_, capsys)[-1]["cached"] == len(NAMES)
    assert {path.name for path in (class_ / "out").iterdir()} == before


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:20])
def test_a_name_that_fits_a_file_is_not_fitted_again(name: str) -> None:
    fit = fit_for_file(name)
    assert fit_for_file(fit) == fit
    assert fit.strip(".")


def test_names_that_are_cut_alike_are_told_apart() -> None:
    given = student_names([Path("class", LONG[:240] + end) for end in ("a", "b")])
    assert len({*given.values()}) == 2
