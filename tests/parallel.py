"""Hand-ins examined several at a time, each on the exercises that it is about and no others.

Each exercise of a hand-in costs the better part of a second, so of what is much alike the suite tries a part, under
a rule that stands where it is used; `make seeds` tries all.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue

import torch

from autograder.course import COURSE
from autograder.grading.judge import CaseResult, Judge
from autograder.grading.sandboxed import SandboxedSubmission, TimeLimits
from autograder.sandbox.host import Sandbox
from autograder.submissions.submission import Submission, read_submission
from exercises.feedback.catalogue import earlier, exercises

SUBMISSIONS = Path(__file__).parent / "submissions"
# what the corpus is about: an exercise that was just begun comes in with Amara's answer to it
CATALOGUE = tuple(e for e in exercises() if (SUBMISSIONS / "class" / "amara" / f"{e.module}.py").is_file())
MODULES = [e.module for e in CATALOGUE]
COUNTED = [e.module for e in CATALOGUE if not e.extra]  # what a whole hand-in has: nobody has to do more
ALL = "ALL_HAND_INS" in os.environ  # what `make seeds` sets


@dataclass(frozen=True)
class Task:
    """A hand-in to examine, under which seed, on which exercises."""

    submission: Submission
    seed: int
    only: tuple[str, ...]


@dataclass(frozen=True)
class Examined:
    """What came of a task."""

    results: tuple[CaseResult, ...]
    undecided: tuple[str, ...]
    left_out: tuple[str, ...]
    printed: str
    seconds: float


def overlaid(path: Path) -> tuple[Submission, tuple[str, ...]]:
    """A hand-in with what it lacks taken from Amara, who has everything right; and the modules of its own."""
    own = read_submission(path, MODULES)
    if own.notebook is not None:
        text = "\n".join(own.notebook)
        done = [e.module for e in CATALOGUE if not e.extra or f"def {e.exports[0]}(" in text]
        return own, tuple(done)
    amara = read_submission(SUBMISSIONS / "class" / "amara", MODULES)
    return replace(own, modules={**amara.modules, **own.modules}), tuple(
        m for m in MODULES if m in own.modules
    )


def building_on(modules: Collection[str]) -> tuple[str, ...]:
    """These modules, and those exercises that build on one of them."""
    return tuple(m for m in MODULES if {m, *(e.module for e in earlier(m, CATALOGUE))} & set(modules))


def at_a_time() -> int:
    """How many hand-ins to examine at once: the processors, shared with the other processes of pytest-xdist."""
    others = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return max(min(os.cpu_count() or 1, 4) // others, 1)


def examine_all(
    tasks: Sequence[Task], time_limits: TimeLimits, devices: Sequence[str] = ("cpu",)
) -> list[Examined]:
    """What comes of each task, in their order; a judge mostly waits for its sandbox, so there may be several."""
    torch.set_num_threads(1)
    judges = {seed: Judge(COURSE, devices, seed=seed) for seed in dict.fromkeys(task.seed for task in tasks)}
    workers = at_a_time()
    with ExitStack() as stack:
        free: SimpleQueue[Sandbox] = SimpleQueue()
        for _ in range(workers):
            sandbox = stack.enter_context(Sandbox(COURSE.operators, cuda="cuda" in devices))
            sandbox.warm_up()
            free.put(sandbox)

        def examined(task: Task) -> Examined:
            sandbox = free.get()
            try:
                sandboxed = SandboxedSubmission(sandbox, task.submission, COURSE, time_limits)
                results = judges[task.seed].examine(sandboxed, task.only)
                printed = sandboxed.keep_printed()
                sandbox.end_workers()
            finally:
                free.put(sandbox)
            told = tuple(sandboxed.undecided), tuple(sandboxed.left_out)
            return Examined(tuple(results), *told, printed, sandboxed.seconds)

        with ThreadPoolExecutor(workers) as pool:
            return list(pool.map(examined, tasks))
