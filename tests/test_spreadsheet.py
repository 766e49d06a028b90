"""Every table that is written, opened as spreadsheets open it: no student's words are a formula in it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.classes.profile import write_table
from autograder.report.canvas import canvas
from autograder.report.faults import Faults
from autograder.report.grade import Grade
from autograder.report.grades import Person, write_grades
from autograder.report.moodle import moodle
from tests.spreadsheet import SEPARATORS, SIGNS, formulas
from tests.test_report import report

NAMES = (
    "=1+1",
    "a;=1+1",
    "a; =1+1",
    "a|@x",
    "a\t=1",
    "\r=1",
    ' "=1',
    'a;"=1+1;',
    'a";=1+1;"',
    "ａ;＝1",
    "a;-1+A1",
    "x;=",
    "+1+1",
    "-1+A1",
    "a\n=1",
    "a;\n=1",
    "-1",
    "-",
)


def table(path: Path, write: Callable[[Path], object]) -> str:
    write(path)
    return path.read_text(encoding="utf-8")


def tables(folder: Path, name: str) -> dict[str, str]:
    """All tables with a student's words in every place where they can get."""
    told = replace(report(name), problem=name)
    ids = {"canvas_id": "1", "moodle_id": "1", "sid": name, "login": name, "email": name}
    grades = [Grade(name, ids, 10, 5, (), name)]
    return {
        "grades.csv": table(
            folder / "a",
            lambda path: write_grades(path, [(name, told)], {name: Person(doubt=name)}, Faults()),
        ),
        "profile.csv": table(folder / "b", lambda path: write_table(path, {name: {"calls": 1.0}}, Faults())),
        "canvas.csv": canvas(grades, "Week 3 (7)", 10, Faults()),
        "moodle.csv": moodle(grades, 10, {"1": name}, Faults()),
    }


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_no_cell_is_a_formula_at_whatever_separator(tmp_path: Path, name: str) -> None:
    assert {file: found for file, text in tables(tmp_path, name).items() if (found := formulas(text))} == {}


@given(st.text(alphabet=SIGNS + SEPARATORS + "\"' \\&<a1\r\n"))
@example("&lt;=1")
@example("<=1+1")
def test_no_words_make_a_formula_in_any_table(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    for file, text in tables(tmp_path_factory.getbasetemp(), name).items():
        assert formulas(text) == [], file


@pytest.mark.parametrize("name", ["a", "a;b", 'a "b"'])
def test_every_cell_stands_in_quotation_marks(tmp_path: Path, name: str) -> None:
    for file, text in tables(tmp_path, name).items():
        for line in text.splitlines():
            assert re.fullmatch(r'"(?:[^"]|"")*"(?:,"(?:[^"]|"")*")*', line), (file, line)


@pytest.mark.parametrize("value", ["-3", "+49170123", "007", "2.5", "-2,5", "s77", "jd1@x.org", "a-b", "-"])
def test_numbers_ids_and_logins_reach_a_gradebook_as_they_are(value: str) -> None:
    ids = {"canvas_id": "77", "moodle_id": "77", "sid": value, "login": value, "email": value}
    grade = Grade("Ada", ids, 10, -3, (), "")
    _, _, row = csv.reader(io.StringIO(canvas([grade], "T", 10, Faults())))
    assert row == ["Ada", "77", value, value, "", "-3"]
    _, row = csv.reader(io.StringIO(moodle([grade], 10, {}, Faults())))
    assert row[:6] == ["Participant 77", "Ada", value, "-3", "10", "-"]


def test_names_and_findings_that_start_no_formula_are_left_as_they_are(tmp_path: Path) -> None:
    for text in ("Doe, Jane", "O'Brien; Pat", 'Ada "the first" Lovelace', "ex1: a-b, c +2; ex2: d", "x = -1"):
        (_, row) = csv.reader(io.StringIO(tables(tmp_path, text)["grades.csv"]))
        assert (row[0], row[-1]) == (text, text)
