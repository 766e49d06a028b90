"""The one folder that a worker may write to: emptied after each, and watched while one runs."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import threading
from itertools import count
from pathlib import Path

MAX_ENTRIES = 1000
_LOOK_SECONDS = 0.1  # seconds between two looks
_TRIES = 20  # of one look, where files come and go


class FolderError(OSError):
    """A folder that can no longer be trusted, since student code replaced or locked it."""


def empty(folder: Path) -> None:
    """Removes what lies in a folder, whatever its names, modes and depth.

    Raises:
        FolderError: if something stays, or the folder is no folder any more.
    """
    try:
        if os.unlink in os.supports_dir_fd:
            _empty(folder)
        else:
            for entry in folder.iterdir():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    except OSError as error:
        raise FolderError(f"{folder} could not be emptied ({error})") from error


def _empty(folder: Path) -> None:
    # Trees can be deeper than a path is long and than Python recurses: each folder's folders move up to the
    # top, then it goes.
    if not folder.is_symlink():
        folder.chmod(stat.S_IRWXU)
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        waiting = _names(top)
        taken, numbers = set(waiting), count()
        while waiting:
            name = waiting.pop()
            if not _is_folder(name, top):
                os.unlink(name, dir_fd=top)
                continue
            os.chmod(name, stat.S_IRWXU, dir_fd=top)
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
            try:
                for entry in _names(inner):
                    if not _is_folder(entry, inner):
                        os.unlink(entry, dir_fd=inner)
                        continue
                    os.chmod(entry, stat.S_IRWXU, dir_fd=inner)
                    moved = next(new for n in numbers if (new := f"moved-{n}") not in taken)
                    os.rename(entry, moved, src_dir_fd=inner, dst_dir_fd=top)
                    waiting.append(moved)
            finally:
                os.close(inner)
            os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)


def _names(folder: int) -> list[str]:
    with os.scandir(folder) as found:
        return [entry.name for entry in found]


def _is_folder(name: str, parent: int) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)


class Watch:
    """Kills a worker that writes too much; `reason` then says so.

    The system bounds a single file (RLIMIT_FSIZE), not how many there are.

    Args:
        folder: the worker's folder.
        pid: the worker.
        most: bytes on disk that it may have there, files that were unlinked and are still open included.
    """

    def __init__(self, folder: Path, pid: int, most: int) -> None:
        self.reason = ""
        self._folder, self.pid, self._most = folder, pid, most
        self._over = threading.Event()
        self._one = threading.Lock()
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the watch; the worker can be waited for only after that."""
        self._over.set()
        self._thread.join()

    def look(self) -> bool:
        """Looks now; whether all is well."""
        with self._one:
            for _ in range(_TRIES if not self.reason else 0):
                try:
                    self.reason = self._trouble()
                    break
                except FileNotFoundError:  # something went away meanwhile
                    self.reason = "the code moves its files while they are looked at"
            if self.reason:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(self.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
            return not self.reason

    def _go_on(self) -> None:
        while not self._over.wait(_LOOK_SECONDS) and self.look():
            pass

    def _trouble(self) -> str:
        used, entries = 0, 0
        folders = [str(self._folder)]
        while folders:
            try:
                with os.scandir(folders.pop()) as found:
                    for entry in found:
                        entries += 1
                        used += _size(entry.stat(follow_symlinks=False))
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(entry.path)
                        if entries > MAX_ENTRIES:
                            return f"the code made more than {MAX_ENTRIES} files and folders"
            except FileNotFoundError:
                raise
            except OSError:
                return "the code made folders that cannot be looked into"
        used += self._unlinked()
        if used > self._most:
            return f"the code wrote more than {self._most >> 20} MiB of files"
        return ""

    def _unlinked(self) -> int:
        used = 0
        with contextlib.suppress(OSError), os.scandir(f"/proc/{self.pid}/fd") as found:
            for entry in found:
                with contextlib.suppress(OSError):
                    status = entry.stat()
                    if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                        used += _size(status)
        return used


def _size(status: os.stat_result) -> int:
    """Bytes that a file may come to have on disk: those it claims, or those it already takes."""
    return max(status.st_size, getattr(status, "st_blocks", 0) * 512)
