"""What is told while a class is graded: a live display, plain lines where there is no terminal, or JSON.

with display("auto") as tell:
    tell(Event("graded", total=40, student="ada", points=90.0))
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from autograder.report.terminal.time_left import TimeLeft
from autograder.report.text import plain

PRINT_SECONDS = 5.0  # seconds between two plain lines


@dataclass(frozen=True)
class Event:
    """Something that happened to a hand-in.

    What "failed" could not be graded, and `problem` says why; a "notice" is of no hand-in, and `text` says it;
    "finished" comes once and last. `cached` where a report of an earlier run was good. `total` counts the hand-ins.
    """

    kind: Literal["started", "graded", "failed", "notice", "finished"]
    total: int
    student: str = ""
    points: float = 0.0
    seconds: float = 0.0
    cached: bool = False
    problem: str = ""
    text: str = ""


Tell = Callable[[Event], None]


class Tally:
    """Counts events; knows the rate and the time left, once there is ground for it."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._start = now()
        self._left = TimeLeft(now)
        self.running: dict[str, None] = {}
        self.total = self.graded = self.failed = self.before = 0

    def count(self, event: Event) -> None:
        """Takes an event into account."""
        self.total = event.total
        if event.kind == "started":
            self.running[event.student] = None
            self._left.started(event.student)
        elif event.kind in ("graded", "failed"):
            self.running.pop(event.student, None)
            self._left.finished(event.student)
            self.graded += event.kind == "graded" and not event.cached
            self.before += event.cached
            self.failed += event.kind == "failed" and not event.cached

    @property
    def done(self) -> int:
        """Hand-ins that have a report."""
        return self.graded + self.before + self.failed

    @property
    def seconds(self) -> float:
        """Since the start."""
        return self._now() - self._start

    def line(self) -> str:
        """All of it in one line."""
        parts = [f"{self.done} of {self.total} done", f"{len(self.running)} running", f"{self.failed} failed"]
        if self.before:
            parts.append(f"{self.before} were graded before")
        told = self._left.estimate(self.total - self.done - len(self.running))
        if told is not None:
            parts += [f"{told.rate:.2g} per second", f"about {_clock(told.seconds)} left"]
            if told.longer:
                parts.append(f"without {told.longer} that takes longer than any other")
        return ", ".join(parts)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@contextmanager
def display(to: Console, as_json: bool = False) -> Iterator[Tell]:
    """Gives the function to tell events to, which any thread may call.

    Args:
        to: the console of the person who waits.
        as_json: one JSON object per event on standard output, and nothing for the person.
    """
    tally = Tally()
    if as_json:
        yield _one_at_a_time(_json_lines(tally, sys.stdout))
    elif to.is_terminal:
        columns = (BarColumn(), TextColumn("{task.description}"))
        with Progress(*columns, console=to, transient=True) as bar:
            task = bar.add_task("starting", total=None)

            def tell(event: Event) -> None:
                if event.kind == "notice":
                    bar.console.print(Text(plain(event.text)))
                    return
                tally.count(event)
                names = ", ".join(list(tally.running)[:4])
                text = Text(plain(f"{tally.line()}  {names}").replace("\n", " "))
                bar.update(task, completed=tally.done, total=tally.total, description=text.markup)

            yield _one_at_a_time(tell)
    else:
        yield _one_at_a_time(_plain_lines(tally, sys.stderr))


def _one_at_a_time(tell: Tell) -> Tell:
    lock = threading.Lock()

    def locked(event: Event) -> None:
        with lock:
            tell(event)

    return locked


def _json_lines(tally: Tally, to: TextIO) -> Tell:
    def tell(event: Event) -> None:
        tally.count(event)
        data: dict[str, object] = {"event": event.kind, "total": event.total}
        if event.kind == "notice":
            data["text"] = event.text
        elif event.kind == "finished":
            data |= {"graded": tally.graded, "cached": tally.before, "failed": tally.failed}
            data |= {"seconds": round(tally.seconds, 3)}
        else:
            data["student"] = event.student
        if event.kind == "graded":
            data |= {"points": event.points, "seconds": event.seconds, "cached": event.cached}
        if event.kind == "failed":
            data |= {"problem": event.problem, "cached": event.cached}
        # ASCII: whatever the encoding of standard output, it takes it
        print(json.dumps(data), file=to, flush=True)

    return tell


def _plain_lines(tally: Tally, to: TextIO) -> Tell:
    told = 0.0

    def tell(event: Event) -> None:
        nonlocal told
        if event.kind == "notice":
            print(plain(event.text), file=to, flush=True)
            return
        tally.count(event)
        if event.kind in ("graded", "failed") and tally.seconds - told >= PRINT_SECONDS:
            told = tally.seconds
            print(tally.line(), file=to, flush=True)

    return tell
