"""What a graded class is to be told: each student's page, whose it is on each way there, and what is new about it.

Nobody is told what nobody has decided: whose grade is withheld, whose owner is in doubt, and whose report is not as
it was written has no page anywhere, and a line says why. Where one way alone is closed, as to Canvas for those who
handed in a text, the others stay open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.classes.class_list import CLASS, ClassList, Member, read_class_list
from autograder.classes.options import BatchError
from autograder.classes.published import PUBLISHED, Published, in_words, read_published
from autograder.report import canvas_feedback, moodle_feedback
from autograder.report.moodle import NO_WORKSHEET
from autograder.report.pages.feedback import content_digest
from autograder.report.reading import DamagedReport, read_report
from autograder.report.rendered import PAGE, REPORT
from autograder.submissions.submission import fit_for_file, report_files

MOODLE, CANVAS, PAGES = moodle_feedback.ZIP, canvas_feedback.ZIP, "pages"
WAYS = (MOODLE, CANVAS, PAGES)  # the files to upload, or to send
# what pages are called by: the first that all have
_KINDS = ("login", "sid", "email", "github", "canvas_id", "moodle_id")
_CALLED = {
    "sid": "student id",
    "github": "GitHub name",
    "canvas_id": "Canvas id",
    "moodle_id": "participant number",
}
_AGAIN = "give the same `autograder grade` command again"


@dataclass(frozen=True)
class Feedback:
    """One student's page. `to` has whose it is called on each way that is open, `before` what was published last."""

    member: Member
    points: float | None
    content: str
    before: Published | None = None
    to: Mapping[str, str] = field(default_factory=dict)

    @property
    def news(self) -> str:
        """What is new about it since then, in words; empty where nothing is."""
        to, before = self.to, self.before
        if before is None:
            return f"new, {in_words(self.points)}"
        if self.points != before.points:
            return f"{in_words(before.points)} → {in_words(self.points)}"
        if self.content != before.content:
            return f"the page changed, {in_words(self.points)} as before"
        other = [way for way, whose in to.items() if before.to.get(way) != whose]
        return f"as before, and new in {', '.join(other)}" if other else ""

    def is_new_in(self, way: str) -> bool:
        """Whether a way that is open has not brought this page yet."""
        whose, before = self.to.get(way), self.before
        if whose is None or before is None:
            return whose is not None
        same = (before.points, before.content, before.to.get(way)) == (self.points, self.content, whose)
        return not same


@dataclass(frozen=True)
class Publication:
    """What can be told, in the order of the class.

    `withheld` has why others are told nothing, by student. `gone` are those whom an earlier publication told
    something, and who are no longer in the class. `notes` has what to know of each way, in lines. `kind` is what
    `pages` are called by.
    """

    feedback: Sequence[Feedback]
    withheld: Mapping[str, str]
    gone: Sequence[str]
    notes: Mapping[str, Sequence[str]]
    before: Mapping[str, Published]
    kind: str


def publication(graded: Path) -> Publication:
    """Looks through a graded class.

    Raises:
        BatchError: if the folder holds none, or its files were edited.
    """
    known = _class_list(graded)
    before = _before(graded)
    feedback, withheld = [], {}
    for member in known.members:
        try:
            found = _feedback(graded, member)
        except _Withheld as error:
            withheld[member.student] = str(error)
        else:
            feedback.append(replace(found, before=before.get(member.student)))
    students = [each.member for each in feedback]
    # a hand-in that does not count is told nothing, and has no claim to the ids of the one that does
    counting = replace(known, members=tuple(each for each in known.members if not each.aside))
    kind = next((kind for kind in _KINDS if students and all(each.ids.get(kind) for each in students)), "")
    ways = {
        MOODLE: _to_moodle(counting, students),
        CANVAS: _to_canvas(counting, students),
        PAGES: _to_pages(counting, students, kind),
    }
    names = {each.student for each in known.members}
    return Publication(
        [replace(each, to=_open(ways, each.member.student)) for each in feedback],
        withheld,
        [student for student in before if student not in names],
        {name: way.notes for name, way in ways.items()},
        before,
        _CALLED.get(kind, kind) or "name",
    )


class _Withheld(Exception):
    """Why a student is told nothing."""


@dataclass(frozen=True)
class _Way:
    """Whose a page is called on one way, by student, and why others are not on it."""

    whose: Mapping[str, str]
    notes: Sequence[str] = ()


def _open(ways: Mapping[str, _Way], student: str) -> dict[str, str]:
    return {name: way.whose[student] for name, way in ways.items() if student in way.whose}


