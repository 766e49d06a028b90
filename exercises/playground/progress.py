"""A progress bar for what takes longer than a second: on stderr, and only if that is a terminal."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Self, TextIO

WAIT = 1.0  # seconds until there is something to show
WIDE = 30


class Progress:
    """A bar that a second thread draws, so that one long call moves it too.

    How far the work is comes from `at`, or, for a call that does not tell, from the time it is `expected`
    to take.
    """

    def __init__(self, what: str, expected: float | None = None, stream: TextIO | None = None) -> None:
        self._what, self._expected = what, expected
        self._stream = stream if stream is not None else sys.stderr
        self._share: float | None = None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def at(self, share: float) -> None:
        """Tells how much is done, from 0 to 1."""
        self._share = share

    def __enter__(self) -> Self:
        self._start = time.monotonic()
        if self._stream is not None and self._stream.isatty():
            self._thread = threading.Thread(target=self._draw, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def line(self, elapsed: float) -> str:
        """The bar after this many seconds."""
        share = self._share
        if share is None and self._expected:
            share = min(elapsed / self._expected, 0.99)
        if not share:
            return f"{self._what} ... {elapsed:.0f} s"
        full = round(min(share, 1) * WIDE)
        left = elapsed / share - elapsed
        return f"{self._what} [{'#' * full}{'.' * (WIDE - full)}] {share:4.0%}, about {left:.0f} s left"

    def _draw(self) -> None:
        longest = 0
        while not self._over.wait(WAIT if not longest else 0.2):
            text = self.line(time.monotonic() - self._start)
            longest = max(longest, len(text))
            self._stream.write("\r" + text.ljust(longest))
            self._stream.flush()
        if longest:
            self._stream.write("\r" + " " * longest + "\r")
            self._stream.flush()
