"""Writes reports to files, whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.report.model import ExerciseReport, Finding, Line, Report
from autograder.report.reading import sealed

_UNFINISHED = ".unfinished"  # how temporary files end, and no student's, whatever the name


def write_text(path: Path, text: str) -> None:
    """Writes text so that a reader sees the old file or the new one, never a part."""
    write_bytes(path, text_bytes(text))


def text_bytes(text: str) -> bytes:
    """Text as files have it."""
    return text.encode("utf-8", "backslashreplace")


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file so that a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = Unfinished(path, content)
    try:
        file.flush()
        file.finish()
        flush_names(path.parent)
    except BaseException:
        file.discard()
        raise


class Unfinished:
    """A file that is written under a temporary name, and gets its own only when it is whole and on the disk."""

    def __init__(self, path: Path, content: bytes) -> None:
        self.path = path
        handle, self._name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=_UNFINISHED)
        self._file = os.fdopen(handle, "wb", buffering=0)
        try:
            left = memoryview(content)
            while left:
                left = left[self._file.write(left) :]
            Path(self._name).chmod(0o644)
        except BaseException:
            self.discard()
            raise

    def flush(self) -> None:
        """Waits until the content is on the disk."""
        with self._file:
            os.fsync(self._file.fileno())

    def finish(self) -> None:
        """Gives the file its name; a reader sees the old one or this one."""
        os.replace(self._name, self.path)

    def discard(self) -> None:
        """Removes what has no name yet."""
        self._file.close()
        Path(self._name).unlink(missing_ok=True)


def flush_names(folder: Path) -> None:
    """Waits until the names that a folder's files have now are on the disk: they, too, outlast a power cut."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
    """The report as JSON data; `docs/report.md` describes it.

    Extra exercises that are left alone stand apart from the others, under `further`: nobody has to look for them.
    """
    further = [each for each in report.exercises if each.left_alone]
    told = vars(report) | {"exercises": report.begun, "further": tuple(further)}
    return {name: _data(value) for name, value in told.items()} | {"found": report.found}


def _data(value: Any) -> Any:
    """The same as plain data; `dataclasses.asdict` makes copies of all texts too, and takes five times as long."""
    if isinstance(value, tuple):
        return [_data(each) for each in value]
    if hasattr(type(value), "__dataclass_fields__"):
        return {name: _data(each) for name, each in vars(value).items()}
    return value


def write_json(path: Path, data: Any) -> None:
    """Writes JSON that any reader accepts: no NaN, no lone surrogates."""
    write_bytes(path, json_bytes(data))


def write_report(path: Path, report: Report) -> None:
    """Writes a report as `reading.read_report` takes it back, with a mark by which an edited one is told."""
    write_bytes(path, report_bytes(report))


def report_bytes(report: Report) -> bytes:
    """A report's file; see `write_report`."""
    return sealed(json_bytes(as_json(report)))


def json_bytes(data: Any) -> bytes:
    """A JSON file with a line for each field of an object, and for each item where a field is a list.

    Deeper in there are no lines: Python writes them itself, at ten times the cost.
    """
    text = _lines(data)
    if "\\ud" in text:
        text = _lines(_whole(data))
    return f"{text}\n".encode("ascii")


def _lines(data: Any) -> str:
    if not isinstance(data, Mapping):
        return _field(data)
    fields = ",\n".join(f" {_text(key)}: {_field(value)}" for key, value in data.items())
    return f"{{\n{fields}\n}}" if fields else "{}"


def _field(value: Any) -> str:
    if not isinstance(value, list | tuple) or not value:
        return _text(value)
    items = ",\n".join(f"  {_text(item)}" for item in value)
    return f"[\n{items}\n ]"


def _text(value: Any) -> str:
    return json.dumps(value, allow_nan=False)


def _whole(data: Any) -> Any:
    """The same data with lone surrogates replaced: a strict reader refuses the whole file for one."""
    if isinstance(data, str):
        return data.encode("utf-8", "replace").decode("utf-8")
    if isinstance(data, Mapping):
        return {_whole(key): _whole(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_whole(each) for each in data]
    return data
