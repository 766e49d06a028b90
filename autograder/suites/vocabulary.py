"""What hidden suites use beyond the shared vocabulary: random inputs, and the device check."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from functools import cache
from typing import Any

from autograder.sandbox.devices import PRETENDED
from autograder.sandboxed import SandboxedStudent
from exercises.feedback.calls import Call, Sample
from exercises.feedback.causes import CAUSES
from exercises.feedback.checks import must_return, problem
from exercises.feedback.failures import CheckFailure, failure_of
from exercises.feedback.layer_checks import must_forward
from exercises.feedback.layer_problem import new_step
from exercises.feedback.steps import Script, Step

HALF = ("float16", "bfloat16")
EVERY_DTYPE = ("float32", "float64", *HALF)
ODD_LAYOUTS = ("channels_last", "strided", "transposed", "expanded")


class Draw:
    """Random inputs that depend on the release's seed and the check's name alone."""

    def __init__(self, seed: int, name: str) -> None:
        digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
        self._random = random.Random(digest)

    def __call__(self, *shape: int, dtype: str = "float32", layout: str = "contiguous") -> Sample:
        """A normally distributed tensor."""
        return Sample(shape, self._random.randrange(1 << 31), dtype, layout)

    def image(self, *shape: int, dtype: str = "float32", layout: str = "contiguous") -> Sample:
        """A picture with values in [0, 1)."""
        return Sample(shape, self._random.randrange(1 << 31), dtype, layout, uniform=True)

    def integer(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return self._random.randint(low, high)

    def number(self, low: float, high: float) -> float:
        """A number between low and high with two decimals."""
        return round(self._random.uniform(low, high), 2)


def must_follow_device(student: SandboxedStudent, call: Call) -> None:
    """The answer is right, and stays on the device of its input."""
    must_return(student, call)
    if student.device == "cpu":
        _judge_device(student, call, problem(call).returning, 0)


def layer_must_follow_device(student: SandboxedStudent, call: Call, x: Sample) -> None:
    """The layer is right, and works on the device it was built for or moved to."""
    must_forward(student, call, x)
    if student.device == "cpu":
        for moved in (False, True):
            _judge_device(student, call, _elsewhere(call, x, PRETENDED, moved), 1 + moved)
    else:
        outcome = student.run(_elsewhere(call, x, student.device, True))
        failure = failure_of(outcome, call)
        if failure:
            raise failure


@cache
def _elsewhere(call: Call, x: Sample, device: str, moved: bool) -> Script:
    """Builds the layer on a device, or on the CPU and moves it there, and calls it."""
    forward: Step = {"do": "forward", "args": (x.tensor(),)}
    if moved:
        go = "move" if device == PRETENDED else "to"
        return Script([new_step(call, "cpu"), {"do": go, "device": device}, forward])
    return Script([new_step(call, device), forward])


def _judge_device(student: SandboxedStudent, call: Call, steps: Sequence[Step], place: int) -> None:
    """Runs steps on the pretended accelerator.

    Only a definite mix of devices fails. Code that the pretence cannot follow (it asks for numbers, which
    are not there) is let pass, and noted as undecided.
    """
    outcome = student.on_pretended().run(steps)
    mixed = outcome.raised is not None and (
        outcome.raised.kind == "FakeTensorDeviceMismatchError" or "two devices" in outcome.raised.message
    )
    strayed = len(outcome.results) > place and _strays(outcome.results[place])
    if mixed or strayed:
        got = outcome.results[place] if strayed else outcome.raised and outcome.raised.message
        raise CheckFailure(
            "device",
            f"{call.function} does not work on a GPU: part of it stays on the CPU",
            call.function,
            call,
            call.text,
            expected="all tensors on the device of the input",
            got=str(got),
            trace=outcome.raised.trace if outcome.raised else (),
        ).because(CAUSES["device-forgotten"])
    if outcome.raised or outcome.trouble:
        failure = failure_of(outcome, call)
        student.sandboxed.undecided.append(failure.headline if failure else "")


def _strays(result: Any) -> bool:
    if isinstance(result, str):
        return not result.startswith("pretend")
    return isinstance(result, tuple) and any(_strays(r) for r in result)
