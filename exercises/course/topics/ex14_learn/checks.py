"""Checks of a run from noise, of which no number is known beforehand: what it comes to, and how it begins."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.course.topics.ex14_learn.descent import FUNCTION, NOISE
from exercises.feedback.calls import DTYPES, Call, Sample
from exercises.feedback.checks import Student, call_step
from exercises.feedback.compare import Mismatch, compare, tolerance
from exercises.feedback.failures import CheckFailure, failure_of, mismatch_failure
from exercises.feedback.kinds import FailureKind
from exercises.feedback.script import Script

Kernel = Sample | tuple[tuple[float, ...], ...]
WITHIN = 0.01  # of each weight
RISE = 1e-4  # of the first loss that a later one may be above the one before it, where rounding is all that is left
LEFT = 1e-3  # of the first loss that may be left at the end
NOISY_SIZE = 12
# Six standard errors of 2 * 144 normally distributed numbers, and more.
FARTHEST_MEAN = 0.35 * NOISE
NARROWEST, WIDEST = 0.75 * NOISE, 1.3 * NOISE


def must_find(student: Student, images: Sample, kernel: Kernel, steps: int, lr: float) -> None:
    """From noise, the kernel behind the targets is found, and the losses fall.

    Args:
        student: whose code is asked.
        images: pictures of shape `(N, 1, H, W)`.
        kernel: of shape `(size, size)`; a sample has two more axes in front.
        steps: so many that plain gradient descent comes closer than a tenth of what is allowed.
        lr: at which no loss rises.
    """
    call, text, truth, script = _finding(images, kernel, steps, lr)
    outcome = student.run(script)
    failure = failure_of(student.course, outcome, call, text)
    if failure:
        raise failure
    got = outcome.result(script, "call")
    dtype = DTYPES[images.dtype]
    found = _form(student, (truth, truth.new_zeros(steps)), got, dtype)
    if found:
        raise mismatch_failure(student.course, found, call, call_text=text)
    allowed = WITHIN / tolerance(dtype, 1.0, student.device)
    found = compare(truth, got[0], dtype=dtype, magnitude=allowed, device=student.device)
    if found:
        raise CheckFailure(
            found.kind,
            f"{FUNCTION} does not find the kernel behind the targets",
            FUNCTION,
            call,
            text,
            f"{found.expected}, within {WITHIN}",
            found.got,
            replace(found, item=0),
        )
    losses = got[1].value.double()
    rises = losses.diff() > RISE * losses[0]
    if bool(rises.any()) or not float(losses[-1]) <= LEFT * float(losses[0]):
        raise CheckFailure(
            FailureKind.VALUE,
            f"the losses of {FUNCTION} do not fall as the kernel is found",
            FUNCTION,
            call,
            text,
            "no loss above the one before it, and a last one near 0",
            f"from {float(losses[0]):.4g} to {float(losses[-1]):.4g}",
        )


@cache
def _finding(images: Sample, kernel: Kernel, steps: int, lr: float) -> tuple[Call, str, Tensor, Script]:
    """The call, how it is shown, the kernel in float64, and the steps to run."""
    pictures = images.tensor()
    shown = (
        str(kernel) if isinstance(kernel, Sample) else f"torch.tensor([[{[list(row) for row in kernel]}]])"
    )
    weights = kernel.tensor() if isinstance(kernel, Sample) else torch.tensor([[kernel]])
    targets = F.conv2d(pictures.double(), weights.double()).to(pictures.dtype)
    call = Call(FUNCTION, (images, targets, weights.shape[-1], steps, lr))
    text = f"{FUNCTION}({images}, conv2d({images}, {shown}), {weights.shape[-1]}, {steps}, {lr})"
    return call, text, weights[0, 0].double(), Script([call_step(call)])


def must_learn_from_noise(student: Student, dtype: str = "float32") -> None:
    """Without a start, kernel and losses have the right shapes, dtype and device, whatever their numbers are."""
    _noise(student, dtype)


def must_begin_with_noise(student: Student, dtype: str = "float32") -> None:
    """Without a start, the kernel begins with noise of the right scale, which is new at each call."""
    first, second = _noise(student, dtype)
    both = torch.stack((first, second))
    mean, deviation = float(both.mean()), float(both.std())
    told = f"mean {mean:.3g}, standard deviation {deviation:.3g}"
    if bool((first == first[0, 0]).all()):
        cause, told = "learn-noise-is-constant", f"{float(first[0, 0]):.4g} everywhere"
    elif torch.equal(first, second):
        cause, told = "learn-noise-repeats", "the same numbers at both calls"
    elif abs(mean) > FARTHEST_MEAN or not NARROWEST < deviation < WIDEST:
        cause = "learn-noise-of-other-scale"
    else:
        return
    call, text, _ = _starting(dtype)
    raise CheckFailure(
        FailureKind.START,
        f"{FUNCTION} does not begin with the noise that is asked for",
        FUNCTION,
        call,
        text,
        f"new numbers at each call, with mean 0 and standard deviation {NOISE}",
        told,
    ).because(student.course.causes[cause])


def _noise(student: Student, dtype: str) -> tuple[Tensor, Tensor]:
    """The kernels that two calls begin with."""
    call, text, script = _starting(dtype)
    outcome = student.run(script)
    failure = failure_of(student.course, outcome, call, text)
    if failure:
        raise failure
    right = torch.zeros(NOISY_SIZE, NOISY_SIZE, dtype=torch.float64)
    for got in outcome.results:
        found = _form(student, (right, right.new_zeros(1)), got, DTYPES[dtype])
        if found:
            raise mismatch_failure(student.course, found, call, call_text=text)
    first, second = outcome.results
    return first[0].value.double(), second[0].value.double()


@cache
def _starting(dtype: str) -> tuple[Call, str, Script]:
    """A call twice, and how it is shown. In black pictures, no step changes the kernel, whatever its rate is."""
    shapes = (1, 1, NOISY_SIZE + 1, NOISY_SIZE + 2), (1, 1, 2, 3)
    black = [torch.zeros(shape, dtype=DTYPES[dtype]) for shape in shapes]
    told = "" if dtype == "float32" else f", dtype=torch.{dtype}"
    shown = ", ".join(f"torch.zeros({shape}{told})" for shape in shapes)
    call = Call(FUNCTION, (*black, NOISY_SIZE, 1, 0.1))
    return call, f"{FUNCTION}({shown}, {NOISY_SIZE}, 1, 0.1)", Script([call_step(call), call_step(call)])


def must_be_free(student: Student, call: Call) -> None:
    """Neither what comes back requires a gradient after a call, nor what was handed in."""
    script = _looking(call)
    outcome = student.run(script)
    failure = failure_of(student.course, outcome, call)
    if failure:
        raise failure
    got = outcome.result(script, "call")
    parts = got if isinstance(got, tuple | list) else [got]
    handed = outcome.result(script, "inputs")
    for values, told, cause in (
        (parts, "what comes back", "learn-still-in-the-graph"),
        (handed, "an argument", "learn-start-requires-a-gradient"),
    ):
        if any(getattr(each, "requires_grad", False) for each in values):
            raise CheckFailure(
                FailureKind.STATE,
                f"{told} requires a gradient after {FUNCTION}",
                FUNCTION,
                call,
                call.text,
                "requires_grad is False",
                "requires_grad is True",
            ).because(student.course.causes[cause])


@cache
def _looking(call: Call) -> Script:
    return Script([call_step(call), {"do": "inputs"}])


def _form(student: Student, expected: Any, got: Any, dtype: torch.dtype) -> Mismatch | None:
    """In what way an answer is not of the right form, or is no number somewhere."""
    return compare(expected, got, dtype=dtype, magnitude=float("inf"), device=student.device)
