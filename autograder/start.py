"""The start of a program that grades: torch is imported once, for the grader and for all of its workers.

    python -m autograder.start autograder.platforms.gradescope ROOT

What workers inherit must hold nothing of the grader: no answers, no names, no keys from an instructor's environment.
So the program begins anew without any of it, imports torch, forks what becomes the fork server of the sandbox, and
only then takes back its environment and arguments, and goes on as the `main()` of the module that was asked for.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import subprocess
import sys
import time
import traceback
from typing import Any

from autograder.isolated import isolated
from autograder.paths import ROOT
from autograder.sandbox import forkserver
from autograder.sandbox.torch_version import UnfitTorch, refuse_unfit_torch

_HERE = "import sys; sys.path.insert(0, sys.argv.pop(1)); from {module} import main; sys.exit(main())"
# the other side of the sandbox is imported by this text alone: no module of the grader leads there
_ANEW = """
_, state, module = sys.argv
try:
    from autograder.sandbox.zygote import fork
    forked = fork()
except Exception as error:
    forked = error
from autograder.start import announce, go_on
go_on(forked, int(state))
announce()
from {module} import main
sys.exit(main())
"""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h, both in bytes
_STREAM = ("encoding", "errors", "line_buffering", "write_through")


def begin_anew(module: str) -> None:
    """Becomes a program that runs `main()` of a module; comes back where a system or a debugger does not let it."""
    if sys.platform != "linux" or sys.gettrace() or sys.getprofile():
        return
    try:
        refuse_unfit_torch()
    except UnfitTorch:  # no worker could be forked; what grades says it in its own way
        return
    before = {
        "environment": dict(os.environ),
        "arguments": sys.argv,
        "path": sys.path,
        "streams": [{each: getattr(stream, each) for each in _STREAM} for stream in _streams()],
        "writes bytecode": not sys.dont_write_bytecode,
    }
    try:
        state = os.memfd_create("before", 0)
    except OSError:
        return
    os.write(state, json.dumps(before).encode("ascii"))
    os.lseek(state, 0, os.SEEK_SET)
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    text = _ANEW.replace("{module}", module)
    for stream in _streams():
        stream.flush()
    command = isolated(text, str(state), module, flags=tuple(flags))
    os.execve(sys.executable, command, forkserver.clean_environment())


def go_on(forked: tuple[int, socket.socket] | Exception, state: int) -> None:
    """Makes this process, which has forked a fork server, what it was before it began anew.

    Where that failed, the program finds it out for itself, and says it in its own way.
    """
    if isinstance(forked, Exception):
        traceback.print_exception(forked)
    else:
        server, orders = forked
        forkserver.adopt(orders)
        forkserver.at_exit(lambda: forkserver.end_child(server))
    # what the grader frees it gives back; workers keep theirs (see `forkserver`)
    libc = ctypes.CDLL(None)
    libc.mallopt(_M_TRIM_THRESHOLD, 1 << 20)
    libc.mallopt(_M_MMAP_THRESHOLD, 1 << 20)
    with os.fdopen(state, encoding="ascii") as file:
        before: dict[str, Any] = json.load(file)
    os.environ.clear()
    os.environ.update(before["environment"])
    time.tzset()
    sys.argv[:] = before["arguments"]
    sys.path[:] = before["path"]
    sys.dont_write_bytecode = not before["writes bytecode"]
    for stream, as_it_was in zip(_streams(), before["streams"], strict=True):
        stream.reconfigure(**as_it_was)


def announce() -> None:
    """Tells the fork server what the course forbids: it takes that out while this program imports what grades."""
    from autograder.course import COURSE
    from autograder.sandbox import host

    host.announce(COURSE.operators)


def _streams() -> tuple[Any, Any]:
    return sys.stdout, sys.stderr


def main() -> int:
    """Starts the module that is named by the first argument, with those after it."""
    del sys.argv[0]
    begin_anew(sys.argv[0])
    text = _HERE.replace("{module}", sys.argv[0])
    return subprocess.call([sys.executable, "-P", "-c", text, str(ROOT), *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
