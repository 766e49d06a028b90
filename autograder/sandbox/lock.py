"""A lock on a folder, held as long as its process lives: the system itself takes it off a killed one.

A process number in a file would not do, since numbers are given again.
"""

from __future__ import annotations

import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: nothing is locked, and nothing that somebody may still use is removed
    fcntl = None  # type: ignore[assignment]

can_lock = fcntl is not None


def lock(folder: Path, wait: bool = False) -> int | None:
    """Locks a folder; gives the descriptor that holds the lock, to be closed by `os.close`.

    Args:
        folder: what to lock; nothing is written into it.
        wait: until another process has given it back.

    Returns:
        None if another process has the lock.

    Raises:
        OSError: if there is no such folder, or its file system knows no locks.
    """
    if fcntl is None:
        raise OSError("this system cannot lock folders")
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(handle)
        return None
    except BaseException:
        os.close(handle)
        raise
    return handle
