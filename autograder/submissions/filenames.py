"""Which exercise a file is, from a name that went through an LMS, a browser and two file systems.

Case does not count, nor do the numbers that a second upload or download adds. What an LMS puts in front
is known for Canvas, Moodle, Blackboard and Brightspace.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz")

# No student types more; the patterns below take quadratic time on names made to hurt.
_MAX_NAME = 250

_PREFIXES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<owner>[^_]+)(?:_late)?_(?P<user>[0-9]+)_(?P<serial>[0-9]{1,18})_",  # Canvas
        r"(?P<owner>.+?_[0-9]+)_assignsubmission_file_",  # Moodle
        r"(?P<owner>.+?)_attempt_[0-9]{4}(?:-[0-9]{2}){5}_",  # Blackboard
        r"(?P<owner>[0-9]+-[0-9]+ - .+?) - .+? - ",  # Brightspace
    )
)
# Windows, macOS, Linux, and Jupyter's "hw-Copy1"
_COPY = re.compile(r"(?:\s*-\s*copy|\s+copy|_copy|\s*\(copy\))(?:\s*\([0-9]+\)|\s*[0-9]+)?$")
_AGAIN = re.compile(r"(?:\s*\((?P<browser>[0-9]{1,4})\)|-(?P<lms>[0-9]{1,4}))$")


@dataclass(frozen=True)
class Named:
    """A file that is an exercise. Of two for one exercise the one with the larger `rank` counts.

    `owner` is who the LMS says handed it in, None where the name does not tell.
    """

    path: PurePosixPath
    module: str
    owner: str | None
    rank: tuple[tuple[int, ...], int, int, int]


def recognise(path: PurePosixPath, modules: Sequence[str]) -> Named | None:
    """The exercise that a file is, or None."""
    if not path.name.lower().endswith(".py"):
        return None
    name = original_name(path)
    if name is None:
        return None
    for module in modules:
        if name.stem in (module, module.partition("_")[0]):
            exact = path.name == f"{module}.py"
            rank = (name.again, name.serial, (name.stem == module) + exact, -len(path.parts))
            return Named(path, module, name.owner, rank)
    return None


@dataclass(frozen=True)
class OriginalName:
    """What a student called a file, in lower case, without its ending, blanks and hyphens as `_`.

    `again` has the numbers that a second upload or download added, the last first; of two files with one name
    the larger one is the later one. `serial` is the LMS's running number, and `owner` who handed it in.
    """

    stem: str
    again: tuple[int, ...]
    serial: int
    owner: str | None


def original_name(path: PurePosixPath) -> OriginalName | None:
    """Takes a file's name apart; None for names that no student types."""
    if len(path.name) > _MAX_NAME:
        return None
    stem = path.name.lower().removesuffix(path.suffix.lower()).strip().removeprefix("copy of ")
    again: list[int] = []
    while True:
        if match := _COPY.search(stem):
            # A copy somebody made at home is older than the file it was made of.
            again.append(-1)
        elif match := _AGAIN.search(stem):
            again.append(int(match["browser"] or match["lms"]))
        else:
            break
        stem = stem[: match.start()]
    owner, serial, stem = _without_prefix(stem)
    # The closing 0 lets "ex3" come before "ex3-1" and after "ex3 - Copy".
    return OriginalName(re.sub(r"[\s-]", "_", stem), (*again, 0), serial, owner)


def looks_like_one(path: PurePosixPath, modules: Sequence[str]) -> str | None:
    """The exercise that an unrecognised file may have been meant to be: "ex3_name_v2.py"."""
    name = path.name.lower()
    if not name.endswith((".py", ".txt")) or name.startswith("test_"):
        return None
    match = re.search(r"(?<![a-z0-9])ex(?:ercise)?[\s_-]?0{0,3}([1-9][0-9]?)(?![0-9])", name)
    if match is None:
        return None
    return next((module for module in modules if module.startswith(f"ex{match[1]}_")), None)


def exercise_number(module: str) -> int:
    """3 for "ex3_name"."""
    return int(module.partition("_")[0].removeprefix("ex"))


def _without_prefix(stem: str) -> tuple[str | None, int, str]:
    """Who handed it in, the LMS's running number, and the name the student gave."""
    for pattern in _PREFIXES:
        match = pattern.match(stem)
        if match is None:
            continue
        groups = match.groupdict()
        owner = " ".join(part for part in (groups["owner"], groups.get("user")) if part)
        return owner, int(groups.get("serial") or 0), stem[match.end() :]
    return None, 0, stem
