"""What the course knows of a fast convolution: its mistakes are told apart, and a right one is measured as it is."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from exercises.course import COURSE
from exercises.course.topics.ex13_fast import TOPIC, mistakes
from exercises.course.topics.ex13_fast.race import RACE, SETTINGS, SHAPES, plain_loop, torchs_own
from exercises.feedback import explain
from exercises.feedback.calls import Call, Sample
from exercises.feedback.steps import TensorResult
from exercises.feedback.tutorial import section_title

FUNCTION = "conv2d_fast"
SETTINGS_ASKED: list[dict[str, Any]] = [
    {},
    {"stride": (2, 3)},
    {"padding": (2, 1)},
    {"dilation": (1, 2)},
    {"stride": (2, 1), "padding": (1, 3), "dilation": (2, 1)},
]
CALLS = [
    Call(FUNCTION, (Sample((3, 2, 8, 9), seed=1), Sample((4, 2, 3, 2), seed=2), bias), settings)
    for settings, bias in product(SETTINGS_ASKED, (None, Sample((4,), seed=3)))
] + [Call(FUNCTION, (Sample((2, 3, 7, 7), seed=4), Sample((3, 3, 2, 2), seed=5), Sample((3,), seed=6)))]
OWN = [entry for entry in TOPIC.misconceptions if entry.section == mistakes.SECTION]


def named(call: Call, got: torch.Tensor) -> list[str]:
    asked = explain.question(COURSE, call)
    return [entry.name for entry in explain.explanations(COURSE, asked, TensorResult(got.float(), "cpu"))]


@pytest.mark.parametrize("entry", OWN, ids=lambda entry: entry.name)
def test_what_a_misconception_gives_is_put_down_to_it_alone(entry: Any) -> None:
    fitting: list[list[str]] = []
    for call in CALLS:
        asked = explain.question(COURSE, call)
        try:
            answer = entry.answer(*COURSE.oracle.arguments(call).values())
        except Exception:  # where it cannot occur
            continue
        if answer.shape == asked.right.shape and torch.allclose(answer, asked.right):
            continue
        fitting.append(named(call, answer))
    assert fitting, "no call shows it"
    common = set.intersection(*map(set, fitting))
    assert common == {entry.name}


def test_a_right_answer_is_put_down_to_nothing() -> None:
    for call in CALLS:
        assert not named(call, COURSE.oracle.answer(call))


def test_what_is_known_of_any_convolution_is_known_of_a_fast_one() -> None:
    names = {entry.name for entry in TOPIC.misconceptions}
    assert {"fast-dilation-ignored", "fast-kernel-flipped", "fast-bias-missing"} <= names
    assert all(entry.functions == (FUNCTION,) for entry in (*TOPIC.misconceptions, *TOPIC.families))


def test_whom_it_is_measured_beside_gives_what_torch_gives() -> None:
    shapes = [(1, 2, 8, 9), (3, 2, 3, 2), (3,)]
    x, weight, bias = (torch.rand(shape, dtype=torch.float64) for shape in shapes)
    for settings in SETTINGS_ASKED:
        right = F.conv2d(x, weight, bias, **settings)
        assert torch.allclose(torchs_own(x, weight, bias, **settings), right)
        assert torch.allclose(plain_loop(x, weight, bias, **settings), right)
        assert torch.allclose(plain_loop(x, weight, **settings), F.conv2d(x, weight, **settings))


def test_exercise_5_multiplies_as_often_as_the_task_says() -> None:
    (_, _, height, width), (_, _, kernel, _), _ = SHAPES
    size = (height + 2 * SETTINGS["padding"] - SETTINGS["dilation"] * (kernel - 1) - 1) // SETTINGS[
        "stride"
    ] + 1
    assert (size, height) == (20, 40)
    spread = SETTINGS["dilation"] * (kernel - 1) + 1
    every = height + 2 * SETTINGS["padding"] - spread + 1
    assert 12 < (spread * every) ** 2 / (kernel * size) ** 2 < 13.01
    assert width == height


def test_advice_leads_to_the_section_that_the_tutorial_has() -> None:
    for entry in (*TOPIC.misconceptions, *TOPIC.causes):
        assert section_title(entry.section)
    assert list(RACE.rivals) == ["torch", "loop"]
