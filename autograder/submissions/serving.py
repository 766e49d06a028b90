"""What runs in the process that reads hand-ins: takes requests, reads, answers. See `child`."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.submissions import frames
from autograder.submissions.archive import SubmissionError
from autograder.submissions.child import HELLO, OUT_OF_MEMORY
from autograder.submissions.reading import read
from autograder.submissions.tokens import own_tokens

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


def main() -> None:
    """Serves until the grader hangs up; takes limits from the command line."""
    cpu, memory = map(int, sys.argv[-2:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the grader, which then ends this
    _limit("RLIMIT_AS", memory << 20)
    _limit("RLIMIT_CORE", 0)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    answer: frames.Groups = HELLO
    with contextlib.suppress(EOFError, OSError):
        while True:
            answers.write(frames.encode(answer))
            answers.flush()
            request = frames.receive(requests)
            _limit("RLIMIT_CPU", math.ceil(sum(os.times()[:2])) + cpu)
            try:
                answer = answered(request)
            except MemoryError:
                os._exit(OUT_OF_MEMORY)


def answered(request: frames.Groups) -> frames.Groups:
    """The answer to one request: what is wanted of which path, and the modules to look for."""
    (wanted, path), modules = request
    try:
        return _ANSWERS[wanted](Path(path), modules)
    except SubmissionError as error:
        return [["refused", str(error)]]
    except MemoryError:
        raise
    except Exception as error:  # a mistake of ours; it costs this hand-in alone, and is told
        last = traceback.extract_tb(error.__traceback__)[-1]
        return [["broken", f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"]]


def _submission(path: Path, modules: Sequence[str]) -> frames.Groups:
    found = read(path, modules)
    groups = [["read", found.digest], frames.flat(found.modules), frames.flat(found.extras), found.notes]
    return groups if found.notebook is None else [*groups, found.notebook]


def _tokens(path: Path, modules: Sequence[str]) -> frames.Groups:
    tokens = own_tokens(read(path, modules))
    return [["read"], frames.flat({name: "\n".join(words) for name, words in tokens.items()})]


_ANSWERS: dict[str, Callable[[Path, Sequence[str]], frames.Groups]] = {
    "submission": _submission,
    "tokens": _tokens,
}


def _limit(name: str, most: int) -> None:
    number = getattr(resource, name, None)
    if number is None:
        return
    _, hard = resource.getrlimit(number)
    with contextlib.suppress(ValueError, OSError):  # macOS knows some limits by name alone
        resource.setrlimit(number, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
