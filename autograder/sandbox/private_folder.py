"""A grader's private folder among the temporary files, and the removal of those whose grader is gone."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from autograder.sandbox.folder import FolderError, empty
from autograder.sandbox.lock import can_lock, lock
from exercises.paths import PICTURES

PREFIX = "exercise-sandbox-"


class PrivateFolder:
    """A private folder with the one that workers write to, `work`, inside; beside it the tutorial's pictures."""

    def __init__(self) -> None:
        self._lock: int | None = None
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
            if self._locked():
                break
        self.path.chmod(0o711)  # an unprivileged worker passes through to its own folder
        self.work = self.path / "work"
        self.work.mkdir(mode=0o700)
        self.pictures = self.path / PICTURES.name
        self.pictures.mkdir()
        for path in sorted(PICTURES.glob("*.[pg][ni][gf]")):
            shutil.copyfile(path, self.pictures / path.name)

    def _locked(self) -> bool:
        """Locks the new folder; False if `sweep` was faster and took it for an abandoned one."""
        try:
            self._lock = lock(self.path, wait=True)
        except FileNotFoundError:
            return False
        except OSError:  # no locks here: then nobody sweeps either
            return True
        if self.path.is_dir():
            return True
        self._unlock()
        return False

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def remove(self) -> None:
        """Removes the folder with all that is in it."""
        _remove(self.path)
        self._unlock()


def sweep() -> int:
    """Removes the private folders that killed graders of this user have left; gives their number."""
    if not can_lock:
        return 0
    removed = 0
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            status = path.lstat()
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
                continue
            held = lock(path)
        except OSError:
            continue
        if held is not None:
            try:
                _remove(path)
                removed += not path.exists()
            finally:
                os.close(held)
    return removed


def _remove(path: Path) -> None:
    with contextlib.suppress(FolderError, OSError):
        empty(path / "work")  # copes with whatever modes and depths student code has made
    shutil.rmtree(path, ignore_errors=True)
