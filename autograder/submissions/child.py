"""The grader's handle on the process that reads hand-ins: asks it, and ends it where a hand-in is too much for it.

A hand-in is a stranger's text. To read it means to hand it to zlib, to JSON's and Python's parsers, and to patterns:
with care, but some text is always found that makes one of them stall, or take all memory. So that happens in another
process, plain Python without torch, which starts in the time that Python takes for itself. It reads one hand-in after
the other; one that makes it late, full or broken costs itself alone, and the next one finds a new process.

What bounds it is processor time, which a busy machine does not shorten, and memory, where the system has such limits;
and everywhere, for what waits without computing, time on the clock.
"""

from __future__ import annotations

import atexit
import contextlib
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import cache

from autograder.isolated import isolated
from autograder.report.faults import FaultOfAll
from autograder.submissions import frames
from autograder.submissions.archive import SubmissionError

START_SECONDS = 60.0  # seconds on the clock for the process to start

OUT_OF_MEMORY = 77  # the exit code of a process that has no more memory
HELLO = [["reads"]]

_LAUNCH = "from autograder.submissions.serving import main; main()"


class TooMuchToRead(SubmissionError):
    """A hand-in that took too long, too much memory, or the process along that read it."""


class ReadingError(FaultOfAll):
    """No hand-in can be read at all, since the process that reads them does not start."""


@dataclass(frozen=True)
class Limits:
    """What reading one hand-in may take.

    `cpu` is seconds of processor time, of which an ordinary one takes hundredths, `wait` seconds on the clock;
    `memory` is the address space of the process in MiB, of which it has 40 before it reads.
    """

    cpu: int = 10
    wait: float = 60.0
    memory: int = 768


class Child:
    """The process that reads, started when it is first asked and after each end."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None
        self._expected = b""  # a request that the process has, and whose answer nobody has taken
        self._one = threading.Lock()

    def ask(self, label: str, request: frames.Groups) -> list[list[str]]:
        """The answer to a request about a hand-in that errors call `label`.

        Raises:
            TooMuchToRead: if there is none.
            ReadingError: if no process can be started.
        """
        with self._one:
            wanted = frames.encode(request)
            if self._expected not in (b"", wanted):
                self._end()
            process = self._running()
            answer: list[list[str]] | None = None
            try:
                answer = _asked(process, b"" if self._expected else wanted, self._limits.wait)
                why = "" if answer else f"within {self._limits.wait:g} s"
            except (EOFError, OSError):
                why = _how_it_ended(_exit_code(process), self._limits)
            except frames.FrameError as error:
                why = f"here: {error}"
            finally:
                self._expected = b""
                if not answer:  # late, gone, or nobody waits for it any more, as after a Ctrl-C
                    self._end()
        if not answer:
            raise TooMuchToRead(f"{label}: could not be read {why}")
        return answer

    def expect(self, request: frames.Groups) -> None:
        """Sends a request ahead: what is asked for next is made while this process does something else."""
        with self._one:
            if self._process is None or self._expected:
                return
            wanted = frames.encode(request)
            assert self._process.stdin is not None
            try:
                self._process.stdin.write(wanted)
                self._process.stdin.flush()
                self._expected = wanted
            except OSError:  # it has ended, which `ask` finds out
                pass
            finally:
                if not self._expected:  # a part may have been sent, as at a Ctrl-C
                    self._end()

    def end(self) -> None:
        """Ends the process, if there is one."""
        with self._one:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            self._process = _started(self._limits)
            try:
                hello = _asked(self._process, b"", START_SECONDS)
            except (EOFError, OSError, frames.FrameError):
                hello = None
            if hello != HELLO:
                code = _exit_code(self._process)
                self._end()
                raise ReadingError(
                    f"no hand-in can be read: the process that reads does not start (exit code {code})"
                )
        return self._process

    def _end(self) -> None:
        process, self._process, self._expected = self._process, None, b""
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):  # what was left to be written to it
                pipe.close()


@cache
def child() -> Child:
    """The child of this process."""
    mine = Child()
    atexit.register(mine.end)
    return mine


def _started(limits: Limits) -> subprocess.Popen[bytes]:
    # the same idea of what bytes the names of files are made of
    flags = ("-X", f"utf8={sys.flags.utf8_mode}")
    command = isolated(_LAUNCH, str(limits.cpu), str(limits.memory), flags=flags)
    try:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise ReadingError(f"no hand-in can be read: no process can be started ({error})") from error


def _asked(process: subprocess.Popen[bytes], request: bytes, seconds: float) -> list[list[str]] | None:
    """The process's next frame; None if it was killed since none came in time.

    Raises:
        EOFError, OSError: if the process is gone.
        FrameError: see `frames.receive`.
    """
    assert process.stdin is not None and process.stdout is not None
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, stop)  # pipes of Windows know no time limits
    timer.daemon = True  # a Ctrl-C may come before it is cancelled, and the end must not wait for it
    timer.start()
    try:
        process.stdin.write(request)
        process.stdin.flush()
        answer = frames.receive(process.stdout)
    except (EOFError, OSError, frames.FrameError):
        if not late.is_set():
            raise
        answer = None
    finally:
        timer.cancel()
        timer.join()
    return None if late.is_set() else answer


def _exit_code(process: subprocess.Popen[bytes]) -> int | None:
    """The exit code of a process that has hung up; None if it lives on all the same."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(1.0)
    return process.returncode


def _how_it_ended(code: int | None, limits: Limits) -> str:
    signals = {-each.value: each.name for each in signal.Signals}
    how = signals.get(code, f"exit code {code}") if code is not None else "it hung up"
    if code == OUT_OF_MEMORY:
        return f"with {limits.memory} MiB of memory"
    if how == "SIGXCPU":
        return f"within {limits.cpu} s of processor time"
    return f"here: it ended the process that read it ({how})"
