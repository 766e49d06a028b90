"""The report writers: whatever a hand-in made the grader say, each file is valid in its form and safe to show."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from rich.console import Console

from autograder.course import COURSE
from autograder.platforms import gradebook, nbgrader
from autograder.report import files, grades, gradescope, model, prairielearn, spreadsheet
from autograder.report import text as wording
from autograder.report.faults import Faults
from autograder.report.model import ExerciseReport, Finding, Line, Provenance, Report
from autograder.report.pages import feedback
from autograder.report.terminal import table
from exercises.feedback.catalogue import exercises
from exercises.feedback.kinds import FailureKind
from tests.fuzz.choices import Choices
from tests.fuzz.engine import Target, holds, untraced
from tests.spreadsheet import formulas

_KINDS = tuple(FailureKind)
_TAGS = {"p", "br", "ul", "ol", "li", "em", "strong", "code", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
_TAGS |= {"blockquote", "del", "div", "span", "table", "thead", "tbody", "tr", "th", "td"}


def run(data: bytes) -> None:
    """One report through every writer."""
    choices = Choices(data)
    report = made(choices)
    look_at(report, choices.flag(), choices.flag(16), choices.flag(256))


def look_at(report: Report, show_calls: bool = False, pages: bool = True, otter: bool = False) -> None:
    """Puts a report through the writers and looks at what they wrote."""
    student = files.for_student(report, show_calls)
    if not show_calls:
        findings = [f for e in student.exercises for f in e.findings]
        holds(
            not any(f.call or f.expected or f.got or f.case or f.place or f.pictures for f in findings),
            "hidden inputs stay hidden",
        )
        holds(not student.printed, "prints stay hidden, which may show inputs")
    _json_file(files.as_json(student))
    graded = gradescope.results(student)
    _gradescope(_json_file(graded, "results"), not student.problem)
    _prairielearn(_json_file(prairielearn.results(student, COURSE.meanings), "results"))
    _grades([(report.student, report), ("b", student)])
    if pages:
        _screen([(report.student, report)])
        _feedback(feedback.feedback_page(student))
    told = nbgrader.remarks(files.for_student(report, show_calls=False))
    holds(set(told) == {e.name for e in report.exercises}, "every exercise has its remarks")
    for text in told.values():
        _plain(text, "remarks")
        if pages:
            _page(gradebook._as_markdown(text))
    if otter and _otter() is not None:
        with untraced():
            _otter()(graded["tests"])


def _json_file(data: Any, shown: str = "") -> Any:
    written: list[bytes] = []
    with patch.object(files, "write_bytes", lambda path, content: written.append(content)):
        files.write_json(Path("x.json"), data)
    text = written[0].decode("ascii")
    _plain(text, "a file")

    def constant(name: str) -> float:
        raise ValueError(f"{name} is no JSON")

    found = json.loads(text, parse_constant=constant)
    texts: list[str] = []
    _collect(found, texts)
    whole = "\n".join(texts)
    whole.encode("utf-8")
    if shown:
        _plain(whole, shown)
    return found


def _collect(value: Any, texts: list[str]) -> None:
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, Mapping):
        texts += value
        _collect(list(value.values()), texts)
    elif isinstance(value, list):
        for each in value:
            _collect(each, texts)


def _plain(text: str, where: str) -> None:
    holds(text.replace("\n", "").replace("\t", "").isprintable(), f"no control codes in {where}", text)


def _gradescope(found: Mapping[str, Any], is_graded: bool) -> None:
    total = 0.0
    holds(("score" in found) == is_graded, "what was graded has a score, and nothing else", found)
    holds(is_graded or not found["tests"], "what was not graded has no tests", found)
    for test in found["tests"]:
        holds(0 <= test["score"] <= test["max_score"], "scores lie between 0 and what there is", test)
        holds(len(test["output"]) <= gradescope.MAX_OUTPUT_CHARS, "outputs are short")
        holds(test["status"] in ("passed", "failed"), "a status that the platform knows")
        total += test["score"]
    if is_graded:
        holds(math.isfinite(found["score"]) and found["score"] >= 0, "the score is a number", found["score"])
    holds(len(found["output"]) <= gradescope.MAX_OUTPUT_CHARS, "outputs are short")
    formats = {text for name, text in found.items() if name.endswith("_format")}
    holds(formats == {"text"}, "no HTML", formats)


def _prairielearn(found: Mapping[str, Any]) -> None:
    holds(0 <= found["score"] <= 1, "the score is a part of one", found["score"])
    holds(len(json.dumps(found, indent=1)) < 1_000_000, "the platform takes 1 MB")
    for test in found["tests"]:
        holds(0 <= test["points"] <= test["max_points"], "scores lie between 0 and what there is", test)


def _grades(rows: Sequence[tuple[str, Report]]) -> None:
    written: list[bytes] = []
    faults = Faults()
    with patch.object(files, "write_bytes", lambda path, content: written.append(content)):
        grades.write_grades(Path("grades.csv"), rows, {}, faults)
    text = written[0].decode("utf-8")
    _plain(text, "grades.csv")
    holds(faults.notes == [], "every hand-in has its row", faults.notes)
    table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    holds(len(table) == 1 + len(rows), "one row per hand-in", table)
    holds(formulas(text) == [], "no cell is a formula", text)
    for row in table:
        holds(len(row) == len(table[0]), "every row has its cells", row)
    for row in table[1:]:
        points = row[table[0].index("email") + 1 : table[0].index("late")]
        given = any(points)  # what could not be graded has none
        holds(not given or all(float(cell) >= 0 for cell in points), "points are numbers", row)


def _screen(rows: Sequence[tuple[str, Report]]) -> None:
    said = io.StringIO()
    console = Console(file=said, width=table.NARROWEST, highlight=False)
    table.show_table(console, rows, Path(rows[0][0].replace("\0", "") or "x"))
    _plain(said.getvalue(), "the table")
    words = rows[0][0].split()
    holds(
        not words or table.printable(words[0])[:20] in said.getvalue(), "markup is shown, not obeyed", words
    )


class _Tags(html.parser.HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        holds(tag in _TAGS, "only tags of plain text on a page", (tag, attrs))
        names = {name for name, _ in attrs}
        holds(names <= {"id", "class", "style"}, "no attribute that does anything", attrs)

    def handle_decl(self, decl: str) -> None:
        holds(False, "no declarations on a page", decl)


@cache
def _template() -> str:
    folder = Path(feedback.__file__).parent
    return "".join((folder / name).read_text(encoding="utf-8") for name in ("base.html", "feedback.html"))


class _OwnTags(html.parser.HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        holds(f"<{tag}" in _template(), "only tags of the template", (tag, attrs))
        for name, value in attrs:
            holds(not name.startswith("on") and not str(value).startswith("javascript"), "no script", attrs)


def _feedback(text: str) -> None:
    """The student's own page."""
    _plain(text, "the feedback page")
    holds(len(text.encode("utf-8")) <= feedback.MAX_PAGE_BYTES, "the page is small", len(text))
    _OwnTags().feed(text)


