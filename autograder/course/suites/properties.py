"""Properties of the convolution, looked at without the oracle: a wrong answer may still have them."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from autograder.grading.sandboxed import SandboxedStudent
from exercises.course.causes import CAUSES
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import call_step, problem
from exercises.feedback.compare import compare, describe
from exercises.feedback.failures import CheckFailure, failure_of, mismatch_failure
from exercises.feedback.kinds import FailureKind
from exercises.feedback.script import Script
from exercises.feedback.steps import TensorResult


def must_be_linear(student: SandboxedStudent, x: Sample, y: Sample, weight: Sample) -> None:
    """f(2x - 3y) = 2 f(x) - 3 f(y), and f(x) is of the right shape and not one number everywhere."""
    calls, script = _mixed(x, y, weight)
    of_x, of_y, of_mixed = _answers(student, calls, script, "not-linear")
    expected = 2.0 * of_x.value.double() - 3.0 * of_y.value.double()
    _must_equal(student, calls[2], expected, of_mixed, "not-linear")


@cache
def _mixed(x: Sample, y: Sample, weight: Sample) -> tuple[list[Call], Script]:
    mixed = 2.0 * x.tensor() - 3.0 * y.tensor()
    return _calls(weight, x, y, mixed)


def must_move_along(student: SandboxedStudent, x: Sample, weight: Sample, shift: tuple[int, int]) -> None:
    """f(x shifted) = f(x) shifted, for a picture with enough zeros around it."""
    calls, script = _moved(x, weight, shift)
    before, after = _answers(student, calls, script, "not-shift-equivariant")
    expected = before.value.double().roll(shift, (-2, -1))
    _must_equal(student, calls[1], expected, after, "not-shift-equivariant")


@cache
def _moved(x: Sample, weight: Sample, shift: tuple[int, int]) -> tuple[list[Call], Script]:
    down, right = shift
    height, width = weight.shape[-2:]
    here = F.pad(x.tensor(), (width, width + right, height, height + down))
    return _calls(weight, here, here.roll(shift, (-2, -1)))


def _calls(weight: Sample, *pictures: Sample | Tensor) -> tuple[list[Call], Script]:
    calls = [Call("conv2d_valid", (picture, weight)) for picture in pictures]
    return calls, Script([call_step(call) for call in calls])


def _answers(student: SandboxedStudent, calls: list[Call], script: Script, cause: str) -> list[TensorResult]:
    outcome = student.run(script)
    failure = failure_of(student.course, outcome, calls[0])
    if failure:
        raise failure
    for call, got in zip(calls, outcome.results, strict=True):
        shape = problem(student.course, call).expected.shape
        # one number everywhere is linear, or moves along, whatever was asked for
        alive = isinstance(got, TensorResult) and got.value.shape == shape
        alive = alive and bool((got.value != got.value.flatten()[0]).any())
        if not alive:
            raise CheckFailure(
                FailureKind.SHAPE,
                f"{call.function} gives no result of the right shape",
                call.function,
                call,
                call.text,
                f"a tensor of shape {tuple(shape)}, not one number everywhere",
                describe(got),
            )
        # its own numbers are what the last answer is held against; its dtype and device are looked at here
        _must_equal(student, call, got.value.double(), got, cause)
    return list(outcome.results)


def _must_equal(
    student: SandboxedStudent, call: Call, expected: Tensor, got: TensorResult, cause: str
) -> None:
    task = problem(student.course, call)
    found = compare(expected, got, dtype=torch.float32, magnitude=2 * task.magnitude, device=student.device)
    if found:
        raise mismatch_failure(student.course, found, call, lambda: (CAUSES[cause],))
