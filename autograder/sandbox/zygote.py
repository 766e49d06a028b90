"""The clean parent of all workers: torch imported once, nothing of any submission, one thread.

The fork server (see `forkserver`) prepares everything and forks one of these for each sandbox. It forks one worker
at a time on request, and ends it with everything that the worker may have left running. Where `fork` is missing the
same program is started anew for each worker and becomes that worker.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import linecache
import os
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import torch

from autograder.sandbox import devices, wire, worker
from autograder.sandbox.ban import Ban
from autograder.sandbox.confine import Confinement, Limits
from autograder.sandbox.machine_code import do_without_more, refuse_machine_code
from autograder.sandbox.settings import AsAtStart
from exercises.feedback.rule import Operators
from exercises.paths import PICTURES

_PR_SET_CHILD_SUBREAPER = 36
_MAX_ORDER_BYTES = 1 << 20
_ENDED = os.WEXITED | os.WNOHANG | os.WNOWAIT if hasattr(os, "waitid") else 0


def prepare() -> None:
    """Does once, on one thread, what every worker would otherwise do at its first call."""
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    devices.prepare_pretended()
    x, weight = torch.rand(1, 2, 5, 5), torch.rand(2, 2, 3, 3)
    patches = x.unfold(2, 3, 1).unfold(3, 3, 1)
    torch.einsum("nchwij,ocij->nohw", patches, weight)
    torch.matmul(x, x)
    devices.prepare_operators()
    wire.decode(*wire.parts(wire.frame(bytes(16), wire.encode({"x": x}))))
    AsAtStart().restore()  # as before every call
    do_without_more()


def banned(told: Mapping[str, Any]) -> Ban:
    """Takes away what a course forbids, after all preparations: from here on it answers nobody."""
    families = {name: Operators.read(family) for name, family in told["operators"].items()}
    ban = Ban(families, code=told["code"])
    linecache.clearcache()
    return ban


def _limits(config: dict[str, Any]) -> Limits:
    given = dict(config["limits"])
    return Limits(**given | {"layers": tuple(given["layers"])})


def _become_worker(
    wire_fd: int,
    output_fd: int,
    confinement: Confinement,
    ban: Ban,
    known: worker.Known,
) -> None:
    torch.set_num_threads(1)  # first of all: the parent's thread pool did not survive the fork
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(output_fd, 1)
    os.dup2(output_fd, 2)
    _serve(socket.socket(fileno=wire_fd), confinement, ban, known)


def _serve(sock: socket.socket, confinement: Confinement, ban: Ban, known: worker.Known) -> None:
    folder = str(confinement.folder)
    os.chdir(folder)
    with contextlib.suppress(OSError):  # where the system has no links, the pictures are not there
        Path(PICTURES.name).symlink_to(confinement.folder.parent / PICTURES.name)
    os.environ.clear()
    os.environ.update(HOME=folder, TMPDIR=folder, LANG="C.UTF-8", PATH="/usr/bin:/bin", OMP_NUM_THREADS="1")
    tempfile.tempdir = folder  # else it is the one found before
    confined = confinement.apply()
    if ban.taken:
        confined["traps"] = f"{ban.taken} functions of torch have no code left"
    if os.name == "posix":  # the other descriptors belong to the parent
        os.closerange(3, sock.fileno())
        os.closerange(sock.fileno() + 1, 4096)
    refuse_machine_code(ban.files)
    worker.forget_grader(known)
    worker.serve(sock, confined, ban)


def fork_server(orders: socket.socket) -> None:
    """Forks a parent of workers for each order that comes, as long as anybody can send one.

    The first one may be an announcement, the "ban" alone: it takes a while, and the grader can go on beside it.
    """
    prepare()
    ban: Ban | None = None
    told: Any = None
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they end
    while True:
        message, fds, _, _ = socket.recv_fds(orders, _MAX_ORDER_BYTES, 1)
        if not message:
            return
        config = json.loads(message)
        if ban is None:
            told, ban = config["ban"], banned(config["ban"])
            _settle()
        # another ban needs a fork server of its own: what is taken out here does not come back
        if fds and config["ban"] == told and os.fork() == 0:
            _become(_parent, orders, fds[0], config, ban)
        for fd in fds:  # none where the ban is announced
            os.close(fd)


def _become(work: Callable[..., None], *arguments: Any) -> NoReturn:
    """Does this process's work, and nothing of what its parent would do after it.

    Nor what Python does at its end: there torch aborts now and then, after gradients on the pretended GPU.
    """
    try:
        work(*arguments)
    except BaseException:
        traceback.print_exc()
        os._exit(70)  # EX_SOFTWARE
    os._exit(0)


def _settle() -> None:
    """Makes of what is in memory now what all children share."""
    gc.collect()
    if sys.platform == "linux":
        # what the preparations took and gave back: 40 MiB of every worker's
        ctypes.CDLL(None).malloc_trim(0)
    gc.freeze()  # keeps the collector from touching, and so copying, the pages shared with workers


def _parent(orders: socket.socket, control_fd: int, config: dict[str, Any], ban: Ban) -> None:
    orders.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if sys.platform == "linux":
        # strays of a worker become our children, so that "end" finds them
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    if config["forbids"]:
        ban.forbid(config["forbids"])
        _settle()
    folder = Path(config["folder"])
    try:
        confinement = Confinement(_limits(config), folder, config["cuda"])
    except OSError:
        if not folder.exists():  # the grader had no use for this process, and has tidied up
            return
        raise
    _serve_grader(socket.socket(fileno=control_fd), confinement, ban)


def _serve_grader(control: socket.socket, confinement: Confinement, ban: Ban) -> None:
    """Answers "spawn" and "end" until the grader hangs up."""
    child = 0
    known = worker.modules_of_grader()
    try:
        control.sendall(json.dumps({"ready": os.getpid()}).encode() + b"\n")
        while True:
            message, fds, _, _ = socket.recv_fds(control, 4096, 2)
            if not message:
                break
            order = json.loads(message)
            if order["do"] == "spawn":
                child = os.fork()
                if child == 0:
                    control.close()
                    _become(_become_worker, *fds, confinement, ban, known)
                for fd in fds:
                    os.close(fd)
                control.sendall(json.dumps({"pid": child}).encode() + b"\n")
            else:
                status = _end(child, order["grace"])
                child = 0
                control.sendall(json.dumps({"status": status}).encode() + b"\n")
    except ConnectionError:  # how a killed grader hangs up if it has left something unread
        pass
    _end(child, 0.0)


def _end(child: int, grace: float) -> int:
    """Kills a worker's whole process group and every stray; gives how the worker ended."""
    status = 0
    if child:
        deadline = time.monotonic() + grace
        while time.monotonic() < deadline and os.waitid(os.P_PID, child, _ENDED) is None:
            time.sleep(0.005)
        _kill(-child)
        _kill(child)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status
        if pid == 0:
            for stray in _children():
                _kill(stray)
            os.waitpid(-1, 0)


