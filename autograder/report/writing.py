"""Writes the reports of a class while others are graded: several at a time, so that they share the wait for the disk.

    with Writer(folder, faults) as writer:
        writer.put("ada", rendered(report, show_calls, faults), lambda seconds: print("ada is safe"))

To flush a file takes milliseconds, and a disk flushes many at once as fast as one. So a thread writes whatever has
come since it last looked, and syncs the folder twice for all of it. What is promised of each report is the same as if
they were written one by one: it is told as written when a power cut would take nothing of it, and no `NAME.json` has
its name before its companions have theirs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from time import perf_counter

from autograder.report.faults import Faults
from autograder.report.files import Unfinished, flush_names
from autograder.report.rendered import ENDINGS

MAX_TOGETHER = 32  # reports; each has three files open meanwhile
MAX_WAITING = 128  # reports, after which whoever brings another waits
FLUSHES = 16  # files that are flushed at a time


@dataclass(frozen=True)
class _Entry:
    """A report to write. `written` is told its share of the seconds; `open` has its files by their endings."""

    name: str
    files: Mapping[str, bytes]
    written: Callable[[float], None]
    open: dict[str, Unfinished] = field(default_factory=dict)


class Writer:
    """Writes reports into a folder. What was put before the block ends is written, even if it ends in an error.

    What fails at a file costs that file, and is kept in `faults`; what fails for all is raised by the next `put`,
    or at the end.
    """

    def __init__(self, folder: Path, faults: Faults) -> None:
        self._folder, self._faults = folder, faults
        self._waiting: Queue[_Entry | None] = Queue(MAX_WAITING)
        self._error: BaseException | None = None
        self._flushing = ThreadPoolExecutor(FLUSHES)
        # a second Ctrl-C may leave it waiting for more: the end of the program must not wait for that
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._waiting.put(None)
        self._thread.join()
        self._flushing.shutdown()
        if kind is None:
            self._raise()

    def put(self, name: str, files: Mapping[str, bytes], written: Callable[[float], None]) -> None:
        """Has a report written.

        Args:
            name: the hand-in's.
            files: see `rendered`; those that are not there are removed, since they would be an earlier run's.
            written: called by the writer's thread once the report is safe, with its seconds.
        """
        self._raise()
        self._waiting.put(_Entry(name, files, written))

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        going_on = True
        while going_on:
            batch, going_on = self._next()
            try:
                if self._error is None:
                    self._write(batch)
            except BaseException as error:
                self._error = error  # and what comes now is taken and dropped, so that nobody waits for ever

    def _next(self) -> tuple[list[_Entry], bool]:
        """What is there to write, once anything is; and whether more may come."""
        batch: list[_Entry] = []
        entry = self._waiting.get()
        while entry is not None:
            batch.append(entry)
            if len(batch) == MAX_TOGETHER:
                return batch, True
            try:
                entry = self._waiting.get_nowait()
            except Empty:
                return batch, True
        return batch, False

    def _write(self, batch: Sequence[_Entry]) -> None:
        begin = perf_counter()
        try:
            for entry in batch:
                for ending in ENDINGS:
                    self._open(entry, ending)
            list(self._flushing.map(Unfinished.flush, [f for entry in batch for f in entry.open.values()]))
            for endings in (ENDINGS[:-1], ENDINGS[-1:]):
                for entry in batch:
                    for ending in endings:
                        self._finish(entry, ending)
                if batch:
                    flush_names(self._folder)
        finally:
            for entry in batch:
                for file in entry.open.values():
                    file.discard()
        seconds = perf_counter() - begin
        for entry in batch:
            entry.written(seconds / len(batch))

    def _open(self, entry: _Entry, ending: str) -> None:
        with self._kept_to(entry, ending) as path:
            if ending in entry.files:
                entry.open[ending] = Unfinished(path, entry.files[ending])
            else:
                path.unlink(missing_ok=True)

    def _finish(self, entry: _Entry, ending: str) -> None:
        if ending in entry.open:
            with self._kept_to(entry, ending):
                entry.open[ending].finish()
                del entry.open[ending]

    @contextmanager
    def _kept_to(self, entry: _Entry, ending: str) -> Iterator[Path]:
        path = self._folder / f"{entry.name}{ending}"
        with self._faults.kept_to(path.name, path):
            yield path
