"""What has changed between two folders of reports: whose points, in which exercise, and what graded them.

changes = compare(Path("graded-before"), Path("graded"))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.report.model import Report
from autograder.report.reading import DamagedReport, read_report
from autograder.report.text import plain

# what a grade rests on, as `Provenance` names it, and as a reader does
_GROUNDS = {
    "submission": "what was handed in",
    "suites": "hidden suites",
    "seed": "seed",
    "torch": "torch",
    "python": "Python",
    "devices": "devices",
    "autograder": "autograder",
    "code": "grader's code",
    "options": "options",
}


@dataclass(frozen=True)
class Change:
    """Points in one exercise that differ; `why` names what else does."""

    student: str
    exercise: str
    old: float
    new: float
    why: str


@dataclass(frozen=True)
class Difference:
    """`compared` counts the students in both folders; `grounds` counts them by what differs, old and new.

    `damaged` names the reports that are not as they were written, which are compared with nothing.
    """

    compared: int
    changes: tuple[Change, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    grounds: dict[tuple[str, str, str], int]
    damaged: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether somebody's points changed, or somebody is in one folder alone, or a report is damaged."""
        return bool(self.changes or self.only_old or self.only_new or self.damaged)


def compare(old: Path, new: Path) -> Difference:
    """Holds the reports of two folders against each other, by the names of their files."""
    names_old, names_new = _names(old), _names(new)
    changes: list[Change] = []
    grounds: Counter[tuple[str, str, str]] = Counter()
    damaged: list[str] = []
    compared = 0
    both = names_old & names_new
    # one after the other: a class of thousands need not fit into memory
    for name in sorted(names_old | names_new):
        before, after = (_read(folder / f"{name}.json", damaged) for folder in (old, new))
        if before is None or after is None:
            continue
        compared += 1
        differing = list(_differing(before, after))
        grounds.update(differing)
        changes += _changes(name, before, after, ", ".join(ground for ground, _, _ in differing))
    return Difference(
        compared,
        tuple(changes),
        tuple(sorted(names_old - both)),
        tuple(sorted(names_new - both)),
        grounds,
        tuple(damaged),
    )


def _names(folder: Path) -> set[str]:
    """The students in a folder; beside a report lies the same in another form."""
    names = {path.stem for path in folder.glob("*.json")}
    return names - {f"{name}.results" for name in names}


def _read(path: Path, damaged: list[str]) -> Report | None:
    try:
        return read_report(path)
    except DamagedReport as error:
        damaged.append(f"{path} {error}")
        return None


def _differing(before: Report, after: Report) -> Iterator[tuple[str, str, str]]:
    if before.problem != after.problem:
        yield "could be graded", before.problem or "yes", after.problem or "yes"
    for field, words in _GROUNDS.items():
        old, new = getattr(before.provenance, field), getattr(after.provenance, field)
        if old != new:
            # the hashes of hand-ins are all different, and nobody wants to read them
            yield (words, "", "") if field == "submission" else (words, _short(old), _short(new))


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {each}" for key, each in sorted(value.items()))
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    text = str(value)
    return text[:10] if len(text) == 64 else text


def _changes(name: str, before: Report, after: Report, why: str) -> Iterator[Change]:
    old = {e.name: e.earned for e in before.exercises}
    new = {e.name: e.earned for e in after.exercises}
    for exercise in dict.fromkeys([*old, *new]):
        if old.get(exercise, 0.0) != new.get(exercise, 0.0):
            yield Change(name, exercise, old.get(exercise, 0.0), new.get(exercise, 0.0), why)


def show(to: Console, found: Difference) -> None:
    """The changes as a table, and below it what differs between the two runs."""
    if found.changes:
        table = Table(header_style="bold")
        table.add_column("student", overflow="fold")
        table.add_column("exercise")
        for column in ("old", "new", "change"):
            table.add_column(column, justify="right")
        table.add_column("differs in", overflow="fold")
        for c in found.changes:
            numbers = (f"{c.old:g}", f"{c.new:g}", f"{c.new - c.old:+.4g}")
            table.add_row(_text(c.student), c.exercise, *numbers, _text(c.why or "nothing that is known"))
        to.print(table)
    students = len({c.student for c in found.changes})
    to.print(f"{students} of {found.compared} students have other points")
    for words, names in (("only in the old folder", found.only_old), ("only in the new", found.only_new)):
        if names:
            to.print(_text(f"{words}: {', '.join(names)}"))
    for line in found.damaged:
        to.print(_text(f"not compared: {line}"))
    for (ground, old, new), count in found.grounds.items():
        values = f": {old or 'unknown'} → {new or 'unknown'}" if old or new else ""
        to.print(_text(f"{ground}{values} ({count} of {found.compared})"))


def _text(words: str) -> Text:
    return Text(plain(words).replace("\n", " "))
