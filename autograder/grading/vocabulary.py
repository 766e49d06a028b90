"""What hidden suites use beyond the shared vocabulary: random inputs, and the device check."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable

from autograder.grading.sandboxed import SandboxedStudent
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_return
from exercises.feedback.failures import CheckFailure
from exercises.feedback.kinds import NUMBERS, FailureKind

HALF = ("float16", "bfloat16")
EVERY_DTYPE = ("float32", "float64", *HALF)
ODD_LAYOUTS = ("channels_last", "strided", "transposed", "expanded")
# what torch says where tensors of two devices meet, or one on a GPU and numpy
_MIXED, _TO_NUMPY = "same device", "can't convert cuda"
_ANSWERED = NUMBERS | {FailureKind.TYPE, FailureKind.DTYPE}


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
    must_hold_on_gpu(student, call, lambda gpu: must_return(gpu, call))


def must_hold_on_gpu(
    student: SandboxedStudent, call: Call, check: Callable[[SandboxedStudent], None]
) -> None:
    """What holds on the CPU holds on the pretended GPU too; whoever is asked on CUDA has answered already.

    Only what is certain fails: tensors of two devices, or another answer than on the CPU. What can be the pretended
    GPU's fault (it is not a whole one) is let pass, and noted as undecided.

    Args:
        student: whose code passes the check.
        call: that the check is about.
        check: raises a `CheckFailure`.
    """
    if student.device != "cpu":
        return
    try:
        check(student.on_pretended())
    except CheckFailure as failure:
        if failure.kind == FailureKind.FORBIDDEN:
            raise
        why = _why_not_there(failure)
        if why is None:
            student.sandboxed.undecided.append(failure.headline)
            return
        words, expected, cause = why
        raise CheckFailure(
            FailureKind.DEVICE,
            f"{call.function} does not work on a GPU: {words}",
            call.function,
            call,
            call.text,
            expected,
            failure.got,
            trace=failure.trace,
        ).because(student.course.causes.get(cause)) from failure


def _why_not_there(failure: CheckFailure) -> tuple[str, str, str] | None:
    """Why code does not work on a GPU, what was expected, and the cause's name; None where there is a doubt."""
    if failure.kind in _ANSWERED:
        return "it gives another result there", failure.expected, ""
    raised = failure.got if failure.kind == FailureKind.RAISED else ""
    if _TO_NUMPY in raised:
        return "numpy takes no tensor that is on one", "a value, no exception", "numpy-and-back"
    if _MIXED in raised or failure.kind == FailureKind.DEVICE:
        return "part of it stays on the CPU", "all tensors on the device of the input", "device-forgotten"
    return None
