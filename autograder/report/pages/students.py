"""The table of all students on the page of a class, and what a person decided about them, as data to lay out."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.report.class_statistics import ClassStatistics
from autograder.report.grades import Person
from autograder.report.history import History
from autograder.report.marking import Decision
from autograder.report.model import ExerciseReport, Mark
from autograder.report.pages.markup import points as written
from autograder.report.pages.who import Shown, Who
from autograder.report.reading import Row
from autograder.report.text import in_days

MAX_DECISIONS = 1_000
SPARK_WIDTH, SPARK_HEIGHT = 64, 18  # of the line of a student's progress, in its own units
# what to choose students by: the class of a row, and the words
FILTERS = (
    ("", "everybody"),
    ("graded", "graded"),
    ("ungraded", "not graded"),
    ("absent", "handed in nothing"),
    ("late", "late"),
    ("hand", "changed by hand"),
    ("helped", "helped by corrected exercises"),
    ("look", "to look at"),
)


@dataclass(frozen=True)
class Records:
    """What is known of a class besides its reports.

    Attributes:
        people: who they are, by the names that reports have.
        decisions: of a person, likewise.
        anonymous: whether the page has pseudonyms alone.
        key: of the pseudonyms; one of its own where none is given.
        history: of the folder.
    """

    people: Mapping[str, Person] = field(default_factory=dict)
    decisions: Mapping[str, Sequence[Decision]] = field(default_factory=dict)
    anonymous: bool = False
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    history: History = field(default_factory=History)


@dataclass(frozen=True)
class Cell:
    """The points of an exercise; `carried` with corrected earlier ones, `decided` where a person has changed them."""

    points: str
    carried: bool = False
    decided: bool = False


@dataclass(frozen=True)
class Progress:
    """How a student's points changed: a line to draw, in words, and from the first run to the last with its sign."""

    line: str
    words: str
    change: str


@dataclass(frozen=True)
class StudentRow:
    """A row of the table.

    `flags` are names of `FILTERS`, `state` says what is out of the ordinary, and `found` may name a student where it
    is `personal`.
    """

    student: Shown
    id: str
    cells: tuple[Cell, ...]
    total: str
    final: str
    late: str
    state: str
    found: str
    personal: bool
    flags: str
    progress: Progress | None


@dataclass(frozen=True)
class DecisionRow:
    """One decision: about what, what it changed, and why."""

    student: Shown
    about: str
    change: str
    reason: str


def student_rows(statistics: ClassStatistics, records: Records, who: Who) -> list[StudentRow]:
    """The table: everybody who is on the page, with the exercises that anybody began."""
    names = [name for name, each in statistics.exercises.items() if each.spread.counts]
    return [
        _row(name, student, statistics.rows[name], names, records, who, statistics.points)
        for name, student in who.all_of(statistics.rows)
    ]


def _row(
    name: str,
    student: Shown,
    row: Row | None,
    exercises: Sequence[str],
    records: Records,
    who: Who,
    most: float,
) -> StudentRow:
    person = records.people.get(name, Person())
    decisions = records.decisions.get(name, ())
    number = "" if who.anonymous else who.personal(person.id or person.login or person.email)
    progress = _progress(records.history, name, most)
    if row is None:
        state = "report cannot be read"
        empty = (Cell(""),) * len(exercises)
        return StudentRow(student, number, empty, "", "", "", state, "", False, "ungraded look", progress)
    mark = row.counting
    by_name = {each.name: each for each in row.exercises}
    decided = {each.exercise for each in decisions if each.points is not None or each.excused}
    decided |= {change.exercise for change in mark.changes}
    cells = tuple(_cell(by_name.get(each), row, each in decided) for each in exercises)
    final = "excused" if mark.excused else "" if mark.final is None or person.aside else written(mark.final)
    late = in_days(mark.days_late) if mark.days_late else "late" if person.late else ""
    return StudentRow(
        student,
        number,
        cells,
        "" if row.withheld else written(row.earned),
        final,
        late,
        ", ".join(_states(row, mark, person, decisions)),
        "; ".join(filter(None, _found(row, person, who))),
        bool(row.problem or person.doubt or person.aside),
        " ".join(_flags(row, mark, person, decided, late)),
        progress,
    )


