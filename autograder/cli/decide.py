"""`autograder decide`: adds a row to `decisions.csv`, with the points that it is about."""

from __future__ import annotations

import argparse
import codecs
import io
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.classes.class_list import CLASS, read_class_list
from autograder.classes.decisions import DECISIONS, DecisionError, manual_points, read_decisions, with_rows
from autograder.cli.options import CommandError, Commands
from autograder.report.files import write_bytes
from autograder.report.marking import Decision, of_checks
from autograder.report.model import Report
from autograder.report.reading import DamagedReport, read_report
from autograder.report.terminal.table import printable
from autograder.submissions.downloads import ClassSubmission


def add(commands: Commands) -> None:
    """The command with its options."""
    parser = commands.add_parser(
        "decide", help="change points, excuse, extend or comment: what you say holds in every later run"
    )
    parser.add_argument("graded", type=Path, metavar="GRADED", help="a folder that `grade` wrote")
    parser.add_argument(
        "student", nargs="?", default="", metavar="STUDENT", help="by name, login, email or id"
    )
    parser.add_argument(
        "about",
        nargs="?",
        default="",
        metavar="EXERCISE[.LINE]",
        help="such as ex3, or ex3.LINE with the name of a line of its rubric (default: the whole hand-in)",
    )
    parser.add_argument("--points", metavar="N", help="instead of those that the checks gave")
    parser.add_argument("--excuse", action="store_true", help="it does not count")
    parser.add_argument("--days", metavar="N", help="by which the time for the hand-in is longer")
    parser.add_argument("--comment", default="", help="for the student")
    parser.add_argument(
        "--reason", default="", help="of the points, the excuse or the days; for the student, too"
    )
    parser.add_argument(
        "--import",
        type=Path,
        dest="table",
        metavar="CSV",
        help="points that others gave by hand, of one exercise: columns student, points, and perhaps comment; "
        "of several for one student the mean counts",
    )
    parser.add_argument("--exercise", default="", metavar="EXERCISE[.LINE]", help="that --import is about")
    parser.add_argument(
        "--decisions", type=Path, metavar="CSV", help=f"the file to add to (default: {DECISIONS} in GRADED)"
    )
    parser.set_defaults(precondition=_check, run=_run)


def _check(options: argparse.Namespace) -> None:
    if not options.graded.is_dir():
        raise CommandError(f"{options.graded}: there is no such folder")
    if bool(options.student) == bool(options.table):
        raise CommandError(
            "decide about whom? Give a STUDENT, or a table with --import CSV --exercise EXERCISE"
        )
    if options.table and not options.exercise:
        raise CommandError(f"--import {options.table}: points of which exercise? Give --exercise EXERCISE")


def _run(options: argparse.Namespace) -> int:
    path: Path = options.decisions or options.graded / DECISIONS
    mark, text = _text(path)
    try:
        rows = _given(options) if options.table else [_typed(options)]
        decided = _as_read(path.name, text, rows, options)
    except DecisionError as error:
        raise CommandError(str(error)) from error
    told = []
    for cells, about in zip(rows, decided, strict=True):
        decision = about[0][1]
        given = [_automatic(_report(options.graded, student), decision) for student, _ in about]
        known = given[0] if len(set(given)) == 1 else None  # of several hand-ins, which was meant?
        was = ""
        if decision.points is not None and known is not None:
            cells["automatic"] = f"{known:.10g}"
            was = f", {decision.points:g} points (the checks gave {known:g})"
        told.append(f"{' and '.join(student for student, _ in about)}, {decision.about}{was}")
    write_bytes(path, mark + with_rows(text, rows).encode("utf-8"))
    for line in told:
        print(printable(line))
    print(f"Noted in {printable(str(path))}; grade again to apply it")
    return 0


def _typed(options: argparse.Namespace) -> dict[str, str]:
    """The row that the command line tells."""
    return {
        "student": options.student,
        **_about(options.about),
        "points": options.points or "",
        "excused": "yes" if options.excuse else "",
        "days": options.days or "",
        "comment": options.comment,
        "reason": options.reason,
    }


