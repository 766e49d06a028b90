"""Single keys from the terminal, without Enter, on every system."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

if sys.platform == "win32":
    import msvcrt
else:
    import select
    import termios
    import tty

ROUND = 0.05  # seconds between two looks where a system cannot wait for a key


class Keys:
    """`with Keys() as keys: keys.next(0.2)`; at the end the terminal is as it was.

    `there` says whether there is a terminal. Without one no key ever comes.
    """

    def __init__(self) -> None:
        self.there = sys.stdin is not None and sys.stdin.isatty()

    def __enter__(self) -> Keys:
        if self.there and sys.platform != "win32":
            self._file = sys.stdin.fileno()
            self._before = termios.tcgetattr(self._file)
            tty.setcbreak(self._file)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self.there and sys.platform != "win32":
            termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)

    def next(self, seconds: float) -> str:
        """The key that is pressed within some seconds, in lower case; empty if there is none."""
        if not self.there:
            time.sleep(seconds)
            return ""
        if sys.platform == "win32":
            end = time.monotonic() + seconds
            while not msvcrt.kbhit():
                if time.monotonic() > end:
                    return ""
                time.sleep(ROUND)
            return msvcrt.getwch().lower()
        if not select.select([self._file], [], [], seconds)[0]:
            return ""
        pressed = os.read(self._file, 1)
        if not pressed:  # the terminal is gone
            self.there = False
        return pressed.decode("ascii", "replace").lower()
