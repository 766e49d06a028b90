"""Reads reports back from their files, and keeps of each what the table of a class needs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.report.model import SCHEMA, ExerciseReport, Finding, Line, Picture, Provenance, Report
from exercises.feedback.kinds import FailureKind


def read_report(path: Path) -> Report | None:
    """The report in a file of `files.write_json`; None if there is none, or it is damaged or of another form."""
    try:
        data = json.loads(path.read_bytes())
        return _report(data) if data["schema"] == SCHEMA else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _report(data: Mapping[str, Any]) -> Report:
    fields = {key: value for key, value in data.items() if key != "found"}
    fields["notes"] = tuple(data["notes"])
    fields["unusual"] = tuple(data["unusual"])
    fields["exercises"] = tuple(_exercise(each) for each in data["exercises"])
    made = dict(data["provenance"])
    fields["provenance"] = Provenance(
        **made | {"devices": tuple(made["devices"]), "unconfined": tuple(made["unconfined"])}
    )
    return Report(**fields)


def _exercise(data: Mapping[str, Any]) -> ExerciseReport:
    lines = tuple(_line(each) for each in data["lines"])
    return ExerciseReport(**{**data, "carried_from": tuple(data["carried_from"]), "lines": lines})


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
        report = read_report(self._folder / f"{name}.json") if name in self._names else None
        if report is None:
            raise KeyError(name)
        return report

    def finished(self) -> Reports:
        """Those without a failure of the grader's own: where it failed, a report has no key."""
        return Reports(self._folder, tuple(name for name, each in self.items() if each.provenance.key))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
