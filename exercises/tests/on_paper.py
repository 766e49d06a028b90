"""What the public checks have beside the shared vocabulary: worked examples, and the check of the source.

In a worked example the right answer stands in the check, in plain numbers, so that you can do it on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from exercises.feedback.calls import Call, Sample, argument_text
from exercises.feedback.catalogue import Exercise, exercises
from exercises.feedback.checks import must_return, problem
from exercises.feedback.compare import compare
from exercises.feedback.failures import CheckFailure, NotWritten, mismatch_failure
from exercises.feedback.forbidden import find_forbidden
from exercises.feedback.layer_failures import layer_failure
from exercises.feedback.layer_problem import layer_problem, new_step
from exercises.feedback.misconceptions import layer_explanations
from exercises.feedback.reference import layer_magnitude, layer_reference
from exercises.paths import EXERCISES
from exercises.tests.local import LocalStudent
from exercises.tests.source import notebook_text, stubs, text_of

NOTEBOOK = "notebook"
LayerCheck = Callable[[LocalStudent, Call, Sample], None]


def must_give(student: LocalStudent, call: Call, on_paper: Any) -> None:
    """The call gives what is worked out here on paper, which is what torch gives.

    Args:
        student: whose code is asked.
        call: with small arguments.
        on_paper: an int, or nested lists for a tensor, or a tuple of such.
    """
    must_return(student, call)
    must_be_torchs(on_paper, problem(call).expected)


def must_be_torchs(on_paper: Any, expected: Any) -> None:
    """Whoever wrote the check has calculated well."""
    if isinstance(expected, tuple):
        assert len(on_paper) == len(expected)
        for item, wanted in zip(on_paper, expected, strict=True):
            must_be_torchs(item, wanted)
    elif isinstance(expected, Tensor):
        written = torch.tensor(on_paper, dtype=torch.float64)
        assert written.shape == expected.shape, f"torch gives the shape {tuple(expected.shape)}"
        # numbers of the check went through float32 on their way to torch
        assert torch.allclose(written, expected, rtol=1e-6, atol=1e-6), f"torch gives {expected.tolist()}"
    else:
        assert on_paper == expected, f"torch gives {expected}"


def layer_must_give(
    student: LocalStudent, call: Call, parameters: Sequence[Any], x: Any, on_paper: Any
) -> None:
    """The layer, with these numbers in its parameters, gives for x what is worked out here on paper."""
    weights, handed = [torch.tensor(p) for p in parameters], torch.tensor(x)
    names = ("weight", "bias")[: len(weights)]
    state = dict(zip(names, weights, strict=True))
    text = _layer_script(call, {name: argument_text(w) for name, w in state.items()}, argument_text(handed))
    steps = [
        new_step(call, student.device),
        {"do": "fill", "values": state},
        {"do": "forward", "args": (handed,)},
    ]
    outcome = student.run(steps)
    failure = layer_failure(call, steps, outcome, text)
    if failure:
        raise failure
    expected, got = layer_reference(call, state, handed), outcome.results[2]
    found = compare(expected, got, magnitude=layer_magnitude(call, state, handed))
    if found:
        failure = mismatch_failure(
            found,
            call,
            lambda: layer_explanations(call, state, handed, got),
            what="the layer's output",
            call_text=text,
        )
        failure.wanted, failure.answer = expected, got
        raise failure
    must_be_torchs(on_paper, expected)


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


def must_be_own_work(student: LocalStudent) -> None:
    """Nothing is called that this exercise asks the student to write.

    As long as a function is not written, this is to do as well.
    """
    exercise = student.exercise
    student.module()
    texts, module, others = _own_texts(exercise)
    findings = find_forbidden(texts, module, exercise.exports, exercise.forbids, others)
    if findings:
        found = findings[0]
        source = texts.get(found.module, "").split("\n")
        line = source[found.line - 1].strip() if 0 < found.line <= len(source) else ""
        if module == NOTEBOOK:  # whose lines are counted over all cells, which helps nobody
            sentence = f"{found.name} is used here: this exercise asks you to write it yourself"
            raise CheckFailure("forbidden", sentence, trace=(("", 0, line),))
        raise CheckFailure(
            "forbidden", f"exercises/{found.sentence}", trace=((f"{found.module}.py", found.line, line),)
        )
    for name, number in stubs(texts[module]).items():
        if name.split(".")[0] in exercise.exports:
            message = f"{exercise.name}: {name} is not written yet"
            raise NotWritten("not-written", message, trace=((f"{module}.py", number, ""),))


def _own_texts(exercise: Exercise) -> tuple[dict[str, str], str, list[str]]:
    """The student's sources by module, the one of this exercise, and names that others answer for."""
    notebook = notebook_text()
    if notebook is None:
        return {path.stem: text_of(path.stem) for path in EXERCISES.glob("*.py")}, exercise.module, []
    others = [name for e in exercises() if e.module != exercise.module for name in e.exports]
    return {NOTEBOOK: notebook}, NOTEBOOK, others
