"""Reads reports back from their files, as they were written or not at all, and keeps what the table of a class needs.

A report is marked: its first line has a SHA-256 over all the others. Who edits it, or takes another student's, is
found out, but for those who know how to mark what they wrote: it is a seal, not a signature.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.report.model import (
    SCHEMA,
    Change,
    ExerciseReport,
    Finding,
    Line,
    Mark,
    Measurement,
    Picture,
    Provenance,
    Report,
)
from exercises.feedback.kinds import FailureKind

_MARKED = re.compile(rb'\{\n "digest": "([0-9a-f]{64})",(?=\n)')


class DamagedReport(Exception):
    """A file that holds no report as it was written: why, in words that follow the file's name."""


def sealed(text: bytes) -> bytes:
    """A report's JSON, which begins with a line that has nothing but a brace, with the mark."""
    return b'{\n "digest": "%s",' % _digest(text) + text[1:]


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode("ascii")


def read_marked(path: Path, what: str) -> bytes | None:
    """The JSON in a file whose text was `marked`; None if there is no file.

    Args:
        path: the file.
        what: it should be, in words that follow "no mark of".

    Raises:
        DamagedReport: if it cannot be read, or is not as it was written.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DamagedReport(f"cannot be read ({error.strerror})") from error
    mark = _MARKED.match(content)
    if mark is None:
        raise DamagedReport(f"has no mark of {what}: it is damaged, or of an older version")
    text = b"{" + content[mark.end() :]
    if _digest(text) != mark[1]:
        raise DamagedReport("was changed after it was written")
    return text


def read_report(path: Path) -> Report | None:
    """The report in a file of `files.write_report`; None if there is no file.

    Raises:
        DamagedReport: if it is not as it was written, or not on the student whose name the file has.
    """
    text = read_marked(path, "a report")
    if text is None:
        return None
    try:
        data = json.loads(text)
        report = _report(data) if data["schema"] == SCHEMA else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        report = None
    if report is None:
        raise DamagedReport("is of another version")
    if report.student != path.stem.encode("utf-8", "replace").decode("utf-8"):
        raise DamagedReport("is another student's")
    return report


def _report(data: Mapping[str, Any]) -> Report:
    fields = {key: value for key, value in data.items() if key not in ("found", "further")}
    fields["notes"] = tuple(data["notes"])
    fields["unusual"] = tuple(data["unusual"])
    exercises = [_exercise(each) for each in (*data["exercises"], *data.get("further", ()))]
    fields["exercises"] = tuple(sorted(exercises, key=lambda each: int(each.name.removeprefix("ex"))))
    made = dict(data["provenance"])
    fields["provenance"] = Provenance(
        **made | {"devices": tuple(made["devices"]), "unconfined": tuple(made["unconfined"])}
    )
    fields["mark"] = _mark(data["mark"]) if data.get("mark") else None
    return Report(**fields)


def _mark(data: Mapping[str, Any]) -> Mark:
    lists = {name: tuple(data[name]) for name in ("steps", "comments", "remarks")}
    return Mark(**{**data, **lists, "changes": tuple(Change(**each) for each in data["changes"])})


def _exercise(data: Mapping[str, Any]) -> ExerciseReport:
    lines = tuple(_line(each) for each in data["lines"])
    measured = tuple(Measurement(**each) for each in data.get("measured", ()))
    carried = tuple(data["carried_from"])
    return ExerciseReport(**{**data, "carried_from": carried, "lines": lines, "measured": measured})


def _line(data: Mapping[str, Any]) -> Line:
    return Line(**{**data, "findings": tuple(_finding(each) for each in data["findings"])})


def _finding(data: Mapping[str, Any]) -> Finding:
    pictures = tuple(_picture(each) for each in data["pictures"])
    kind = FailureKind(data["kind"])
    return Finding(**{**data, "kind": kind, "where": tuple(data["where"]), "pictures": pictures})


def _picture(data: Mapping[str, Any]) -> Picture:
    marked = data["marked"]
    return Picture(
        **{**data, "rows": tuple(data["rows"]), "marked": None if marked is None else (marked[0], marked[1])}
    )


@dataclass(frozen=True)
class Row:
    """A report without its lines: a class of thousands stays small. The names are those of `Report`."""

    points: float
    earned: float
    exercises: tuple[ExerciseReport, ...]
    found: str
    problem: str
    provenance: Provenance
    withheld: bool = False
    counting: Mark = field(default_factory=lambda: Mark(None, None))
    handed_in: bool = True

    @property
    def final(self) -> float | None:
        """The grade in points; None where there is none."""
        return self.counting.final


def row(report: Report) -> Row:
    """What the table of a class needs of a report."""
    exercises = tuple(_shared(replace(e, lines=())) for e in report.exercises)
    made = report.provenance
    layers = (tuple(made.confinement.items()), made.unconfined)
    return Row(
        report.points,
        report.earned,
        exercises,
        report.found,
        report.problem,
        _origin(made.torch, *layers),
        report.withheld,
        report.counting,
        report.handed_in,
    )


@lru_cache(1024)
def _shared(exercise: ExerciseReport) -> ExerciseReport:
    """The same object for equal ones: hand-ins differ by little."""
    return exercise


@lru_cache(64)
def _origin(torch: str, confinement: tuple[tuple[str, str], ...], unconfined: tuple[str, ...]) -> Provenance:
    return Provenance("", "", 0, torch, "", "", (), dict(confinement), unconfined)


class Reports(Mapping[str, Report]):
    """The reports in a folder by name, each read when it is asked for."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self._folder = folder
        self._names = dict.fromkeys(names)

    def __getitem__(self, name: str) -> Report:
        try:
            return self.read(name)
        except DamagedReport as error:
            raise KeyError(name) from error

    def read(self, name: str) -> Report:
        """A report that should be there.

        Raises:
            DamagedReport: if it is not, or not as it was written.
        """
        report = read_report(self._folder / f"{name}.json") if name in self._names else None
        if report is None:
            raise DamagedReport("is not there")
        return report

    def finished(self) -> Reports:
        """Those as they were written, and without a failure of the grader's own: where it failed, there is no key."""
        return Reports(self._folder, tuple(name for name in self if self._finished(name)))

    def _finished(self, name: str) -> bool:
        try:
            return bool(self.read(name).provenance.key)
        except DamagedReport:
            return False

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
