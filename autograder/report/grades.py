"""`grades.csv`: one row per hand-in, for whoever keeps grades in a spreadsheet. `docs/report.md` has its columns.

The columns stand in one order whatever the class is like, but for those of extra points and of what was measured,
which are there where anybody has any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.report.faults import Faults
from autograder.report.files import write_text
from autograder.report.model import ExerciseReport, Report
from autograder.report.reading import Row
from autograder.report.spreadsheet import as_csv

GRADES = "grades.csv"
_WHO = ("student", "id", "login", "email")
_WHAT_COUNTS = ("final", "late", "carried", "changes", "found")


@dataclass(frozen=True)
class Person:
    """Whose a hand-in is, as far as it is known.

    `doubt` says why it may be another's, and `aside` why another hand-in of the same student counts. `late` says that
    the platform marked it so.
    """

    id: str = ""
    login: str = ""
    email: str = ""
    doubt: str = ""
    aside: str = ""
    late: bool = False


def write_grades(
    path: Path, rows: Sequence[tuple[str, Report | Row]], people: Mapping[str, Person], faults: Faults
) -> None:
    """Points by exercise as the checks gave them, their total, extra points, the grade, and how it came about.

    What was measured of anybody has columns of its own behind these, in the order of the exercises.
    What could not be graded, and who may have handed in something that fits nobody, has no points, not even 0.

    Args:
        path: the file.
        rows: what is known, by student.
        people: who they are; nothing is known of whoever is not among them.
        faults: takes who has no row.
    """
    exercises = rows[0][1].exercises if rows else ()
    names = [e.name for e in exercises]
    totals = ["total", *(["extra"] if any(e.extra for e in exercises) else [])]
    measured = [f"{e.name}: {name}" for e in exercises for name in _ever_measured(rows, e)]
    table = faults.each(
        path.name,
        rows,
        lambda each: each[0],
        lambda each: _row(*each, people.get(each[0], Person()), measured),
    )
    write_text(path, as_csv([[*_WHO, *names, *totals, *_WHAT_COUNTS, *measured], *table]))


def _ever_measured(rows: Sequence[tuple[str, Report | Row]], exercise: ExerciseReport) -> list[str]:
    """The names of what was measured of an exercise with anybody, in an order that no hand-in decides."""
    found = (e for _, report in rows for e in report.exercises if e.name == exercise.name)
    return sorted({each.name for e in found for each in e.measured})


def _measured(report: Report | Row) -> dict[str, float]:
    return {f"{e.name}: {each.name}": each.value for e in report.exercises for each in e.measured}


def _row(student: str, report: Report | Row, who: Person, measured: Sequence[str]) -> list[str]:
    extra = [e.earned for e in report.exercises if e.extra]
    points = [*(e.earned for e in report.exercises), report.earned, *([sum(extra)] if extra else [])]
    shown = ["" if report.withheld else f"{each:g}" for each in points]
    mark = report.counting
    final = "" if mark.final is None or who.aside else f"{mark.final:g}"
    late = f"{mark.days_late}" if mark.days_late else "late" if who.late else ""
    carried = ", ".join(e.name for e in report.exercises if e.carried_from)
    changes = "; ".join(filter(None, [who.aside, *mark.steps, *mark.comments]))
    found = "; ".join(dict.fromkeys(filter(None, [who.doubt, report.found])))
    values = _measured(report)
    return [
        student, who.id, who.login, who.email, *shown, final, late, carried, changes, found,
        *(f"{values[name]:g}" if name in values else "" for name in measured),
    ]  # fmt: skip
