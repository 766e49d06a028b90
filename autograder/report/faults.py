"""Keeps a fault of the grader's own to the entry at which it happened, and names that entry in a note.

    faults = Faults()
    with faults.kept_to("ada.html", path):
        write_text(path, feedback_page(report))
    rows = faults.each("canvas.csv", grades, lambda grade: grade.name, row)

What a student hands in may be what no writer was made for. Then one entry is missing, and the class has all others.
"""

from __future__ import annotations

import errno
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from autograder.report.text import first_of, plain

MAX_CHARS = 200  # of what a fault says
# what happens to everybody alike, and would be hidden by a thousand notes
_OF_THE_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO}


class FaultOfAll(Exception):
    """What is no entry's fault, and ends the run."""


Entry = TypeVar("Entry")
Made = TypeVar("Made")


class Faults:
    """The faults of a run, in the order in which they happened."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []  # an entry that is missing, and why

    @property
    def notes(self) -> list[str]:
        """What is left out and why, a line for each entry; of many, the first."""
        lines = [f"the grader failed at {entry}: {why}" for entry, why in self.found]
        number = f"{len(lines)} {'entry is' if len(lines) == 1 else 'entries are'}"
        end = [f"{number} left out for this, and everything else is there"] if lines else []
        return [*first_of(lines, "the grader failed at {} more"), *end]

    @contextmanager
    def kept_to(self, entry: str, *files: Path) -> Iterator[None]:
        """Ends a block at which the grader fails, and nothing else; then these files are gone, old ones too."""
        try:
            yield
        except Exception as error:
            if ends_the_run(error):
                raise
            self.add(entry, fault(error))
            for file in files:
                if file.is_symlink() or not file.is_dir():  # a folder in its place is somebody else's
                    file.unlink(missing_ok=True)

    def each(
        self, part: str, entries: Iterable[Entry], name: Callable[[Entry], str], make: Callable[[Entry], Made]
    ) -> list[Made]:
        """What is made of each entry of a part, without those at which that fails."""
        made = []
        for entry in entries:
            with self.kept_to(f"{part}, {name(entry)}"):
                made.append(make(entry))
        return made

    def add(self, entry: str, why: str) -> None:
        """Names an entry that is left out."""
        self.found.append((entry, why))


def ends_the_run(error: Exception) -> bool:
    """Whether an error is no entry's fault, and comes to all of them."""
    return isinstance(error, FaultOfAll) or (isinstance(error, OSError) and error.errno in _OF_THE_MACHINE)


def fault(error: Exception) -> str:
    """An error and where it was raised, in one line; for instructors, since it may tell of hidden inputs."""
    if isinstance(error, IsADirectoryError):
        return "a folder of this name is in its place"
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = "".join(f" ({Path(frame.filename).name}, line {frame.lineno})" for frame in last)
    said = plain(str(error)).replace("\n", " ")
    said = said if len(said) <= MAX_CHARS else f"{said[:MAX_CHARS]}…"
    return f"{type(error).__name__}: {said}{place}"
