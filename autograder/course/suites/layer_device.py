"""The device check of the layer, beside that of plain functions in `autograder.grading.vocabulary`."""

from __future__ import annotations

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import must_hold_on_gpu
from exercises.course.layer_checks import must_forward, must_forward_there
from exercises.feedback.calls import Call, Sample


def layer_must_follow_device(student: SandboxedStudent, call: Call, x: Sample) -> None:
    """The layer is right, and works on the device it was built for or moved to."""
    must_forward(student, call, x)
    if student.device != "cpu":
        must_forward_there(student, call, x)
    must_hold_on_gpu(student, call, lambda gpu: must_forward(gpu, call, x))
    must_hold_on_gpu(student, call, lambda gpu: must_forward_there(gpu, call, x))
