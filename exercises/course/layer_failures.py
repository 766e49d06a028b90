"""What goes wrong around a layer: in the steps of a check that build it, fill it and load it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeGuard

from torch import nn

from exercises.course.causes import CAUSES
from exercises.feedback.calls import Call
from exercises.feedback.cause import Cause
from exercises.feedback.compare import describe
from exercises.feedback.course import Course
from exercises.feedback.failures import CheckFailure, Outcome, failure_of
from exercises.feedback.kinds import FailureKind
from exercises.feedback.script import Step
from exercises.feedback.steps import ParameterResult

OTHER_PARAMETERS = "the layer's parameters are not those of torch.nn.Conv2d"
NO_PARAMETERS = "no parameters"
Shapes = Sequence[tuple[str, tuple[int, ...]]]  # of parameters, by name, in their order


def torch_layer(call: Call) -> nn.Conv2d:
    """Torch's own layer for the call, without memory for its numbers."""
    return nn.Conv2d(*call.real_args, **{**call.real_kwargs, "device": "meta"})


def layer_failure(
    course: Course, call: Call, steps: Sequence[Step], outcome: Outcome, call_text: str = ""
) -> CheckFailure | None:
    """As `failure_of`; but what stops a step of ours, such as one that fills parameters, is no error of the layer."""
    failure = failure_of(course, outcome, call, call_text)
    error = outcome.raised
    if (
        failure is None
        or error is None
        or not 0 < error.step < len(steps)
        or failure.kind != FailureKind.RAISED
    ):
        return failure
    built = outcome.result(steps, "new") if outcome.has(steps, "new") else None
    if not is_listed(built):
        return no_module(call, built)
    if steps[error.step]["do"] == "fill":
        return _not_filled(call, built, failure)
    return failure


def is_listed(built: Any) -> TypeGuard[tuple[ParameterResult, ...]]:
    """Whether the step "new" gave the parameters of a module."""
    return isinstance(built, tuple) and all(isinstance(p, ParameterResult) for p in built)


def no_module(call: Call, got: Any) -> CheckFailure:
    """What was built is no layer of torch's kind."""
    return CheckFailure(
        FailureKind.TYPE,
        "Conv2d is not a torch.nn.Module",
        call.function,
        call,
        call.text,
        "an nn.Module",
        describe(got),
    ).because(CAUSES["not-a-module"])


def _not_filled(call: Call, built: Sequence[ParameterResult], failure: CheckFailure) -> CheckFailure:
    wanted = [(name, tuple(p.shape)) for name, p in torch_layer(call).named_parameters()]
    seen = [(p.name, p.shape) for p in built]
    if len(seen) == len(wanted) and all(s == w for (_, s), (_, w) in zip(seen, wanted, strict=True)):
        failure.headline = f"the layer's parameters take no numbers: {failure.got}"
        return failure
    return CheckFailure(
        FailureKind.PARAMETERS,
        OTHER_PARAMETERS,
        call.function,
        call,
        failure.call_text,
        "; ".join(f"{name} {shape}" for name, shape in wanted) or NO_PARAMETERS,
        "; ".join(f"{name} {shape}" for name, shape in seen) or NO_PARAMETERS,
    ).because(cause_of_parameters(wanted, seen))


def cause_of_parameters(wanted: Shapes, seen: Shapes) -> Cause:
    """Why a layer's parameters are not those of torch's."""
    if len(seen) < len(wanted):
        return CAUSES["parameters-not-registered"]
    bias, other = dict(wanted).get("bias"), dict(seen).get("bias")
    if bias and other and bias != other and math.prod(bias) == math.prod(other):
        return CAUSES["bias-with-axes"]
    return CAUSES["parameters-differ"]
