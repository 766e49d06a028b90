"""The vocabulary for the layer of exercise 7, beside `checks` for plain functions.

A layer is built from a `Call("Conv2d", …)`, gets known numbers in its parameters, in their order, and is
then asked what torch's layer with the same numbers would answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from exercises.course.causes import CAUSES
from exercises.course.layer_failures import (
    NO_PARAMETERS,
    OTHER_PARAMETERS,
    cause_of_parameters,
    is_listed,
    layer_failure,
    no_module,
    torch_layer,
)
from exercises.course.layer_oracle import layer_question
from exercises.course.layer_problem import RATE, LayerProblem, bare_script, layer_problem
from exercises.feedback import follow
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import Student, as_many, mismatch_of, must_have_raised
from exercises.feedback.compare import compare, describe
from exercises.feedback.explain import explains, explanations
from exercises.feedback.failures import (
    CheckFailure,
    Outcome,
    failure_of,
    mismatch_failure,
    no_gradient,
    same,
    wrong_gradient,
)
from exercises.feedback.kinds import FailureKind
from exercises.feedback.misconception import Misconception
from exercises.feedback.script import Step, place_of
from exercises.feedback.steps import ParameterResult, TensorResult


def _task(student: Student, call: Call, x: Sample) -> LayerProblem:
    assumed = student.assumed.get(call.function)
    if isinstance(assumed, Misconception):  # one of many, and of this hand-in's own: nothing to keep
        return LayerProblem(call, x, assumed)
    return layer_problem(call, x)


def must_forward(student: Student, call: Call, x: Sample) -> None:
    """The layer gives what torch's layer with the same numbers gives."""
    task = _task(student, call, x)
    steps = task.script(student.device, "forward")
    _judge_forward(task, steps, student.run(steps), student)


def _judge_forward(task: LayerProblem, steps: Sequence[Step], outcome: Outcome, student: Student) -> None:
    if not outcome.has(steps, "forward"):
        raise layer_failure(student.course, task.call, steps, outcome, task.call_text) or AssertionError
    got, call = outcome.result(steps, "forward"), task.call
    right = layer_problem(call, task.x).expected if student.assumed else None
    follow.must_hold_something(student.assumed, call, right, got, task.input)
    found = mismatch_of(student, task, got)
    if found:
        course = student.course
        asked = cache(lambda: layer_question(call, task.state, task.input))
        failure = mismatch_failure(
            course,
            found,
            call,
            lambda: explanations(course, asked(), got),
            what="the layer's output",
            call_text=task.call_text,
            follows_input=True,
        )
        failure.explained_by = lambda entry: explains(entry, asked(), got)
        failure.wanted, failure.answer, failure.drawn_as = task.expected, got, task.drawn_as
        raise failure


def must_forward_as(student: Student, call: Call, x: Sample) -> None:
    """A layer built in the default dtype works after `.to(x's dtype)`."""
    task = _task(student, call, x)
    steps = task.script(student.device, "moved")
    _judge_forward(task, steps, student.run(steps), student)


def must_forward_there(student: Student, call: Call, x: Sample) -> None:
    """A layer built on the CPU works after `.to(device)`."""
    task = _task(student, call, x)
    steps = task.script(student.device, "sent")
    _judge_forward(task, steps, student.run(steps), student)


def must_backpropagate(student: Student, call: Call, x: Sample) -> None:
    """Gradients reach the input and every parameter, and are torch's."""
    task = _task(student, call, x)
    steps = task.script(student.device, "gradients")
    outcome = student.run(steps)
    _judge_forward(task, steps, outcome, student)
    failure = failure_of(student.course, outcome, task.call, task.call_text)
    if failure:
        failure.headline = f"the layer's gradients could not be computed: {failure.got}"
        raise failure
    gradients = as_many(outcome.result(steps, "vjp"), task.gradients)
    for (name, expected), got in zip(task.gradients.items(), gradients, strict=True):
        if got is None:
            raise no_gradient(student.course, task.call, name)
        found = compare(
            expected, got, dtype=task.dtype, magnitude=task.gradient_magnitude, device=student.device
        )
        if found:
            raise wrong_gradient(student.course, found, task.call, name)


