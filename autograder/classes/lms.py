"""The files that an LMS's gradebook imports, from the rows of a class: who gets a grade there, and who does not.

No LMS is told a grade that nobody has given: a hand-in that could not be graded, one whose owner is in doubt, and
two under one id have no row, so that what the LMS has stays as it is. Whoever is in the roster and handed in nothing
has 0, unless a hand-in was matched with nobody, since it may be theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from autograder.report.canvas import CANVAS, canvas
from autograder.report.faults import Faults
from autograder.report.files import write_text
from autograder.report.grade import Grade
from autograder.report.moodle import MOODLE, NO_WORKSHEET, moodle
from autograder.report.policy import Policy
from autograder.report.reading import Row
from autograder.report.text import first_of
from autograder.submissions.downloads import ClassSubmission
from autograder.submissions.downloads.exported import Exported


def write_imports(
    out: Path,
    submissions: Mapping[str, ClassSubmission],
    rows: Sequence[tuple[str, Row]],
    known: Exported,
    policy: Policy,
    aside: Mapping[str, str],
    faults: Faults,
) -> list[str]:
    """Writes `canvas.csv` and `moodle.csv` where the ids of that LMS are known; those of earlier runs go.

    Args:
        out: the folder of reports.
        submissions: by the names that reports have.
        rows: the reports' rows under these names.
        known: about the assignment.
        policy: the course's.
        aside: why another hand-in of the same student counts, by name.
        faults: takes what is missing.

    Returns:
        What the instructor has to know before uploading them, in lines.
    """
    notes: list[str] = []
    column, worksheet = known.column, known.worksheet
    full = next((row.points for _, row in rows), 0.0)
    students = [(submissions[name], row) for name, row in rows if name not in aside]

    deducts = "canvas" in policy.deducted_by
    grades, without = _graded(students, "canvas_id", lambda number: _excused(number, known), deducts)
    told = []
    if grades and not column.has_id:
        told.append(
            "Canvas will ask which assignment is meant: --assignment ID tells it, see docs/publishing.md"
        )
    with faults.kept_to(CANVAS, out / CANVAS):
        text = canvas(grades, column.title, column.points or full, faults) if grades else ""
        notes += _written(out / CANVAS, text, 2, without, told)

    deducts = "moodle" in policy.deducted_by
    grades, without = _graded(students, "moodle_id", lambda number: "", deducts)
    without += [f"{each.name}: excused" for each in grades if each.excused]
    grades = [each for each in grades if not each.excused]
    told = []
    if worksheet is not None and worksheet.maximum is None:
        told.append(
            "made for no upload: the worksheet has no highest grade, so that points are no grade there"
        )
        grades = []
    elif worksheet is None and grades:
        told.append(NO_WORKSHEET)
    over = [each.name for each in grades if each.earned > each.points]
    if over:
        told.append(
            f"the highest grade, and no more, for {', '.join(first_of(over, '{} more'))}: Moodle skips others"
        )
    maximum = worksheet.maximum if worksheet is not None else None
    modified = worksheet.modified if worksheet is not None else {}
    with faults.kept_to(MOODLE, out / MOODLE):
        text = moodle(grades, maximum or full, modified, faults) if grades else ""
        notes += _written(out / MOODLE, text, 1, without, told)
    return [*notes, *_doubts([each for each, _ in students], notes)]


def _doubts(students: Sequence[ClassSubmission], told: Sequence[str]) -> list[str]:
    """Whose hand-ins may be another's, as far as no other note says so."""
    doubts = [f"{each.student}: {each.doubt}" for each in students if each.doubt and each.path is not None]
    new = [doubt for doubt in doubts if not any(note.endswith(doubt) for note in told)]
    return first_of(new, "{} more may be another's, see grades.csv")


def _graded(
    students: Sequence[tuple[ClassSubmission, Row]],
    kind: str,
    withheld: Callable[[str], str],
    deducts: bool,
) -> tuple[list[Grade], list[str]]:
    """The grades of those with an id of a kind, and why others have none; nothing where nobody has such an id.

    A platform that `deducts` points for being late itself is told those before that.
    """
    numbers = [_number(each.ids.get(kind, "")) for each, _ in students]
    count = Counter(numbers)
    if not any(numbers):
        return [], []
    grades, without = [], []
    for (each, row), number in zip(students, numbers, strict=True):
        why = _reason(each, row) or ("" if number else "no id is known") or withheld(number)
        if not why and count[number] > 1:
            why = f"{count[number]} hand-ins have the id {number}"
        if why:
            without.append(f"{each.student}: {why}")
        else:
            ids = {**each.ids, kind: number}
            name = each.name or each.student
            final = row.counting.before_late if deducts else row.final
            grades.append(Grade(name, ids, row.points, final or 0.0, row.exercises, row.found, row.counting))
    return grades, without


def _number(text: str) -> str:
    """An id as the LMS counts them; those of anonymous hand-ins have letters and are known to nobody."""
    return text if text.isascii() and text.isdecimal() else ""


def _reason(each: ClassSubmission, row: Row) -> str:
    if each.doubt:
        return each.doubt
    if row.final is None and not row.counting.excused:
        return row.problem or "no grade by the course's policy"
    return ""


def _excused(number: str, known: Exported) -> str:
    return "excused in Canvas" if number in known.column.excused else ""


def _written(path: Path, text: str, head: int, without: Sequence[str], told: Sequence[str]) -> Iterator[str]:
    """Writes a file, of whose lines those of the head are about no student; says what is in it and what is not."""
    if text:
        write_text(path, text)
        lines = text.count("\n") - head
        yield f"{path.name}: {lines} to upload"
    else:
        path.unlink(missing_ok=True)  # an earlier run's would be taken for this one's
    yield from (f"{path.name}: {line}" for line in told)
    yield from (f"{path.name}: no grade for {line}" for line in first_of(without, "{} more"))