def _class_list(graded: Path) -> ClassList:
    try:
        known = read_class_list(graded / CLASS)
    except DamagedReport as error:
        raise BatchError(f"{graded / CLASS} {error}: {_AGAIN}") from error
    if known is None:
        if any(graded.glob(f"*{REPORT}")):
            raise BatchError(f"{graded}: has reports and no {CLASS}, which tells whose they are: {_AGAIN}")
        raise BatchError(f"{graded}: nothing was graded there; give the folder that `autograder grade` wrote")
    return known


def _before(graded: Path) -> dict[str, Published]:
    try:
        return read_published(graded / PUBLISHED)
    except DamagedReport as error:
        raise BatchError(
            f"{graded / PUBLISHED} {error}: remove it, and everything counts as not yet published"
        ) from error


def _feedback(graded: Path, member: Member) -> Feedback:
    if member.doubt or member.aside:
        raise _Withheld(member.doubt or member.aside)
    name = f"{member.student}{REPORT}"
    try:
        report = read_report(graded / name)
    except DamagedReport as error:
        raise _Withheld(f"{name} {error}: {_AGAIN}") from error
    if report is None:
        raise _Withheld(f"{name} is not there: {_AGAIN}")
    if report.withheld and report.final is None:
        raise _Withheld(report.problem)
    name = f"{member.student}{PAGE}"
    try:
        page = (graded / name).read_bytes()
    except FileNotFoundError as error:
        raise _Withheld(f"{name} is not there: {_AGAIN}") from error
    except OSError as error:
        raise _Withheld(f"{name} cannot be read ({error.strerror})") from error
    return Feedback(member, report.final, content_digest(page, report))


def _to_moodle(known: ClassList, students: Sequence[Member]) -> _Way:
    numbers = {
        each.student: moodle_feedback.participant(each.ids.get("moodle_id", "")) for each in known.members
    }
    way = _by_number(numbers, students)
    if way.whose and not known.worksheet:
        return _Way(way.whose, [NO_WORKSHEET, *way.notes])
    return way


def _to_canvas(known: ClassList, students: Sequence[Member]) -> _Way:
    numbers = {each.student: canvas_feedback.user(each.ids.get("canvas_id", "")) for each in known.members}
    if not any(numbers.values()):
        return _Way({})
    if not any(each.canvas_files for each in known.members):
        return _Way({}, ["none, since Canvas takes pages only for files of its own download; grade that"])
    there = [each for each in students if each.handed_in]
    way = _by_number(numbers, there)
    whose, notes, renamed = {}, [], 0
    for each in there:
        if each.student not in way.whose:
            continue
        place = canvas_feedback.place(each.name, way.whose[each.student], each.canvas_files)
        if place is None:
            notes.append(
                f"no page for {each.student}: Canvas attaches pages to files, and none was handed in"
            )
        else:
            whose[each.student] = way.whose[each.student]
            renamed += not place.opens
    if absent := len(students) - len(there):
        notes.append(f"no page for {absent} who handed in nothing: Canvas attaches pages to files")
    if renamed:
        notes.append(
            f"Canvas shows {renamed} of the pages under the names of files that were handed in: tell the students to "
            f"save theirs as {canvas_feedback.PAGE}"
        )
    return _Way(whose, [*way.notes, *notes])


def _by_number(numbers: Mapping[str, str], students: Sequence[Member]) -> _Way:
    """Those who have an id that nobody shares; no way at all where nobody has one."""
    count = Counter(numbers.values())
    if not any(numbers.values()):
        return _Way({})
    whose, notes = {}, []
    for each in students:
        number = numbers[each.student]
        if not number:
            notes.append(f"no page for {each.student}: no id is known")
        elif count[number] > 1:
            notes.append(f"no page for {each.student}: {count[number]} hand-ins have the id {number}")
        else:
            whose[each.student] = number
    return _Way(whose, notes)


def _to_pages(known: ClassList, students: Sequence[Member], kind: str) -> _Way:
    """File names made of ids of one kind, or of the reports' names where not all have any.

    No file has a name by which anybody else could go: whose other ids, too, and as file systems tell names apart.
    """
    owners: dict[str, set[str]] = {}
    for each in known.members:
        for text in (*each.ids.values(), *([] if kind else [each.student])):
            owners.setdefault(_folded(text), set()).add(each.student)
    whose, notes = {}, []
    for each in students:
        text = each.ids[kind] if kind else each.student
        others = sorted(owners[_folded(text)] - {each.student})
        if others:
            taken = "an id" if kind else "an id or the name"
            notes.append(f"no page for {each.student}: {text} is also {taken} of {', '.join(others)}")
        else:
            whose[each.student] = fit_for_file(text)
    return _Way(whose, notes)


def _folded(text: str) -> str:
    return min(report_files(fit_for_file(text)), key=len)
