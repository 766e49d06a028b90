"""What a format finds for one student, and how files that lie among others' become one hand-in."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from autograder.submissions.archive import MAX_FILES, MAX_TOTAL_BYTES, is_skipped, shown
from autograder.submissions.downloads.names import owner_of
from autograder.submissions.submission import fit_for_file

_PACKED = (".zip", ".ipynb")
_TAKEN = "two hand-ins: {} was taken, not {}: it is the later one"
_AGAIN = re.compile(r"-([0-9]{1,3})$")


@dataclass(frozen=True)
class File:
    """A file of one student in a folder of everybody's: where it lies, and what the student called it.

    Of two the one with the larger `rank` is the later one.
    """

    path: Path
    name: str
    rank: int = 0


@dataclass(frozen=True)
class Found:
    """One hand-in: at a path, or as files to gather; neither where there is none.

    `doubt` says why it may be another's, where a person has to look before a grade goes anywhere. `submitted` is
    when, and `late` whether the platform marked it so, as far as it tells.
    """

    name: str
    path: Path | None = None
    files: tuple[File, ...] = ()
    login: str = ""
    notes: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""
    doubt: str = ""
    submitted: datetime | None = None
    late: bool = False

    def noting(self, *notes: str) -> Found:
        """The same with more notes."""
        return replace(self, notes=(*self.notes, *notes))

    def owners(self, root: Path) -> set[str]:
        """By which keys `owner_of` knows this hand-in in a download below `root`."""
        places = [each.path for each in self.files] + ([self.path] if self.path else [])
        return {owner_of(PurePosixPath(each.relative_to(root))) for each in places if root in each.parents}


def visible(folder: Path) -> list[Path]:
    """What lies in a folder but for systems' and editors' files, sorted; nothing where it cannot be opened."""
    try:
        entries = [each for each in folder.iterdir() if not is_skipped(PurePosixPath(each.name, "x"))]
    except OSError:
        return []
    return sorted(entries, key=lambda each: (each.name.casefold(), each.name))


def gather(files: Sequence[File], folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Brings one student's files into a folder of their own under the student's names for them."""
    files, notes = _latest(files)
    folder.mkdir(parents=True)
    room, taken = MAX_TOTAL_BYTES, 0
    for each in files:
        name = safe_name(each.name)
        if each.path.is_symlink() or not each.path.is_file():
            notes.append(f"{shown(each.name)} is a link or no file and is not followed")
            continue
        room -= each.path.stat().st_size
        taken += 1
        if room < 0 or taken > MAX_FILES:
            notes.append(f"{shown(each.name)} is not read: the hand-in is too large")
            continue
        try:
            _bring(each.path, folder / name)
        except OSError as error:
            notes.append(f"{shown(each.name)} cannot be read: {error.strerror or 'no reason given'}")
    return folder, tuple(notes)


def sole_file(folder: Path) -> tuple[Path, tuple[str, ...]]:
    """The zip in a hand-in that holds nothing else that could be graded; else the hand-in as it is."""
    if folder.is_symlink() or not folder.is_dir():
        return folder, ()
    entries = visible(folder)
    zips = [each for each in entries if each.suffix.lower() == ".zip"]
    if len(zips) != 1 or zips[0].is_symlink() or not zips[0].is_file():
        return folder, ()
    others = [each for each in entries if each != zips[0]]
    if any(each.is_dir() or each.suffix.lower() in (".py", ".ipynb") for each in others):
        return folder, ()
    return zips[0], tuple(
        f"{shown(each.name)} is not read: {shown(zips[0].name)} counts" for each in others[:4]
    )


def _latest(files: Sequence[File]) -> tuple[list[File], list[str]]:
    """The files without those that were handed in again; of `.py` files, the reader finds the latest itself."""
    notes: list[str] = []
    kept: dict[str, File] = {}
    for each in sorted(files, key=lambda each: (_again(each.name)[1], each.rank)):
        numbered = each.name.lower().endswith(_PACKED)
        key = safe_name(_again(each.name)[0] if numbered else each.name).casefold()
        if key in kept:
            notes.append(_TAKEN.format(shown(each.name), shown(kept[key].name)))
        kept[key] = each
    left = list(kept.values())
    packed = [each for each in left if each.name.lower().endswith(".zip")]
    code = [each for each in left if each.name.lower().endswith((".py", ".ipynb"))]
    if len(packed) > 1 and not code and all(each.rank for each in packed):
        last = max(packed, key=lambda each: each.rank)
        notes += [_TAKEN.format(shown(last.name), shown(each.name)) for each in packed if each != last]
        left = [each for each in left if each == last or each not in packed]
    return left, notes


def _again(name: str) -> tuple[str, int]:
    """A file's name without the number of a second upload, and that number."""
    stem, dot, ending = name.rpartition(".")
    match = _AGAIN.search(stem)
    return (f"{stem[: match.start()]}{dot}{ending}", int(match[1])) if match else (name, 0)


def safe_name(name: str) -> str:
    """One component of a path, whatever a stranger called it."""
    name = fit_for_file(name)
    return f"_{name}" if name in (".", "..") else name


def _bring(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # another file system, or one without hard links
        shutil.copyfile(source, target, follow_symlinks=False)
