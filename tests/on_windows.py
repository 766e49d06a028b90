"""Runs `pytest` on a student's folder in a Python that has nothing of POSIX for what students get: a program.

    python -m tests.on_windows [ARGUMENT ...]

Nothing can stand in for Windows. This finds what would be missing there: modules and functions that only POSIX has,
asked for by a module of `exercises`. Torch, pytest and Python's own modules keep theirs.
"""

from __future__ import annotations

import builtins
import importlib
import os
import pkgutil
import select
import signal
import socket
import sys
import time
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

# https://docs.python.org/3/library/unix.html, and what runs on terminals
POSIX_MODULES = frozenset(
    {
        "fcntl",
        "pwd",
        "grp",
        "posix",
        "pty",
        "readline",
        "resource",
        "syslog",
        "termios",
        "tty",
        "curses",
        "crypt",
    }
)
# https://docs.python.org/3/library/os.html and others: "Availability: Unix"
POSIX_NAMES: Mapping[types.ModuleType, str] = {
    os: "chown chroot confstr fchmod fork forkpty getegid geteuid getgid getgroups getloadavg getpgid getpgrp "
    "getresuid getuid initgroups killpg lchown mkfifo mknod nice openpty posix_spawn pread pwrite register_at_fork "
    "sched_getaffinity setegid seteuid setgid setpgid setpriority setsid setuid sysconf sysconf_names tcgetpgrp "
    "uname wait wait3 wait4 waitid WNOHANG memfd_create sendfile",
    signal: "SIGALRM SIGCHLD SIGHUP SIGKILL SIGQUIT SIGSTOP SIGUSR1 SIGWINCH alarm getitimer pause pthread_kill "
    "pthread_sigmask setitimer sigwait",
    socket: "AF_UNIX send_fds recv_fds",
    select: "poll epoll",
    time: "tzset clock_gettime_ns CLOCK_MONOTONIC pthread_getcpuclockid",
}


class _Module(types.ModuleType):
    """A module as a student's part sees it: without what Windows lacks, and with what is otherwise there."""

    def __init__(self, real: types.ModuleType, lacks: Sequence[str], **other: str) -> None:
        super().__init__(real.__name__)
        self.__dict__.update(other, _real=real, _lacks=frozenset(lacks))

    def __getattr__(self, name: str) -> Any:
        if name in self._lacks:
            raise AttributeError(f"module {self.__name__!r} has no {name!r}, as on Windows")
        return getattr(self._real, name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._real, name, value)


def _console() -> types.ModuleType:
    """Windows's way to read keys, with nobody at the keyboard."""
    module = types.ModuleType("msvcrt")
    module.__dict__.update(kbhit=lambda: False, getwch=lambda: "")
    return module


def take_posix_away() -> None:
    """For all modules of `exercises` that are imported from now on."""
    import_: Callable[..., Any] = builtins.__import__
    shown = {real.__name__: _Module(real, lacks.split()) for real, lacks in POSIX_NAMES.items()}
    shown |= {
        "sys": _Module(sys, (), platform="win32"),
        "os": _Module(os, POSIX_NAMES[os].split(), name="nt"),
    }

    def limited(
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Any = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> Any:
        if str((globals or {}).get("__name__", "")).partition(".")[0] != "exercises":
            return import_(name, globals, locals, fromlist, level)
        if name.partition(".")[0] in POSIX_MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}, as on Windows", name=name)
        if name == "msvcrt":
            return _console()
        return shown.get(name) or import_(name, globals, locals, fromlist, level)

    builtins.__import__ = limited


def main() -> int:
    """Imports all that a student gets, and runs pytest on it."""
    import pytest
    import torch  # noqa: F401

    take_posix_away()
    sys.path.insert(0, os.curdir)
    package = importlib.import_module("exercises")
    for found in pkgutil.walk_packages(package.__path__, "exercises."):
        if not found.name.startswith(("exercises.tests", "exercises.ex", "exercises.conftest")):
            importlib.import_module(found.name)
    assert sys.modules["exercises.console.keys"].sys.platform == "win32"  # type: ignore[attr-defined]
    return int(pytest.main(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
