"""The visualizer's page in a real browser: its numbers against torch's, and all that a student does with it.

Needs Chromium (Debian's package `chromium`, or a path in CHROMIUM) and the Python package `playwright`, which drives
it; no browser is downloaded. Without them these tests are skipped and say what is missing.
"""

from __future__ import annotations

import base64
import io
import itertools
import os
import random
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from exercises.course import COURSE
from exercises.course.oracle import ORACLE
from exercises.feedback.calls import sample

try:
    from playwright.sync_api import Browser, Page
except ImportError:
    pytest.skip("the Python package playwright is not installed", allow_module_level=True)

PAGE = Path(__file__).resolve().parents[1] / "exercises" / "visualizer" / "index.html"
SETTINGS = 300
OF_TOPICS = "|".join(COURSE.oracle.functions.keys() - ORACLE.functions.keys())
STAY = "default-src 'none'"


def until(page: Page, condition: str) -> None:
    """Waits for it. (Playwright's own wait evaluates text inside the page, which the page's policy forbids.)"""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {condition}")


class Watched:
    """A page, and what it complained about and asked for meanwhile."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(f"{m.type}: {m.text}"))
        self.page.on("pageerror", lambda e: self.complaints.append(f"error: {e}"))
        self.page.on("request", lambda r: self.requests.append(r.url))

    def open(self, fragment: str = "") -> Page:
        self.page.goto("about:blank")  # or only the fragment changes and nothing is loaded
        self.page.goto(f"{PAGE.as_uri()}#{fragment}")
        return self.page


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    watched = Watched(browser, viewport={"width": 1280, "height": 900})
    yield watched
    watched.context.close()
    assert watched.complaints == []
    assert [
        url for url in watched.requests if not url.startswith(("file:", "about:", "data:", "blob:"))
    ] == []


def settings() -> list[dict[str, Any]]:
    """Settings that are possible, half of them transposed, with weights, numbers and biases of their own."""
    draw, found = random.Random(3), []
    while len(found) < SETTINGS:
        pair = lambda low, high: [draw.randint(low, high), draw.randint(low, high)]  # noqa: E731
        t = len(found) % 2 == 1
        at = {
            "in": pair(1, 9),
            "ch": pair(1, 3),
            "k": pair(1, 4),
            "p": pair(0, 3),
            "s": pair(1, 3),
            "d": pair(1, 3),
        }
        at |= {"t": t, "op": pair(0, 2) if t else [0, 0]}
        if expected_size(at) is None:
            continue
        (c, o), (h, w), (kh, kw) = at["ch"], at["in"], at["k"]
        numbers = lambda n: [draw.randint(-40, 40) / 8 for _ in range(n)]  # noqa: E731
        at |= {
            "x": numbers(c * h * w),
            "w": numbers(c * o * kh * kw),
            "b": numbers(o) if draw.random() < 0.5 else None,
        }
        found.append(at)
    return found


def modes() -> list[dict[str, Any]]:
    """As many again: groups, transposed or not, and pooling, by the largest or by the mean."""
    draw, found = random.Random(5), []
    while len(found) < SETTINGS:
        pair = lambda low, high: [draw.randint(low, high), draw.randint(low, high)]  # noqa: E731
        pool, t = ["", "", "max", "avg"][len(found) % 4], len(found) % 4 == 1
        g = 1 if pool else draw.choice((2, 2, 3, 4))
        c, o = (draw.randint(1, 4),) * 2 if pool else (g * draw.randint(1, 4 // g) for _ in range(2))
        at = {"in": pair(1, 9), "ch": [c, o], "k": pair(1, 4), "p": pair(0, 3), "s": pair(1, 3)}
        at |= {"d": pair(1, 3), "t": t, "op": pair(0, 2) if t else [0, 0], "g": g, "pool": pool}
        if expected_size(at) is None:
            continue
        (h, w), (kh, kw) = at["in"], at["k"]
        numbers = lambda n: [draw.randint(-40, 40) / 8 for _ in range(n)]  # noqa: E731
        at |= {"x": numbers(c * h * w)}
        if not pool:
            at |= {"w": numbers(c * o // g * kh * kw), "b": draw.choice((None, numbers(o)))}
        found.append(at)
    return found


def torch_says(at: dict[str, Any]) -> torch.Tensor:
    (c, o), t, g = at["ch"], at["t"], at.get("g", 1)
    x = torch.tensor(at["x"], dtype=torch.float64).reshape(1, c, *at["in"])
    if at.get("pool") == "max":
        return F.max_pool2d(x, at["k"], at["s"], at["p"], at["d"])[0]
    if at.get("pool") == "avg":
        if at["d"] == [1, 1]:
            return F.avg_pool2d(x, at["k"], at["s"], at["p"])[0]
        # torch's has no dilation; it is a convolution whose weights are all alike, and refuses what the other refuses
        F.max_pool2d(x, at["k"], at["s"], at["p"], at["d"])
        w = torch.full((c, 1, *at["k"]), 1 / (at["k"][0] * at["k"][1]), dtype=torch.float64)
        return F.conv2d(x, w, None, at["s"], at["p"], at["d"], c)[0]
    shape = (c, o // g) if t else (o, c // g)
    w = torch.tensor(at["w"], dtype=torch.float64).reshape(*shape, *at["k"])
    b = None if at["b"] is None else torch.tensor(at["b"], dtype=torch.float64)
    if t:
        return F.conv_transpose2d(x, w, b, at["s"], at["p"], at["op"], g, at["d"])[0]
    return F.conv2d(x, w, b, at["s"], at["p"], at["d"], g)[0]


def expected_size(at: dict[str, Any]) -> list[int] | None:
    """The size of the output as torch has it, or None if torch refuses."""
    c, o = at["ch"]
    empty = at | {
        "x": [0.0] * (c * at["in"][0] * at["in"][1]),
        "w": [0.0] * (c * o // at.get("g", 1) * at["k"][0] * at["k"][1]),
    }
    try:
        size = list(torch_says(empty | {"b": None}).shape[1:])
    except (RuntimeError, ValueError):
        return None
    return size if min(size) > 0 else None


@pytest.mark.thorough(every=2)
@pytest.mark.parametrize("draw", [settings, modes])
def test_values_agree_with_torch(watched: Watched, draw: Callable[[], list[dict[str, Any]]]) -> None:
    cases, page = draw(), watched.open()
    found = page.evaluate(
        """cases => cases.map(at => {
            visualizer.set(at);
            // each cell once more, from the terms and from the feeds that the page shows
            const m = visualizer.state(), y = visualizer.output(), max = at.pool === "max";
            const start = o => at.b ? at.b[o] : max ? -Infinity : 0;
            const take = (sum, v, weight) => max ? Math.max(sum, v * weight) : sum + v * weight;
            const x = visualizer.input().flat(2), w = at.pool ? null : visualizer.kernel().flat(3);
            const terms = y.map((plane, o) => plane.map((row, i) => row.map((_, j) =>
                visualizer.maths.terms(m, x, w, o, i, j)
                    .reduce((sum, t) => take(sum, t.value, t.weight), start(o)))));
            const feeds = y.map((plane, o) => plane.map(row => row.map(() => start(o))));
            visualizer.input().forEach((plane, c) => plane.forEach((row, i) => row.forEach((v, j) =>
                visualizer.maths.feeds(m, w, c, i, j).forEach(t => {
                    feeds[t.c][t.y][t.x] = take(feeds[t.c][t.y][t.x], v, t.weight); }))));
            // and what is written in the grids and under the formula
            const cells = document.querySelectorAll("[role=grid].out .cell").length;
            return { y, terms, feeds, cells, formula: visualizer.formula(), kernel: visualizer.kernel() };
        })""",
        cases,
    )
    assert len(found) == len(cases) >= 200
    for at, page_says in zip(cases, found, strict=True):
        y = torch_says(at)
        for name in ("y", "terms", "feeds"):
            got = torch.tensor(page_says[name], dtype=torch.float64)
            assert got.shape == y.shape and torch.allclose(got, y, rtol=1e-12, atol=1e-12), (name, at)
        assert page_says["formula"]["ok"] and page_says["formula"]["size"] == list(y.shape[1:])
        assert page_says["cells"] == y.numel()
        assert [
            int(n) for n in re.findall(r"= (-?\d+)(?:;|$)", page_says["formula"]["text"])
        ] == list(y.shape[1:])  # fmt: skip
        if at.get("pool"):
            assert page_says["kernel"] is None
        else:
            first, second = at["ch"] if at["t"] else at["ch"][::-1]
            shape = [first, second // at.get("g", 1), *at["k"]]
            assert list(torch.tensor(page_says["kernel"]).shape) == shape


def test_says_no_where_torch_does_and_why(watched: Watched) -> None:
    """Every setup of a small grid: the page and torch agree on what is possible."""
    cases = [
        {
            "in": [i, 4],
            "ch": [1, 1],
            "k": [k, 1],
            "p": [p, 0],
            "s": [s, 1],
            "d": [d, 1],
            "t": t,
            "op": [op, 0],
            "pool": pool,
        }
        for i, k, p, s, d in itertools.product((1, 3), (1, 2, 4), (0, 1, 2), (1, 2), (1, 3))
        for t, op, pool in (
            (False, 0, ""),
            (True, 0, ""),
            (True, 2, ""),
            (False, 0, "max"),
            (False, 0, "avg"),
        )
    ]
    found = watched.open().evaluate(
        "cases => cases.map(at => { visualizer.set(at); return visualizer.formula(); })", cases
    )
    sizes = [expected_size(at | {"b": None}) for at in cases]
    assert [f["size"] for f in found] == sizes
    assert None in sizes
    for f in found:
        assert f["ok"] == (f["size"] is not None) == (f["reason"] == "")


REASONS = [
    (
        "in=4x5&k=3&d=3x1",
        "spans 7 rows (3 weights with dilation 3 span 3·(3 − 1) + 1 = 7), and the input has only 4",
    ),
    ("in=5x2&k=3", "spans 3 columns, and the input has only 2"),
    ("in=2x9&k=6&p=1x0", "the input has only 2 + 2·1 = 4"),
    ("s=0", "Stride, height is 0. A kernel that moves by less than 1 never gets anywhere."),
    ("p=-1", "Padding adds zeros"),
    ("d=1x0", "Dilation, width is 0."),
    ("k=0", "A kernel has at least one weight."),
    ("in=900", "This page draws up to 24"),
    ("in=axb", "Input, height: please write a whole number."),
    ("s=1.5", "please write a whole number"),
    ("ch=4x4&g=3", "4 input channels cannot be divided into 3 groups of the same size."),
    ("ch=4x3&g=2", "3 output channels cannot be divided into 2 groups"),
    ("g=0", "Groups is 0. One group, which is all channels, is the least."),
    (
        "pool=max&p=1x2",
        "Padding, width is 2. For pooling, torch allows at most half of the kernel size: 3 / 2, rounded down, is 1.",
    ),
    ("pool=avg&k=2&d=3&p=2", "half of the kernel size: 2 / 2 is 1."),
    ("w=1,2,3", "The kernel needs 9 numbers, and 3 are given."),
    ("x=1", "The input needs 25 numbers, and 1 is given."),
    ("b=1,2", "The bias needs 1 number, and 2 are given."),
    ("w=1,2,3,4,5,6,7,8,nine", "The kernel has something in it that is no number."),
    ("k=2&w=sharpen", "The kernel “sharpen” is 3 × 3"),
    (
        "t=1&op=1",
        "Output padding, height is 1. It has to be smaller than the stride (1) or the dilation (1).",
    ),
    (
        "t=1&in=1&k=3&p=2",
        "Nothing is left of the height: the output has 3 rows before the padding cuts 2 off",
    ),
]


def test_impossible_settings_say_why(watched: Watched) -> None:
    page = watched.open()
    for fragment, reason in REASONS:
        page.evaluate("fragment => visualizer.set(fragment)", fragment)
        assert reason in page.evaluate("visualizer.formula().reason"), fragment
        assert reason in page.locator("#reason").inner_text(), fragment
        assert page.evaluate("visualizer.output()") is None, fragment
        assert not page.locator("#stage").is_visible(), fragment
        assert page.locator("#png").is_disabled() and page.locator("#gif").is_disabled(), fragment
        page.evaluate("visualizer.set({})")
        assert not page.locator("#reason").is_visible() and page.locator("#stage").is_visible(), fragment


def test_keyboard_path(watched: Watched) -> None:
    page = watched.open("in=4x5&p=1")

    def tab_to(side: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.closest('[role=grid]')?.dataset.side") == side:
                return
        raise AssertionError(f"Tab never reached the {side} grid")

    def focused() -> list[int]:
        return page.evaluate("[+document.activeElement.dataset.y, +document.activeElement.dataset.x]")

    said = page.locator("#say")
    assert said.get_attribute("aria-live") == "polite"
    tab_to("in")
    assert "Input channel 0, row 0, column 0" in said.inner_text()
    page.keyboard.press("ArrowRight")
    assert focused() == [0, 1] and "Input channel 0, row 0, column 1" in said.inner_text()
    assert "feeds 6 output cells" in said.inner_text() and page.locator(".out .used").count() == 6
    page.keyboard.press("7")
    assert page.evaluate("visualizer.input()[0][0][1]") == 7 and "is 7 and feeds" in said.inner_text()
    tab_to("out")
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")  # stays at the edge
    assert focused() == [1, 4]
    value = page.evaluate("visualizer.output()[0][1][4]")
    assert f"Output channel 0, row 1, column 4 is {value}".replace("-", "minus ") in said.inner_text()
    assert "3 of them in the padding" in said.inner_text()
    assert page.locator(".in .used").count() == 9  # padding cells are shown as used, too
    assert page.locator(".out [tabindex='0']").count() == 1  # one stop for Tab in each grid
    page.keyboard.press("Control+Home")
    assert focused() == [0, 0]
    page.keyboard.press("Space")
    until(page, "document.querySelector('#play').textContent === 'Pause'")
    until(page, "visualizer.state().at.x > 0")
    page.keyboard.press("Space")
    assert page.locator("#play").inner_text() == "Play"


def test_names_for_screen_readers(watched: Watched) -> None:
    page = watched.open("ch=2x2&p=1")
    unnamed = page.evaluate(
        """[...document.querySelectorAll("input, select, button, [role=grid], [tabindex='0']")].filter(e =>
            !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length || e.id === "result")
        ).map(e => e.outerHTML)"""
    )
    assert unnamed == []
    assert page.locator("[role=grid]").count() == 4
    assert page.evaluate(
        """[...document.querySelectorAll("[role=grid]")].every(g => [...g.children].every(r => r.role === "row"
            && [...r.children].every(c => c.role === "gridcell" && c.getAttribute("aria-label"))))"""
    )


def test_hover_click_step_and_sum(watched: Watched) -> None:
    page = watched.open("in=3x3&k=2&x=1,2,3,4,5,6,7,8,9&w=1,2,3,4&b=-1")
    page.locator(".out .cell").nth(1).hover()
    assert page.locator("#head").inner_text() == "output[0, 0, 1] = 46"
    assert page.locator("#terms").inner_text() == "2×1 + 3×2 + 5×3 + 6×4 + bias (−1) = 46"
    assert page.locator(".in .used").all_inner_texts() == ["2", "3", "5", "6"]
    page.locator(".in .cell").nth(4).hover()
    assert page.locator("#head").inner_text() == "input[0, 1, 1] = 5 feeds 4 output cells"
    page.locator("#next").click()
    assert page.evaluate("visualizer.state().at") == {"side": "out", "c": 0, "y": 0, "x": 0}
    page.locator("#back").click()
    assert page.evaluate("visualizer.state().at") == {"side": "out", "c": 0, "y": 1, "x": 1}


def test_settings_presets_and_weights(watched: Watched) -> None:
    page = watched.open("x=count")
    page.locator("#kernel-sobel-x").click()
    assert page.evaluate("visualizer.kernel()[0][0]") == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert page.evaluate("visualizer.output()") == [[[8] * 3] * 3]
    page.get_by_label("weight, channel 0, row 1, column 2").fill("-2,5")
    assert page.evaluate("visualizer.kernel()[0][0][1][2]") == -2.5
    page.get_by_label("kernel, height").fill("2")
    assert page.evaluate("visualizer.kernel()") == [[[[-1, 0, 1], [-2, 0, -2.5]]]]
    page.get_by_label("padding, width", exact=True).fill("1")
    assert page.evaluate("visualizer.formula().size") == [4, 5]
    page.get_by_label("stride, height").fill("")
    assert "Stride, height: please write a whole number." in page.locator("#reason").inner_text()
    assert page.get_by_label("stride, height").get_attribute("aria-invalid") == "true"
    page.get_by_label("stride, height").fill("2")
    assert page.evaluate("visualizer.formula().size") == [2, 5]
    page.get_by_label("channels out").fill("3")
    page.locator("#mode").select_option("transposed")
    page.get_by_label("channels in").fill("2")
    assert list(torch.tensor(page.evaluate("visualizer.kernel()")).shape) == [2, 3, 2, 3]
    assert page.evaluate("visualizer.kernel()[0][0]") == [[-1, 0, 1], [-2, 0, -2.5]]
    for name in ("identity", "box", "sobel-y", "sharpen", "laplacian", "random", "whole"):
        page.locator(f"#kernel-{name}").click()
        assert page.evaluate("visualizer.formula().ok"), name


DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(params=["desktop", "phone"])
def on_each(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    watched = Watched(browser, **(PHONE if request.param == "phone" else DESKTOP))
    yield watched
    watched.context.close()
    assert watched.complaints == []


@pytest.mark.parametrize(
    "fragment", ["in=6&p=1&b=1/9", "ch=2x3&p=1&w=box", "ch=4x4&g=2", "pool=max&k=5&p=2&in=7"]
)
def test_the_grids_stay_where_they_are(on_each: Watched, fragment: str) -> None:
    page = on_each.open(fragment)
    moved = page.evaluate(
        """() => {
            const watched = "[role=grid], .work, .kernel, .bias, .take";
            const where = () => JSON.stringify([...document.querySelectorAll(watched)].map(e => {
                const box = e.getBoundingClientRect(); return [box.x, box.y + scrollY, box.width, box.height]; }));
            const start = where(), moved = [];
            document.querySelectorAll(".cell[data-y]").forEach((cell, i) => {
                const from = { bubbles: true, pointerType: "mouse", clientX: i };
                cell.dispatchEvent(new PointerEvent("pointerover", from));
                if (!cell.classList.contains("at") || where() !== start) moved.push(cell.getAttribute("aria-label"));
            });
            return moved;
        }"""
    )
    assert moved == []


def test_a_pointer_that_rests_takes_no_cell_from_the_keyboard(watched: Watched) -> None:
    page = watched.open("in=5&p=1")
    page.locator(".in .cell[data-y='2'][data-x='2']").click()
    for key in ("Enter", "-", "4", "ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert page.evaluate("visualizer.state().at") == {"side": "in", "c": 0, "y": 2, "x": 3}


def test_arrow_keys_work_at_once(watched: Watched) -> None:
    page = watched.open()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert page.locator("#head").inner_text().startswith("output[0, 1, 1] = ")
    assert page.evaluate("document.activeElement.matches('.out .cell.at')")
    page.locator("#next").click()  # a button has no use for arrows
    page.keyboard.press("ArrowLeft")
    assert page.locator("#head").inner_text().startswith("output[0, 1, 1] = ")
    page.get_by_label("stride, height").focus()  # a number field has
    page.keyboard.press("ArrowUp")
    assert page.evaluate("visualizer.state().s") == [2, 1]
    page.locator("#view-picture").click()
    before = page.locator("#pichead").inner_text()
    page.keyboard.press("ArrowRight")
    assert page.locator("#pichead").inner_text() != before


def test_a_bias_and_fractions_can_be_typed(on_each: Watched) -> None:
    page = on_each.open("in=3&k=1&w=1")
    bias, said = page.get_by_label("bias, output channel 0"), page.locator("#complaint")
    bias.click()
    page.keyboard.press("Control+A")
    for typed, value in (("1", 1), ("/", 1), ("9", 1 / 9)):  # on the way to a number nothing is wrong
        page.keyboard.press(typed)
        assert page.evaluate("visualizer.output()[0][0][0] - visualizer.input()[0][0][0]") == pytest.approx(
            value
        )
        assert not said.is_visible()
    for text, value in (
        ("−1/3", -1 / 3),
        ("0,5", 0.5),
        (".25", 0.25),
        ("1e-2", 0.01),
        ("3 / 4", 0.75),
        ("1/9", 1 / 9),
    ):
        bias.fill(text)
        assert page.evaluate("visualizer.state().b") == [pytest.approx(value, abs=1e-15)], text
    for text, why in (
        ("nine", "“nine” is not a number."),
        ("1/0", "Nothing can be divided by 0."),
        ("1/2/3", "“1/2/3” is not"),
    ):
        bias.fill(text)
        assert said.inner_text().startswith(why) and said.inner_text().endswith("until then it stays 1/9.")
        assert (
            bias.get_attribute("aria-invalid") == "true"
            and bias.get_attribute("aria-describedby") == "complaint"
        )
        field, box = bias.bounding_box(), said.bounding_box()
        assert field and box
        gap = max(box["y"] - field["y"] - field["height"], field["y"] - box["y"] - box["height"])
        wide, high = page.evaluate("[innerWidth, innerHeight]")
        assert 0 <= gap < 10 and box["x"] >= 0 and box["x"] + box["width"] <= wide
        assert box["y"] >= 0 and box["y"] + box["height"] <= high
        assert page.evaluate("visualizer.state().b[0]") == pytest.approx(1 / 9)
    bias.evaluate("field => field.blur()")
    assert bias.input_value() == "1/9" and not said.is_visible()
    weight = page.get_by_label("weight, channel 0, row 0, column 0")
    weight.fill("2/3")
    assert page.evaluate("visualizer.kernel()[0][0][0][0]") == pytest.approx(2 / 3)
    weight.fill("")
    assert not said.is_visible()
    weight.press("Enter")
    assert said.inner_text().startswith("Here is no number yet.")
    page.evaluate("visualizer.set('in=3&k=1&w=1/3&b=-1/9')")
    assert page.evaluate("[visualizer.state().w[0], visualizer.state().b[0]]") == pytest.approx(
        [1 / 3, -1 / 9]
    )


def test_input_cells_are_seen_to_be_editable_and_are(on_each: Watched) -> None:
    page = on_each.open("in=4&p=1&x=count")
    phone = page.viewport_size["width"] < 600  # type: ignore[index]
    told = "Tap a cell twice to change it." if phone else "Click a cell to change it."
    assert page.locator("#howto").inner_text() == told and page.locator("#howto").is_visible()
    looks = page.evaluate(
        """["in", "out"].map(side => {
            const look = getComputedStyle(document.querySelector(`.${side} .cell[data-y]`));
            return [look.cursor, look.borderBottomWidth]; })"""
    )
    assert looks == [["text", "3px"], ["pointer", "1px"]]
    cell, field = page.locator(".in .cell[data-y='1'][data-x='2']"), page.locator("input.edit")
    if phone:
        cell.tap()
        assert field.count() == 0  # the first tap only points
        cell.tap()
    else:
        cell.click()
    assert (
        field.input_value() == "6"
        and field.get_attribute("aria-label") == "input, channel 0, row 1, column 2"
    )
    page.keyboard.type("-1/8")
    assert page.evaluate("visualizer.input()[0][1][2]") == -0.125
    page.keyboard.press("Enter")
    assert field.count() == 0 and page.evaluate("document.activeElement.dataset.x") == "2"
    page.keyboard.press("Enter")
    page.keyboard.type("12")
    assert page.evaluate("visualizer.input()[0][1][2]") == 12
    page.keyboard.type(" apples")
    assert page.locator("#complaint").inner_text().startswith("“12 apples” is not a number.")
    page.keyboard.press("Escape")
    assert (
        page.evaluate("visualizer.input()[0][1][2]") == -0.125 and not page.locator("#complaint").is_visible()
    )
    page.keyboard.press("3")  # from a cell one types at once, and arrows go on
    page.keyboard.press("5")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("8")
    page.keyboard.press("Tab")
    assert page.evaluate("visualizer.input()[0][1]") == [4, 5, 35, 8] and field.count() == 0


def test_rows_and_columns_are_counted_from_0(on_each: Watched) -> None:
    page = on_each.open("in=4x5&k=2x3&p=1x2")
    found = page.evaluate(
        """[...document.querySelectorAll(".ruled")].map(box => {
            const numbers = side => [...box.querySelectorAll(`.${side} > span`)];
            const x = e => (at => at.x + at.width / 2)(e.getBoundingClientRect());
            const y = e => (at => at.y + at.height / 2)(e.getBoundingClientRect());
            const cells = [...box.querySelectorAll(".cell, input")], columns = numbers("top").length;
            const off = Math.max(
                ...numbers("top").map((e, i) => Math.abs(x(e) - x(cells[i]))),
                ...numbers("left").map((e, i) => Math.abs(y(e) - y(cells[i * columns]))));
            return [...["top", "left"].map(side => numbers(side).map(e => e.textContent).join()), off];
        })"""
    )
    assert [numbers for *numbers, _ in found] == [
        [",,0,1,2,3,4,,", ",0,1,2,3,"],
        ["0,1,2,3,4,5,6", "0,1,2,3,4"],
        ["0,1,2", "0,1"],
    ]
    assert all(off < 1.5 for *_, off in found)  # each number stands at its row or column
    page.keyboard.press("ArrowDown")
    assert page.locator("#head").inner_text().startswith("output[0, 1, 0]")
    assert "channel 0, row 1, column 0" in page.locator("#say").inner_text()


def test_results_stay_in_view_on_a_phone(browser: Browser) -> None:
    watched = Watched(browser, **PHONE)
    page = watched.open("in=9x9&p=1&ch=2x2")
    in_view = """selector => { const box = document.querySelector(selector).getBoundingClientRect();
                               return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight; }"""
    page.evaluate("document.querySelector('#settings').open = true")
    for part in range(11):
        page.evaluate("part => scrollTo(0, part / 10 * (document.body.scrollHeight - innerHeight))", part)
        assert page.evaluate(in_view, ".sum") and page.evaluate(in_view, "#head"), part
    # a cell that the keyboard comes to is not under it
    below = """document.activeElement.getBoundingClientRect().top
                   - document.querySelector('.sum').getBoundingClientRect().bottom"""
    page.locator(".out .cell").first.focus()
    page.keyboard.press("Control+End")
    page.evaluate(f"scrollBy(0, {below})")  # the row above is under it now
    assert page.evaluate(below) == pytest.approx(0, abs=1)
    page.keyboard.press("ArrowUp")
    assert page.evaluate(below) >= 0
    # nor is the reason out of sight where a setting is not possible
    page.get_by_label("dilation, width").fill("9")
    page.get_by_label("dilation, width").scroll_into_view_if_needed()
    assert page.evaluate(in_view, "#reason")
    watched.context.close()
    assert watched.complaints == []


@pytest.mark.parametrize("fragment", ["", "in=6x5&p=1", "in=24&p=3", "ch=4x4&g=2", "pool=avg&p=1"])
def test_kernel_and_sum_stand_beside_the_grids(browser: Browser, fragment: str) -> None:
    watched = Watched(browser, **DESKTOP)
    page = watched.open(fragment)
    boxes = {
        name: page.locator(name).first.bounding_box() or {}
        for name in (".sum", "#kernelpart", "#stage", ".formula")
    }
    for name in (".sum", "#kernelpart"):
        assert boxes["#stage"]["x"] + boxes["#stage"]["width"] <= boxes[name]["x"]
        assert boxes[name]["y"] < 600
    assert boxes[".sum"]["y"] + boxes[".sum"]["height"] < 800
    right = boxes[".formula"]["x"] + boxes[".formula"]["width"]
    assert abs(boxes[".sum"]["x"] + boxes[".sum"]["width"] - right) < 6  # up to the edge
    watched.context.close()


@pytest.mark.parametrize("g", [1, 2, 4])
def test_groups_show_which_channels_are_read(watched: Watched, g: int) -> None:
    page = watched.open("in=4&k=2&ch=4x4")
    page.get_by_label("groups", exact=True).fill(str(g))
    per = 4 // g
    for o in range(4):
        reads = [o // per * per + i for i in range(per)]
        page.locator(f".out[data-c='{o}'] .cell").first.hover()
        used = page.evaluate(
            "[...document.querySelectorAll('.in')].filter(g => g.querySelector('.used')).map(g => +g.dataset.c)"
        )
        bright = page.evaluate(
            """[...document.querySelectorAll('.in[data-c]')].filter(g =>
                getComputedStyle(g.closest('.scroll')).opacity === "1").map(g => +g.dataset.c)"""
        )
        assert used == bright == reads
        assert page.locator("#kernels h3").all_inner_texts() == [f"input {c} → output {o}" for c in reads]
        title = page.locator("#stage h3").nth(4 + o).inner_text()
        several = {1: "", 2: f": reads inputs {reads[0]} and {reads[-1]}", 4: f": reads input {o}"}
        assert title == f"channel {o}{several[g]}"
    assert (
        page.locator("#kernelnote")
        .inner_text()
        .replace("\u00a0", " ")
        .endswith(f"weight.shape: (4, {per}, 2, 2)")
    )
    assert list(torch.tensor(page.evaluate("visualizer.kernel()")).shape) == [4, per, 2, 2]


def test_pooling_shows_what_it_takes(watched: Watched) -> None:
    page = watched.open("in=3&k=2&s=1&p=1&x=1,2,3,4,5,6,7,8,9&pool=max")
    head, terms = page.locator("#head"), page.locator("#terms")
    assert (head.inner_text(), terms.inner_text()) == ("output[0, 0, 0] = 1", "max(−∞, −∞, −∞, 1) = 1")
    page.locator(".out .cell[data-y='1'][data-x='2']").hover()
    assert (head.inner_text(), terms.inner_text()) == ("output[0, 1, 2] = 6", "max(2, 3, 5, 6) = 6")
    assert page.locator(".in .win").all_inner_texts() == ["6"] and page.locator(".in .used").count() == 4
    page.locator(".in .cell[data-y='0'][data-x='2']").hover()
    assert head.inner_text() == "input[0, 0, 2] = 3 is in the window of 4 output cells"
    assert terms.inner_text() == (
        "output[0, 0, 2] takes it, output[0, 0, 3] takes it, output[0, 1, 2] takes 6, output[0, 1, 3] takes 6"
    )
    page.evaluate(
        "visualizer.set('in=2&k=2&x=3,8,8,1&pool=max')"
    )  # of several that are the largest, the first
    assert page.evaluate(
        "[...document.querySelectorAll('.in .win')].map(c => [c.dataset.y, c.dataset.x])"
    ) == [["0", "1"]]
    assert page.locator("#terms .win").count() == 1
    page.evaluate("visualizer.set('in=3&k=2&p=1&x=1,2,3,4,5,6,7,8,9')")
    page.locator("#mode").select_option("avg")
    page.locator(".out .cell[data-y='0'][data-x='1']").hover()
    assert (head.inner_text(), terms.inner_text()) == ("output[0, 0, 1] = 0.75", "(0 + 0 + 1 + 2) / 4 = 0.75")
    assert not page.locator("#kernels input").count() and not page.locator("#kernelfills").is_visible()


def test_settings_go_on_working_in_pooling(watched: Watched) -> None:
    page = watched.open("in=9x8&ch=3x2")
    sizes = "(({ in: size, k, p, s, d }) => ({ size, k, p, s, d }))(visualizer.state())"
    for mode in ("max", "avg"):
        before = page.evaluate(sizes)
        page.locator("#mode").select_option(mode)
        assert page.evaluate(sizes) == before
        for label, value in (
            ("kernel, height", 3), ("kernel, width", 2), ("padding, height", 1), ("padding, width", 1),
            ("stride, height", 2), ("stride, width", 3), ("dilation, width", 1 if mode == "avg" else 2),
        ):  # fmt: skip
            page.get_by_label(label, exact=True).fill(str(value))
        x = torch.tensor(page.evaluate("visualizer.input()"), dtype=torch.float64)
        right = (
            F.max_pool2d(x, (3, 2), (2, 3), 1, (1, 2))
            if mode == "max"
            else F.avg_pool2d(x, (3, 2), (2, 3), 1)
        )
        got = torch.tensor(page.evaluate("visualizer.output()"), dtype=torch.float64)
        torch.testing.assert_close(got, right)
        assert page.get_by_label("channels out").is_disabled()
        assert f"pool={mode}" in page.evaluate("visualizer.fragment()")
    page.locator("#mode").select_option("conv")
    assert page.locator("#kernels input").count() > 0


@pytest.mark.thorough(every=2)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_and_the_focus_is_seen(on_each: Watched, scheme: str) -> None:
    page = on_each.page
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for fragment in (
        "in=5&p=1&b=1/9",
        "ch=4x4&g=2&w=box",
        "pool=max&p=1",
        "in=13&w=box&b=-111",
        "view=picture",
    ):
        on_each.open(fragment)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        cut = page.evaluate(
            """() => {
                const range = document.createRange(), cut = [];
                const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                while (texts.nextNode()) {
                    const text = texts.currentNode, holder = text.parentElement;
                    if (!text.data.trim() || holder.closest("script, .hide, option")) continue;
                    const around = holder.closest(".cell, button, p, h1, h2, h3, th, label, .panel, figcaption");
                    if (!around || !holder.checkVisibility()) continue;
                    range.selectNodeContents(text);
                    const inner = range.getBoundingClientRect(), outer = around.getBoundingClientRect();
                    if (inner.left < outer.left - 1 || inner.right > outer.right + 1) cut.push(text.data);
                }
                return cut;
            }"""
        )
        assert cut == [], fragment
    on_each.open("ch=2x2&p=1")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    stops = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        stop, seen = page.evaluate(
            """(() => { const e = document.activeElement, look = getComputedStyle(e);
                const ringed = look.outlineStyle === "solid" && parseFloat(look.outlineWidth) >= 3;
                return [e.id || e.getAttribute("aria-label") || e.textContent, e === document.body || ringed]; })()"""
        )
        assert seen, stop
        stops.add(stop)
    assert {"mode", "play", "terms", "gif", "g-0"} <= stops


def test_fragment_round_trip(watched: Watched) -> None:
    page = watched.open()
    cases = settings()[:60] + modes()[:60]
    for i, at in enumerate(cases):
        at["at"] = {"side": "in" if i % 3 else "out", "c": 0, "y": 0, "x": 0}
    same = page.evaluate(
        """cases => cases.map(at => {
            visualizer.set(at);
            const before = JSON.stringify([visualizer.state(), visualizer.output()]), link = visualizer.fragment();
            visualizer.set({});
            visualizer.set(link);
            return JSON.stringify([visualizer.state(), visualizer.output()]) === before;
        })""",
        cases,
    )
    assert same == [True] * len(cases)
    # and through the address itself, both ways
    fragment = "in=6x5&k=3x3&p=1x0&s=2x1&w=1,0,-1,2,0,-2,1,0,-1&b=0.5&at=out.0.2.1"
    page = watched.open(fragment)
    assert page.locator("#head").inner_text().startswith("output[0, 2, 1] = ")
    page.locator(".out .cell").first.hover()
    until(page, "location.hash.length && !location.hash.includes('at=')")
    assert page.evaluate("location.hash") == "#" + fragment.replace("&at=out.0.2.1", "")
    page.evaluate("location.hash = 'in=7&t=1'")
    until(page, "visualizer.formula().size.join() === '9,9'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_width(browser: Browser, scheme: str) -> None:
    watched = Watched(browser, viewport={"width": 375, "height": 812}, color_scheme=scheme)
    page = watched.open()
    for fragment in (
        "",
        "in=9x12&p=2&ch=2x2",
        "view=picture",
        "in=3&k=5",
        "t=1&in=12x24&s=2&k=11",
        "s=0",
        "in=24&t=1&s=3",
    ):
        page.evaluate("fragment => visualizer.set(fragment)", fragment)
        for is_open in (True, False):
            page.evaluate(
                "is => document.querySelectorAll('details').forEach(d => { d.open = is; })", is_open
            )
            assert page.evaluate("document.documentElement.scrollWidth") <= 375, fragment
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    watched.context.close()
    assert watched.complaints == []


@pytest.mark.parametrize(
    "fragment",
    [
        "in=5x6&p=1", "in=4x3&t=1&s=2&ch=2x2", "in=1&k=1", "in=9x12&k=1", "in=3&k=2&ch=4x2&g=2&b=1/9,2",
        "in=4&k=3&p=1&s=2&ch=2&pool=max",
    ],
)  # fmt: skip
def test_gif_has_a_frame_for_each_output_cell(watched: Watched, fragment: str) -> None:
    page = watched.open(fragment)
    cells = page.evaluate("visualizer.output().flat(2).length")
    with page.expect_download() as caught:
        page.locator("#gif").click()
    assert caught.value.suggested_filename == "convolution.gif"
    data = Path(caught.value.path()).read_bytes()
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "GIF" and picture.n_frames == cells  # type: ignore[attr-defined]
        frames = []
        for i in range(cells):
            picture.seek(i)
            frames.append(picture.convert("RGB"))
    # what decodes is what was drawn: the last frame is the page's own PNG, but for its fewer colours
    h, w = page.evaluate("visualizer.formula().size")
    page.evaluate(
        "([c, y, x]) => visualizer.set({ ...visualizer.state(), at: { side: 'out', c, y, x } })",
        [cells // (h * w) - 1, h - 1, w - 1],
    )
    with page.expect_download() as caught:
        page.locator("#png").click()
    with Image.open(Path(caught.value.path())) as picture:
        drawn = torch.frombuffer(bytearray(picture.convert("RGB").tobytes()), dtype=torch.uint8).int()
    last = torch.frombuffer(bytearray(frames[-1].tobytes()), dtype=torch.uint8).int()
    assert (last - drawn).abs().float().mean() < 2
    assert cells == 1 or frames[0].tobytes() != frames[-1].tobytes()


def saved(page: Page, button: str) -> Image.Image:
    with page.expect_download() as caught:
        page.locator(button).click()
    return Image.open(io.BytesIO(Path(caught.value.path()).read_bytes()))


def greys(picture: Image.Image) -> torch.Tensor:
    """The picture's brightness, (H, W)."""
    pixels = torch.frombuffer(bytearray(picture.convert("L").tobytes()), dtype=torch.uint8)
    return pixels.reshape(picture.height, picture.width).int()


