"""How fast a hand-in's code is: measured once, beside rivals that run in the grader's own process.

The hand-in cannot make its time shorter than it is. It is the processor time of its whole process, told by the system
(see `Worker.cpu_seconds`); its process stands still while a rival runs; every round has inputs of its own, and every
answer is compared. A rival unpacks its inputs and packs its answer as the hand-in's process does, with the same code.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch

from autograder.grading.sandboxed import SandboxedStudent
from autograder.report.model import Measurement
from autograder.sandbox import devices, wire
from exercises.feedback.calls import Call
from exercises.feedback.checks import Problem, call_step, mismatch_of, must_return
from exercises.feedback.failures import CheckFailure, failure_of
from exercises.feedback.kinds import UNCALLED, FailureKind
from exercises.feedback.race import NOTHING_YET, Race, Times, run, told

CLOSE = 1.6  # times what is asked for: who is not further behind is measured again, a busy computer may be to blame
MOST_ROUNDS = 20
_STANDING = UNCALLED | {FailureKind.TIMEOUT, FailureKind.CRASHED}  # what is told as it is


def must_be_fast(student: SandboxedStudent, race: Race, rival: str, times: float, advice: str) -> None:
    """The function takes at most so many times as long as a rival.

    The measurement is made once for a hand-in, whatever asks for it first, and goes on where it is a close thing.

    Args:
        student: whose code is measured, on the CPU.
        race: what is measured.
        rival: one of the race.
        times: 2 where it may take twice as long, 0.5 where it has to be twice as fast.
        advice: the name of the cause that tells what to do next.

    Raises:
        CheckFailure: of the kind "slow"; or "undecided", where the answers are wrong.
    """
    found = _measured(student, race)
    while (
        isinstance(found, Times) and 1 < found.beside(rival) / times <= CLOSE and found.rounds < MOST_ROUNDS
    ):
        found = _measured(student, race, found)
    if isinstance(found, CheckFailure):
        raise found
    if found.beside(rival) > times:
        raise CheckFailure(FailureKind.SLOW, told(race, found), race.function).because(
            student.course.causes.get(advice)
        )


def _measured(student: SandboxedStudent, race: Race, before: Times = NOTHING_YET) -> Times | CheckFailure:
    kept = student.sandboxed.races
    key = (race, student.sandboxed.substituted)
    if key not in kept or before.rounds:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            kept[key] = _measure(SandboxedStudent(student.sandboxed, student.exercise, "cpu"), race, before)
        finally:
            torch.set_num_threads(threads)
    found: Times | CheckFailure = kept[key]
    return found


def _measure(student: SandboxedStudent, race: Race, before: Times) -> Times | CheckFailure:
    sandboxed = student.sandboxed

    def ask(call: Call, limit: float) -> float:
        task = Problem(student.course, call)
        outcome = sandboxed.run(student.exercise, "cpu", task.returning, limit)
        if outcome.trouble_kind == FailureKind.SLOW:
            return float("inf")
        failure = failure_of(student.course, outcome, call)
        if failure or mismatch_of(student, task, outcome.result(task.returning, "call")):
            raise failure or _untimed(race)
        if not sandboxed.cpu > 0:  # the process has ended meanwhile
            raise _untimed(race)
        return sandboxed.cpu

    def time_of(answer: Callable[..., Any], call: Call) -> float:
        sandboxed.hold()
        request = wire.frame(bytes(16), wire.encode({"steps": [call_step(call)]}))
        start = time.thread_time()
        steps = wire.decode(*wire.parts(request))["steps"]
        results, _ = devices.run(steps, "cpu", lambda _: answer)
        wire.frame(bytes(16), wire.encode({"results": results}))
        return time.thread_time() - start

    try:
        must_return(student, race.trial)
        found = run(race, ask, time_of, before)
    except CheckFailure as failure:
        return failure if failure.kind in _STANDING else _untimed(race)
    if found.own < float("inf"):
        sandboxed.measured[student.exercise.module] = tuple(_measurements(race, found))
    return found


def _untimed(race: Race) -> CheckFailure:
    return CheckFailure(
        FailureKind.UNDECIDED, f"{race.function} was not timed: right answers come first", race.function
    )


def _measurements(race: Race, found: Times) -> list[Measurement]:
    names = list(race.rivals)
    quick, slow = names[0], names[-1]
    return [
        Measurement(f"times as long as {race.rivals[quick].words}", _digits(found.beside(quick)), "asc"),
        Measurement(f"times as fast as {race.rivals[slow].words}", _digits(1 / found.beside(slow)), "desc"),
    ]


def _digits(number: float) -> float:
    return float(f"{number:.3g}")
