"""How the platforms name what they pack: whose a file is, and whether a zip holds a class."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.submissions.filenames import recognise
from exercises.feedback.catalogue import course_info

METADATA = "submission_metadata.yml"  # Gradescope's
NOTEBOOK = course_info().notebook  # the assignment that nbgrader hands out
SUBMITTED = "submitted"  # nbgrader's

_EXPORT = re.compile(r"assignment_[0-9]+_export")
# The first reading from the left, as in Canvas itself when graded files are uploaded again. Names are in lower case.
_CANVAS = re.compile(
    r"(?:(?:(?P<late2>LATE|late)_)?anon_(?P<anonymous>(?=[0-9]*[A-Za-z])[0-9A-Za-z]{1,40})"
    r"|(?P<name>.*?)_(?:(?P<late>LATE|late)_)?(?P<user>[0-9]{1,20}))"
    r"_(?:(?P<file>[0-9]{1,20})_(?P<rest>.+)|(?P<page>(?:text|link)\.html))",
    re.DOTALL,
)
_MISREAD = re.compile(r"(?P<file>[0-9]{1,20})_(?P<rest>.+)", re.DOTALL)
_MOODLE = re.compile(
    r"(?P<name>.*?)(?:_(?P<id>[0-9]{1,20}))?_assignsubmission_(?P<type>[a-z]{1,30})(?:_(?P<rest>.*))?",
    re.DOTALL,
)


@dataclass(frozen=True)
class CanvasName:
    """`doejane_LATE_77_4711_hw.zip`: `file` is 0 for a text or link, `rest` the student's name for the file."""

    name: str
    user: str
    file: int
    rest: str
    late: bool

    @property
    def other_reading(self) -> CanvasName | None:
        """Where the name itself ends in a number, it looks like the user's id; then this is right."""
        match = _MISREAD.fullmatch(self.rest)
        if match is None or not self.file:
            return None
        name = f"{self.name}_{self.user}" if self.name else self.user
        return CanvasName(name, str(self.file), int(match["file"]), match["rest"], self.late)


@dataclass(frozen=True)
class MoodleName:
    """`Jane Doe_77_assignsubmission_file_`: `rest` is the file's name where there are no folders."""

    name: str
    id: str
    type: str
    rest: str


def canvas_name(name: str) -> CanvasName | None:
    """A file's name taken apart, or None if it is none of Canvas's."""
    match = _CANVAS.fullmatch(unicodedata.normalize("NFC", name))
    if match is None:
        return None
    late = match["late"] or match["late2"]
    if match["anonymous"]:
        return CanvasName("", f"anon_{match['anonymous']}", int(match["file"] or 0), _rest(match), bool(late))
    return CanvasName(match["name"], match["user"], int(match["file"] or 0), _rest(match), bool(late))


def moodle_name(name: str) -> MoodleName | None:
    """A file's or folder's name taken apart, or None if it is none of Moodle's."""
    match = _MOODLE.fullmatch(unicodedata.normalize("NFC", name))
    return match and MoodleName(match["name"], match["id"] or "", match["type"], match["rest"] or "")


def is_export(name: str) -> bool:
    """Whether a folder may be the one that Gradescope wraps around an export."""
    return _EXPORT.fullmatch(name) is not None


def is_metadata(path: PurePosixPath) -> bool:
    """Whether a file is Gradescope's own, and none that a student called so."""
    wrapped = len(path.parts) == 2 and is_export(path.parts[0])
    return path.name == METADATA and (wrapped or len(path.parts) == 1)


def submission_in(folder: Path) -> Path:
    """What to grade in `submitted/<student>/<assignment>/`: all of it, since work may lie beside the notebook."""
    there = {path.name for path in folder.iterdir()} - {"timestamp.txt"}
    return folder / NOTEBOOK if there == {NOTEBOOK} else folder


def is_one_submission(paths: Iterable[PurePosixPath], modules: Sequence[str]) -> bool:
    """Whether exercises with nobody's name lie at the top: one student's, whatever a platform's marks say."""
    for path in paths:
        inside = path.parts[0].casefold() == "exercises" if len(path.parts) == 2 else len(path.parts) == 1
        if inside and (named := recognise(path, modules)) is not None and named.owner is None:
            return True
    return False


def is_of_a_class(paths: Iterable[PurePosixPath], modules: Sequence[str]) -> bool:
    """Whether the files of a zip are those of a platform's download.

    Only marks at the top count, which the platform sets: a student's own folders say nothing.
    """
    paths = list(paths)
    if is_one_submission(paths, modules):
        return False
    tops = {path.parts[0] for path in paths}
    flat = {path.parts[0] for path in paths if len(path.parts) == 1}
    if METADATA in flat or any(
        p.name == METADATA and len(p.parts) == 2 and is_export(p.parts[0]) for p in paths
    ):
        return True
    if tops == {SUBMITTED}:
        return any(len(path.parts) >= 4 for path in paths)
    if not tops:
        return False
    return all(moodle_name(top) for top in tops) or all(top in flat and canvas_name(top) for top in tops)


def owner_of(path: PurePosixPath) -> str:
    """A key for whoever handed in a file of a download, for shares of room; not an identity."""
    parts = path.parts
    if len(parts) > 1 and (is_export(parts[0]) or parts[0] == SUBMITTED):
        parts = parts[1:]
    top = parts[0] if parts else ""
    if canvas := canvas_name(top):
        return f"{canvas.name}_{canvas.user}"
    if moodle := moodle_name(top):
        return f"{moodle.name}_{moodle.id}"
    return top


def _rest(match: re.Match[str]) -> str:
    return str(match["page"] or match["rest"])
