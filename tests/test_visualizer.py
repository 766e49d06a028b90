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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from exercises.feedback.calls import sample

try:
    from playwright.sync_api import Browser, Page
except ImportError:
    pytest.skip("the Python package playwright is not installed", allow_module_level=True)

PAGE = Path(__file__).resolve().parents[1] / "exercises" / "visualizer" / "index.html"
SETTINGS = 300
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


def torch_says(at: dict[str, Any]) -> torch.Tensor:
    (c, o), t = at["ch"], at["t"]
    x = torch.tensor(at["x"], dtype=torch.float64).reshape(1, c, *at["in"])
    w = torch.tensor(at["w"], dtype=torch.float64).reshape(*((c, o) if t else (o, c)), *at["k"])
    b = None if at["b"] is None else torch.tensor(at["b"], dtype=torch.float64)
    if t:
        return F.conv_transpose2d(x, w, b, at["s"], at["p"], at["op"], 1, at["d"])[0]
    return F.conv2d(x, w, b, at["s"], at["p"], at["d"])[0]


def expected_size(at: dict[str, Any]) -> list[int] | None:
    """The size of the output as torch has it, or None if torch refuses."""
    c, o = at["ch"]
    empty = at | {
        "x": [0.0] * (c * at["in"][0] * at["in"][1]),
        "w": [0.0] * (c * o * at["k"][0] * at["k"][1]),
    }
    try:
        size = list(torch_says(empty | {"b": None}).shape[1:])
    except (RuntimeError, ValueError):
        return None
    return size if min(size) > 0 else None


def test_values_agree_with_torch(watched: Watched) -> None:
    cases, page = settings(), watched.open()
    found = page.evaluate(
        """cases => cases.map(at => {
            visualizer.set(at);
            // each cell once more, from the terms and from the feeds that the page shows
            const m = visualizer.state(), y = visualizer.output(), bias = o => at.b ? at.b[o] : 0;
            const x = visualizer.input().flat(2), w = visualizer.kernel().flat(3);
            const terms = y.map((plane, o) => plane.map((row, i) => row.map((_, j) =>
                visualizer.maths.terms(m, x, w, o, i, j).reduce((sum, t) => sum + t.value * t.weight, bias(o)))));
            const feeds = y.map((plane, o) => plane.map(row => row.map(() => bias(o))));
            visualizer.input().forEach((plane, c) => plane.forEach((row, i) => row.forEach((v, j) =>
                visualizer.maths.feeds(m, w, c, i, j).forEach(t => { feeds[t.c][t.y][t.x] += v * t.weight; }))));
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
        shape = (at["ch"] if at["t"] else at["ch"][::-1]) + at["k"]
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
        }
        for i, k, p, s, d in itertools.product((1, 3), (1, 2, 4), (0, 1, 2), (1, 2), (1, 3))
        for t, op in ((False, 0), (True, 0), (True, 2))
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
    page.locator("#transposed").check()
    page.get_by_label("channels in").fill("2")
    assert list(torch.tensor(page.evaluate("visualizer.kernel()")).shape) == [2, 3, 2, 3]
    assert page.evaluate("visualizer.kernel()[0][0]") == [[-1, 0, 1], [-2, 0, -2.5]]
    for name in ("identity", "box", "sobel-y", "sharpen", "laplacian", "random", "whole"):
        page.locator(f"#kernel-{name}").click()
        assert page.evaluate("visualizer.formula().ok"), name


def test_fragment_round_trip(watched: Watched) -> None:
    page = watched.open()
    cases = settings()[:60]
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


@pytest.mark.parametrize("fragment", ["in=5x6&p=1", "in=4x3&t=1&s=2&ch=2x2", "in=1&k=1", "in=9x12&k=1"])
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
        link = re.search(r"^file://\S+$", failure, re.M)
        if not link or re.search(r"^    Conv2d\(.*\)\(sample", failure, re.M):  # its parameters are not told
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
