"""What a roster says about the assignment, where it is an LMS's own export: the form in which the LMS takes grades.

Canvas's gradebook (`lib/gradebook_exporter.rb` of instructure/canvas-lms) has a column `Title (id)` for each
assignment after the students' own, and a line with the points possible. Moodle's grading worksheet
(`mod/assign/gradingtable.php` of moodle/moodle) is for one assignment and tells when each grade was last changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.submissions.archive import SubmissionError, shown
from autograder.submissions.downloads.roster import read_table
from exercises.feedback.catalogue import course_info

TITLE = course_info().title

_WITH_ID = re.compile(r"(?P<title>.*) \((?P<id>[0-9]+)\)", re.DOTALL)
# sums that Canvas adds; a grading period's name may stand behind them in brackets
_SUMS = re.compile(r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")
_IDENTIFIER, _MODIFIED = "Identifier", "Last modified (grade)"
_MAXIMUM = "maximum grade"  # some versions write a capital
# what an LMS's own export has beside others, in small letters, how many of these tell it from other lists, and which
# of its titles have to be there as they are
_EXPORTS = (
    ("Canvas's gradebook", {"student", "sis user id", "sis login id"}, 2, ("ID", "Section")),
    (
        "Moodle's grading worksheet",
        {"identifier", "full name", "status", "maximum grade", _MODIFIED.casefold(), "feedback comments"},
        3,
        (_IDENTIFIER, _MODIFIED),
    ),
)


@dataclass(frozen=True)
class Column:
    """An assignment in Canvas's gradebook: what it is worth, and who is excused from it, by Canvas's id."""

    title: str = TITLE
    points: float | None = None
    excused: frozenset[str] = frozenset()

    @property
    def has_id(self) -> bool:
        """Whether Canvas will know which assignment is meant, and need not ask."""
        return _WITH_ID.fullmatch(self.title) is not None


@dataclass(frozen=True)
class Worksheet:
    """Moodle's grading worksheet: the highest grade, None for a scale, and the last changes, by participant."""

    maximum: float | None
    modified: Mapping[str, str]


@dataclass(frozen=True)
class Exported:
    """What is known of the assignment in either LMS."""

    column: Column = field(default_factory=Column)
    worksheet: Worksheet | None = None


def exported(roster: Path | None, wanted: str = "") -> Exported:
    """The assignment as a roster tells it.

    Args:
        roster: a class list, an LMS's or another.
        wanted: the assignment in Canvas's gradebook: its title, its id, or both as Canvas writes them.

    Raises:
        SubmissionError: if the roster cannot be read, is an LMS's without a column that the LMS knows its students
            or the assignment by, or Canvas's gradebook has not the assignment that is wanted.
    """
    table = read_table(roster) if roster is not None else []
    titles = [title.strip() for title in table[0]] if table else []
    where = f"--roster {shown(roster)}" if roster is not None else ""
    _must_be_whole(titles, where)
    return Exported(_column(table, titles, wanted.strip(), where), _worksheet(table, titles))


def _must_be_whole(titles: Sequence[str], where: str) -> None:
    """Of an export that lost a column or its title, points and who is excused would be lost without a word."""
    for name, typical, alike, needed in _EXPORTS:
        lacking = [title for title in needed if title not in titles]
        if lacking and len(typical & {title.casefold() for title in titles}) >= alike:
            told = f"no column is called {' or '.join(lacking)}"
            raise SubmissionError(f"{where}: looks like {name}, but {told}; export it again, and in English")


def _column(table: Sequence[Sequence[str]], titles: Sequence[str], wanted: str, where: str) -> Column:
    if "Section" not in titles or "ID" not in titles:
        return Column(f"{TITLE} ({wanted})" if wanted.isdecimal() else wanted or TITLE)
    known = [
        t for t in titles[titles.index("Section") + 1 :] if _WITH_ID.fullmatch(t) and not _SUMS.search(t)
    ]
    if wanted:
        fit = [title for title in known if wanted in _names(title)]
    else:
        fit = [title for title in known if course_info().keyword in title.casefold()]
        fit = known if not fit and len(known) == 1 else fit
    if len(fit) == 1:
        return _read(table, titles, fit[0])
    if wanted:
        listed = ", ".join(shown(title) for title in known) or "none"
        raise SubmissionError(f"{where}: which assignment is {shown(wanted)}? It has {listed}")
    return Column()


def _names(title: str) -> tuple[str, ...]:
    match = _WITH_ID.fullmatch(title)
    return (title, match["title"], match["id"]) if match else (title,)


def _read(table: Sequence[Sequence[str]], titles: Sequence[str], title: str) -> Column:
    at, number = titles.index("ID"), titles.index(title)
    points, excused = None, set()
    for line in table[1:]:
        cell = line[number].strip() if number < len(line) else ""
        if "Points Possible" in line[0]:
            points = _number(cell)
        elif cell.upper() == "EX" and at < len(line):
            excused.add(line[at].strip())
    return Column(title, points, frozenset(excused))


def _worksheet(table: Sequence[Sequence[str]], titles: Sequence[str]) -> Worksheet | None:
    if _IDENTIFIER not in titles or _MODIFIED not in titles:
        return None
    at, changed = titles.index(_IDENTIFIER), titles.index(_MODIFIED)
    lines = [line for line in table[1:] if max(at, changed) < len(line) and line[at].strip()]
    modified = {line[at].split()[-1]: line[changed].strip() for line in lines}
    folded = [title.casefold() for title in titles]
    if _MAXIMUM not in folded:
        return Worksheet(None, modified)
    column = folded.index(_MAXIMUM)
    return Worksheet(next((_number(line[column]) for line in lines if column < len(line)), None), modified)


def _number(text: str) -> float | None:
    """A number above 0, written with a point or a comma."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if 0 < value < 1e9 else None
