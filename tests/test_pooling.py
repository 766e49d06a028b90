"""What exercise 9 forbids is found and nothing else, and each of its misconceptions is told from all others."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch

from exercises.course import COURSE
from exercises.course.topics.ex9_pooling.mistakes import BOTH, MISCONCEPTIONS
from exercises.feedback import explain
from exercises.feedback.calls import Call, Sample
from exercises.feedback.forbidden import find_forbidden
from exercises.feedback.steps import TensorResult

X = Sample((3, 3, 7, 9), seed=91)
WINDOWS: list[tuple[Any, ...]] = [
    # window, stride, padding
    ((2, 3), None, 0),
    (2, (3, 1), 0),
    ((3, 2), (1, 2), (1, 0)),
    ((2, 4), (2, 3), (0, 2)),
    ((3, 4), (3, 2), 1),
    (4, (2, 4), (1, 2)),
]
CALLS = {
    "max_pool2d": [
        Call("max_pool2d", (X, *window, dilation, up))
        for window, dilation, up in product(WINDOWS, (1, (1, 2), (2, 1)), (False, True))
    ],
    "avg_pool2d": [
        Call("avg_pool2d", (X, *window, up, counted))
        for window, up, counted in product(WINDOWS, (False, True), (False, True))
    ],
}


def found(call: Call, got: torch.Tensor) -> list[str]:
    asked = explain.question(COURSE, call)
    return [entry.name for entry in explain.explanations(COURSE, asked, TensorResult(got.float(), "cpu"))]


@pytest.mark.parametrize("name", [entry.name for entry in MISCONCEPTIONS])
def test_what_a_misconception_gives_is_put_down_to_it_alone(name: str) -> None:
    entry = next(each for each in MISCONCEPTIONS if each.name == name)
    for function in entry.functions:
        fitting: list[list[str]] = []
        for call in CALLS[function]:
            asked = explain.question(COURSE, call)
            assert asked is not None
            try:
                answer = entry.answer(*asked.given)
            except (RuntimeError, ValueError):  # it cannot occur there
                continue
            if answer.shape != asked.right.shape or not torch.allclose(answer, asked.right):
                fitting.append(found(call, answer))
        assert fitting, "no call shows it"
        assert [each for each in fitting[0] if all(each in others for others in fitting)][:1] == [name]


@pytest.mark.parametrize("function", BOTH)
def test_a_right_answer_is_put_down_to_nothing(function: str) -> None:
    for call in CALLS[function]:
        assert found(call, COURSE.oracle.answer(call)) == []


def test_beside_infinity_not_every_number_will_do() -> None:
    """The window too many has no pixel in it, so its largest number is minus infinity."""
    call = Call("max_pool2d", (Sample((1, 2, 3, 3), seed=92), 2, 2, 1, 1, True))
    entry = next(each for each in MISCONCEPTIONS if each.name == "pool-ceil-one-too-many")
    asked = explain.question(COURSE, call)
    assert asked is not None
    answer = entry.answer(*asked.given)
    assert answer.isinf().any() and entry.name in found(call, answer)
    assert entry.name not in found(call, answer.nan_to_num(neginf=0.0))
    assert entry.name not in found(call, torch.where(answer.isinf(), answer, answer + 1))


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("F.max_pool2d(x, 2)", True),
        ("F.adaptive_avg_pool2d(x, 1)", True),
        ("nn.MaxPool2d(2)(x)", True),
        ("nn.LPPool2d(2, 2)(x)", True),
        ("torch.max_pool2d(x, 2)", True),
        ("torch.ops.aten.avg_pool2d(x, 2)", True),
        ("torch._C._nn.avg_pool2d(x, 2)", True),
        ("F.pad(x, (1, 1))", False),
        ("x.unfold(2, 2, 2).amax(-1)", False),
        ("torch.maximum(x, x)", False),
    ],
)
def test_ready_made_pooling_is_found_where_it_is_forbidden(text: str, forbidden: bool) -> None:
    head = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n"
    rules = {"pooling": COURSE.rules["pooling"]}
    sources = {"ex9_pooling": f"{head}def max_pool2d(x):\n    return {text}\n"}
    assert bool(find_forbidden(sources, "ex9_pooling", ["max_pool2d"], rules, list(BOTH))) == forbidden
