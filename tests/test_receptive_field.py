"""What stands behind exercise 8: its references by formula, and each of its misconceptions found where it occurs."""

from __future__ import annotations

import random
from itertools import accumulate
from math import prod
from operator import mul
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from exercises.course import COURSE
from exercises.course.topics.ex8_receptive_field import TOPIC
from exercises.feedback import explain
from exercises.feedback.calls import Call
from exercises.feedback.misconception import Misconception

ORACLE = COURSE.oracle
Layer = tuple[int, int, int]


def field_of(*layers: Layer) -> Call:
    return Call("receptive_field", (layers,))


def jump_of(*layers: Layer) -> Call:
    return Call("jump", (layers,))


def random_layers(draw: random.Random) -> list[Layer]:
    return [(draw.randint(1, 4), draw.randint(1, 3), draw.randint(1, 3)) for _ in range(draw.randint(0, 4))]


@pytest.mark.parametrize("seed", range(30))
def test_fields_and_jumps_are_those_of_the_formula(seed: int) -> None:
    """Araujo, Norris and Sim have it as one sum over all layers."""
    layers = random_layers(random.Random(seed))
    jumps = list(accumulate((stride for _, stride, _ in layers), mul, initial=1))
    adds = [
        dilation * (kernel - 1) * before for (kernel, _, dilation), before in zip(layers, jumps, strict=False)
    ]
    assert ORACLE.answer(jump_of(*layers)) == jumps[-1]
    assert ORACLE.answer(field_of(*layers)) == 1 + sum(adds)


@pytest.mark.parametrize("seed", range(20))
def test_costs_are_those_of_the_formula_and_of_torchs_counter(seed: int) -> None:
    draw = random.Random(seed)
    groups, bias = draw.randint(1, 3), draw.random() < 0.5
    channels = groups * draw.randint(1, 3), groups * draw.randint(1, 3)
    size, kernel = (draw.randint(7, 12), draw.randint(7, 12)), (draw.randint(1, 3), draw.randint(1, 3))
    settings: list[Any] = [tuple(draw.randint(low, 3) for _ in range(2)) for low in (1, 0, 1)]
    parameters = channels[1] * (channels[0] // groups * prod(kernel) + bias)
    assert ORACLE.answer(Call("count_parameters", (*channels, kernel, groups, bias))) == parameters
    layer = nn.Conv2d(*channels, kernel, *settings, groups, bias=False)
    with FlopCounterMode(display=False) as counter:
        layer(torch.zeros(1, channels[0], *size))
    multiplications = counter.get_total_flops() // 2  # torch counts the additions too
    call = Call("count_multiplications", (size, *channels, kernel, *settings, groups))
    assert ORACLE.answer(call) == multiplications


CALLS: dict[str, list[Call]] = {
    "jump": [
        jump_of((3, 2, 3), (5, 4, 2), (2, 5, 1)),
        jump_of((3, 2, 1), (4, 3, 1)),
        jump_of((3, 3, 1)),
    ],
    "receptive_field": [
        field_of((5, 1, 3), (3, 1, 2)),
        field_of((3, 3, 1), (4, 2, 1), (2, 3, 1), (3, 1, 1)),
        field_of((4, 2, 1), (3, 2, 2), (3, 1, 1)),
        field_of((2, 3, 4), (3, 1, 1)),
        field_of((3, 1, 1), (5, 1, 1)),
        field_of((3, 1, 1), (3, 1, 5), (2, 1, 1)),
    ],
    "count_parameters": [
        Call("count_parameters", (6, 4, (3, 5), 2)),
        Call("count_parameters", (6, 4, (3, 5), 2, False)),
        Call("count_parameters", (3, 4, 3)),
    ],
    "count_multiplications": [
        Call("count_multiplications", ((7, 9), 6, 9, (3, 2), 1, 0, 1, 3)),
        Call("count_multiplications", ((9, 12), 5, 3, (3, 2), (2, 3), (1, 2), (2, 3))),
        Call("count_multiplications", ((9, 12), 5, 3, (3, 2), 2)),
        Call("count_multiplications", ((9, 12), 5, 3, (3, 2), 1, (2, 1))),
        Call("count_multiplications", ((5, 6), 5, 3, (3, 2))),
    ],
}
CASES = [(entry, function) for entry in TOPIC.misconceptions for function in entry.functions]


def found(call: Call, got: Any) -> tuple[Misconception, ...]:
    return explain.explanations(COURSE, explain.question(COURSE, call), got)


@pytest.mark.parametrize(("entry", "function"), CASES, ids=lambda v: v if isinstance(v, str) else v.name)
def test_the_answers_of_a_misconception_have_no_other_explanation(
    entry: Misconception, function: str
) -> None:
    """As a hidden suite finds it: by what all wrong answers have in common."""
    wrong = []
    for call in CALLS[function]:
        answer = entry.answer(*ORACLE.arguments(call).values())
        if answer != ORACLE.answer(call) or type(answer) is float:
            wrong.append(found(call, answer))
    assert wrong
    assert {each.name for each in set(wrong[0]).intersection(*wrong)} == {entry.name}
