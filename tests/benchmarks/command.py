"""`autograder grade` as a command of its own, watched from outside."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.benchmarks.row import ROOT

BLOCK = 500  # resident memory is first looked at after so many


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that the sandbox's user can pass through."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@dataclass(frozen=True)
class Run:
    """What was seen of one `autograder grade`.

    `moments` are the seconds since the command was given at which a report was done. When a `BLOCK` was done, the
    grader, its worker processes and their sandboxes had `memory` bytes of resident memory and `files` open.
    """

    seconds: float
    moments: Sequence[float]
    memory: Sequence[int]
    files: Sequence[int]

    @property
    def each(self) -> float:
        """Seconds for a hand-in once the grader is warm."""
        return (self.moments[-1] - self.moments[0]) / (len(self.moments) - 1)


def grade(hand_ins: Path, *options: str, root: Path = ROOT) -> Run:
    """Grades a class with a command of its own, that of the checkout at `root`."""
    with scratch() as out:
        command = [sys.executable, "-m", "autograder", "grade", str(hand_ins), "-o", str(out / "graded")]
        start = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--json", *options], cwd=root, stdout=subprocess.PIPE, text=True
        )
        moments, memory, files = [], [], []
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "graded":
                moments.append(time.perf_counter() - start)
                if len(moments) % BLOCK == 0:
                    used = _used(process.pid)
                    memory.append(used[0])
                    files.append(used[1])
                    print(f"{len(moments)} graded, {memory[-1] >> 20} MiB", file=sys.stderr, flush=True)
        assert process.wait() == 0
        return Run(time.perf_counter() - start, moments, memory, files)


def _used(pid: int) -> tuple[int, int]:
    grader = psutil.Process(pid)
    processes = {process.pid: process for process in [grader, *grader.children(recursive=True)]}
    memory = files = 0
    for process in processes.values():
        # what a sandbox's parent has forked lives for one hand-in
        with suppress(psutil.NoSuchProcess), process.oneshot():
            parent = processes.get(process.ppid())
            if parent is None or "zygote" not in " ".join(parent.cmdline()):
                memory += process.memory_info().rss
                files += process.num_fds()
    return memory, files
