"""What the course knows of a fast convolution: its mistakes are told apart, and a right one is measured as it is."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any, cast

import pytest
import torch
import torch.nn.functional as F

from autograder.grading import race as measuring
from autograder.grading.sandboxed import SandboxedSubmission
from autograder.sandbox.host import Sandbox
from autograder.submissions.submission import Submission
from exercises.course import COURSE
from exercises.course.topics.ex13_fast import TOPIC, mistakes
from exercises.course.topics.ex13_fast.mistakes import conv2d_fast
from exercises.course.topics.ex13_fast.race import RACE, SETTINGS, SHAPES, plain_loop
from exercises.feedback import explain
from exercises.feedback.calls import Call, Sample
from exercises.feedback.failures import CheckFailure
from exercises.feedback.kinds import FailureKind
from exercises.feedback.race import Times
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
        assert torch.allclose(conv2d_fast(x, weight, bias, **settings), right)
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


@pytest.mark.parametrize(("later", "passes"), [(4.0, True), (8.0, False)])
def test_who_is_nearly_fast_enough_is_measured_again(
    later: float, passes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []

    def run(race: Any, ask: Any, time_of: Any, before: Times) -> Times:
        rounds.append(before.rounds)
        own = 6.0 if not before.rounds else min(later, 6.0)
        return Times(own, {"torch": 1.0, "loop": 40.0}, before.rounds + race.rounds)

    monkeypatch.setattr(measuring, "run", run)
    monkeypatch.setattr(measuring, "must_return", lambda *_: None)
    exercise = next(e for e in COURSE.exercises if e.module == "ex13_fast")
    given = Submission("x", Path("x"), {}, {}, None, (), "")
    sandboxed = SandboxedSubmission(cast(Sandbox, None), given, COURSE)
    student = measuring.SandboxedStudent(sandboxed, exercise, "cpu")
    measuring.must_be_fast(student, RACE, "loop", 0.5, "fast-beside-the-loop")
    if passes:
        measuring.must_be_fast(student, RACE, "torch", 5, "fast-beside-torch")
        assert rounds == [0, 5]
        assert sandboxed.measured["ex13_fast"][0].value == 4.0
    else:
        with pytest.raises(CheckFailure) as caught:
            measuring.must_be_fast(student, RACE, "torch", 5, "fast-beside-torch")
        assert (caught.value.kind, caught.value.diagnosis) == (FailureKind.SLOW, "fast-beside-torch")
        assert rounds == [0, 5, 10, 15]  # and no further