def _children() -> list[int]:
    try:
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:
        return []
    return [int(pid) for pid in text.split()]


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def fork() -> tuple[int, socket.socket]:
    """Forks a fork server from this process, which holds nothing yet; gives its number and where orders go."""
    mine, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    gc.freeze()  # else the first collection on either side would copy what both share
    pid = os.fork()
    if pid == 0:
        mine.close()
        _become(_begin, theirs)
    theirs.close()
    return pid, mine


def _begin(orders: socket.socket) -> None:
    os.setpgid(0, 0)  # a Ctrl-C is for the grader, which then ends this
    sys.dont_write_bytecode = True
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.closerange(3, orders.fileno())
    os.closerange(orders.fileno() + 1, 4096)
    fork_server(orders)


def single() -> None:
    """Becomes one worker; the grader waits at a loopback port and knows us by a token."""
    config = json.loads(sys.stdin.readline())
    sock = socket.create_connection(("127.0.0.1", config["port"]), timeout=60)
    sock.sendall(config["token"].encode())
    prepare()
    ban = banned(config["ban"])
    confinement = Confinement(_limits(config), Path(config["folder"]), config["cuda"])
    ban.forbid(config["forbids"])
    _become(_serve, sock, confinement, ban, worker.modules_of_grader())


def main() -> None:
    """Serves at the descriptor given as an argument; without one, reads a line of JSON and becomes a worker.

    A configuration has the "ban" (the "operators" of a course, and whether their "code" is taken out), "forbids"
    (families of these beyond those that nobody may call), "limits" (see `confine.Limits`), "folder" and "cuda".
    """
    if len(sys.argv) > 1:
        fork_server(socket.socket(fileno=int(sys.argv[1])))
    else:
        single()
