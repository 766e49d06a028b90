"""What lies in a hand-in, folder or zip alike: names, sizes, and bytes on demand.

A hand-in comes from a stranger. Names are checked before anything is read, links and devices are never
followed, every read is bounded, and nothing is unpacked to disk.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

MAX_FILES = 2000
MAX_TOTAL_BYTES = 50_000_000
MAX_DEPTH = 40
MAX_SOURCE_BYTES = 1024 * 1024
MAX_NOTEBOOK_BYTES = 20_000_000
MAX_SOURCES_BYTES = 4 * 1024 * 1024  # of all that a grader takes in; outputs of notebooks are no source

# More room than 2000 entries with sane names need; a table of contents beyond it is not even parsed.
_MAX_SINGLE_READ = 4 * 1024 * 1024

_TOO_LONG = "table of contents too large"
_ZIP_AGAIN = "zip the folder again with your system's own tool"
_CHUNK = 1024 * 1024

_SKIPPED_FOLDERS = frozenset({"__macosx", "__pycache__", "node_modules", "site-packages", "venv"})


class SubmissionError(Exception):
    """A hand-in that cannot be read: one line that names the file and what to do."""


def shown(name: object) -> str:
    """A stranger's file name, safe in one line of a terminal or a report."""
    text = "".join(letter if letter.isprintable() else "?" for letter in str(name))
    return text if len(text) <= 120 else f"{text[:57]}...{text[-60:]}"


def is_skipped(path: PurePosixPath) -> bool:
    """Whether a path belongs to an operating system, an editor or an installation, not to the student."""
    folders = path.parts[:-1]
    return any(part.startswith(".") for part in path.parts) or any(
        folder.casefold() in _SKIPPED_FOLDERS for folder in folders
    )


class Tree(ABC):
    """The files of one hand-in by their path inside it; skipped ones and links are not among them."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.files: dict[PurePosixPath, int] = {}
        self.notes: list[str] = []
        self._budget = MAX_TOTAL_BYTES
        self._packed: dict[PurePosixPath, tuple[Tree, PurePosixPath]] = {}

    def read(self, path: PurePosixPath, limit: int) -> bytes | None:
        """The file's bytes, or None when there are more than `limit`."""
        size = self.files[path]
        if size > limit:
            return None
        tree, inside = self._packed.get(path, (self, path))
        if size > self._budget:
            raise SubmissionError(tree._too_large())
        content = tree._read(inside, limit)
        # The size that was declared need not be the size that came.
        self._budget -= len(content)
        if self._budget < 0:
            raise SubmissionError(tree._too_large())
        return None if len(content) > limit else content

    def open_zip(self, path: PurePosixPath) -> None:
        """Adds what a zip among the files holds, as if the zip were a folder.

        The limits hold for everything together. Raises SubmissionError, and then nothing was added.
        """
        content = self.read(path, MAX_TOTAL_BYTES)
        assert content is not None, "what is over the limit has been refused"
        inner = ZipTree.of_bytes(shown(path), content)
        deepest = max((len(path.parts) + len(inside.parts) for inside in inner.files), default=0)
        if deepest > MAX_DEPTH:
            raise SubmissionError(f"{inner.label}: folders nested more than {MAX_DEPTH} deep; flatten them")
        if len(self.files) + len(inner.files) > MAX_FILES:
            raise SubmissionError(inner._too_many())
        for inside, size in inner.files.items():
            self.files[path / inside] = size
            self._packed[path / inside] = (inner, inside)
        self.notes += [f"{shown(path)}: {note}" for note in inner.notes]

    def _too_large(self) -> str:
        return (
            f"{self.label}: more than {MAX_TOTAL_BYTES // 1_000_000} MB of files; hand in the exercises alone"
        )

    def _too_many(self) -> str:
        return f"{self.label}: more than {MAX_FILES} files; hand in the exercises, no installed packages"

    @abstractmethod
    def _read(self, path: PurePosixPath, limit: int) -> bytes:
        """At most `limit + 1` bytes of the file."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what is open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class FolderTree(Tree):
    """A folder on disk. Links in it are noted and not followed."""

    def __init__(self, root: Path) -> None:
        super().__init__(shown(root.name))
        self._root = root
        self._walk(root, PurePosixPath())

    def _walk(self, folder: Path, inside: PurePosixPath) -> None:
        if len(inside.parts) > MAX_DEPTH:
            raise SubmissionError(f"{self.label}: folders nested more than {MAX_DEPTH} deep; flatten them")
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            reason = error.strerror or "cannot be opened"
            raise SubmissionError(f"{shown(inside) if inside.parts else self.label}: {reason}") from error
        for entry in entries:
            path = inside / entry.name
            # The extra part makes a skipped folder's name count as a folder.
            if is_skipped(path) or (entry.is_dir(follow_symlinks=False) and is_skipped(path / "x")):
                continue
            if entry.is_symlink():
                self.notes.append(f"{shown(path)} is a link and is not followed: hand in the file itself")
            elif entry.is_dir(follow_symlinks=False):
                self._walk(folder / entry.name, path)
            elif entry.is_file(follow_symlinks=False):
                self.files[path] = entry.stat(follow_symlinks=False).st_size
                if len(self.files) > MAX_FILES:
                    raise SubmissionError(self._too_many())

    def _read(self, path: PurePosixPath, limit: int) -> bytes:
        try:
            with self._root.joinpath(*path.parts).open("rb") as file:
                return file.read(limit + 1)
        except OSError as error:
            reason = error.strerror or "cannot be opened"
            raise SubmissionError(f"{self.label}: {shown(path)} cannot be read: {reason}") from error

    def close(self) -> None:
        pass


class _BoundedFile(io.FileIO):
    """A file that refuses large reads: `zipfile` reads the table of contents in one go, whatever its size."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(path)
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = os.fstat(self.fileno()).st_size - self.tell()
        if size > self._most:
            raise zipfile.BadZipFile(_TOO_LONG)
        return super().read(size) or b""


