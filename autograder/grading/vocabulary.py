"""What hidden suites use beyond the shared vocabulary: random inputs, and the device check."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import Any

from autograder.grading.sandboxed import SandboxedStudent
from autograder.sandbox.devices import PRETENDED
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_return, problem
from exercises.feedback.failures import CheckFailure, failure_of
from exercises.feedback.kinds import FailureKind
from exercises.feedback.script import Do, Step

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
        must_stay_together(student, call, problem(student.course, call).returning, "call")


def must_stay_together(student: SandboxedStudent, call: Call, steps: Sequence[Step], do: Do) -> None:
    """What steps give on the pretended accelerator stays there; the result of the one that does this is looked at.

    Only a definite mix of devices fails. Code that the pretence cannot follow (it asks for numbers, which
    are not there) is let pass, and noted as undecided.
    """
    outcome = student.on_pretended().run(steps)
    mixed = outcome.raised is not None and (
        outcome.raised.kind == "FakeTensorDeviceMismatchError" or "two devices" in outcome.raised.message
    )
    strayed = outcome.has(steps, do) and _strays(outcome.result(steps, do))
    if mixed or strayed:
        got = outcome.result(steps, do) if strayed else outcome.raised and outcome.raised.message
        raise CheckFailure(
            FailureKind.DEVICE,
            f"{call.function} does not work on a GPU: part of it stays on the CPU",
            call.function,
            call,
            call.text,
            expected="all tensors on the device of the input",
            got=str(got),
            trace=outcome.raised.trace if outcome.raised else (),
        ).because(student.course.causes.get("device-forgotten"))
    if outcome.raised or outcome.trouble:
        failure = failure_of(student.course, outcome, call)
        student.sandboxed.undecided.append(failure.headline if failure else "")


def _strays(result: Any) -> bool:
    if isinstance(result, str):
        return not result.startswith(PRETENDED)
    return isinstance(result, tuple) and any(_strays(r) for r in result)
