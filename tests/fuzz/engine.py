"""A coverage-guided fuzzer in one page: an input that reaches a new pair of lines is kept and varied further.

It needs nothing but Python, so it runs wherever the grader runs. A target gets bytes; whatever it raises is a
crash. Crashes are told apart by their place, made small, and can be run again from their bytes.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import CodeType, FrameType, ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# some systems take milliseconds to remove a folder from a disk
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
MAX_INPUT_BYTES = 4096  # bytes of an input
MAX_INPUT_SECONDS = 5.0  # seconds of processor time for one execution; what takes longer is a crash too
_TRIES = 400  # executions spent on making a crash small


class Broken(AssertionError):
    """A rule that must hold for every input does not; `rule` names it."""

    def __init__(self, rule: str, detail: object = "") -> None:
        super().__init__(f"{rule}: {detail!r:.600}" if detail != "" else rule)
        self.rule = rule


def holds(condition: object, rule: str, detail: object = "") -> None:
    """Raises Broken unless the condition is true."""
    if not condition:
        raise Broken(rule, detail)


@dataclass(frozen=True)
class Target:
    """What is fuzzed.

    Args:
        name: on the command line.
        about: one line.
        watched: the modules whose lines count as coverage.
        run: takes one input; whatever it raises is a crash.
        seeds: the inputs to begin with.
        mutate: varies an input in the target's own way; plain bytes are varied besides.
        traced: the lines of one execution in so many are looked at: a target that runs much of other people's
            Python is several times slower under a tracer.
        wanted: executions of a full run.
    """

    name: str
    about: str
    watched: Sequence[ModuleType]
    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    mutate: Callable[[bytes, Random], bytes] | None = None
    traced: int = 1
    wanted: int = 100_000


@dataclass
class Crash:
    """An input, what it did, and how often the same happened."""

    key: str
    data: bytes
    told: str
    times: int = 1


@dataclass
class Result:
    """What a run came to; `edges` counts pairs of lines seen one after the other."""

    executions: int = 0
    edges: int = 0
    corpus: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    crashes: dict[str, Crash] = field(default_factory=dict)


class Tracer:
    """Pairs of lines that ran one after the other in the files watched."""

    def __init__(self, watched: Sequence[ModuleType]) -> None:
        self._files = {str(module.__file__) for module in watched}
        self._codes: dict[CodeType, bool] = {}
        self._last = 0
        self.seen: set[tuple[CodeType, int, int]] = set()

    def start(self) -> None:
        """Begins to look at one execution."""
        self._last = 0
        sys.settrace(self._call)

    def _call(self, frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        known = self._codes.get(code)
        if known is None:
            known = self._codes[code] = code.co_filename in self._files
        return self._line if known else None

    def _line(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            line = frame.f_lineno
            self.seen.add((frame.f_code, self._last, line))
            self._last = line
        return self._line


def fuzz(
    target: Target, executions: int, seed: int = 0, told: Callable[[Result], None] | None = None
) -> Result:
    """Runs a target on many inputs.

    Args:
        target: what to run.
        executions: how often.
        seed: the same seed gives the same inputs.
        told: is called every second or so with what there is so far.
    """
    random = Random(f"{target.name}:{seed}")
    corpus = [b"", *target.seeds()]
    tracer = Tracer(target.watched)
    result = Result()
    before = sys.gettrace()
    begun = last_told = time.monotonic()
    try:
        while result.executions < executions:
            number = result.executions
            data = corpus[number] if number < len(corpus) else _varied(target, corpus, random)
            reached = len(tracer.seen)
            start, crashed = time.process_time(), None
            if number % target.traced == 0 or number < len(corpus):
                tracer.start()
            try:
                target.run(data)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # pyo3's panics are no Exceptions
                crashed = error
            finally:
                sys.settrace(before)
            if crashed is not None:
                _note(result, target, data, crashed)
            spent, now = time.process_time() - start, time.monotonic()
            result.executions += 1
            if spent > result.slowest:
                result.slowest = spent
                if result.slowest > MAX_INPUT_SECONDS:
                    _note(result, target, data, Broken("takes too long", f"{result.slowest:.1f} s"))
            if len(tracer.seen) > reached and number >= len(corpus):
                corpus.append(data)
            if told and now - last_told > 1.0:
                last_told = now
                result.edges, result.corpus, result.seconds = len(tracer.seen), len(corpus), now - begun
                told(result)
    finally:
        sys.settrace(before)
    result.edges, result.corpus, result.seconds = len(tracer.seen), len(corpus), time.monotonic() - begun
    return result


@contextmanager
def untraced() -> Iterator[None]:
    """For imports on the way, which take many times as long under a tracer."""
    before = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(before)


def crash_of(target: Target, data: bytes) -> tuple[str, BaseException] | None:
    """What a target does with an input: None if all is well."""
    try:
        target.run(data)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return key_of(error), error
    return None


def key_of(error: BaseException) -> str:
    """A crash by its kind and place, so that the same one counts once."""
    while error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, Broken):
        return error.rule
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if f.filename.startswith(str(ROOT)) and "site-packages" not in f.filename]
    place = own[-1] if own else frames[-1]
    return f"{type(error).__name__} at {Path(place.filename).name}:{place.name}:{place.lineno}"


def _note(result: Result, target: Target, data: bytes, error: BaseException) -> None:
    key = key_of(error)
    if key in result.crashes:
        result.crashes[key].times += 1
        return
    data = data if key == "takes too long" else _small(target, data, key)
    found = crash_of(target, data)
    shown = found[1] if found else error
    told = traceback.format_exception(
        type(shown), shown, shown.__traceback__, chain=shown.__cause__ is not None
    )
    result.crashes[key] = Crash(key, data, "".join(told))


def _small(target: Target, data: bytes, key: str) -> bytes:
    """A smaller input that does the same."""
    size, tries = max(len(data) // 2, 1), 0
    while tries < _TRIES and data:
        at = 0
        while at < len(data) and tries < _TRIES:
            tries += 1
            shorter = data[:at] + data[at + size :]
            found = crash_of(target, shorter)
            if found and found[0] == key:
                data = shorter
            else:
                at += size
        if size == 1:
            break
        size //= 2
    return data


def _varied(target: Target, corpus: Sequence[bytes], random: Random) -> bytes:
    # new finds lead on more often than old ones
    near_the_end = random.random() < 0.5
    parent = corpus[-1 - int(random.random() ** 2 * len(corpus))] if near_the_end else random.choice(corpus)
    if target.mutate and random.random() < 0.75:
        return target.mutate(parent, random)
    return havoc(parent, random, corpus)


def havoc(data: bytes, random: Random, corpus: Sequence[bytes] = ()) -> bytes:
    """Bytes changed, put in, taken out, doubled, or joined with those of another input."""
    varied = bytearray(data)
    for _ in range(1 << random.randrange(4)):
        at = random.randrange(len(varied) + 1)
        end = min(len(varied), at + (1 << random.randrange(6)))
        kind = random.randrange(8)
        if kind == 0 and at < len(varied):
            varied[at] ^= 1 << random.randrange(8)
        elif kind == 1 and at < len(varied):
            varied[at] = random.choice((0, 1, 127, 128, 255, random.randrange(256)))
        elif kind in (2, 3):
            varied[at:at] = random.randbytes(1 << random.randrange(5))
        elif kind == 4:
            del varied[at:end]
        elif kind == 5:
            varied[at:at] = varied[at:end]
        elif kind == 6:
            varied[at:end] = random.randbytes(end - at)
        elif corpus:
            other = random.choice(corpus)
            cut = random.randrange(len(other) + 1)
            varied[at:] = other[cut:]
    return bytes(varied[:MAX_INPUT_BYTES])