def _page(markdown: str) -> None:
    """The comment as nbgrader's feedback page shows it."""
    render = _renderer()
    if render is not None:
        _Tags().feed(render(markdown))


@cache
def _renderer() -> Callable[[str], str] | None:
    try:
        with untraced():
            from nbconvert.filters.markdown_mistune import markdown2html_mistune
    except ImportError:
        return None
    found: Callable[[str], str] = markdown2html_mistune
    return found


@cache
def _otter() -> Any:
    try:
        with untraced():
            import otter.test_files  # noqa: F401

            from autograder.platforms.otter import test_files
    except ImportError:
        return None
    return test_files


def made(choices: Choices) -> Report:
    """A report with numbers as the grader makes them, and texts as nobody would."""
    parts = []
    for exercise in exercises()[: 1 + choices.below(3)]:
        lines = []
        for number in range(1 + choices.below(2)):
            cases = 1 + choices.below(4)
            passed = cases - choices.below(cases + 1)
            points = exercise.points / 2 if number else exercise.points / 1
            findings = tuple(_finding(choices) for _ in range(min(cases - passed, 3)))
            lines.append(
                Line(
                    "line",
                    choices.text(1),
                    "values",
                    points,
                    points * passed / cases,
                    cases,
                    passed,
                    choices.below(2),
                    findings,
                )
            )
        earned = round(sum(line.earned for line in lines) + 1e-9, 2)
        carried = ("ex1", "ex3") if choices.flag(4) else ()
        parts.append(
            ExerciseReport(
                exercise.name,
                exercise.module,
                exercise.title,
                sum(line.points for line in lines),
                earned,
                carried,
                tuple(lines),
            )
        )
    notes = tuple(choices.text(2) for _ in range(choices.below(3)))
    provenance = Provenance("1", "0" * 64, 1, "2.6", "3.11", "0" * 64, ("cpu",), {"landlock": "on"})
    problem = choices.text(2) if choices.flag(8) else ""
    return Report(
        choices.text(2), sum(p.points for p in parts), sum(p.earned for p in parts), tuple(parts), notes,
        choices.text(), 1.5, provenance, problem,
    )  # fmt: skip


def _finding(choices: Choices) -> Finding:
    text = choices.text
    return Finding(
        text(1), choices.pick(("cpu", "cuda")), choices.pick(_KINDS), text(), choices.pick(("", "kernel-flipped")),
        text(1), choices.pick(("",
    "#padding")), tuple(text(1) for _ in range(choices.below(3))), text(1), text(1), text(2),
    )  # fmt: skip


def seeds() -> Sequence[bytes]:
    """Random ones; the empty input is a report in which all is right."""
    random = Random(0)
    return [random.randbytes(size) for size in (10, 40, 100, 200, 400) for _ in range(12)]


TARGET = Target(
    "reports",
    "report writers",
    (files, spreadsheet, gradescope, model, prairielearn, wording, table, nbgrader, gradebook),
    run,
    seeds,
    traced=10,
)
