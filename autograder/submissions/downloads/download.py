"""A class's zip, unpacked with the care that strangers' files need.

The zip comes from a platform, the files in it from students: one of them must not cost the others their grades. So
whatever is wrong with an entry is noted for it alone, and only what can be graded takes room on the disk.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from autograder.submissions.archive import (
    MAX_FILES,
    MAX_NOTEBOOK_BYTES,
    MAX_SOURCE_BYTES,
    MAX_TOTAL_BYTES,
    SubmissionError,
    ZipTree,
    is_folder,
    is_skipped,
    shown,
)
from autograder.submissions.downloads import names

MAX_CLASS_FILES = 200_000
MAX_CLASS_BYTES = 4_000_000_000
MAX_METADATA_BYTES = 64_000_000
_MAX_CONTENTS = 64 * 1024 * 1024

# One byte more than will be read, so that what is too large is still seen to be so.
_LIMITS = {".py": MAX_SOURCE_BYTES + 1, ".ipynb": MAX_NOTEBOOK_BYTES + 1, ".zip": MAX_TOTAL_BYTES}

Trouble = list[tuple[PurePosixPath, str]]


class ClassZip(ZipTree):
    """A zip of many hand-ins.

    `trouble` has what is wrong with single entries. `passed_over` has those that are not read for their own name
    alone, and for each folder, which may be empty, a file that it could have.
    """

    def __init__(self, path: Path) -> None:
        self.trouble: Trouble = []
        self.passed_over: list[PurePosixPath] = []
        super().__init__(path, _MAX_CONTENTS)

    def _list(self, infos: list[zipfile.ZipInfo]) -> None:
        if len(infos) > MAX_CLASS_FILES:
            raise SubmissionError(
                f"{self.label}: more than {MAX_CLASS_FILES} files; unpack it and give the folder"
            )
        for info in infos:
            try:
                path = self._inside(info)
            except SubmissionError as error:
                self.trouble.append((_harmless(info.orig_filename), str(error)))
                continue
            if not path.parts:
                continue
            if is_folder(info):
                if not is_skipped(path / "x"):
                    self.passed_over.append(path / "x")
                continue
            if is_skipped(path):
                if len(path.parts) > 1 and not is_skipped(path.with_name("x")):
                    self.passed_over.append(path)
                continue
            mode = info.external_attr >> 16
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                self.trouble.append((path, f"{shown(path.name)} is a link or a device and is not read"))
            elif info.flag_bits & 0x1:
                self.trouble.append((path, f"{shown(path.name)} has a password and is not read"))
            else:
                if path in self._entries:
                    self.trouble.append(
                        (path, f"{shown(path.name)} is in the zip twice: the later one was taken")
                    )
                self._entries[path] = info
                self.files[path] = info.file_size

    def unwrap(self) -> bool:
        """Takes away the folder around everything, which is there where a class was unpacked and zipped again."""
        tops = {path.parts[0] for path in self.files}
        if len(tops) != 1 or any(len(path.parts) == 1 for path in self.files):
            return False
        (top,) = tops

        def inner(path: PurePosixPath) -> PurePosixPath:
            return PurePosixPath(*path.parts[1:]) if path.parts[:1] == (top,) and path.parts[1:] else path

        self._entries = {inner(path): info for path, info in self._entries.items()}
        self.files = {inner(path): size for path, size in self.files.items()}
        self.trouble = [(inner(path), why) for path, why in self.trouble]
        self.passed_over = [inner(path) for path in self.passed_over]
        return True


def class_zip(path: Path, modules: Sequence[str]) -> ClassZip | None:
    """The zip, open, if a platform's marks show that it holds a class; None if it is one hand-in or unreadable."""
    try:
        tree = ClassZip(path)
    except SubmissionError:
        return None  # as one hand-in, it gets a row that says why
    while not names.is_of_a_class(tree.files, modules):
        if names.is_one_submission(tree.files, modules) or not tree.unwrap():
            tree.close()
            return None
    return tree


def unpack(tree: ClassZip, target: Path) -> Trouble:
    """Writes what can be graded below `target`, and an empty file for anything else, since its name may be told.

    Returns what went wrong, by path inside the zip.

    Raises:
        SubmissionError: if the class is too large as a whole.
    """
    target.mkdir(parents=True)
    trouble = list(tree.trouble)
    total = 0
    room: dict[str, int] = {}
    count: dict[str, int] = {}
    for path in sorted(tree.files):
        owner = names.owner_of(path)
        room.setdefault(owner, MAX_TOTAL_BYTES)
        count[owner] = count.get(owner, 0) + 1
        if count[owner] > MAX_FILES:
            if count[owner] == MAX_FILES + 1:
                trouble.append((path, f"more than {MAX_FILES} files: the others are not read"))
            continue
        limit = min(_LIMITS.get(path.suffix.lower(), 0), room[owner])
        if names.is_metadata(path):
            limit = MAX_METADATA_BYTES
        if tree.files[path] > limit and path.suffix.lower() in _LIMITS:
            trouble.append((path, f"{shown(path.name)} is too large and is not read"))
        try:
            content = tree._read(path, limit)[:limit] if limit else b""
        except SubmissionError as error:
            trouble.append((path, f"{shown(path.name)} cannot be unpacked: {error}"))
            content = b""
        room[owner] -= len(content)
        total += len(content)
        if total > MAX_CLASS_BYTES:
            size = MAX_CLASS_BYTES // 1_000_000_000
            raise SubmissionError(
                f"{tree.label}: more than {size} GB; unpack it yourself and give the folder"
            )
        place = target.joinpath(*path.parts)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                file.write(content)
        except OSError as error:
            trouble.append(
                (path, f"{shown(path.name)} cannot be unpacked: {error.strerror or 'no reason given'}")
            )
    for path in [*(path for path, _ in tree.trouble), *tree.passed_over]:
        _make_known(path, target)
    return trouble


def _make_known(path: PurePosixPath, target: Path) -> None:
    """Whoever owns what was left out shall show up: an empty folder, or an empty file where all lie in one."""
    depth = (
        2
        if len(path.parts) > 2 and (names.is_export(path.parts[0]) or path.parts[0] == names.SUBMITTED)
        else 1
    )
    place = target.joinpath(*path.parts[:depth])
    try:
        if len(path.parts) > depth:
            place.mkdir(parents=True, exist_ok=True)
        elif path.parts:
            place.touch()
    except OSError:
        pass  # an entry of its own will tell it


def _harmless(name: str) -> PurePosixPath:
    """A name that points outside, cut down to what tells whose it is."""
    parts = [
        part for part in name.replace("\\", "/").replace("\0", "").split("/") if part not in ("", ".", "..")
    ]
    return PurePosixPath(*parts)
