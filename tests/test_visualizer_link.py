"""A failing public check prints a link to the visualizer that shows the very call."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

import pytest
import torch

from exercises.course import COURSE
from exercises.course.visualizer_link import MAX_NUMBERS, MAX_SETTING
from exercises.feedback.calls import Call, Sample
from exercises.paths import VISUALIZER

fragment = COURSE.fragment
X = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]]]])
W = torch.tensor([[[[1.0, -2.0]]]])


def test_the_link_has_the_calls_numbers_at_its_worst_cell() -> None:
    call = Call("conv2d", (X, W, torch.tensor([0.5])), {"stride": (1, 2), "padding": 1})
    found = {name: value for name, [value] in parse_qs(fragment(call, (0, 0, 2, 1))).items()}
    assert found == {
        "in": "2x3", "ch": "1x1", "k": "1x2", "p": "1x1", "s": "1x2", "d": "1x1",
        "x": "1,2,3,4,5,6.5", "w": "1,-2", "b": "0.5", "at": "out.0.2.1",
    }  # fmt: skip


def test_of_a_batch_the_wrong_picture_is_shown() -> None:
    call = Call("conv2d_valid", (torch.stack([X[0], X[0] + 10]), W))
    assert "x=11,12,13,14,15,16.5&" in fragment(call, (1, 0, 0, 0))


def test_many_numbers_are_left_to_the_page() -> None:
    call = Call("conv2d_valid", (Sample((1, 3, 9, 9), seed=1), Sample((2, 3, 3, 3), seed=2)))
    assert MAX_NUMBERS < 3 * 81
    assert fragment(call) == "in=9x9&ch=3x2&k=3x3&p=0x0&s=1x1&d=1x1&at=out.0.0.0"


def test_pooling_opens_in_the_mode_of_its_own() -> None:
    call = Call("max_pool2d", (X, (1, 2)), {"padding": (0, 1), "dilation": (1, 2)})
    assert fragment(call, (0, 0, 1, 0)) == (
        "in=2x3&ch=1x1&k=1x2&p=0x1&s=1x2&d=1x2&pool=max&x=1,2,3,4,5,6.5&at=out.0.1.0"
    )
    call = Call("avg_pool2d", (Sample((2, 3, 9, 8), seed=1), 2, 1, 0, False, False))
    assert fragment(call) == "in=9x8&ch=3x3&k=2x2&p=0x0&s=1x1&d=1x1&pool=avg&at=out.0.0.0"


def test_groups_are_told_to_the_page() -> None:
    x, weight = Sample((2, 4, 9, 8), seed=1), Sample((4, 2, 3, 3), seed=2)
    call = Call("conv2d_grouped", (x, weight), {"stride": (2, 1), "groups": 2})
    assert fragment(call, (1, 3, 2, 0)) == "in=9x8&ch=4x4&k=3x3&p=0x0&s=2x1&d=1x1&g=2&at=out.3.2.0"
    pixels, taps = (
        torch.tensor([1.0, 2.0])[None, :, None, None],
        torch.tensor([3.0, 4.0])[:, None, None, None],
    )
    call = Call("conv2d_grouped", (pixels, taps, torch.tensor([5.0, 6.0]), 1, 0, 1, 2))
    assert fragment(call) == ("in=1x1&ch=2x2&k=1x1&p=0x0&s=1x1&d=1x1&g=2&x=1,2&w=3,4&b=5,6&at=out.0.0.0")
    assert "g=" not in fragment(Call("conv2d_grouped", (pixels, pixels)))


@pytest.mark.parametrize(
    ("weight", "groups"), [((4, 2, 3, 3), 1), ((4, 4, 3, 3), 2), ((3, 2, 3, 3), 2), ((4, 2, 3, 3), 0)]
)
def test_groups_that_do_not_fit_have_no_link(weight: tuple[int, ...], groups: int) -> None:
    tensors = (Sample((2, 4, 9, 8), seed=1), Sample(weight, seed=2))
    assert fragment(Call("conv2d_grouped", tensors, {"groups": groups})) == ""


@pytest.mark.parametrize(
    "call",
    [
        Call("avg_pool2d", (X, 2, 1, 1, False, False)),
        Call("max_pool2d", (X, 2), {"ceil_mode": True}),
        Call("max_pool2d", (X, (0, 2))),
        Call("max_pool2d", (X[0], 2)),
        Call("max_pool2d", (X, 2, 1, -1)),
    ],
    ids=["padding that does not count", "rounded up", "no window", "three axes", "negative padding"],
)
def test_pooling_that_the_page_cannot_show_has_no_link(call: Call) -> None:
    assert fragment(call) == ""


@pytest.mark.parametrize(
    "call",
    [
        Call("pad2d", (X, 1)),
        Call("conv2d_valid", (Sample((1, 1, 40, 9), seed=1), W)),
        Call("conv2d_valid", (Sample((1, 9, 4, 9), seed=1), Sample((1, 9, 2, 2), seed=1))),
        Call("conv2d_valid", (X, Sample((1, 2, 1, 1), seed=1))),
        Call("conv2d_valid", (X[0], W)),
        Call("conv2d_strided", (X, W), {"stride": 0}),
    ],
    ids=["no convolution", "large", "many channels", "channels differ", "three axes", "stride 0"],
)
def test_what_the_page_cannot_show_has_no_link(call: Call) -> None:
    assert fragment(call) == ""


def test_the_page_explains_each_name_that_links_use() -> None:
    head = VISUALIZER.read_text(encoding="utf-8").split("<style>")[0]
    for name in ("in", "ch", "k", "p", "s", "d", "x", "w", "b", "at", "pool", "g"):
        assert f"    {name}=" in head


def test_links_and_the_page_agree_on_what_can_be_shown() -> None:
    limits = re.search(r"const LIMITS = \{(.*?)\};", VISUALIZER.read_text(encoding="utf-8"))
    assert limits
    highest = {name: int(high) for name, high in re.findall(r"(\w+): \[\d+, (\d+)\]", limits.group(1))}
    assert {name: highest[name] for name in MAX_SETTING} == MAX_SETTING
