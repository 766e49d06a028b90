"""Files beside the reports that are sealed as they are: whoever edits one is found out.

    write_sealed(path, {"students": [...]})
    students = read_sealed(path, "a class", lambda data: [str(each) for each in data["students"]])

Their names end in `.jsn`: what ends in `.json` is a student's report, and a student may be called anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from autograder.report.files import json_bytes, write_bytes
from autograder.report.reading import DamagedReport, read_marked, sealed

_SCHEMA = 1

Made = TypeVar("Made")


def write_sealed(path: Path, data: Mapping[str, Any]) -> None:
    """Writes data that JSON knows, with a line for each item of a list; a reader sees the old file or the new one."""
    write_bytes(path, sealed(json_bytes({"schema": _SCHEMA, **data})))


def read_sealed(path: Path, what: str, make: Callable[[Mapping[str, Any]], Made]) -> Made | None:
    """What is made of the data in a file of `write_sealed`; None if there is no file.

    Args:
        path: the file.
        what: it is, as in "no mark of a class".
        make: gives it, or raises what comes of data of another kind.

    Raises:
        DamagedReport: if it is not as it was written.
    """
    text = read_marked(path, what)
    if text is None:
        return None
    try:
        data = json.loads(text)
        if data["schema"] == _SCHEMA:
            return make(data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise DamagedReport(f"is not {what}, or of another version")
