"""Report writers: a student's own words, whatever they are, are shown and do nothing else."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from autograder.course import COURSE
from autograder.platforms.gradebook import _as_markdown
from autograder.platforms.nbgrader import remarks
from autograder.report import gradescope, prairielearn
from autograder.report.files import as_json, write_json, write_report
from autograder.report.model import ExerciseReport, Finding, Line, Provenance, Report
from autograder.report.reading import DamagedReport, read_report, sealed
from autograder.report.terminal.table import show_table
from exercises.feedback.kinds import FailureKind


def report(text: str, student: str = "ada") -> Report:
    finding = Finding("case", "cpu", FailureKind.RAISED, text, where=(f"ex1.py, line 3: {text}",))
    line = Line("values", "It works.", "values", 10.0, 5.0, 2, 1, 0, (finding,))
    exercise = ExerciseReport("ex1", "ex1_output_size", "Sizes", 10.0, 5.0, (), (line,))
    provenance = Provenance("1", "", 1, "2.6", "3.11", "", ("cpu",))
    return Report(student, 10.0, 5.0, (exercise,), (f"undecided: {text}",), "", 1.0, provenance)


@pytest.mark.parametrize("code", ["\x1b[2J", "\0", "\x7f", "\x9b", "\u202e", "\udcff"], ids=ascii)
def test_no_platform_is_given_control_codes(code: str) -> None:
    given = report(f"one {code}\ntwo\tthree")
    told = json.dumps(
        [gradescope.results(given), prairielearn.results(given, COURSE.meanings), remarks(given)]
    )
    for text in (told, told.encode().decode("unicode_escape", "surrogatepass")):
        assert code not in text
    assert "two\\tthree" in told


def test_what_a_line_is_about_is_told_in_words() -> None:
    [told] = prairielearn.results(report("text"), COURSE.meanings)["tests"]
    assert told["description"] == "ex1, the numbers are right"
    for name, words in COURSE.meanings.items():  # the course's own are no name of a machine either
        given = report("text")
        [line] = given.exercises[0].lines
        exercise = replace(given.exercises[0], lines=(replace(line, category=name),))
        [told] = prairielearn.results(replace(given, exercises=(exercise,)), COURSE.meanings)["tests"]
        assert told["description"] == f"ex1, {words}"


@pytest.mark.parametrize("code", [chr(0xD800), chr(0xDCFF), "\x7f"], ids=ascii)
def test_a_json_file_holds_nothing_that_a_strict_reader_refuses(tmp_path: Path, code: str) -> None:
    write_json(tmp_path / "x.json", as_json(report(f"a \\ud800 {code} b")))
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert text.replace("\n", "").isprintable()
    headline = json.loads(text)["exercises"][0]["lines"][0]["findings"][0]["headline"]
    assert headline.encode("utf-8").startswith(b"a \\ud800 ")


def test_a_report_is_read_back_as_it_was_and_no_kind_that_is_unknown(tmp_path: Path) -> None:
    write_report(tmp_path / "ada.json", report("text"))
    assert read_report(tmp_path / "ada.json") == report("text")
    text = json.dumps(as_json(report("text")), indent=1)
    assert text.count('"kind": "raised"') == 1
    (tmp_path / "ada.json").write_bytes(sealed(text.replace('"raised"', '"razed"').encode()))
    with pytest.raises(DamagedReport, match="of another version"):
        read_report(tmp_path / "ada.json")


def test_a_report_of_before_anything_was_measured_or_extra_is_read_as_one_without(tmp_path: Path) -> None:
    told = as_json(report("text"))
    del told["further"]
    for exercise in told["exercises"]:
        for later in ("measured", "extra", "left_alone"):
            del exercise[later]
        for finding in exercise["lines"][0]["findings"]:
            del finding["title"]
    (tmp_path / "ada.json").write_bytes(sealed(json.dumps(told, indent=1).encode()))
    assert read_report(tmp_path / "ada.json") == report("text")


@pytest.mark.parametrize("name", ["\\[a/b", "[/]", "[red]x", "a\x1b[2J"], ids=ascii)
def test_names_on_the_screen_are_no_markup(name: str) -> None:
    said = io.StringIO()
    show_table(Console(file=said, width=150), [(name, report("", name))], Path(name))
    assert said.getvalue().count(name.replace("\x1b", "\ufffd")) == 2


@pytest.mark.parametrize(
    "text", ["# big", "http://example.org/x", "a | b\n--|--\n1 | 2", "~~no~~", "__b__", "<b>", "![x](y)"]
)
def test_a_comment_on_nbgraders_page_is_text_and_no_layout(text: str) -> None:
    page = pytest.importorskip("nbconvert.filters.markdown_mistune").markdown2html_mistune(_as_markdown(text))
    for tag in ("<h1", "<a", "<table", "<del", "<strong", "<b>", "<img"):
        assert tag not in page