def _cell(exercise: ExerciseReport | None, row: Row, decided: bool) -> Cell:
    if exercise is None or row.withheld or exercise.left_alone:
        return Cell("", decided=decided)
    return Cell(written(exercise.earned), bool(exercise.carried_from), decided)


def _states(row: Row, mark: Mark, person: Person, decisions: Sequence[Decision]) -> Iterator[str]:
    if not row.handed_in:
        yield "nothing handed in"
    elif row.problem:
        yield "not graded"
    if mark.excused:
        yield "excused"
    if mark.changes:
        yield "changed by hand"
    yield from (f"{each.exercise} excused" for each in decisions if each.excused and each.exercise)
    yield from (f"{in_days(each.days)} longer" for each in decisions if each.days)
    if person.aside:
        yield "another hand-in counts"
    if person.doubt:
        yield "whose it is, is not certain"
    if mark.remarks:
        yield "see remarks"


def _found(row: Row, person: Person, who: Who) -> Iterator[str]:
    yield who.personal(person.doubt)
    yield who.personal(person.aside)
    # a problem tells of files, and those are often called as their owner
    yield who.personal(row.found) if row.problem else row.found


def _flags(row: Row, mark: Mark, person: Person, decided: set[str], late: str) -> Iterator[str]:
    yield "absent" if not row.handed_in else "ungraded" if row.problem else "graded"
    if late:
        yield "late"
    if decided or mark.excused:
        yield "hand"
    if any(each.carried_from for each in row.exercises):
        yield "helped"
    if mark.remarks or person.doubt or person.aside:
        yield "look"


def _progress(history: History, name: str, most: float) -> Progress | None:
    """Nothing where points were the same at all runs."""
    found = history.of(name)
    if len(found) < 2:
        return None
    last = len(history.runs) - 1
    tops = [*found, *([(last, found[-1][1])] if found[-1][0] < last else [])]
    top = max(most, *(value for _, value in found)) or 1.0
    line = " ".join(
        f"{1 + (SPARK_WIDTH - 2) * run / last:.1f},{1 + (SPARK_HEIGHT - 2) * (1 - value / top):.1f}"
        for run, value in tops
    )
    words = ", then ".join(written(value) for _, value in found)
    change = found[-1][1] - found[0][1]
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return Progress(line, words, sign + written(abs(change)))


def decision_rows(statistics: ClassStatistics, records: Records, who: Who) -> list[DecisionRow]:
    """What a person decided, in the order of the students."""
    return [
        DecisionRow(student, each.about, _change(each, statistics.rows[name]), who.personal(_reason(each)))
        for name, student in who.all_of(name for name in statistics.rows if name in records.decisions)
        for each in records.decisions[name]
    ]


def _change(decision: Decision, row: Row | None) -> str:
    told = []
    if decision.points is not None:
        changes = row.counting.changes if row is not None else ()
        of_it = [c for c in changes if (c.exercise, c.line) == (decision.exercise, decision.line)]
        told += [f"{written(change.automatic)} → {written(change.points)} points" for change in of_it]
        told += [] if of_it else [f"→ {written(decision.points)} points, without effect"]
    if decision.excused:
        told.append("excused")
    if decision.days:
        told.append(f"{in_days(decision.days)} longer")
    if not told and decision.comment:
        told.append("comment")
    return ", ".join(told)


def _reason(decision: Decision) -> str:
    comment = f"Comment: {decision.comment}" if decision.comment else ""
    return " ".join(filter(None, [decision.reason, comment]))


def remark_rows(statistics: ClassStatistics, who: Who) -> list[tuple[Shown, list[str]]]:
    """What the instructor should look at, by student; how many there are, where an anonymous page hides what."""
    marks = {name: row.counting for name, row in statistics.rows.items() if row is not None}
    with_any = who.all_of(name for name, mark in marks.items() if mark.remarks)
    return [(student, [who.personal(each) for each in marks[name].remarks]) for name, student in with_any]
