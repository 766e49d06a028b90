"""Ends code that runs for too long, on every system: what says so is raised at the line where it has got to.

What counts is the processor's time, so that a busy computer makes no code slow, and no more than the clock's, so that
several threads make none slow either. Code that waits takes no processor time: for it the clock counts, later.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType

from exercises.paths import EXERCISES

WAITING = 6  # times the limit, by the clock, that code may take which does not use the processor
ROUND = 0.2  # seconds between two looks at the clocks
TRIES = 5  # for code that catches whatever is raised in it
ANSWER = 1.0  # seconds that are left for the code to end, each time
SPARE = 10.0  # seconds that this thread may need for all that, before Python itself ends the program
Place = tuple[str, int, str]  # file, line, source line


class OutOfTime(BaseException):
    """Raised in code that has been running for too long; no `except Exception` of its own holds it up."""


class TimeLimit:
    """`with TimeLimit(10, give_up): code` raises `OutOfTime` in the code.

    Args:
        seconds: that it may take.
        give_up: what is done, in another thread, where the code does not end by that: a call into machine code does
            not, before it is done. It is given the line, where one is known. Without it nothing is done.
        last: the file descriptor for what Python says if it is so stuck that no other thread can run. None where
            the program should go on all the same.
    """

    def __init__(
        self, seconds: float, give_up: Callable[[Place | None], None] | None = None, last: int | None = None
    ) -> None:
        self.seconds = seconds
        self.passed = False
        self._give_up = give_up
        self._last = last
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.get_ident()

    def __enter__(self) -> TimeLimit:
        if self._last is not None:
            latest = (WAITING + 1) * self.seconds + TRIES * ANSWER + SPARE
            faulthandler.dump_traceback_later(latest, exit=True, file=self._last)
        self._clocks = time.process_time(), time.monotonic()
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        while not self._done.is_set():
            # it may be raised here too, at the very end
            with contextlib.suppress(OutOfTime), self._lock:
                self._done.set()
        if self._last is not None:
            faulthandler.cancel_dump_traceback_later()

    def _watch(self) -> None:
        if self._done.wait(self.seconds):
            return
        while not self._is_over():
            if self._done.wait(ROUND):
                return
        for _ in range(TRIES):
            with self._lock:
                if self._done.is_set():
                    return
                self.passed = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread), ctypes.py_object(OutOfTime)
                )
            if self._done.wait(ANSWER):
                return
        if self._give_up is not None:
            self._give_up(_own_line(sys._current_frames().get(self._thread)))

    def _is_over(self) -> bool:
        computed, passed = time.process_time() - self._clocks[0], time.monotonic() - self._clocks[1]
        return passed >= self.seconds * WAITING or min(computed, passed) >= self.seconds


def _own_line(frame: FrameType | None) -> Place | None:
    """The innermost line of a student's file that is being run."""
    for each in reversed(traceback.extract_stack(frame)) if frame else ():
        path = Path(each.filename).resolve()
        if path.parent == EXERCISES:
            return path.name, each.lineno or 0, each.line or ""
    return None
