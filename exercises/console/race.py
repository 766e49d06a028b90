"""A sentence about how fast your code is on your computer, beside what it is measured with where it is graded."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch

from exercises.console.local import LocalStudent
from exercises.feedback.calls import Call
from exercises.feedback.checks import call_step
from exercises.feedback.failures import Outcome
from exercises.feedback.race import GIVE_UP, Race, run

TRIES = 3


def remark(student: LocalStudent, race: Race) -> str:
    """How fast the code is beside its rivals; nothing where it could not be measured.

    Nobody has to wait for slow code: what is slow on a small call already is not asked for a large one.

    Args:
        student: whose code gives right answers.
        race: what is measured.
    """
    quick, slow = next(iter(race.rivals)), list(race.rivals)[-1]
    words = {name: rival.words for name, rival in race.rivals.items()}

    def ask(call: Call, _limit: float = 0.0) -> float:
        start = time.process_time()
        outcome: Outcome = student.run([call_step(call)])
        taken = time.process_time() - start
        return float("inf") if outcome.trouble or outcome.raised else taken

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as where it is graded
    try:
        small = min(ask(race.trial) for _ in range(TRIES))
        if small > GIVE_UP * min(_time_of(race.rivals[slow].answer, race.trial) for _ in range(TRIES)):
            return (
                f"{race.function} is slower than {words[slow]} on a small picture already, so it was not timed "
                "on a large one."
            )
        found = run(race, ask, _time_of)
    finally:
        torch.set_num_threads(threads)
    if found.own == float("inf"):
        return ""
    beside = found.beside(slow)
    loop = f"{_number(1 / beside)} times as fast" if beside < 1 else f"{_number(beside)} times as slow"
    return (
        f"On this computer {race.function} takes {_number(found.beside(quick))} times as long as {words[quick]}, "
        f"and is {loop} as {words[slow]}."
    )


def _time_of(answer: Callable[..., Any], call: Call) -> float:
    tensors = call.real_args
    start = time.process_time()
    answer(*tensors, **call.real_kwargs)
    return time.process_time() - start


def _number(value: float) -> str:
    """With two digits: "1.4", "27", "550"."""
    return f"{float(f'{value:.2g}'):g}"
