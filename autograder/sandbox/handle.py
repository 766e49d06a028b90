"""The grader's handle on one worker: asks it, waits for its reply, ends it.

A worker that is late, dies or speaks nonsense gives a `WorkerTrouble`.
"""

from __future__ import annotations

import contextlib
import hmac
import math
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograder.sandbox import wire
from autograder.sandbox.folder import Watch
from autograder.sandbox.output import Output
from exercises.feedback.kinds import FailureKind
from exercises.feedback.steps import MAX_NAME_CHARS

START_SECONDS = 120
_LOOK_SECONDS = 0.05  # between two looks at what a call has used
# how a worker ends that ran into code that was taken out (see `traps`)
_TRAPPED = -int(getattr(signal, "SIGTRAP", 5))
_STOP, _CONTINUE = getattr(signal, "SIGSTOP", None), getattr(signal, "SIGCONT", None)  # None on Windows


class SandboxError(RuntimeError):
    """The sandbox itself could not be started."""


@dataclass(frozen=True)
class Place:
    """A top-level statement of a hand-in: its file (or "cell 3"), its number in there, and its line."""

    file: str
    number: int
    line: int


class WorkerTrouble(Exception):
    """A worker gave no answer. The text is one sentence.

    `at` is the top-level statement that ran, where one did.
    """

    def __init__(self, kind: FailureKind, sentence: str, at: Place | None = None) -> None:
        super().__init__(sentence)
        self.kind, self.at = kind, at


class Worker:
    """One confined process. Use `Sandbox.worker` to get one."""

    def __init__(
        self, sock: socket.socket, output: Output, watch: Watch, end: Callable[[float], int]
    ) -> None:
        self._sock = sock
        self._output = output
        self._watch = watch
        self._end = end
        self._ended = False
        self._stopped = False
        try:
            _, hello = wire.receive(sock, time.monotonic() + START_SECONDS)
        except wire.WireError as error:
            self.end()
            raise SandboxError(f"a worker did not start ({error}): {output.text().strip()}") from None
        self.confined: dict[str, str] = hello["confined"]

    def ask(
        self, request: bytes, timeout: float, places: int = 0, total: float = 0.0, cpu: float = math.inf
    ) -> dict[str, Any]:
        """Sends a request (the body of a frame, see `wire.encode`) and waits for its reply.

        Args:
            request: what to send.
            timeout: seconds.
            places: how many top-level statements may be announced before the reply; each has the time anew.
            total: seconds for all of these together.
            cpu: seconds of processor time that the worker may use before it has answered (see `cpu_seconds`).

        Raises:
            WorkerTrouble: if there is none within `timeout` seconds, or it is not the reply to this request.
                The worker is ended then.
        """
        nonce = wire.new_nonce()
        deadline = time.monotonic() + timeout
        end = time.monotonic() + max(total, timeout)
        at: Place | None = None
        most = self.cpu_seconds() + cpu
        try:
            if select.select([self._sock], [], [], 0)[0]:
                # hung up, or spoke before it was asked
                wire.receive(self._sock, time.monotonic() + 0.1)
                raise wire.WireError("an answer came before the question")
            wire.send(self._sock, wire.frame(nonce, request), deadline)
            while True:
                if cpu < math.inf:
                    self._wait(deadline, most)
                answered, reply = wire.receive(self._sock, deadline)
                if not hmac.compare_digest(answered, nonce):
                    raise wire.WireError("the answer belongs to another question")
                if not places or "at" not in reply:
                    return reply
                at, places = _place(reply["at"]), places - 1
                deadline = min(time.monotonic() + timeout, end)
        except wire.WireTimeout:
            used = self.cpu_seconds()
            self.end()
            if used > most:
                raise WorkerTrouble(FailureKind.SLOW, "was stopped: it had taken too long", at) from None
            raise WorkerTimeout(timeout, at) from None
        except wire.WireClosed:
            code = self.end(grace=1.0)
            if self._watch.reason:  # no statement can be forgiven for that: it stands in the folder
                raise WorkerTrouble(FailureKind.CRASHED, self._watch.reason) from None
            if code == _TRAPPED:
                raise WorkerTrouble(
                    FailureKind.FORBIDDEN, "called code that torch has ready-made", at
                ) from None
            raise WorkerTrouble(FailureKind.CRASHED, _how_it_ended(code), at) from None
        except wire.WireError as error:
            self.end()
            raise WorkerTrouble(FailureKind.MALFORMED, f"the answer was not readable: {error}", at) from None

    def _wait(self, deadline: float, most: float) -> None:
        """Waits until there is something to read.

        Raises:
            wire.WireTimeout: if it has used more processor time than `most` before, or the deadline has passed.
        """
        while not select.select([self._sock], [], [], _LOOK_SECONDS)[0]:
            if time.monotonic() > deadline or self.cpu_seconds() > most:
                raise wire.WireTimeout

    def cpu_seconds(self) -> float:
        """The processor time that it has used so far, all its threads together, as the system tells from outside.

        A clock that student code can reach can be made to lie. Where the system does not tell of another process, it
        is the time of day's: only differences mean anything. Of a process that is gone it is no number.
        """
        if sys.platform != "linux":
            return time.monotonic()
        try:
            # what clock_getcpuclockid(3) gives for a process: it only writes the number down
            return time.clock_gettime((~self._watch.pid << 3) | 2)
        except OSError:
            return math.nan

    def look(self) -> None:
        """Looks into its folder: chance must not decide whether a call is answered before the watch comes by.

        Raises:
            WorkerTrouble: if too much was written there. The worker is ended then.
        """
        if not self._watch.look():
            self.end()
            raise WorkerTrouble(FailureKind.CRASHED, self._watch.reason)

    def pause(self) -> None:
        """Stops the worker with all its threads, while another one is asked."""
        self._stop(True)

    def go_on(self) -> None:
        """Lets it run again."""
        self._stop(False)

    def _stop(self, stopped: bool) -> None:
        number = _STOP if stopped else _CONTINUE
        if number is not None and self._stopped != stopped and not self._ended:
            with contextlib.suppress(
                ProcessLookupError, PermissionError
            ):  # whether it has ended is seen when asked
                os.kill(self._watch.pid, number)
            self._stopped = stopped

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return not self._ended

    def end(self, grace: float = 0.0) -> int:
        """Kills the worker and all it started; gives its exit code (negative: the signal).

        A worker that is about to end by itself gets `grace` seconds, so that its own exit code is seen.
        """
        if self._ended:
            return 0
        self._ended = True
        self._watch.stop()
        self._sock.close()
        return self._end(grace)

    def printed(self) -> str:
        """What it printed so far, capped."""
        return self._output.text()


class WorkerTimeout(WorkerTrouble):
    """A worker did not answer in time."""

    def __init__(self, seconds: float, at: Place | None = None) -> None:
        super().__init__(FailureKind.TIMEOUT, f"took longer than {seconds:g} s", at)


def _place(value: Any) -> Place:
    if not (isinstance(value, list) and [type(each) for each in value] == [str, int, int]):
        raise wire.WireError("malformed frame (place)")
    return Place(value[0][:MAX_NAME_CHARS], value[1], value[2])


def _how_it_ended(code: int) -> str:
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        why = {
            "SIGSEGV": "memory was accessed where there is none",
            "SIGKILL": "it was killed, perhaps for want of memory",
            "SIGXCPU": "it used up its processor time",
            "SIGABRT": "it was aborted",
        }.get(name, "")
        return f"the code ended its own process ({name}{': ' * bool(why)}{why})"
    return f"the code ended its own process (exit code {code})"
