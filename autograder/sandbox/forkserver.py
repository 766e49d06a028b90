"""The fork server: a clean process with torch imported and what no worker may call taken out, made once.

It forks, for each sandbox of the grader and of the graders that this one starts, a parent of workers (see `zygote`).
A program that was started by `autograder.start` has one from the beginning, forked before anything of the grader was
in memory; any other process starts one when it first needs it.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

from autograder.isolated import isolated

CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"
LAUNCH = "from autograder.sandbox.zygote import main; main()"
_PASSED_ON = ("CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH", "SYSTEMROOT", "PATH")
# a worker lives for seconds: large pages, kept once they are there, spare it tens of thousands of page faults
_ALLOCATOR = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:"
    "glibc.malloc.trim_threshold=1073741824"
}

_lock = threading.Lock()
_servers: dict[str, socket.socket] = {}  # by what workers may not call: where orders go
_unbound: list[socket.socket] = []  # at most one: it learns from its first order what workers may not call
_ends: list[Callable[[], None]] = []


def clean_environment() -> dict[str, str]:
    """What of this process's environment a worker may know, and what its memory is managed by."""
    return {k: os.environ[k] for k in _PASSED_ON if k in os.environ} | _ALLOCATOR


def open_zygote(config: Mapping[str, Any]) -> socket.socket:
    """A connection to a new parent of workers, which says when it is ready.

    Args:
        config: see `zygote.main`.

    Raises:
        OSError: if there can be no fork server.
    """
    mine, theirs = socket.socketpair()
    with theirs:
        try:
            socket.send_fds(_server(_key(config)), [json.dumps(config).encode()], [theirs.fileno()])
        except BaseException:
            mine.close()
            raise
    return mine


def announce(ban: Mapping[str, Any]) -> None:
    """Has a fork server that knows of no ban yet carry one out, before the first sandbox asks for it.

    Args:
        ban: see `zygote.main`.
    """
    with _lock:
        if _unbound:
            orders = _unbound.pop()
            with contextlib.suppress(OSError):  # whoever asks for a worker finds out what is wrong
                orders.send(json.dumps({"ban": ban}).encode())
            _servers[_key({"ban": ban})] = orders


def forget(config: Mapping[str, Any]) -> None:
    """Gives up the fork server that such a sandbox had: the next one gets a new one."""
    with _lock:
        orders = _servers.pop(_key(config), None)
    if orders is not None:
        orders.close()


def to_share() -> socket.socket | None:
    """Where another grader of this course can send its orders too (see `adopt`); None where nothing forks."""
    if not CAN_FORK:
        return None
    with _lock:
        orders = [*_servers.values(), *_unbound]
        if not orders:
            _unbound.append(_launched())
        return (orders or _unbound)[-1].dup()


def adopt(orders: socket.socket) -> None:
    """Takes a fork server for this process: that of the process that started it, or one that was forked."""
    with _lock:
        _unbound.append(orders)


def at_exit(end: Callable[[], None]) -> None:
    """Ends a fork server with this process: it would hear no hanging up while it imports torch."""
    if not _ends:
        atexit.register(_end_all)
    _ends.append(end)


def _key(config: Mapping[str, Any]) -> str:
    return json.dumps(config["ban"])


def _server(key: str) -> socket.socket:
    with _lock:
        if key not in _servers:
            _servers[key] = _unbound.pop() if _unbound else _launched()
        return _servers[key]


def _launched() -> socket.socket:
    mine, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            isolated(LAUNCH, str(theirs.fileno()), flags=("-B",)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=clean_environment(),
            pass_fds=[theirs.fileno()],
            process_group=0,  # a Ctrl-C is for the grader, which then ends this
        )

    def end() -> None:
        process.kill()
        process.wait()

    at_exit(end)
    return mine


def end_child(pid: int) -> None:
    """Ends a fork server that this process has forked."""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _end_all() -> None:
    for end in _ends:
        end()
