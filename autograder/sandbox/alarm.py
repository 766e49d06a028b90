"""A time limit for one statement, within the process that runs it.

It ends what Python can end: sleeping, waiting and loops. What swallows every exception, or stays in compiled code, is
left to the grader, which ends the whole worker a little later.
"""

from __future__ import annotations

import signal
import threading
from types import TracebackType

AGAIN_SECONDS = 0.5  # code that catches everything is told again


class TooLong(BaseException):
    """A statement took longer than it may."""


class Alarm:
    """Raises `TooLong` in the code inside a `with` that takes longer than some seconds.

    They may lie in one another: while an inner one runs, the time of the outer one stands still. Where the system
    has no such clock, or outside the main thread, it does nothing.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._left: list[float] = []  # seconds of those further out
        self._on = False

    def __enter__(self) -> None:
        if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGALRM, self._ring)  # student code may have set its own
            self._on = True
            self._left.append(signal.setitimer(signal.ITIMER_REAL, self._seconds, AGAIN_SECONDS)[0])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._on = False
        if self._left:
            left = self._left.pop()
            signal.setitimer(signal.ITIMER_REAL, left, AGAIN_SECONDS if left else 0.0)
            self._on = bool(left)

    def stop(self) -> None:
        """Ends all of them: one may ring just while it is being put off."""
        self._on = False
        self._left.clear()
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0.0)

    def _ring(self, *_: object) -> None:
        if self._on:
            raise TooLong(f"took longer than {self._seconds:g} s")
