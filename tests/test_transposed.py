"""What the course knows of the transposed convolution: each mistake is told from the others, and from no mistake."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.course import COURSE
from exercises.course.topics.ex10_transposed import BOTH, MISCONCEPTIONS, STAMPING
from exercises.feedback import explain
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_return
from exercises.feedback.failures import CheckFailure, Outcome
from exercises.feedback.follow import Assumed
from exercises.feedback.misconception import Misconception
from exercises.feedback.raised_at import expression_of
from exercises.feedback.steps import plain, run

SQUARE = (Sample((2, 3, 4, 5), 1), Sample((3, 3, 3, 3), 2), Sample((3,), 3))
TALL = (Sample((2, 3, 4, 3), 4), Sample((3, 2, 4, 2), 5), Sample((2,), 6))
FITS_WIDTH = (Sample((2, 3, 4, 2), 7), Sample((3, 4, 2, 3), 8), Sample((4,), 9))
SETTINGS: list[dict[str, Any]] = [
    {"stride": (3, 2), "padding": (1, 2), "output_padding": (2, 1), "dilation": (2, 1)},
    {"stride": (2, 3), "padding": 1, "output_padding": (0, 2), "dilation": (1, 2)},
    {"stride": 3, "output_padding": 2},
    {"dilation": (1, 3), "padding": (0, 1)},
    {"stride": 2},
    {},
]


def calls(function: str) -> list[Call]:
    """Tensors of several shapes, with settings that differ on the two axes, all of them or one by one."""
    return [
        Call(function, tensors, settings) for tensors in (TALL, SQUARE, FITS_WIDTH) for settings in SETTINGS
    ]


def under(entry: Misconception, call: Call) -> Tensor | None:
    """The misconception's answer; None where it has none."""
    try:
        answer: Tensor = entry.answer(*COURSE.oracle.arguments(call).values())
    except Exception:
        return None
    return answer


def named(call: Call, answer: Tensor) -> list[str]:
    asked = explain.question(COURSE, call)
    return [entry.name for entry in explain.explanations(COURSE, asked, plain(answer.float()))]


@pytest.mark.parametrize("function", BOTH)
def test_the_right_answers_are_torchs_and_have_no_explanation(function: str) -> None:
    for call in calls(function):
        x, weight, bias = (sample.double() for sample in call.real_args)
        answer = COURSE.oracle.answer(call)
        assert torch.equal(answer, F.conv_transpose2d(x, weight, bias, **call.kwargs))
        assert named(call, answer) == []


@pytest.mark.parametrize("entry", MISCONCEPTIONS, ids=lambda entry: entry.name)
def test_the_answer_of_a_misconception_is_diagnosed_as_it(entry: Misconception) -> None:
    found = []
    for call in calls(entry.functions[0]):  # the same for the other
        answer = under(entry, call)
        if answer is not None and answer.numel() and not _is_right(call, answer):
            found.append(named(call, answer))
            assert entry.name in found[-1], call.text
    assert any(names[:1] == [entry.name] for names in found), found


def _is_right(call: Call, answer: Tensor) -> bool:
    right = COURSE.oracle.answer(call)
    return answer.shape == right.shape and torch.allclose(answer, right)


class Own:
    """A student with this one function; what is asked really runs, in this process."""

    course = COURSE
    device = "cpu"

    def __init__(self, made: Any) -> None:
        self.made = made
        self.assumed: Assumed = {}

    def run(self, steps: Any) -> Outcome:
        return Outcome(*run(steps, lambda name: self.made, expression_of))


def takes_one_number(x: Tensor, weight: Tensor, bias: Any = None, stride: Any = 1) -> Tensor:
    return x.new_zeros(x.shape[2] * stride + 1)


def takes_pairs(x: Tensor, weight: Tensor, bias: Any = None, stride: Any = (1, 1)) -> Tensor:
    down, right = stride
    return x.new_zeros(down, right)


@pytest.mark.parametrize(
    ("made", "stride", "cause"),
    [(takes_one_number, (2, 1), "pair-not-expected"), (takes_pairs, 2, "int-not-expected")],
)
def test_a_pair_or_an_int_that_was_not_expected_is_named(made: Any, stride: Any, cause: str) -> None:
    with pytest.raises(CheckFailure) as found:
        must_return(Own(made), Call(STAMPING, TALL, {"stride": stride}))
    assert found.value.diagnosis == cause