def _about(text: str) -> dict[str, str]:
    exercise, _, line = text.partition(".")
    return {"exercise": exercise, "line": line}


def _given(options: argparse.Namespace) -> list[dict[str, str]]:
    """A row for each student in a table of points that others gave by hand."""
    found = manual_points(options.table)
    if not found:
        raise CommandError(f"--import {options.table}: has no rows")
    rows = []
    for student, given in found.items():
        points = statistics.fmean(each.points for each in given)
        by = "by hand" if len(given) == 1 else f"by hand, the mean of {len(given)}"
        rows.append(
            {
                "student": student,
                **_about(options.exercise),
                "points": f"{round(points, 2):g}",
                "comment": " ".join(filter(None, (each.comment for each in given))),
                "reason": options.reason or f"graded {by}",
            }
        )
    return rows


def _text(path: Path) -> tuple[bytes, str]:
    """What a file of decisions holds: the mark by which spreadsheets know UTF-8, if it has one, and the text."""
    try:
        content = path.read_bytes()
        mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
        return mark, io.TextIOWrapper(io.BytesIO(content[len(mark) :]), encoding="utf-8").read()
    except FileNotFoundError:
        return b"", ""
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: cannot be read; save it as CSV UTF-8") from error


def _as_read(
    name: str, text: str, added: Sequence[Mapping[str, str]], options: argparse.Namespace
) -> list[list[tuple[str, Decision]]]:
    """Rows to add to a file of decisions as grading will read them, each with those whom it is about.

    Raises:
        DecisionError: if one of them, or of those that are there, cannot be carried out.
    """
    students = _class(options.graded)

    def rows(text: str) -> list[list[tuple[str, Decision]]]:
        with tempfile.TemporaryDirectory() as scratch:
            trial = Path(scratch) / name
            trial.write_text(text, encoding="utf-8")
            found = read_decisions(trial, students, options.course.exercises)
        by_row: dict[int, list[tuple[str, Decision]]] = {}
        for student, decisions in found.items():
            for each in decisions:
                by_row.setdefault(each.row, []).append((student, each))
        return [by_row[row] for row in sorted(by_row)]

    before = len(rows(text)) if text.strip() else 0
    decided = rows(with_rows(text, added))[before:]
    if len(decided) != len(added):
        raise DecisionError(f"{name}: a row cannot be added; is a quotation mark in it not closed?")
    return decided


def _class(graded: Path) -> list[ClassSubmission]:
    """The students of a graded class."""
    try:
        known = read_class_list(graded / CLASS)
    except DamagedReport as error:
        raise CommandError(f"{graded / CLASS} {error}; grade again") from error
    if known is None:
        raise CommandError(f"{graded}: `autograder grade` has written no {CLASS} there")
    return [
        ClassSubmission(each.student, None, each.login, name=each.name, ids=each.ids, doubt=each.doubt)
        for each in known.members
    ]


def _report(graded: Path, student: str) -> Report | None:
    try:
        return read_report(graded / f"{student}.json")
    except DamagedReport as error:
        raise CommandError(f"{graded / student}.json {error}; grade again") from error


def _automatic(report: Report | None, decision: Decision) -> float | None:
    """The points that the checks gave for what a decision is about.

    Raises:
        CommandError: if the report has no such line.
    """
    if report is None:
        return None
    if not decision.exercise:
        return report.earned
    exercise = next((each for each in report.exercises if each.name == decision.exercise), None)
    if exercise is None:
        return None
    now, most = of_checks(exercise, decision.line)
    if now is None:
        lines = ", ".join(each.name for each in exercise.lines)
        raise CommandError(f"{exercise.name} has no line {decision.line!r}; it has {lines}")
    if decision.points is not None and decision.points > most:
        raise CommandError(f"{decision.about} is worth {most:g} points, not {decision.points:g}")
    return now
