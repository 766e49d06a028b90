"""`class.jsn`: who is in a class that was graded, so that pages find their way back without the download.

It lies beside the reports, and is sealed as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.report.canvas_feedback import HandedIn
from autograder.report.sealed import read_sealed, write_sealed
from autograder.submissions.downloads import ClassSubmission

CLASS = "class.jsn"


@dataclass(frozen=True)
class Member:
    """A student of the class, as `ClassSubmission` has it. `handed_in` is false where there is no hand-in.

    `aside` says why another hand-in of the same student counts.
    """

    student: str
    name: str
    login: str
    ids: Mapping[str, str]
    doubt: str
    handed_in: bool
    canvas_files: tuple[HandedIn, ...]
    aside: str = ""


@dataclass(frozen=True)
class ClassList:
    """The class in its order. `worksheet` says that Moodle's grading worksheet told who is a participant."""

    members: tuple[Member, ...]
    worksheet: bool


def write_class_list(
    path: Path,
    submissions: Iterable[ClassSubmission],
    worksheet: bool,
    aside: Mapping[str, str] | None = None,
) -> None:
    """Writes down a class.

    Args:
        path: the file.
        submissions: of the class.
        worksheet: whether the roster is Moodle's grading worksheet.
        aside: why another hand-in of the same student counts, by name.
    """
    members = [
        {
            "student": each.student,
            "name": each.name,
            "login": each.login,
            "ids": dict(each.ids),
            "doubt": each.doubt,
            "handed_in": each.path is not None,
            "aside": (aside or {}).get(each.student, ""),
            "canvas_files": [[file.id, file.name] for file in each.canvas_files],
        }
        for each in submissions
    ]
    write_sealed(path, {"worksheet": worksheet, "students": members})


def read_class_list(path: Path) -> ClassList | None:
    """The class in a file of `write_class_list`; None if there is no file.

    Raises:
        DamagedReport: if it is not as it was written.
    """
    return read_sealed(path, "a class", _class)


def _class(data: Mapping[str, Any]) -> ClassList:
    return ClassList(tuple(_member(each) for each in data["students"]), bool(data["worksheet"]))


def _member(data: Mapping[str, Any]) -> Member:
    files = tuple(HandedIn(int(number), str(name)) for number, name in data["canvas_files"])
    ids = {str(kind): str(text) for kind, text in data["ids"].items()}
    aside = str(data.get("aside", ""))
    student, name, login, doubt = (str(data[field]) for field in ("student", "name", "login", "doubt"))
    return Member(student, name, login, ids, doubt, bool(data["handed_in"]), files, aside)
