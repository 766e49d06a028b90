"""One hand-in with a warm grader: beside its own functions, and beside a grader without a sandbox."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import torch

from autograder.course import COURSE
from autograder.grading.grade import Grader
from autograder.grading.sandboxed import SandboxedSubmission
from autograder.sandbox.confine import Limits
from autograder.sandbox.devices import prepare_pretended
from autograder.submissions.submission import Submission
from exercises.feedback.catalogue import Exercise
from exercises.feedback.failures import Outcome
from exercises.feedback.script import Step
from tests.benchmarks.core import core_of
from tests.benchmarks.in_process import InProcess, imported, run
from tests.benchmarks.row import AT_MOST, ROOT, Milliseconds, Row, in_turn, seconds_of

CORRECT = {"solutions": ROOT / "solutions", "amara": ROOT / "tests" / "submissions" / "class" / "amara"}
Asked = tuple[str, str, Sequence[Step]]  # exercise module, device, steps


class Recording(SandboxedSubmission):
    """A submission that keeps what it was asked."""

    asked: list[Asked]

    def run(self, exercise: Exercise, device: str, steps: Sequence[Step], cpu: float = math.inf) -> Outcome:
        """Keeps the steps, then runs them as ever."""
        if self.has(exercise):
            self.asked.append((exercise.module, device, steps))
        return super().run(exercise, device, steps, cpu)


def rows(rounds: int, devices: tuple[str, ...]) -> Iterator[Row]:
    """Grading a correct hand-in, over the same without a sandbox, without confinement, and without a grader."""
    torch.set_num_threads(1)
    prepare_pretended()
    with Grader(COURSE, devices) as grader, Grader(COURSE, devices, limits=Limits(layers=())) as unconfined:
        for name, path in CORRECT.items():
            yield from _of(name, core_of(path), grader, unconfined, rounds)


def _of(name: str, hand_in: Submission, grader: Grader, unconfined: Grader, rounds: int) -> Iterator[Row]:
    asked = _asked(grader, hand_in)
    modules = imported(hand_in)

    def graded(by: Grader = grader) -> float:
        report = by.grade(hand_in)
        assert report.earned == report.points, f"{name} is not a correct hand-in: {report.found}"
        return sum(by.clock.seconds.values())

    def direct() -> None:
        for module, device, of_one in asked:
            run(modules, module, device, of_one)

    def without_sandbox() -> None:
        judge: Any = grader._judge
        sandboxed = InProcess(hand_in)
        report = grader._report(hand_in, sandboxed, judge.examine(sandboxed), "")
        assert report.earned == report.points

    def row(what: str, other: Any) -> Row:
        return Row(f"{what} ({name})", *in_turn(rounds, graded, other, what))

    graded()
    samples = in_turn(rounds, graded, lambda: seconds_of(direct), "its own functions")
    yield Milliseconds(f"grading - its own functions ({name})", *samples, AT_MOST, 80)
    bare = [seconds_of(lambda: _imported(grader, hand_in)) for _ in range(rounds)]
    yield Milliseconds(f"workers started, the hand-in imported, nothing asked ({name})", bare, [0.0] * rounds)
    yield row("sandbox on / off", lambda: seconds_of(without_sandbox))
    graded(unconfined)
    yield row("confinement on / off", lambda: graded(unconfined))


def _imported(grader: Grader, hand_in: Submission) -> None:
    """All that a hand-in costs before its first call, and after its last."""
    sandboxed = SandboxedSubmission(grader._sandbox, hand_in, grader.course, grader.time_limits)
    for exercise in filter(sandboxed.has, grader.catalogue):
        sandboxed._importing(exercise)
    sandboxed.keep_printed()
    grader._sandbox.end_workers()


def _asked(grader: Grader, hand_in: Submission) -> list[Asked]:
    recording = Recording(grader._sandbox, hand_in, grader.course)
    recording.asked = []
    judge: Any = grader._judge
    judge.examine(recording)
    return recording.asked


def own_functions(times: int) -> None:
    """Prints how long a correct hand-in's own functions take, again and again in a process of its own."""
    torch.set_num_threads(1)
    prepare_pretended()
    with Grader(COURSE) as grader:
        hand_in = core_of(CORRECT["solutions"])
        asked = _asked(grader, hand_in)
    modules = imported(hand_in)

    def direct() -> None:
        for _ in range(times):
            for module, device, of_one in asked:
                run(modules, module, device, of_one)

    print(seconds_of(direct))