def must_train(student: Student, call: Call, x: Sample) -> None:
    """One step of gradient descent moves the parameters where it moves torch's."""
    task = _task(student, call, x)
    steps = task.script(student.device, "training")
    outcome = student.run(steps)
    _judge_forward(task, steps, outcome, student)
    failure = failure_of(student.course, outcome, task.call, task.call_text)
    if failure:
        failure.headline = f"the training step failed: {failure.got}"
        raise failure
    state = outcome.result(steps, "sgd")
    moved = [state[name] for name in task.state] if state.keys() == task.state.keys() else state.values()
    for (name, start), got in zip(task.state.items(), as_many(moved, task.state), strict=True):
        expected = start.to(torch.float64) - RATE * task.gradients[name]
        magnitude = float(start.abs().max()) + task.gradient_magnitude
        found = compare(expected, got, dtype=task.dtype, magnitude=magnitude, device=student.device)
        if found:
            failure = wrong_gradient(student.course, found, task.call, name)
            failure.headline = f"after one training step {name} is not where torch's layer would have it"
            raise failure


def must_have_parameters(student: Student, call: Call) -> None:
    """Names, shapes, order and dtype of the parameters are torch's, and all of them learn."""
    outcome = student.run(bare_script(call, student.device, "parameters"))
    failure = failure_of(student.course, outcome, call)
    if failure:
        raise failure
    [parameters] = outcome.results
    must_be_parameters(call, parameters, student)


def must_be_parameters(call: Call, got: Any, student: Student, dtype: torch.dtype | None = None) -> None:
    """The parameters listed are those of torch's layer."""
    wanted = tuple(
        ParameterResult(name, tuple(p.shape), str(dtype or p.dtype), student.device, True)
        for name, p in torch_layer(call).named_parameters()
    )
    if not is_listed(got):
        raise no_module(call, got)
    seen = tuple(
        ParameterResult(p.name, p.shape, p.dtype, p.device.split(":")[0], p.requires_grad) for p in got
    )
    if seen != wanted:
        raise CheckFailure(
            FailureKind.PARAMETERS,
            OTHER_PARAMETERS,
            call.function,
            call,
            call.text,
            _listed(wanted),
            _listed(seen),
        ).because(cause_of_parameters([(p.name, p.shape) for p in wanted], [(p.name, p.shape) for p in seen]))


def _listed(parameters: Sequence[ParameterResult]) -> str:
    lines = [f"{p.name} {p.shape} {p.dtype} on {p.device}" for p in parameters]
    return "; ".join(lines) or NO_PARAMETERS


def must_start_as_torch(student: Student, call: Call) -> None:
    """Start values fill the interval of torch's layer, and differ from one layer to the next.

    torch draws both parameters from U(-b, b) with b = 1 / sqrt(fan_in) (documentation of `torch.nn.Conv2d`).
    With n numbers, the largest |value| is below 0.9 b with probability 0.9^n and the standard deviation is
    b / sqrt(3), up to a factor 1 ± 3 / sqrt(n) or so.
    """
    steps = bare_script(call, student.device, "start")
    outcome = student.run(steps)
    failure = layer_failure(student.course, call, steps, outcome)
    if failure:
        raise failure
    parameters, one_state, _, other_state = outcome.results
    try:
        must_be_parameters(call, parameters, student)
    except CheckFailure as other:  # which is the matter of another line
        raise follow.undecided(call.function, "has other parameters than torch's layer") from other
    model = torch_layer(call)
    bound = 1.0 / math.sqrt(model.weight[0].numel())
    for name, parameter in model.named_parameters():
        first, second = one_state.get(name), other_state.get(name)
        if not (_is_like(first, parameter) and _is_like(second, parameter)):
            text = f"{name} is missing from the state_dict, or not as it is in the layer"
            raise _start_failure(call, text, f"shape {tuple(parameter.shape)}", describe(first))
        for entry in (first, second):
            _must_be_uniform(call, name, entry.value.to(torch.float64), bound)
        if torch.equal(first.value, second.value):
            text = f"{name} starts with the same numbers in every layer"
            raise _start_failure(call, text, "fresh random numbers", "the same twice")


