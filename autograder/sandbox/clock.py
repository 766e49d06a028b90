"""Where the time of a hand-in goes.

clock = Clock()
with clock.phase("compare"):
    with clock.phase("calls"):  # not counted in "compare"
        ...
clock.seconds["calls"]
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import isfinite

# in the order in which a hand-in meets them
PHASES: Mapping[str, str] = {
    "read": "reading the hand-in from its files",
    "start": "starting a grader and its sandbox: importing torch, collecting the suites; once for each process",
    "fork": "starting and ending the worker processes, and emptying their folder",
    "confine": "confining the workers",
    "import": "looking for forbidden calls, and importing the hand-in",
    "calls": "sending calls to the worker and answers back",
    "student code": "the hand-in's own functions",
    "compare": "drawing inputs, working out right answers, comparing, diagnosing, making the report",
    "report": "writing the report's files, which is for the one process that writes",
}


class Clock:
    """Counts seconds by phase, each moment for one phase alone: the innermost that runs."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._running: list[str] = []
        self._since = 0.0
        self.reset()

    def reset(self) -> None:
        """Starts again from zero."""
        self.seconds = dict.fromkeys(PHASES, 0.0)
        self._since = self._now()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Counts what happens inside for a phase, apart from phases inside it."""
        self._turn()
        self._running.append(name)
        try:
            yield
        finally:
            self._turn()
            self._running.pop()

    def _turn(self) -> None:
        now = self._now()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now

    def move(self, to: str, seconds: object) -> None:
        """Counts some of the running phase's seconds for another phase.

        What is no number of seconds, or more than were counted since the clock was reset, is cut to what can be:
        it comes from a worker, which may say anything.
        """
        self._turn()
        if type(seconds) is not float or not isfinite(seconds):
            return
        running = self._running[-1]
        moved = min(max(seconds, 0.0), self.seconds[running])
        self.seconds[running] -= moved
        self.seconds[to] += moved
