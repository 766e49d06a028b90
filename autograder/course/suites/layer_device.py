"""The device check of the layer, beside that of plain functions in `autograder.grading.vocabulary`."""

from __future__ import annotations

from functools import cache

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import must_stay_together
from autograder.sandbox.devices import PRETENDED
from exercises.course.layer_checks import must_forward
from exercises.course.layer_problem import new_step
from exercises.feedback.calls import Call, Sample
from exercises.feedback.failures import failure_of
from exercises.feedback.script import Script, Step


def layer_must_follow_device(student: SandboxedStudent, call: Call, x: Sample) -> None:
    """The layer is right, and works on the device it was built for or moved to."""
    must_forward(student, call, x)
    if student.device == "cpu":
        for moved in (False, True):
            must_stay_together(student, call, _elsewhere(call, x, PRETENDED, moved), "forward")
    else:
        outcome = student.run(_elsewhere(call, x, student.device, True))
        failure = failure_of(student.course, outcome, call)
        if failure:
            raise failure


@cache
def _elsewhere(call: Call, x: Sample, device: str, moved: bool) -> Script:
    """Builds the layer on a device, or on the CPU and moves it there, and calls it."""
    forward: Step = {"do": "forward", "args": (x.tensor(),)}
    if not moved:
        return Script([new_step(call, device), forward])
    go: Step = {"do": "move", "device": device} if device == PRETENDED else {"do": "to", "device": device}
    return Script([new_step(call, "cpu"), go, forward])
