"""One parent of workers, as the grader sees it: what its workers may never call, and the folder that they write to.

It has one worker at a time. Where the system cannot fork there is no parent, and each worker is a new Python.
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
from collections.abc import Mapping
from typing import Any

from autograder.isolated import isolated
from autograder.sandbox import forkserver, wire
from autograder.sandbox.clock import Clock
from autograder.sandbox.folder import FolderError, Watch, empty
from autograder.sandbox.handle import START_SECONDS, SandboxError, Worker
from autograder.sandbox.output import Output
from autograder.sandbox.private_folder import PrivateFolder

STOP_SECONDS = 5.0  # for a parent to end in order


class Parent:
    """Starts workers that are confined alike.

    Args:
        config: what `zygote.main` is told, but for the folder.
        forks: whether there is a process that forks them.
        clock: is told when workers start, confine themselves and end.
    """

    def __init__(self, config: Mapping[str, Any], forks: bool, clock: Clock) -> None:
        self.private = PrivateFolder()
        self.pid = 0  # of the process that forks, once it is ready
        self._config = config
        self._forks = forks
        self._clock = clock
        self._control: socket.socket | None = None
        self._worker: Worker | None = None

    def warm_up(self) -> None:
        """Has the process made without waiting for it, so that it begins while others work."""
        if self._forks and self._control is None:
            with contextlib.suppress(OSError):  # the first worker says what is wrong
                self._control = forkserver.open_zygote(self._configuration())

    def worker(self) -> Worker:
        """A fresh worker; the one before is ended.

        Raises:
            SandboxError: if none can be started.
        """
        self.end_worker()
        with self._clock.phase("fork"):
            self._worker = self._started()
        return self._worker

    def end_worker(self) -> None:
        """Ends the worker, if there is one, and empties its folder."""
        if self._worker is None:
            return
        with self._clock.phase("fork"):
            self._worker.end()
            self._worker = None
            try:
                empty(self.private.work)
            except FolderError:  # the next hand-in gets another, and a parent that knows it
                self._stop()
                self.private.remove()
                self.private = PrivateFolder()

    def close(self) -> None:
        """Ends everything and removes the private folder."""
        self.end_worker()
        self._stop()
        self.private.remove()

    def _configuration(self) -> dict[str, Any]:
        return {**self._config, "folder": str(self.private.work)}

    def _started(self) -> Worker:
        try:
            return self._fork() if self._forks else self._start_single()
        except (OSError, wire.WireError, ValueError, SandboxError) as first:
            self._stop()
            if not self._forks:
                raise SandboxError(f"no sandbox worker could be started: {first}") from first
            forkserver.forget(self._configuration())
            try:  # a submission that got at the zygote must not cost the next one its grade
                return self._fork()
            except (OSError, wire.WireError, ValueError, SandboxError) as error:
                raise SandboxError(f"no sandbox worker could be started: {error}") from error

    def _fork(self) -> Worker:
        if self._control is None:
            self._control = forkserver.open_zygote(self._configuration())
        if not self.pid:
            with self._clock.phase("start"):
                self.pid = int(self._answer(START_SECONDS)["ready"])
        mine, theirs = socket.socketpair()
        read, write = os.pipe()
        try:
            socket.send_fds(self._control, [b'{"do": "spawn"}'], [theirs.fileno(), write])
            pid = int(self._answer(30)["pid"])
        except BaseException:
            mine.close()
            os.close(read)
            raise
        finally:
            theirs.close()
            os.close(write)
        with self._clock.phase("confine"):
            return Worker(mine, Output(read), self._watched(pid), self._end_fork)

    def _watched(self, pid: int) -> Watch:
        return Watch(self.private.work, pid, self._config["limits"]["disk"])

    def _end_fork(self, grace: float) -> int:
        try:
            assert self._control is not None
            self._control.sendall(json.dumps({"do": "end", "grace": grace}).encode())
            return int(self._answer(30)["status"])
        except (OSError, wire.WireError, ValueError):
            self._stop()
            return -int(signal.SIGKILL)

    def _stop(self) -> None:
        """Hangs up, and waits for the end of what the process still has running."""
        if self._control is not None and self.pid:
            try:
                self._control.shutdown(socket.SHUT_WR)
                self._control.settimeout(STOP_SECONDS)
                while self._control.recv(4096):
                    pass
            except OSError:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGKILL)
        if self._control is not None:
            self._control.close()
        self._control, self.pid = None, 0

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

    def _start_single(self) -> Worker:
        token = secrets.token_hex(32)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(START_SECONDS)
            config = self._configuration() | {"port": server.getsockname()[1], "token": token}
            process = subprocess.Popen(
                isolated(forkserver.LAUNCH, flags=("-B",)),
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

        with self._clock.phase("confine"):
            return Worker(sock, output, self._watched(process.pid), end)