class _BoundedBytes(io.BytesIO):
    """The same for a zip that is in memory already."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            size = self.getbuffer().nbytes - self.tell()
        if size > _MAX_SINGLE_READ:
            raise zipfile.BadZipFile(_TOO_LONG)
        return super().read(size)


def is_folder(info: zipfile.ZipInfo) -> bool:
    """Whether an entry is a folder, as `hw/`, `hw\\` and `hw/.` are; `ZipInfo.is_dir` stumbles over an empty name."""
    return _name(info).rpartition("/")[2] in ("", ".")


def _name(info: zipfile.ZipInfo) -> str:
    """An entry's name as the zip has it: `filename` was made pleasant for this machine, and cut at a NUL.

    Windows PowerShell 5 writes `\\` where the format wants `/`.
    """
    return info.orig_filename.replace("\\", "/")


class ZipTree(Tree):
    """A zip, read in memory. Only what is asked for is decompressed."""

    def __init__(self, path: Path, contents: int | None = None) -> None:
        """Open a zip whose table of contents has at most `contents` bytes, 4 MiB unless told."""
        label = shown(path.name)
        try:
            file = _BoundedFile(path, contents or _MAX_SINGLE_READ)
        except OSError as error:
            raise SubmissionError(f"{label}: {error.strerror or 'cannot be opened'}") from error
        self._open(label, file)

    @classmethod
    def of_bytes(cls, label: str, content: bytes) -> Self:
        """The zip that these bytes are."""
        tree = cls.__new__(cls)
        tree._open(label, _BoundedBytes(content))
        return tree

    def _open(self, label: str, file: _BoundedFile | _BoundedBytes) -> None:
        Tree.__init__(self, label)
        self._entries: dict[PurePosixPath, zipfile.ZipInfo] = {}
        self._file = file
        try:
            with self._telling_errors():
                self._zip = zipfile.ZipFile(self._file)
            self._list(self._zip.infolist())
        except BaseException:
            self._file.close()
            raise

    def _list(self, infos: list[zipfile.ZipInfo]) -> None:
        if sum(not is_folder(info) for info in infos) > MAX_FILES:
            raise SubmissionError(self._too_many())
        for info in infos:
            path = self._inside(info)
            if is_folder(info) or not path.parts or is_skipped(path):
                continue
            mode = info.external_attr >> 16
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                self.notes.append(
                    f"{shown(path)} is a link or a device and is not read: hand in the file itself"
                )
                continue
            if info.flag_bits & 0x1:
                raise SubmissionError(f"{self.label}: {shown(path)} has a password; zip it again without one")
            if path in self._entries:
                self.notes.append(f"{shown(path)} is in the zip twice: the later one was taken")
            self._entries[path] = info
            self.files[path] = info.file_size

    def _inside(self, info: zipfile.ZipInfo) -> PurePosixPath:
        """The entry's path, once it is sure that it points into the zip on every operating system."""
        name = _name(info)
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or name[1:2] == ":" or "\0" in name:
            raise SubmissionError(
                f"{self.label}: {shown(name)!r} is a name that points outside the zip; {_ZIP_AGAIN}"
            )
        if len(path.parts) > MAX_DEPTH:
            raise SubmissionError(f"{self.label}: folders nested more than {MAX_DEPTH} deep; flatten them")
        return path

    def _read(self, path: PurePosixPath, limit: int) -> bytes:
        info = self._entries[path]
        # Other methods are rare, and lzma takes as much memory as the entry asks for.
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise SubmissionError(
                f"{self.label}: {shown(path)} is compressed in an unusual way; {_ZIP_AGAIN}"
            )
        content = bytearray()
        with self._telling_errors(), self._zip.open(info) as file:
            while len(content) <= limit and (chunk := file.read(min(_CHUNK, limit + 1 - len(content)))):
                content += chunk
        return bytes(content)

    @contextmanager
    def _telling_errors(self) -> Iterator[None]:
        try:
            yield
        except (
            zipfile.BadZipFile,
            zlib.error,
            struct.error,
            EOFError,
            OSError,
            ValueError,
            RuntimeError,  # among them NotImplementedError, for unknown versions of the format
            IndexError,
            OverflowError,
        ) as error:
            raise SubmissionError(
                f"{self.label}: not a readable zip; zip the exercises and hand them in again"
            ) from error

    def close(self) -> None:
        self._zip.close()
        self._file.close()


class FileTree(FolderTree):
    """A single file, alone whatever else its folder holds."""

    def __init__(self, path: Path) -> None:
        Tree.__init__(self, shown(path.name))
        self._root = path.parent
        self.files[PurePosixPath(path.name)] = path.stat().st_size
