"""Checks under a worker that was made to answer anything: what is left out or odd is a failure, never a pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from autograder.course import COURSE
from autograder.course.suites.properties import must_move_along
from exercises.course.layer_checks import must_backpropagate, must_start_as_torch, must_train
from exercises.feedback import steps
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_keep_inputs, must_return
from exercises.feedback.course import Course
from exercises.feedback.failures import CheckFailure, Outcome, failure_of
from exercises.feedback.follow import Assumed
from exercises.feedback.script import Step
from exercises.feedback.steps import MAX_TEXT_CHARS, Raised, TensorResult

X = Sample((2, 2, 6, 7), seed=1)
LAYER = Call("Conv2d", (2, 3, 3))


def pad2d(x: Tensor, padding: int) -> Tensor:
    return nn.functional.pad(x, (padding,) * 4)


@dataclass
class Liar:
    """Torch's own answers, with one of them changed."""

    place: int
    change: Callable[[Any], Any]
    course: Course = COURSE
    device: str = "cpu"
    assumed: Assumed = field(default_factory=dict)

    def run(self, asked: Sequence[Step]) -> Outcome:
        results, raised = steps.run(
            asked, {"Conv2d": nn.Conv2d, "pad2d": pad2d, "conv2d_valid": nn.functional.conv2d}.__getitem__
        )
        results[self.place] = self.change(results[self.place])
        return Outcome(results, raised)


def honest(value: Any) -> Any:
    return value


def nothing(value: Any) -> Any:
    return type(value)()


def with_weight(change: Callable[[Tensor], Tensor]) -> Callable[[Any], Any]:
    def changed(state: dict[str, TensorResult]) -> dict[str, TensorResult]:
        return {**state, "weight": replace(state["weight"], value=change(state["weight"].value))}

    return changed


@pytest.mark.parametrize(
    ("ask", "place"),
    [
        (lambda liar: must_keep_inputs(liar, Call("pad2d", (X, 1))), 1),
        (lambda liar: must_backpropagate(liar, LAYER, X), 3),
        (lambda liar: must_train(liar, LAYER, X), 4),
    ],
    ids=["inputs", "gradients", "state after training"],
)
def test_what_is_left_out_does_not_pass(ask: Callable[[Liar], None], place: int) -> None:
    ask(Liar(place, honest))
    with pytest.raises(CheckFailure):
        ask(Liar(place, nothing))


@pytest.mark.parametrize("place", [0, 1])
def test_an_answer_that_another_is_held_against_has_the_right_dtype_too(place: int) -> None:
    def ask(change: Callable[[Any], Any]) -> None:
        weight = Sample((2, 2, 3, 2), seed=2)
        must_move_along(Liar(place, change), Sample((1, 2, 4, 5), seed=1), weight, (0, 2))  # type: ignore[arg-type]

    ask(honest)
    with pytest.raises(CheckFailure, match="the wrong dtype"):
        ask(lambda answer: replace(answer, value=answer.value.double()))


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w[:0],
        lambda w: w[:50],
        lambda w: w.double(),
        lambda w: w.to(torch.int8),
        lambda w: w.flatten(),
    ],
    ids=["empty", "half", "double", "whole numbers", "flat"],
)
def test_start_values_of_another_form_fail(change: Callable[[Tensor], Tensor]) -> None:
    call = Call("Conv2d", (16, 64, 3))
    must_start_as_torch(Liar(1, honest), call)
    with pytest.raises(CheckFailure, match="weight"):
        must_start_as_torch(Liar(1, with_weight(change)), call)


@pytest.mark.parametrize("number", [1, 3])
def test_start_values_of_both_layers_count(number: int) -> None:
    call = Call("Conv2d", (16, 64, 3))
    with pytest.raises(CheckFailure, match="outside the interval"):
        must_start_as_torch(Liar(number, with_weight(lambda w: w * 10)), call)


def test_a_megabyte_of_text_is_cut() -> None:
    with pytest.raises(CheckFailure) as caught:
        must_return(Liar(0, lambda _: "x" * 1_000_000), Call("pad2d", (X, 1)))
    assert len(caught.value.got) < 300
    assert len(CheckFailure("repr", "x" * 9999, got="y" * 9999).got) == MAX_TEXT_CHARS


def test_a_stub_without_a_message_is_told_all_the_same() -> None:
    bare = Raised("NotImplementedError", ("NotImplementedError",), "", (), 0)
    failure = failure_of(COURSE, Outcome((), bare), Call("pad2d", (X, 1)))
    assert failure is not None and failure.headline == "pad2d is not written yet"


def test_an_exception_with_the_name_of_the_sandboxs_own_needs_words_too() -> None:
    bare = Raised("MissingName", ("MissingName", "Exception"), " ", (), steps.LOADING)
    failure = failure_of(COURSE, Outcome((), bare), Call("pad2d", (X, 1)))
    assert failure is not None and "MissingName" in failure.headline