def _must_be_uniform(call: Call, name: str, values: Tensor, bound: float) -> None:
    largest, spread = float(values.abs().max()), float(values.std())
    if not largest <= bound * 1.0001:
        text = f"{name} starts outside the interval of torch's layer"
        raise _start_failure(call, text, f"|value| at most {bound:.4g}", f"{largest:.4g}")
    low = 1.0 - 4.0 / math.sqrt(values.numel())
    if largest < 0.8 * bound or not low <= spread * math.sqrt(3.0) / bound <= 2.0 - low:
        text = f"{name} does not fill the interval of torch's layer evenly"
        wanted = f"uniform in ±{bound:.4g}, standard deviation near {bound / math.sqrt(3):.4g}"
        raise _start_failure(call, text, wanted, f"largest {largest:.4g}, standard deviation {spread:.4g}")


def _is_like(entry: Any, parameter: Tensor) -> bool:
    """Whether an entry of a state_dict, which a layer can write as it likes, has a parameter's form."""
    if not isinstance(entry, TensorResult):
        return False
    return entry.value.shape == parameter.shape and entry.value.dtype == parameter.dtype


def _start_failure(call: Call, headline: str, wanted: str, got: str) -> CheckFailure:
    return CheckFailure(
        FailureKind.START,
        headline,
        call.function,
        call,
        call.text,
        wanted,
        got,
    ).because(CAUSES["start-values-differ"])


def must_exchange_state(student: Student, call: Call, x: Sample) -> None:
    """`state_dict` fits both ways: from torch's layer into the student's, and back."""
    task = _task(student, call, x)
    steps = task.script(student.device, "state")
    outcome = student.run(steps)
    failure = layer_failure(student.course, call, steps, outcome, task.call_text)
    stopped_at = outcome.raised.step if outcome.raised else None
    if failure and failure.kind == FailureKind.RAISED and stopped_at == place_of(steps, "load_state"):
        failure.headline = "the layer does not load a state_dict of torch.nn.Conv2d"
        wanted = [(name, tuple(value.shape)) for name, value in task.state.items()]
        failure.because(
            cause_of_parameters(wanted, [(p.name, p.shape) for p in outcome.result(steps, "new")])
        )
    if failure:
        raise failure
    _judge_forward(task, steps, outcome, student)
    got: dict[str, Any] = outcome.result(steps, "state")
    for name, value in task.state.items():
        entry = got.get(name)
        if not isinstance(entry, TensorResult) or not same(entry.value, value):
            raise _state_failure(task, f"the state_dict has not the {name} that was loaded")
    if set(got) != set(task.state):
        raise _state_failure(
            task, f"the state_dict has the entries {sorted(got)}, torch's has {sorted(task.state)}"
        )


def _state_failure(task: LayerProblem, headline: str) -> CheckFailure:
    return CheckFailure(
        FailureKind.STATE,
        headline,
        task.call.function,
        task.call,
        task.call_text,
    ).because(CAUSES["state-differs"])


def must_print_as_torch(student: Student, call: Call) -> None:
    """The layer prints as torch's does."""
    outcome = student.run(bare_script(call, student.device, "repr"))
    failure = failure_of(student.course, outcome, call)
    if failure:
        raise failure
    _, got = outcome.results
    wanted = repr(torch_layer(call))
    if got != wanted:
        raise CheckFailure(
            FailureKind.REPR,
            "the layer does not print as torch.nn.Conv2d does",
            call.function,
            call,
            f"print({call.text})",
            wanted,
            str(got),
        ).because(CAUSES["repr-differs"])


def must_refuse(student: Student, bad: Call, good: Call, x: Sample) -> None:
    """The bad settings raise ValueError, and the good neighbour works."""
    must_forward(student, good, x)
    must_have_raised(student.course, student.run(bare_script(bad, student.device, "parameters")), bad)
