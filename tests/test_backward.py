"""What the course knows of the way back: each mistake is told from the others, and autograd does nobody's work."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.course import COURSE
from exercises.course.topics.ex11_backward import FUNCTION, MISCONCEPTIONS, TOPIC
from exercises.feedback import explain
from exercises.feedback.calls import Call, Sample
from exercises.feedback.forbidden import find_forbidden
from exercises.feedback.misconception import Misconception
from exercises.feedback.steps import plain

ENGINE = "torch.autograd.Variable._execution_engine.run_backward"
# pictures, channels in, channels out, kernel; with as many channels out as in, their axes can be mixed up
SHAPES = [((2, 3, 10, 9), (4, 3, 3, 2)), ((3, 2, 11, 10), (2, 2, 2, 4))]
SETTINGS: list[dict[str, Any]] = [
    {},
    {"stride": (3, 2), "padding": (1, 2), "dilation": (2, 1)},
    {"stride": (2, 3), "padding": 1, "dilation": (1, 2)},
    {"stride": 3},
    {"padding": (0, 2)},
    {"dilation": (1, 3)},
]


def calls() -> list[Call]:
    """Settings that differ on the two axes, all of them or one by one."""
    found = []
    for x, weight in SHAPES:
        for number, settings in enumerate(SETTINGS):
            out = F.conv2d(torch.empty(x), torch.empty(weight), **settings).shape
            tensors = tuple(Sample(tuple(shape), number * 3 + n) for n, shape in enumerate((out, x, weight)))
            found.append(Call(FUNCTION, tensors, settings))
    return found


def named(call: Call, answer: tuple[Tensor, ...]) -> list[str]:
    asked = explain.question(COURSE, call)
    return [
        e.name for e in explain.explanations(COURSE, asked, plain(tuple(part.float() for part in answer)))
    ]


def test_the_right_answers_are_torchs_and_have_no_explanation() -> None:
    for call in calls():
        grad_out, x, weight = (sample.double() for sample in call.real_args)
        answer = COURSE.oracle.answer(call)
        every = {"stride": 1, "padding": 0, "dilation": 1, **call.kwargs}
        assert torch.allclose(answer[0], torch.nn.grad.conv2d_input(x.shape, weight, grad_out, **every))
        assert torch.allclose(answer[1], torch.nn.grad.conv2d_weight(x, weight.shape, grad_out, **every))
        assert torch.allclose(answer[2], grad_out.sum((0, 2, 3)))
        assert named(call, answer) == []


def test_the_right_answer_is_there_while_autograd_is_switched_off() -> None:
    """Students' checks ask for it so."""
    with torch.no_grad():
        assert [part.requires_grad for part in COURSE.oracle.answer(calls()[0])] == [False] * 3


@pytest.mark.parametrize("entry", MISCONCEPTIONS, ids=lambda entry: entry.name)
def test_the_answer_of_a_misconception_is_diagnosed_as_it(entry: Misconception) -> None:
    found = []
    for call in calls():
        try:
            answer = entry.answer(*COURSE.oracle.arguments(call).values())
        except Exception:
            continue
        right = COURSE.oracle.answer(call)
        if any(a.shape != r.shape or not torch.allclose(a, r) for a, r in zip(answer, right, strict=True)):
            found.append(named(call, answer))
            assert entry.name in found[-1], call.text
    assert any(names[:1] == [entry.name] for names in found), found


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("return torch.autograd.grad(out, (x, weight), grad_out)", "torch.autograd.grad"),
        ("torch.autograd.backward(out, grad_out)", "torch.autograd.backward"),
        ("return torch.func.vjp(conv, x, weight)[1](grad_out)", "torch.func.vjp"),
        ("return torch.func.jacrev(conv)(x)", "torch.func.jacrev"),
        ("with torch.enable_grad(): pass", "torch.enable_grad"),
        ("torch.Tensor.backward(out, grad_out)", "torch.Tensor.backward"),
        ("return torch.autograd.forward_ad.make_dual(x, grad_out)", "torch.autograd.forward_ad.make_dual"),
        ("torch.autograd.Variable._execution_engine.run_backward(out)", ENGINE),
        ("with torch.no_grad(): pass", ""),
        ("with torch.autograd.no_grad(): pass", ""),
        ("with torch.autograd.inference_mode(): pass", ""),
        ("return x.detach(), weight.grad, x.new_zeros(1, requires_grad=False)", ""),
    ],
)
def test_autograd_is_found_by_its_names_and_nothing_else_is(line: str, name: str) -> None:
    source = f"import torch\n\ndef {FUNCTION}(grad_out, x, weight):\n    {line}\n"
    found = find_forbidden({"ex11_backward": source}, "ex11_backward", [FUNCTION], TOPIC.rules, [FUNCTION])
    assert [each.name for each in found][:1] == ([name] if name else [])
