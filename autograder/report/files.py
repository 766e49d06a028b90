"""Writes reports to files, whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from autograder.report.faults import Faults
from autograder.report.model import ExerciseReport, Finding, Line, Report
from autograder.report.reading import Row, marked
from autograder.report.spreadsheet import as_csv

GRADES = "grades.csv"
_UNFINISHED = ".unfinished"  # how temporary files end, and no student's, whatever the name


def write_text(path: Path, text: str) -> None:
    """Writes text so that a reader sees the old file or the new one, never a part."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file so that a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=_UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        os.replace(name, path)
        if os.name == "posix":  # the new name, too, outlasts a power cut
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sweep_unfinished(folder: Path) -> None:
    """Removes what writers that were killed left in a folder; none may be at work there."""
    for path in folder.glob(f".*{_UNFINISHED}"):
        path.unlink(missing_ok=True)


def for_student(report: Report, show_calls: bool) -> Report:
    """The report without hidden inputs, unless the instructor shows them."""
    if show_calls:
        return report

    def finding(f: Finding) -> Finding:
        return replace(f, case="", call="", expected="", got="", place="", visualizer="", pictures=())

    def line(one: Line) -> Line:
        return replace(one, findings=tuple(finding(f) for f in one.findings))

    def exercise(e: ExerciseReport) -> ExerciseReport:
        return replace(e, lines=tuple(line(one) for one in e.lines))

    # prints may show hidden inputs too
    return replace(report, exercises=tuple(exercise(e) for e in report.exercises), printed="")


def as_json(report: Report) -> dict[str, Any]:
    """The report as JSON data; `docs/report.md` describes it."""
    return asdict(report) | {"found": report.found}


def write_json(path: Path, data: Any) -> None:
    """Writes JSON that any reader accepts: no NaN, no lone surrogates."""
    write_bytes(path, _json(data))


def write_report(path: Path, report: Report) -> None:
    """Writes a report as `reading.read_report` takes it back, with a mark by which an edited one is told."""
    write_bytes(path, marked(_json(as_json(report))))


def _json(data: Any) -> bytes:
    text = json.dumps(data, indent=1, allow_nan=False)
    if "\\ud" in text:
        text = json.dumps(_whole(data), indent=1, allow_nan=False)
    return f"{text}\n".encode("ascii")


def _whole(data: Any) -> Any:
    """The same data with lone surrogates replaced: a strict reader refuses the whole file for one."""
    if isinstance(data, str):
        return data.encode("utf-8", "replace").decode("utf-8")
    if isinstance(data, Mapping):
        return {_whole(key): _whole(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_whole(each) for each in data]
    return data


def write_grades(
    path: Path, rows: Sequence[tuple[str, Report | Row]], doubts: Mapping[str, str], faults: Faults
) -> None:
    """`grades.csv`: one row per hand-in with its points by exercise, the total, and what was found.

    What could not be graded, and who may have handed in something that fits nobody, has no points, not even 0.

    Args:
        path: the file.
        rows: what is known, by student.
        doubts: why a hand-in may be another student's, told before what was found.
        faults: takes who has no row.
    """
    names = [e.name for e in rows[0][1].exercises] if rows else []
    table = faults.each(
        path.name, rows, lambda each: each[0], lambda each: _row(*each, doubts.get(each[0], ""))
    )
    write_text(path, as_csv([["student", *names, "total", "found"], *table]))


def _row(student: str, report: Report | Row, doubt: str) -> list[str]:
    points = [e.earned for e in report.exercises] + [report.earned]
    shown = ["" if report.withheld else f"{each:g}" for each in points]
    return [student, *shown, "; ".join(dict.fromkeys(filter(None, [doubt, report.found])))]
