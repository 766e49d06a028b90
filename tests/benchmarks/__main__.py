"""What grading a correct hand-in costs, beside what its own functions cost on the very same cases.

Grading is everything from a warm sandbox to a report: fork, confine, import, calls, comparison. Direct is a
plain loop in this process over the steps that the hidden suites asked for, on one thread as in the sandbox,
without turning results into anything. Both are taken in turn, and the ratio is between medians.

Device checks run on a pretended accelerator on both sides. Its cache of operators is emptied before each
direct round, since every hand-in meets it as it is after the zygote's warm-up.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time
import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from autograder.examinee import PRETENDED, Examinee
from autograder.grade import Grader
from autograder.sandbox import worker
from autograder.sandbox.host import Sandbox
from autograder.submission import Submission, read_submission
from exercises.feedback import steps
from exercises.feedback.catalogue import Exercise
from exercises.feedback.failures import Outcome

ROOT = Path(__file__).resolve().parents[2]
Asked = tuple[str, str, Sequence[steps.Step]]  # exercise module, device, steps
CORRECT = [ROOT / "tests" / "submissions" / "class" / "amara"]
ROUNDS = 9
TARGET = 2.0


@dataclass
class Recording(Examinee):
    """An examinee that keeps what it was asked."""

    asked: list[Asked] = field(default_factory=list)

    def run(self, exercise: Exercise, device: str, asked: Sequence[steps.Step]) -> Outcome:
        """Keeps the steps, then runs them as ever."""
        self.asked.append((exercise.module, device, asked))
        return super().run(exercise, device, asked)


def imported(submission: Submission) -> dict[str, types.ModuleType]:
    """The hand-in's modules, imported into this process."""
    modules = {}
    for name in submission.modules:
        spec = importlib.util.spec_from_loader(f"exercises.{name}", loader=None)
        assert spec is not None
        module = modules[name] = importlib.util.module_from_spec(spec)
        sys.modules[f"exercises.{name}"] = module
        exec(compile(submission.modules[name], f"{name}.py", "exec"), module.__dict__)
    return modules


def direct(modules: dict[str, types.ModuleType], asked: Sequence[Asked]) -> None:
    """Runs what was asked, without a grader."""
    FakeTensorMode.cache_clear()
    for module, device, of_one in asked:
        lookup = vars(modules[module]).__getitem__
        if device == PRETENDED:
            worker._run_pretended(of_one, lookup)
        else:
            steps.run(of_one, lookup, show=lambda value: None)


def measure(name: str, submission: Submission, grader: Grader, sandbox: Sandbox) -> tuple[str, float, float]:
    """Median seconds of grading and of running directly."""
    judge: Any = grader._judge
    recording = Recording(sandbox, submission, grader.catalogue)
    judge.examine(recording)
    modules = imported(submission)
    grading, running = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        report = grader.grade(submission)
        grading.append(time.perf_counter() - start)
        start = time.perf_counter()
        direct(modules, recording.asked)
        running.append(time.perf_counter() - start)
        assert report.earned == report.points, f"{name} is not a correct hand-in: {report.found}"
    return name, statistics.median(grading), statistics.median(running)


def main() -> int:
    """Prints the table; exit code 1 where the target is missed."""
    torch.set_num_threads(1)
    worker.prepare_pretended()
    with Grader() as grader, Sandbox() as sandbox:
        names = [e.module for e in grader.catalogue]
        hand_ins = {"solutions/": read_submission(ROOT / "solutions", names)}
        hand_ins |= {path.name: read_submission(path, names) for path in CORRECT}
        rows = [measure(name, hand_in, grader, sandbox) for name, hand_in in hand_ins.items()]
    checks = sum(line.cases for line in grader.lines)
    print(f"torch {torch.__version__}, Python {sys.version.split()[0]}, {checks} cases, medians of {ROUNDS}")
    print(f"{'correct hand-in':<24} {'grading':>10} {'direct':>10} {'ratio':>7}   target at most {TARGET:g}")
    for name, grading, running in rows:
        print(f"{name:<24} {grading * 1e3:8.0f} ms {running * 1e3:8.0f} ms {grading / running:7.2f}")
    return int(any(grading / running > TARGET for _, grading, running in rows))


if __name__ == "__main__":
    sys.exit(main())
