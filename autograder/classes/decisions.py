"""`decisions.csv`: what a person decided about students, one row each; the autograder reads it and never writes it.

    student,exercise,line,points,excused,days,comment,reason,automatic
    ada,ex3,,18,,,,right by another way,15

`autograder decide` adds rows. Whatever a row names has to be there: nothing is left out in silence.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.report.marking import Decision
from autograder.report.spreadsheet import guarded, unguarded
from autograder.report.text import plain
from autograder.submissions.archive import shown
from autograder.submissions.downloads import ClassSubmission
from autograder.submissions.downloads.people import key, keys
from autograder.submissions.downloads.roster import read_rows, separated
from exercises.feedback.catalogue import Exercise

DECISIONS = "decisions.csv"
COLUMNS = ("student", "exercise", "line", "points", "excused", "days", "comment", "reason", "automatic")
_OF_THE_CHECKS = "automatic"  # a row can do without
_NEEDED = ("student",)
_YES, _NO = ("yes", "y", "true", "1", "x", "ex", "excused"), ("", "no", "n", "false", "0")
_MAX_DAYS = 1000


class DecisionError(Exception):
    """Decisions that cannot be carried out; a line for each, which names its row."""


@dataclass
class _Reading:
    """Rows as they are read, and what is wrong with them."""

    wrong: list[str] = field(default_factory=list)
    row: int = 1

    def complain(self, what: str) -> None:
        self.wrong.append(f"row {self.row}: {what}")


def read_decisions(
    path: Path, submissions: Iterable[ClassSubmission], exercises: Sequence[Exercise]
) -> dict[str, tuple[Decision, ...]]:
    """The decisions in a file, by the names that reports have.

    Args:
        path: a CSV file with a header row.
        submissions: the class; a student is known by any name or id.
        exercises: those of the course.

    Raises:
        DecisionError: for every row that cannot be carried out.
        SubmissionError: if it is no CSV file.
    """
    (_, first), *lines = read_rows(path, shown(path))
    titles = [title.strip().casefold() for title in first]
    unknown = [title for title in titles if title and title not in COLUMNS]
    if unknown or any(name not in titles for name in _NEEDED):
        told = f"it has {', '.join(map(shown, unknown))}" if unknown else "student is missing"
        raise DecisionError(f"{path.name}: {told}; the columns are {', '.join(COLUMNS)}")
    reading, people = _Reading(), _people(submissions)
    points = {exercise.name: float(exercise.points) for exercise in exercises}
    points[""] = sum(float(exercise.points) for exercise in exercises if not exercise.extra)
    found: dict[str, list[Decision]] = {}
    for reading.row, line in lines:
        cells = {title: unguarded(cell.strip()) for title, cell in zip(titles, line, strict=False) if title}
        students = _students(cells.get("student", ""), people, reading)
        decision = _decision(cells, points, reading)
        if decision is None:
            continue
        for student in students:
            earlier = next((each for each in found.get(student, []) if _same(each, decision)), None)
            if earlier is not None:
                reading.complain(
                    f"{shown(student)}, {decision.about}: row {earlier.row} decides that already"
                )
            found.setdefault(student, []).append(decision)
    if reading.wrong:
        raise DecisionError("\n".join(f"{path.name}, {each}" for each in reading.wrong))
    return {student: tuple(each) for student, each in found.items()}


def _people(submissions: Iterable[ClassSubmission]) -> dict[str, dict[str, ClassSubmission]]:
    """By every name and id in any spelling, whose hand-ins it may mean."""
    people: dict[str, dict[str, ClassSubmission]] = {}
    for each in submissions:
        for called in {each.student, each.name, each.login, *each.ids.values()} - {""}:
            people.setdefault(key(called), {})[each.student] = each
    return people


def _students(
    called: str, people: Mapping[str, Mapping[str, ClassSubmission]], reading: _Reading
) -> list[str]:
    """Whom a row is about: more than one where a student has several hand-ins, and all are meant."""
    if not called:
        reading.complain("names no student")
        return []
    meant = people.get(key(called), {})
    fit = sorted(meant)
    if not fit:
        reading.complain(
            f"{shown(called)} is nobody in this class; a student is named by name, login, email or id"
        )
    elif len(fit) > 1 and not _one_person(meant.values()):
        reading.complain(
            f"{shown(called)} may be {' or '.join(map(shown, fit))}; give the login or the email"
        )
        return []
    return fit


def _one_person(submissions: Iterable[ClassSubmission]) -> bool:
    """Whether hand-ins are surely one student's: they share an id, and none may be another's."""
    every = list(submissions)
    return bool(set.intersection(*(keys(each.ids) for each in every))) and not any(
        each.doubt for each in every
    )


def _decision(cells: Mapping[str, str], points: Mapping[str, float], reading: _Reading) -> Decision | None:
    """The decision of a row; None where it says what cannot be."""
    before = len(reading.wrong)
    exercise, line = cells.get("exercise", "").casefold(), cells.get("line", "")
    if exercise not in points:
        reading.complain(f"{shown(exercise)} is no exercise; there are {', '.join(filter(None, points))}")
    if line and not exercise:
        reading.complain(f"line {shown(line)} of which exercise?")
    most = points.get(exercise, points[""])
    given = _number(cells, "points", most, exercise or "the hand-in", reading)
    days = _number(cells, "days", _MAX_DAYS, "an extension", reading) or 0.0
    automatic = _number(cells, "automatic", math.inf, exercise, reading)
    told = cells.get("excused", "").casefold()
    if told not in (*_YES, *_NO):
        reading.complain(f"excused is {shown(told)}; write yes, or leave it empty")
    excused = told in _YES
    if days and exercise:
        reading.complain(f"days are for the whole hand-in; leave out {exercise}")
    if excused and (given is not None or line):
        reading.complain("an excuse is for a whole exercise or hand-in, and goes with no points")
    comment, reason = plain(cells.get("comment", "")), plain(cells.get("reason", ""))
    if given is None and not excused and not days and not comment:
        reading.complain("decides nothing: points, excused, days and comment are empty")
    if (given is not None or excused) and not reason:
        reading.complain("needs a reason: the student reads it")
    if len(reading.wrong) > before:
        return None
    return Decision(exercise, line, given, excused, days, comment, reason, automatic, reading.row)


def _number(cells: Mapping[str, str], title: str, most: float, about: str, reading: _Reading) -> float | None:
    text = cells.get(title, "")
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not 0 <= value <= most:
        what = "of 0 or more" if math.isinf(most) else f"from 0 to {most:g}"
        reading.complain(f"{title} is {shown(text)}, which is no number {what} ({about})")
        return None
    return value


def _same(one: Decision, other: Decision) -> bool:
    """Whether two decide the same thing, or one of them all of what the other is a part of."""
    if one.exercise != other.exercise:
        return False
    points = one.points is not None or one.excused, other.points is not None or other.excused
    if all(points) and (one.line == other.line or not one.line or not other.line):
        return True
    return bool(one.days and other.days)


@dataclass(frozen=True)
class Given:
    """Points that a person gave by hand, with a comment for the student."""

    points: float
    comment: str = ""


def manual_points(path: Path) -> dict[str, list[Given]]:
    """What peers or assistants gave for one exercise: by student as the file calls them, in its order.

    Args:
        path: a CSV file with the columns `student` and `points`, and perhaps `comment`. Other columns are not read.

    Raises:
        DecisionError: for every row that cannot be used.
        SubmissionError: if it is no CSV file.
    """
    (_, first), *lines = read_rows(path, shown(path))
    titles = [title.strip().casefold() for title in first]
    missing = [title for title in ("student", "points") if title not in titles]
    if missing:
        raise DecisionError(
            f"{path.name}: no column {' and none '.join(missing)}; it needs student and points"
        )
    reading = _Reading()
    found: dict[str, list[Given]] = {}
    for reading.row, line in lines:
        cells = {title: cell.strip() for title, cell in zip(titles, line, strict=False) if title}
        points = _number(cells, "points", math.inf, "by hand", reading)
        student = cells.get("student", "")
        if not student or not cells.get("points"):
            reading.complain("needs a student and points")
        elif points is not None:
            found.setdefault(student, []).append(Given(points, plain(cells.get("comment", ""))))
    if reading.wrong:
        raise DecisionError("\n".join(f"{path.name}, {each}" for each in reading.wrong))
    return found


def with_rows(text: str, rows: Sequence[Mapping[str, str]]) -> str:
    """The text of a file of decisions with more rows, by column; an empty text gets the header row first.

    The columns of the text stay in their order, and what separates them. Nothing else in it changes. What begins as a
    formula gets an apostrophe in front: peers write comments, and an instructor opens the file in a spreadsheet.

    Raises:
        DecisionError: if the text has no column for what is to be said.
    """
    if not text.strip():
        text = ""
    body, delimiter = separated(text) if text else ("", ",")
    try:
        first = next(
            (row for row in csv.reader(io.StringIO(body, newline=""), delimiter=delimiter) if any(row)), []
        )
    except csv.Error as error:
        raise DecisionError(f"{DECISIONS}: no CSV file ({error})") from error
    titles = [title.strip().casefold() for title in first] if first else list(COLUMNS)
    said = dict.fromkeys(title for cells in rows for title, cell in cells.items() if cell)
    missing = [title for title in said if title not in titles and title != _OF_THE_CHECKS]
    if missing:
        raise DecisionError(
            f"{DECISIONS}: has no column {' and none '.join(missing)}; add it to the first line"
        )
    table = io.StringIO()
    writer = csv.writer(table, delimiter=delimiter, lineterminator="\n")
    if not first:
        writer.writerow(titles)
    writer.writerows([guarded(cells.get(title, "")) for title in titles] for cells in rows)
    return f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{table.getvalue()}"
