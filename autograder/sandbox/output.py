"""What a worker prints, kept up to a limit."""

from __future__ import annotations

import os
import threading

MAX_OUTPUT_CHARS = 64 << 10


class Output:
    """Collects what a worker prints: the first 64 KiB are kept, the rest is read and dropped."""

    def __init__(self, fd: int) -> None:
        self._kept = bytearray()
        self._dropped = 0
        self._fd = fd
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        while True:
            try:
                part = os.read(self._fd, 1 << 16)
            except OSError:
                break
            if not part:
                break
            room = MAX_OUTPUT_CHARS - len(self._kept)
            self._kept += part[:room]
            self._dropped += max(len(part) - room, 0)
        os.close(self._fd)

    def text(self) -> str:
        """What was printed, as text; waits a moment for what is still on its way."""
        self._thread.join(1.0)
        text = bytes(self._kept).decode("utf-8", "replace")
        return text + (f"\n[{self._dropped} more bytes were printed and not kept]" if self._dropped else "")
