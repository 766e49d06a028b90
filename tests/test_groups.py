"""What the course knows of groups: each mistake is told from the others, and from no mistake."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from exercises.course import COURSE
from exercises.course.topics.ex12_groups import TOPIC
from exercises.feedback import explain
from exercises.feedback.calls import Call, Sample
from exercises.feedback.misconception import Misconception
from exercises.feedback.steps import TensorResult

GROUPED, SEPARABLE = "conv2d_grouped", "depthwise_separable"
X = Sample((2, 6, 8, 7), seed=1)
SETTINGS: list[dict[str, Any]] = [
    {},
    {"stride": (2, 3)},
    {"padding": (2, 1)},
    {"stride": (3, 1), "padding": (1, 2)},
]
DILATED: list[dict[str, Any]] = [{"dilation": (1, 2)}, {"stride": (2, 1), "padding": 1, "dilation": (1, 2)}]
# kernels of groups; their number is once the width of the picture, so that a bias can lie along it
WEIGHTS = [
    (2, Sample((6, 3, 2, 3), seed=2)),
    (3, Sample((6, 2, 3, 2), seed=3)),
    (6, Sample((12, 1, 2, 2), seed=4)),
]
FITS_WIDTH = (Sample((2, 4, 3, 5), seed=5), Sample((4, 2, 2, 2), seed=6), Sample((4,), seed=7))
DEPTHWISE = Sample((6, 1, 3, 2), seed=8)
CALLS = {
    GROUPED: [
        Call(GROUPED, (X, weight, bias), {**settings, "groups": groups})
        for (groups, weight), settings in product(WEIGHTS, SETTINGS + DILATED)
        for bias in (None, Sample(weight.shape[:1], seed=9))
    ]
    + [Call(GROUPED, FITS_WIDTH, {"groups": 2})],
    SEPARABLE: [
        Call(SEPARABLE, (X, DEPTHWISE, Sample((outputs, 6, 1, 1), seed=outputs)), settings)
        for outputs, settings in product((6, 4), SETTINGS)
    ],
}


def named(call: Call, got: torch.Tensor) -> list[str]:
    asked = explain.question(COURSE, call)
    return [entry.name for entry in explain.explanations(COURSE, asked, TensorResult(got.float(), "cpu"))]


@pytest.mark.parametrize("entry", TOPIC.misconceptions, ids=lambda entry: entry.name)
def test_what_a_misconception_gives_is_put_down_to_it_alone(entry: Misconception) -> None:
    fitting: list[list[str]] = []
    for call in CALLS[entry.functions[0]]:
        asked = explain.question(COURSE, call)
        assert asked is not None
        try:
            answer = entry.answer(*asked.given)
        except (RuntimeError, ValueError):  # it cannot occur there
            continue
        if answer.shape != asked.right.shape or not torch.allclose(answer, asked.right):
            fitting.append(named(call, answer))
    assert fitting, "no call shows it"
    assert [each for each in fitting[0] if all(each in others for others in fitting)] == [entry.name]


@pytest.mark.parametrize("function", CALLS)
def test_a_right_answer_is_put_down_to_nothing(function: str) -> None:
    for call in CALLS[function]:
        assert named(call, COURSE.oracle.answer(call)) == []


def test_both_references_are_torchs_own_convolutions_with_groups() -> None:
    for call in CALLS[GROUPED]:
        given = COURSE.oracle.arguments(call)
        assert torch.allclose(COURSE.oracle.answer(call), F.conv2d(given.pop("x"), **given))
    for call in CALLS[SEPARABLE]:
        x, depthwise, pointwise, stride, padding = COURSE.oracle.arguments(call).values()
        each = F.conv2d(x, depthwise, None, stride, padding, groups=x.shape[1])
        assert torch.allclose(COURSE.oracle.answer(call), F.conv2d(each, pointwise))
