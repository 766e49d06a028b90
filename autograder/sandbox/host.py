"""The grader's side of the sandbox: starts workers, asks them, ends them.

    with Sandbox(operators) as sandbox:
        worker = sandbox.worker()
        reply = worker.ask(wire.encode({"do": "load", ...}), timeout=10)

A worker that is late, dies or speaks nonsense gives a `WorkerTrouble`; the sandbox itself goes on.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import torch

from autograder.paths import ROOT
from autograder.sandbox import forkserver, wire
from autograder.sandbox.clock import Clock
from autograder.sandbox.confine import Limits
from autograder.sandbox.folder import FolderError, Watch, empty
from autograder.sandbox.handle import START_SECONDS, SandboxError, Worker
from autograder.sandbox.output import Output
from autograder.sandbox.private_folder import PrivateFolder, sweep
from exercises.feedback.rule import Operators

STOP_SECONDS = 5.0  # for a zygote to end in order


class Sandbox:
    """Starts confined workers, one at a time.

    Args:
        operators: families of ready-made code, by the names under which exercises forbid them.
        limits: what a worker may use.
        cuda: whether workers may use the GPU.
        kind: "fork" (a warm parent, fast) or "subprocess" (works everywhere, seconds per worker); chosen by
            what the system can do unless told.
        clock: is told when workers start, confine themselves and end.
    """

    def __init__(
        self,
        operators: Mapping[str, Operators],
        limits: Limits | None = None,
        *,
        cuda: bool = False,
        kind: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.operators = operators
        self.limits = limits or Limits()
        self.clock = clock or Clock()
        self.kind = kind or ("fork" if forkserver.CAN_FORK else "subprocess")
        self._cuda = cuda
        sweep()
        self._private = PrivateFolder()
        self._zygote = 0  # its process, once it is ready
        self._control: socket.socket | None = None
        self._worker: Worker | None = None

    @property
    def _folder(self) -> Path:
        return self._private.work

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm_up(self) -> None:
        """Starts the warm parent without waiting for it, so that it imports torch while others work."""
        if self.kind == "fork" and self._control is None:
            with contextlib.suppress(OSError):  # the first worker says what is wrong
                self._control = forkserver.open_zygote(self._configuration())

    def worker(self, forbids: Sequence[str] = ()) -> Worker:
        """A fresh worker; the one before is ended.

        Args:
            forbids: names of families that it can never call.

        Raises:
            SandboxError: if none can be started.
        """
        self.end_worker()
        with self.clock.phase("fork"):
            self._worker = self._started(forbids)
        return self._worker

    def _started(self, forbids: Sequence[str]) -> Worker:
        try:
            return self._fork(forbids) if self.kind == "fork" else self._start_single(forbids)
        except (OSError, wire.WireError, ValueError, SandboxError) as first:
            self._stop_zygote()
            if self.kind != "fork":
                raise SandboxError(f"no sandbox worker could be started: {first}") from first
            forkserver.forget(self._configuration())
            try:  # a submission that got at the zygote must not cost the next one its grade
                return self._fork(forbids)
            except (OSError, wire.WireError, ValueError, SandboxError) as error:
                raise SandboxError(f"no sandbox worker could be started: {error}") from error

    def end_worker(self) -> None:
        """Ends the worker, if there is one, and empties its folder."""
        if self._worker is None:
            return
        with self.clock.phase("fork"):
            self._worker.end()
            self._worker = None
            try:
                empty(self._folder)
            except FolderError:  # the next hand-in gets another, and a parent that knows it
                self._stop_zygote()
                self._private.remove()
                self._private = PrivateFolder()

    def close(self) -> None:
        """Ends everything and removes the private folder."""
        self.end_worker()
        self._stop_zygote()
        self._private.remove()

    def _configuration(self) -> dict[str, Any]:
        return {
            "ban": _ban(self.operators, self.limits),
            "limits": asdict(self.limits),
            "folder": str(self._folder),
            "cuda": self._cuda,
        }

    def _fork(self, forbids: Sequence[str]) -> Worker:
        if self._control is None:
            self._control = forkserver.open_zygote(self._configuration())
        if not self._zygote:
            with self.clock.phase("start"):
                self._zygote = int(self._answer(START_SECONDS)["ready"])
        mine, theirs = socket.socketpair()
        read, write = os.pipe()
        try:
            order = json.dumps({"do": "spawn", "forbids": list(forbids)}).encode()
            socket.send_fds(self._control, [order], [theirs.fileno(), write])
            pid = int(self._answer(30)["pid"])
        except BaseException:
            mine.close()
            os.close(read)
            raise
        finally:
            theirs.close()
            os.close(write)
        with self.clock.phase("confine"):
            return Worker(mine, Output(read), self._watched(pid), self._end_fork)

    def _watched(self, pid: int) -> Watch:
        return Watch(self._folder, pid, self.limits.disk)

    def _end_fork(self, grace: float) -> int:
        try:
            assert self._control is not None
            self._control.sendall(json.dumps({"do": "end", "grace": grace}).encode())
            return int(self._answer(30)["status"])
        except (OSError, wire.WireError, ValueError):
            self._stop_zygote()
            return -int(signal.SIGKILL)

    def _stop_zygote(self) -> None:
        """Hangs up, and waits for the end of what the zygote still has running."""
        if self._control is not None and self._zygote:
            try:
                self._control.shutdown(socket.SHUT_WR)
                self._control.settimeout(STOP_SECONDS)
                while self._control.recv(4096):
                    pass
            except OSError:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._zygote, signal.SIGKILL)
        if self._control is not None:
            self._control.close()
        self._control, self._zygote = None, 0

    def _answer(self, seconds: float) -> dict[str, Any]:
        assert self._control is not None
        self._control.settimeout(seconds)
        text = b""
        while not text.endswith(b"\n"):
            part = self._control.recv(4096)
            if not part:
                raise wire.WireClosed("the sandbox's parent process is gone")
            text += part
        answer: dict[str, Any] = json.loads(text)
        return answer

    def _start_single(self, forbids: Sequence[str]) -> Worker:
        token = secrets.token_hex(32)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(START_SECONDS)
            config = self._configuration() | {"port": server.getsockname()[1], "token": token}
            config["forbids"] = list(forbids)
            process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", forkserver.LAUNCH, str(ROOT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=forkserver.clean_environment(),
            )
            assert process.stdin is not None
            process.stdin.write(json.dumps(config).encode() + b"\n")
            process.stdin.close()
            while True:
                sock, _ = server.accept()
                sock.settimeout(START_SECONDS)
                if hmac.compare_digest(wire._exactly(sock, len(token), None), token.encode()):
                    break
                sock.close()  # some other program of this machine
        assert process.stdout is not None
        output = Output(os.dup(process.stdout.fileno()))
        process.stdout.close()

        def end(grace: float) -> int:
            try:
                return process.wait(grace)
            except subprocess.TimeoutExpired:
                process.kill()
                return process.wait()

        with self.clock.phase("confine"):
            return Worker(sock, output, self._watched(process.pid), end)


def announce(operators: Mapping[str, Operators]) -> None:
    """Lets a fork server that is there already take out what workers may not call, while the grader itself starts.

    Args:
        operators: those of the sandboxes to come, with the usual limits.
    """
    forkserver.announce(_ban(operators, Limits()))


def _ban(operators: Mapping[str, Operators], limits: Limits) -> dict[str, Any]:
    return {
        "operators": {name: asdict(family) for name, family in operators.items()},
        "code": "traps" in limits.layers,
    }


def usable_cuda() -> bool:
    """Whether this machine has a GPU that torch can use; does not start CUDA in this process."""
    if torch.version.cuda is None and torch.version.hip is None:
        return False  # a build for the CPU alone
    probe = "import torch, sys; sys.exit(0 if torch.cuda.is_available() else 1)"
    return (
        subprocess.run([sys.executable, "-I", "-c", probe], capture_output=True, check=False).returncode == 0
    )
