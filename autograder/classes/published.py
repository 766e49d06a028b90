"""`published.jsn`: what was published of a graded class, and when; it lies beside the reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.report.sealed import read_sealed, write_sealed

PUBLISHED = "published.jsn"


@dataclass(frozen=True)
class Published:
    """What a student was told last.

    `points` is None where there was no grade. `content` is a hash over the page, `to` has whose page it was called in
    each file to upload, and `at` is the time, as ISO 8601 writes it.
    """

    points: float | None
    content: str
    to: Mapping[str, str]
    at: str


def in_words(points: float | None) -> str:
    """What a student was told, or is to be."""
    return "no grade" if points is None else f"{points:g} points"


def write_published(path: Path, published: Mapping[str, Published]) -> None:
    """Writes down what was published, by student."""
    write_sealed(
        path, {"students": [{"student": student, **vars(each)} for student, each in published.items()]}
    )


def read_published(path: Path) -> dict[str, Published]:
    """What was published, by student; nobody's where there is no file.

    Raises:
        DamagedReport: if the file is not as it was written.
    """
    return read_sealed(path, "a publication", _students) or {}


def _students(data: Mapping[str, Any]) -> dict[str, Published]:
    return {str(each["student"]): _published(each) for each in data["students"]}


def _published(data: Mapping[str, Any]) -> Published:
    to = {str(file): str(whose) for file, whose in data["to"].items()}
    points = None if data["points"] is None else float(data["points"])
    return Published(points, str(data["content"]), to, str(data["at"]))
