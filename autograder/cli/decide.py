"""`autograder decide`: adds a row to `decisions.csv`, with the points that it is about."""

from __future__ import annotations

import argparse
import csv
import tempfile
from pathlib import Path

from autograder.classes.decisions import DECISIONS, DecisionError, read_decisions, with_row
from autograder.cli.options import CommandError, Commands
from autograder.report.files import write_bytes
from autograder.report.grades import GRADES
from autograder.report.marking import Decision
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
    parser.add_argument("student", metavar="STUDENT", help="by name, login, email or id")
    parser.add_argument(
        "about",
        nargs="?",
        default="",
        metavar="EXERCISE[.LINE]",
        help="such as ex3, or ex3.values for a line of its rubric (default: the whole hand-in)",
    )
    parser.add_argument("--points", metavar="N", help="instead of those that the checks gave")
    parser.add_argument("--excuse", action="store_true", help="it does not count")
    parser.add_argument("--days", metavar="N", help="by which the time for the hand-in is longer")
    parser.add_argument("--comment", default="", help="for the student")
    parser.add_argument(
        "--reason", default="", help="of the points, the excuse or the days; for the student, too"
    )
    parser.add_argument(
        "--decisions", type=Path, metavar="CSV", help=f"the file to add to (default: {DECISIONS} in GRADED)"
    )
    parser.set_defaults(precondition=_check, run=_run)


def _check(options: argparse.Namespace) -> None:
    if not (options.graded / GRADES).is_file():
        raise CommandError(f"{options.graded}: `autograder grade` has written no {GRADES} there")


def _run(options: argparse.Namespace) -> int:
    path: Path = options.decisions or options.graded / DECISIONS
    exercise, _, line = options.about.partition(".")
    cells = {
        "student": options.student,
        "exercise": exercise,
        "line": line,
        "points": options.points or "",
        "excused": "yes" if options.excuse else "",
        "days": options.days or "",
        "comment": options.comment,
        "reason": options.reason,
    }
    text = _text(path)
    try:
        student, decision = _as_read(path.name, with_row(text, cells), options)
    except DecisionError as error:
        raise CommandError(str(error)) from error
    known = _automatic(_report(options.graded, student), decision)
    was = ""
    if decision.points is not None and known is not None:
        cells["automatic"] = f"{known:g}"
        was = f" (the checks gave {known:g})"
    write_bytes(path, with_row(text, cells).encode("utf-8"))
    print(
        f"{printable(student)}, {decision.about}: noted{was} in {printable(str(path))}; grade again to apply it"
    )
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: cannot be read; save it as CSV UTF-8") from error


def _as_read(name: str, text: str, options: argparse.Namespace) -> tuple[str, Decision]:
    """The last row of a file of decisions as grading will read it, and whom it is about."""
    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / name
        trial.write_text(text, encoding="utf-8")
        found = read_decisions(trial, _class(options.graded), options.course.exercises)
    return max(
        ((student, each) for student, all_ in found.items() for each in all_), key=lambda pair: pair[1].row
    )


def _class(graded: Path) -> list[ClassSubmission]:
    """The students of a graded class, as its table knows them."""
    try:
        with (graded / GRADES).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return [
            ClassSubmission(row["student"], None, row["login"], ids={"id": row["id"], "email": row["email"]})
            for row in rows
        ]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise CommandError(
            f"{graded / GRADES}: is not as `autograder grade` writes it; grade again"
        ) from error


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
    if exercise is None or not decision.line:
        return exercise.earned if exercise is not None else None
    lines = {each.name: each.earned for each in exercise.lines}
    if decision.line not in lines:
        raise CommandError(f"{exercise.name} has no line {decision.line!r}; it has {', '.join(lines)}")
    return lines[decision.line]
