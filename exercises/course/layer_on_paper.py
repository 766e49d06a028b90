"""Worked examples for the layer, and layers with the very numbers that a check gave them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from exercises.console.local import LocalStudent
from exercises.course.layer_failures import layer_failure
from exercises.course.layer_oracle import layer_magnitude, layer_question, layer_reference
from exercises.course.layer_problem import layer_problem, new_step
from exercises.feedback.calls import Call, Sample, argument_text
from exercises.feedback.checks import must_be_right
from exercises.feedback.compare import compare
from exercises.feedback.explain import explanations
from exercises.feedback.failures import CheckFailure, mismatch_failure
from exercises.feedback.script import Step

LayerCheck = Callable[[LocalStudent, Call, Sample], None]


def layer_must_give(
    student: LocalStudent, call: Call, parameters: Sequence[Any], x: Any, on_paper: Any
) -> None:
    """The layer, with these numbers in its parameters, gives for x what is worked out here on paper."""
    weights, handed = [torch.tensor(p) for p in parameters], torch.tensor(x)
    names = ("weight", "bias")[: len(weights)]
    state = dict(zip(names, weights, strict=True))
    text = _layer_script(call, {name: argument_text(w) for name, w in state.items()}, argument_text(handed))
    steps: list[Step] = [
        new_step(call, student.device),
        {"do": "fill", "values": state},
        {"do": "forward", "args": (handed,)},
    ]
    outcome = student.run(steps)
    failure = layer_failure(student.course, call, steps, outcome, text)
    if failure:
        raise failure
    expected, got = layer_reference(call, state, handed), outcome.result(steps, "forward")
    found = compare(expected, got, magnitude=layer_magnitude(call, state, handed))
    if found:
        failure = mismatch_failure(
            student.course,
            found,
            call,
            lambda: explanations(student.course, layer_question(call, state, handed), got),
            what="the layer's output",
            call_text=text,
            follows_input=True,
        )
        failure.wanted, failure.answer = expected, got
        raise failure
    must_be_right(on_paper, expected)


def ask_layer(check: LayerCheck, student: LocalStudent, call: Call, x: Sample) -> None:
    """A check of the shared vocabulary whose failure shows how to give the layer the very same numbers."""
    try:
        check(student, call, x)
    except CheckFailure as failure:
        recipes = {name: str(recipe) for name, recipe in layer_problem(call, x).recipes.items()}
        failure.call_text = _layer_script(call, recipes, str(x))
        raise


def _layer_script(call: Call, state: dict[str, str], x: str) -> str:
    entries = ", ".join(f'"{name}": {numbers}' for name, numbers in state.items())
    return f"layer = {call.text}\nlayer.load_state_dict({{{entries}}})\nlayer({x})"