@pytest.mark.parametrize(
    ("fragment", "rows_each"),
    [("w=sobel-x&p=1", 2), ("w=sharpen&s=2x3&d=2", 1), ("w=box&k=5x3&t=1&s=2", 3)],
)
def test_gif_of_a_picture_grows_by_rows(watched: Watched, fragment: str, rows_each: int) -> None:
    page = watched.open(f"view=picture&{fragment}")
    end = greys(saved(page, "#png"))
    film = saved(page, "#gif")
    height, width = page.evaluate("(p => [p.output.length, p.output[0].length])(visualizer.picture())")
    steps, left = -(-height // rows_each), end.shape[1] - width
    assert film.n_frames == steps + 1 <= 151  # type: ignore[attr-defined]
    for i in (0, steps // 2, steps - 1, steps):
        film.seek(i)
        frame = greys(film)
        assert frame.shape == end.shape
        done = min(height, rows_each * (i + 1))
        below = frame[done + 3 : height, left + 3 :]  # but for the outline of the newest rows
        assert bool(((below - 241).abs() <= 2).all()), "still to come"
        above = max(0, rows_each * i - 3) if i < steps else height
        off = (frame - end).abs()
        assert above == 0 or int(off[:above, left:].max()) <= 8, "what is there stays"
        # in the picture some rows are outlined, at the end none
        assert (int(off[:, : left - 12].max()) > 8) == (i < steps)
    assert film.info["duration"] == 2000
    film.seek(0)
    assert 40 <= film.info["duration"] <= 300


def test_a_small_picture_is_saved_enlarged(watched: Watched, tmp_path: Path) -> None:
    page = watched.open("view=picture&w=identity&k=1")
    Image.effect_noise((20, 12), 80).save(tmp_path / "own.png")
    page.set_input_files("#file", tmp_path / "own.png")
    until(page, "visualizer.picture().input.length === 12")
    still, film = saved(page, "#png"), saved(page, "#gif")
    assert still.size == film.size == (2 * 20 * 17 + 12, 12 * 17)
    pixels = torch.tensor(page.evaluate("visualizer.picture().input")).int()
    enlarged = pixels.repeat_interleave(17, 0).repeat_interleave(17, 1)
    for left in (0, 20 * 17 + 12):  # the kernel changes nothing, and nothing is outlined
        assert torch.equal(greys(still)[:, left : left + 20 * 17], enlarged)
    assert film.n_frames == 12 + 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("fragment", ["in=24&ch=1x1&p=3", "view=picture&w=box"])
def test_settings_that_change_while_a_gif_is_drawn_stop_it(watched: Watched, fragment: str) -> None:
    page = watched.open(fragment)
    said = page.evaluate(
        """() => { const made = visualizer.gif().then(() => "saved", e => e.message);
                   visualizer.set("in=3&k=2"); return made; }"""
    )
    assert "changed meanwhile" in said


def test_gif_of_too_many_frames_says_so(watched: Watched) -> None:
    page = watched.open("in=24x24&ch=1x3&k=1")
    page.locator("#gif").click()
    until(page, "document.querySelector('#status').textContent.includes('1728 frames')")
    assert page.locator("#gif").is_enabled()


def test_picture_mode(watched: Watched, tmp_path: Path) -> None:
    page = watched.open("view=picture&w=sobel-x&p=1")
    assert page.locator("#result").is_visible() and not page.locator("#stage").is_visible()

    def agrees(**options: Any) -> None:
        got = page.evaluate("visualizer.picture()")
        x, w = (
            torch.tensor(v, dtype=torch.float64) for v in (got["input"], page.evaluate("visualizer.kernel()"))
        )
        torch.testing.assert_close(
            torch.tensor(got["output"], dtype=torch.float64), F.conv2d(x[None, None], w, **options)[0, 0]
        )

    agrees(padding=1)
    page.locator("#kernel-box").click()
    page.get_by_label("stride, width").fill("2")
    agrees(padding=1, stride=(1, 2))
    # one's own file, see-through in one corner, which counts as white
    own = Image.new("RGBA", (20, 12), (200, 40, 90, 255))
    own.putpixel((0, 0), (0, 0, 0, 0))
    own.save(tmp_path / "own.png")
    page.set_input_files("#file", tmp_path / "own.png")
    until(page, "visualizer.picture().input.length === 12")
    pixels = page.evaluate("visualizer.picture().input")
    assert pixels[0][0] == 255 and abs(pixels[5][5] - own.convert("RGB").convert("L").getpixel((5, 5))) <= 1
    agrees(padding=1, stride=(1, 2))
    (tmp_path / "no.png").write_text("no picture")
    page.set_input_files("#file", tmp_path / "no.png")
    until(page, "document.querySelector('#filenote').textContent.includes('is no picture')")
    # the arrow keys walk over the result, and the sum is told
    page.locator("#result").focus()
    before = page.locator("#pichead").inner_text()
    page.keyboard.press("ArrowRight")
    assert page.locator("#pichead").inner_text() != before
    assert page.locator("#say").inner_text().startswith("Output row ")
    with page.expect_download() as caught:
        page.locator("#png").click()
    with Image.open(Path(caught.value.path())) as picture:
        assert picture.format == "PNG"
    # the picture has room for a kernel that the five pixels of the numbers have not
    page.get_by_label("kernel, height").fill("9")
    assert not page.locator("#reason").is_visible() and page.locator("#result").is_visible()
    agrees(padding=1, stride=(1, 2))
    page.get_by_label("kernel, height").fill("11")
    page.get_by_label("dilation, height").fill("12")
    assert "does not fit" in page.locator("#reason").inner_text() and not page.locator("#result").is_visible()


def test_nothing_is_loaded(watched: Watched) -> None:
    page = watched.open("view=picture")
    page.locator("#view-numbers").click()
    assert (
        page.evaluate(
            "performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith('data:'))"
        )
        == []
    )
    text = PAGE.read_text(encoding="utf-8")
    assert len(text.encode()) < 100_000
    policy = re.search(r'http-equiv="Content-Security-Policy"\s+content="([^"]*)"', text)
    assert policy and policy.group(1).startswith(STAY)
    assert not re.search(
        r"https?://|<script[^>]+src=|<link(?! rel=\"icon\" href=\"data:,\")|@import|url\(", text
    )
    # the policy holds: the page could not ask the network if it wanted to
    refused = page.evaluate("fetch('https://example.org/').then(() => 'answered', e => String(e))")
    assert "Failed to fetch" in refused
    assert watched.complaints and all("Content Security Policy" in c for c in watched.complaints)
    watched.complaints.clear()
    watched.requests.clear()


def test_gif_of_many_colours_and_frames(watched: Watched) -> None:
    """A long animation fills the encoder's table, which then starts anew."""
    page = watched.open("in=9x9&p=2&k=3&ch=2x1")
    text = page.evaluate(
        "visualizer.gif().then(b => { let s = ''; for (const v of b) s += String.fromCharCode(v); return btoa(s); })"
    )
    with Image.open(io.BytesIO(base64.b64decode(text))) as picture:
        assert picture.n_frames == 11 * 11  # type: ignore[attr-defined]
        for i in range(picture.n_frames):  # type: ignore[attr-defined]
            picture.seek(i)
            picture.load()


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What `pytest exercises` tells a student whose kernel is mirrored: one text for each wrong check."""
    folder = tmp_path_factory.mktemp("hand in")
    root, ignored = PAGE.parents[2], shutil.ignore_patterns("__pycache__")
    shutil.copytree(root / "exercises", folder / "exercises", ignore=ignored)
    for solution in (root / "solutions").glob("ex*.py"):
        shutil.copy(solution, folder / "exercises")
    wrong = folder / "exercises" / "ex3_conv2d.py"
    text = wrong.read_text(encoding="utf-8")
    assert text.count("weight.flatten(1)") == 1
    wrong.write_text(text.replace("weight.flatten(1)", "weight.flip(3).flatten(1)"), encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "exercises", "-v"],
        cwd=folder,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    ).stdout
    return re.split(r"^-{3,} (?=ex\d+: test_)", told, flags=re.M)[1:]


def of_layer(lines: str, known: dict[str, Any]) -> tuple[Any, ...]:
    """What a check's three lines make of a layer: input, parameters and settings, as pairs."""
    *build, forward = lines.splitlines()
    given = dict(known, Conv2d=torch.nn.Conv2d)
    exec("\n".join(build), given)
    layer = given["layer"]
    x = eval(forward.removeprefix("layer"), given)
    return x, layer.weight.data, layer.bias, *map(list, (layer.stride, layer.padding, layer.dilation))


def test_the_link_of_a_failing_check_opens_its_call_at_the_worst_cell(
    watched: Watched, failures: list[str]
) -> None:
    page, seen = watched.page, []
    names = ("conv2d_valid", "conv2d_strided", "conv2d")

    def spy(
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
    ) -> tuple[Any, ...]:
        pairs = [[v, v] if isinstance(v, int) else list(v) for v in (stride, padding, dilation)]
        return x, weight, bias, *pairs

    known = {"torch": torch, "sample": sample, **dict.fromkeys(names, spy)}
    for failure in failures:
        link = re.search(r"^file://\S+/visualizer/\S+$", failure, re.M)
        if not link or re.search(r"^    Conv2d\(.*\)\(sample", failure, re.M):  # its parameters are not told
            continue
        if re.search(rf"^    ({OF_TOPICS})\(", failure, re.M):  # see test_visualizer_link
            continue
        call = re.search(
            r"^    ((conv2d\w*)\(.*\)|layer = (Conv2d)\(.*\)\n.*\n    layer\(.*\))$", failure, re.M
        )
        place = re.search(r"Largest error at \[([\d, ]+)\]:\s+expected\s+(\S+),\s", failure)
        assert call and place, failure
        if call.group(3):
            x, weight, bias, stride, padding, dilation = of_layer(textwrap.dedent(call.group()), known)
        else:
            x, weight, bias, stride, padding, dilation = eval(call.group(1), known)
        n, o, row, column = (int(i) for i in place.group(1).split(","))
        page.goto("about:blank")
        page.goto(link.group())
        state = page.evaluate("visualizer.state()")
        settings = {
            "in": list(x.shape[2:]), "ch": [x.shape[1], weight.shape[0]], "k": list(weight.shape[2:]),
            "s": stride, "p": padding, "d": dilation, "t": False, "view": "numbers",
            "at": {"side": "out", "c": o, "y": row, "x": column},
        }  # fmt: skip
        assert {name: state[name] for name in settings} == settings, failure
        head = re.fullmatch(rf"output\[{o}, {row}, {column}\] = (\S+)", page.locator("#head").inner_text())
        assert head, failure
        cell = page.locator(f".out[data-c='{o}'] .cell.at")
        assert [cell.get_attribute(f"data-{axis}") for axis in "yx"] == [str(row), str(column)]
        spelt_out = "with other numbers" not in failure
        if spelt_out:  # links round numbers to four digits
            right = F.conv2d(x[n : n + 1], weight, bias, stride, padding, dilation)[0]
            got = torch.tensor(page.evaluate("visualizer.output()"), dtype=right.dtype)
            torch.testing.assert_close(got, right, rtol=1e-3, atol=1e-2)
            assert float(head.group(1).replace("−", "-")) == pytest.approx(float(place.group(2)), abs=1e-2)
        seen.append((call.group(2) or call.group(3), spelt_out, bias is not None, stride, padding, dilation))
    # the run has shown what a link can carry
    assert {(name, True) for name in (*names, "Conv2d")} <= {
        (name, spelt_out) for name, spelt_out, *_ in seen
    }
    assert any(has_bias for _, spelt_out, has_bias, *_ in seen if spelt_out)
    assert any(
        stride != [1, 1] and padding != [0, 0] and dilation != [1, 1]
        for _, spelt_out, _, stride, padding, dilation in seen
        if spelt_out
    )
