"""The pictures of the tutorial: every number in them is what torch computes, and they redraw byte by byte."""

from __future__ import annotations

import importlib.util
import math
import re
import shutil
import sys
import time
from itertools import pairwise
from math import prod
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import PIL
import pytest
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw
from torch import Tensor

ROOT = Path(__file__).resolve().parents[1]
IMG = ROOT / "img"
sys.path.insert(0, str(ROOT))  # img is no installed package

from img import (  # noqa: E402
    descent,
    draw,
    figures,
    grouping,
    learning,
    paint,
    rivals,
    table,
    upsampling,
)
from img.table import ANIMATIONS, Animation, Sweep, sweeps  # noqa: E402

NAMES = list(ANIMATIONS)
ASKED_FOR = {
    "no_padding_no_strides", "same_padding_no_strides", "padding_strides", "dilation", "no_padding_strides",
    "full_padding", "rectangular_kernel", "channels", "no_padding_strides_transposed", "flipped", "gradient",
    "weight_gradient",
}  # fmt: skip
FILES = [*draw.PICTURES, "cat.png"]
MAX_PICTURE_BYTES = 300_000  # bytes


def tensor(grids: list[table.Grid]) -> Tensor:
    return torch.tensor(grids, dtype=torch.float64)[None]


def torch_output(animation: Animation, flipped: bool = False) -> Tensor:
    """What torch makes of a row of the table; `(height, width)`."""
    image, kernel = tensor(animation.images), tensor(animation.kernels)
    how = {"stride": animation.stride, "padding": animation.padding, "dilation": animation.dilation}
    if animation.transposed:
        return F.conv_transpose2d(image, kernel.transpose(0, 1), **how)[0, 0]
    return F.conv2d(image, kernel.flip(-1, -2) if flipped else kernel, **how)[0, 0]


def with_torch(name: str) -> list[tuple[Sweep, Tensor]]:
    animation = ANIMATIONS[name]
    found = sweeps(name)
    assert len(found) == (2 if animation.compares else 1)
    return [(one, torch_output(animation, flipped=n == 1)) for n, one in enumerate(found)]


def test_the_table_has_the_animations_of_the_tutorial() -> None:
    assert set(NAMES) == ASKED_FOR


@pytest.mark.parametrize("name", NAMES)
def test_sums_are_what_torch_computes(name: str) -> None:
    animation = ANIMATIONS[name]
    for one, output in with_torch(name):
        assert animation.output_size == tuple(output.shape)
        # in reading order, each output cell once
        assert [(step.row, step.col) for step in one.steps] == [
            tuple(at) for at in torch.ones_like(output).nonzero()
        ]
        for step in one.steps:
            assert step.sum == output[step.row, step.col]
            products = tensor(step.patch) * tensor(one.kernels)
            assert torch.equal(products, tensor(step.products))
            assert products.sum() == step.sum


@pytest.mark.parametrize("name", [name for name in NAMES if not ANIMATIONS[name].transposed])
def test_patches_are_what_torch_unfolds(name: str) -> None:
    animation = ANIMATIONS[name]
    for one in sweeps(name):
        kernel_size = table.size(one.kernels[0])
        columns = F.unfold(
            tensor(animation.images), kernel_size, animation.dilation, animation.padding, animation.stride
        )[0]
        for step, column in zip(one.steps, columns.T, strict=True):
            assert torch.equal(tensor(step.patch).flatten(), column)


def test_a_kernel_laid_down_the_wrong_way_would_be_seen() -> None:
    for animation in ANIMATIONS.values():
        for kernel in animation.kernels:
            assert kernel != table.turned(kernel)
    (one, _), (other, _) = with_torch("flipped")
    assert [step.sum for step in one.steps] != [step.sum for step in other.steps]
    assert other.kernels[0] == table.turned(one.kernels[0])


@pytest.mark.parametrize("name", NAMES)
def test_formula_is_true(name: str) -> None:
    """The formula of each animation gives the size of the output when one works it out."""
    animation = ANIMATIONS[name]
    found = []
    for line in animation.formula.split("\n"):
        formula, answer = re.fullmatch(r"output \w+: (.*) = (\d+)", line).groups()  # type: ignore[union-attr]
        floor = formula.replace("floor", "int").replace("·", "*")
        assert re.fullmatch(r"(int|[-+*/() \d])+", floor)
        assert eval(floor) == int(answer)
        found.append(int(answer))
    assert (found * 2)[:2] == list(torch_output(animation).shape)
    # what is written there where the formula is not
    height, width = torch_output(animation).shape
    counted = f"The {animation.slides} has {height} places from top to bottom and {width} from left to right."
    assert animation.size_text == (counted if animation.counted else animation.formula)


def test_channels_are_counted_from_0(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(paint, "text", lambda _, xy, words, *__, **___: written.append(words))
    paint.frame(ANIMATIONS["channels"], sweeps("channels"), 0)
    named = [int(n) for words in written for n in re.findall(r"channel (\d)", words)]
    assert sorted(named) == [0, 0, 0, 1, 1, 1, 2, 2, 2], "input, kernel and sum of each"


Box = tuple[int | None, int | None, bool]  # number, weight, thick outline


@pytest.mark.parametrize("name", NAMES)
def test_drawn_numbers_are_what_torch_computes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Watch the cells that are drawn: their places and their numbers, in every frame."""
    boxes: dict[tuple[int, int], Box] = {}

    def watched(
        _: object, x: int, y: int, number: int | None, fill: object,
        *, hatched: bool = False, thick: bool = False, weight: int | None = None,
    ) -> None:  # fmt: skip
        assert (x, y) not in boxes, "a cell is drawn twice"
        boxes[x, y] = (number, weight, thick)

    monkeypatch.setattr(paint, "box", watched)
    animation = ANIMATIONS[name]
    both = with_torch(name)
    all_sweeps = [one for one, _ in both]
    place = paint.layout(animation, all_sweeps)

    def at(corner: tuple[int, int], row: int, col: int) -> Box:
        return boxes.pop((corner[0] + col * paint.CELL, corner[1] + row * paint.CELL))

    for n in range(len(all_sweeps[0].steps)):
        boxes.clear()
        paint.frame(animation, all_sweeps, n)
        for (one, output), corner in zip(both, place.outputs, strict=True):
            for m, step in enumerate(one.steps):
                number = int(output[step.row, step.col]) if m <= n else None
                assert at(corner, step.row, step.col) == (number, None, m == n)
        kernels = [kernel for one in all_sweeps for kernel in one.kernels]
        for kernel, corner in zip(kernels, place.kernels, strict=True):
            for y, row in enumerate(kernel):
                for x, number in enumerate(row):
                    assert at(corner, y, x) == (number, None, False)
        total = 0
        for ground, corner in zip(all_sweeps[0].ground, place.inputs, strict=True):
            for y, row in enumerate(ground):
                for x, value in enumerate(row):
                    number, weight, thick = at(corner, y, x)
                    assert number == value
                    assert thick == any((y, x) in line for line in all_sweeps[0].steps[n].cells)
                    assert weight is None or thick
                    total += value * (weight or 0)
        if not animation.compares:  # there, one patch has two kernels, and no tags
            assert total == both[0][1].flatten()[n]
        assert boxes == {}, "a cell is drawn that is nowhere"


@pytest.mark.parametrize("name", NAMES)
def test_written_sums_are_right(name: str) -> None:
    """Work out the text below the grids: the products, and the running sum up to the output cell."""
    for one, output in with_torch(name):
        for step in one.steps:
            so_far = 0
            for left, right in paint.sum_lines(one, step):
                terms, part = left.split(":  ")[-1].replace("·", "*").split(" = ")
                assert re.fullmatch(r"[-+*() \d]+", terms)
                assert not re.search(r"(?<!\()-\d", terms), "negative numbers have brackets"
                assert eval(terms) == int(part)
                sums = right.removeprefix("sum: ").split(" = ")
                so_far += int(part)
                assert {eval(text) for text in sums} == {so_far}
            assert so_far == output[step.row, step.col]


@pytest.mark.parametrize("name", NAMES)
def test_file_holds_one_frame_for_each_output_cell(name: str) -> None:
    animation = ANIMATIONS[name]
    all_sweeps = sweeps(name)
    with Image.open(IMG / f"{name}.gif") as file:
        assert file.format == "GIF"
        assert file.n_frames == prod(animation.output_size) == torch_output(animation).numel()  # type: ignore[attr-defined]
        assert file.info["loop"] == 0, "it goes on for ever"
        for n in range(file.n_frames):  # type: ignore[attr-defined]
            file.seek(n)
            assert file.info["duration"] >= 1000, "time to read a sum"
            shown = file.convert("RGBA")
            # what a reader sees is what was drawn, although a file stores only what changes
            drawn = paint.with_palette(paint.frame(animation, all_sweeps, n)).convert("RGBA")
            if PIL.__version__ == pinned("pillow"):
                assert np.array_equal(np.asarray(shown), np.asarray(drawn))
            assert shown.getextrema()[3] == (255, 255), "see-through: unreadable on a dark page"


class Watched:
    """The cells that are drawn with `paint.box`, by their places."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.boxes: dict[tuple[int, int], float | None] = {}
        self.thick: list[float | None] = []
        for module in (paint, figures, grouping, upsampling):
            monkeypatch.setattr(module, "box", self.box)

    def box(
        self,
        _: object,
        x: int,
        y: int,
        number: float | None,
        fill: object,
        *,
        thick: bool = False,
        **__: object,
    ) -> None:
        assert (x, y) not in self.boxes, "a cell is drawn twice"
        self.boxes[x, y] = number
        if thick:
            self.thick.append(number)

    def grid(self, left: int, top: int, rows: int, cols: int) -> list[list[float | None]]:
        cell = paint.CELL
        return [[self.boxes.pop((left + x * cell, top + y * cell)) for x in range(cols)] for y in range(rows)]

    def corner(self) -> tuple[int, int]:
        """The upper left one of what has not been looked at."""
        return min(self.boxes)


def up_to(values: Tensor, n: int) -> list[list[float | None]]:
    """The last axis counts the frames: what comes after frame n is not there yet."""
    return [[int(v) if m <= n else None for m, v in enumerate(row)] for row in values]


def test_columns_are_the_patches_that_torch_unfolds(monkeypatch: pytest.MonkeyPatch) -> None:
    image, kernel = torch.tensor(figures.IMAGE), torch.tensor(figures.KERNEL)
    columns = F.unfold(image[None, None].double(), (2, 2))[0]
    output = F.conv2d(image[None, None].double(), kernel[None, None].double())[0, 0]
    for n in range(columns.shape[1]):
        watched = Watched(monkeypatch)
        figures.im2col_frame(n)
        # from left to right: the input and the kernel below it, the matrix and its product, the output
        assert watched.grid(*watched.corner(), 3, 3) == figures.IMAGE
        assert watched.grid(*watched.corner(), 1, 4) == [kernel.flatten().tolist()]
        left, top = watched.corner()
        assert watched.grid(left, top, 4, 4) == up_to(columns, n)
        assert watched.grid(*watched.corner(), 1, 4) == up_to(output.flatten()[None], n)
        found = watched.grid(*watched.corner(), 2, 2)
        assert [*found[0], *found[1]] == up_to(output.flatten()[None], n)[0]
        assert watched.boxes == {}
        patch = columns[:, n].tolist()
        assert watched.thick == [*patch, *patch, *[output.flatten()[n]] * 2]


def test_pooled_numbers_are_what_torch_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = torch.tensor(figures.MAP).double()[None, None]
    largest, means = F.max_pool2d(numbers, 2)[0, 0], F.avg_pool2d(numbers, 2)[0, 0]
    assert figures.pooled(figures.MAP) == (largest.tolist(), means.tolist()), "and every mean is whole"
    text = (ROOT / "exercises" / "README.md").read_text(encoding="utf-8")
    assert "".join(f"    {' '.join(map(str, row))}\n" for row in figures.MAP) in text
    for n in range(largest.numel()):
        watched = Watched(monkeypatch)
        figures.pooling_frame(n)
        assert watched.grid(*watched.corner(), 4, 6) == figures.MAP
        for expected in (largest, means):
            found = watched.grid(*watched.corner(), 2, 3)
            assert [*found[0], *found[1]] == up_to(expected.flatten()[None], n)[0]
        assert watched.boxes == {}
        window = F.unfold(numbers, 2, stride=2)[0, :, n].tolist()
        assert watched.thick == [*window, largest.flatten()[n], means.flatten()[n]]


def test_stamps_add_up_to_what_torch_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers, kernel = tensor([upsampling.INPUT]), tensor([upsampling.KERNEL])
    stamps = upsampling.stamped(upsampling.INPUT, upsampling.KERNEL, upsampling.STRIDE)
    so_far, touched = torch.zeros_like(numbers), torch.zeros_like(numbers)
    for n, stamp in enumerate(stamps):
        so_far[0, 0, stamp.row, stamp.column] = numbers[0, 0, stamp.row, stamp.column]
        touched[0, 0, stamp.row, stamp.column] = 1
        sums = F.conv_transpose2d(so_far, kernel, stride=upsampling.STRIDE)[0, 0]
        covered = F.conv_transpose2d(touched, torch.ones_like(kernel), stride=upsampling.STRIDE)[0, 0] > 0
        expected = [
            [number if seen else None for number, seen in zip(*rows, strict=True)]
            for rows in zip(sums.tolist(), covered.tolist(), strict=True)
        ]
        assert stamp.sums == expected
        watched = Watched(monkeypatch)
        upsampling.stamp_frame(n)
        assert watched.grid(*watched.corner(), 2, 2) == upsampling.INPUT
        assert watched.grid(*watched.corner(), 3, 3) == upsampling.KERNEL
        assert watched.grid(*watched.corner(), 5, 5) == expected
        now = [sums[y, x] for y, x in stamp.covered]
        assert watched.thick == [upsampling.INPUT[stamp.row][stamp.column], *now]
    assert len(stamps) == numbers.numel()
    animation = ANIMATIONS["no_padding_strides_transposed"]
    assert stamps[-1].sums == torch_output(animation).tolist(), "README.md says that they are the same"


@pytest.mark.parametrize("taps", upsampling.SIZES)
def test_copies_are_counted_as_torch_adds_ones(taps: int) -> None:
    ones = torch.ones(1, 1, upsampling.SIDE, upsampling.SIDE)
    added = F.conv_transpose2d(ones, torch.ones(1, 1, taps, taps), stride=upsampling.STRIDE)[0, 0]
    assert upsampling.copies(taps) == added.tolist()
    inside = added[taps - 1 : 1 - taps, taps - 1 : 1 - taps]
    assert (inside == inside[0, 0]).all() == (taps % upsampling.STRIDE == 0), "what stands below it"


def test_pooling_ends_where_it_does_in_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    figures.pooling_ends()
    kept: list[float] = []
    for row in figures.ENDS:
        pixels, frame = torch.arange(1.0, row.pixels + 1), [-math.inf] * row.padding
        down, up = (
            F.max_pool1d(pixels[None], 2, padding=row.padding, ceil_mode=rounded)[0].tolist()
            for rounded in (False, True)
        )
        assert [row.largest(start) for start in row.starts if row.fits(start)] == down
        drawn = watched.grid(*watched.corner(), 1, row.pixels + 2 * row.padding)
        assert drawn == [[*frame, *pixels.tolist(), *frame]]
        kept += up
    assert [watched.boxes[place] for place in sorted(watched.boxes, key=lambda place: place[::-1])] == kept
    assert watched.thick == [5], "the one that ceil_mode alone gives"


@pytest.mark.parametrize("groups", grouping.GROUPS)
def test_channels_meet_those_that_gradients_reach(groups: int) -> None:
    channels, size = grouping.CHANNELS, grouping.KERNEL
    weight = torch.rand(channels, channels // groups, size, size) + 1
    for output in range(channels):
        x = torch.rand(1, channels, size, size, requires_grad=True)
        F.conv2d(x, weight, groups=groups)[0, output].sum().backward()
        assert x.grad is not None
        assert grouping.read_by(output, groups) == x.grad[0].any(-1).any(-1).nonzero().flatten().tolist()
    assert grouping.weights(groups) == weight.numel()


def test_the_channels_that_the_chosen_one_reads_are_dark(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    grouping.groups()
    read = [channel for groups in grouping.GROUPS for channel in grouping.read_by(grouping.CHOSEN, groups)]
    assert sorted(watched.thick, key=str) == sorted(read + [grouping.CHOSEN] * len(grouping.GROUPS))


@pytest.mark.parametrize("rate", descent.RATES)
def test_steps_are_those_of_torchs_gradient_descent(rate: float) -> None:
    image, target = (torch.tensor([[each]], dtype=torch.float64) for each in (descent.IMAGE, descent.TARGET))
    weight = torch.full((1, 1, 1), descent.START, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=rate)
    for here in descent.way(rate):
        loss = F.mse_loss(F.conv1d(image, weight), target)
        assert weight.item() == pytest.approx(here)
        assert loss.item() == pytest.approx(descent.loss(here))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def test_all_steps_are_on_the_drawing() -> None:
    for weight in (weight for rate in descent.RATES for weight in descent.way(rate)):
        x, y = descent.place(weight, 1)
        assert 6 < x < descent.WIDE - 6 and 6 < y < descent.HIGH - 6


def test_fields_are_where_gradients_arrive() -> None:
    sizes = figures.fields(figures.KERNELS)
    for layers in range(1, len(sizes)):
        x = torch.ones(1, 1, 12, 12, requires_grad=True)
        y: Tensor = x
        for kernel in figures.KERNELS[-layers:]:
            y = F.conv2d(y, torch.ones(1, 1, kernel, kernel))
        y[0, 0, 0, 0].backward()
        assert x.grad is not None
        assert int((x.grad != 0).sum()) == sizes[-1 - layers] ** 2


def test_what_numbers_see_after_a_stride_is_where_gradients_arrive() -> None:
    for layers in range(len(figures.STRIDED) + 1):
        x = torch.ones(1, 1, 40, requires_grad=True)
        y: Tensor = x
        for kernel, stride in figures.STRIDED[:layers]:
            y = F.conv1d(y, torch.ones(1, 1, kernel), stride=stride)
        for number in range(3):
            (gradient,) = torch.autograd.grad(y[0, 0, number], x, retain_graph=True)
            places = gradient[0, 0].nonzero().flatten().tolist()
            assert figures.ends(figures.STRIDED[:layers], number) == (places[0], places[-1])


def test_the_drawn_fields_and_distances_are_those_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(figures, "text", lambda _, xy, words, *__: written.append(words))
    figures.receptive_field_strides()
    said = [words for words in written if words.startswith("one sees")]
    x = torch.ones(1, 1, 40, requires_grad=True)
    y: Tensor = x
    for (kernel, stride), words in zip(figures.STRIDED, said, strict=True):
        y = F.conv1d(y, torch.ones(1, 1, kernel), stride=stride)
        ends = []
        for number in range(2):
            (gradient,) = torch.autograd.grad(y[0, 0, number], x, retain_graph=True)
            places = gradient[0, 0].nonzero().flatten().tolist()
            ends.append((places[0], places[-1]))
        numbers = [int(n) for n in re.findall(r"\d+", words)]
        width, distance = ends[0][1] - ends[0][0] + 1, ends[1][0] - ends[0][0]
        assert numbers == ([width] if words is said[-1] else [width, distance])


@pytest.mark.parametrize("name", [name for name in draw.PICTURES if name.removesuffix(".gif") not in NAMES])
def test_the_other_pictures_bring_their_own_ground_and_time_to_read(name: str) -> None:
    with Image.open(IMG / name) as file:
        frames = getattr(file, "n_frames", 1)
        assert (frames > 1) == name.endswith(".gif")
        shown = 0
        for n in range(frames):
            file.seek(n)
            pixels = np.asarray(file.convert("RGBA"))
            assert (pixels[..., 3] == 255).all(), "see-through: unreadable on a dark page"
            if name != "cat_edge.png":
                assert (pixels[3:12, 3:-3, :3] == paint.PAPER).all() and (
                    pixels[3:-3, 3:12, :3] == paint.PAPER
                ).all()
                assert (pixels[-12:-3, 3:-3, :3] == paint.PAPER).all(), "cut off below"
                assert (pixels[3:-3, -12:-3, :3] == paint.PAPER).all(), "cut off on the right"
            shown += file.info.get("duration", 0)
        assert frames == 1 or (shown / frames >= 600 and file.info["loop"] == 0)


def pinned(package: str) -> str:
    found = re.search(rf"^{package}==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


def test_redraw_gives_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    if PIL.__version__ != pinned("pillow"):
        pytest.skip(
            f"drawn with Pillow {pinned('pillow')}; {PIL.__version__} may pack or draw letters otherwise"
        )
    start = time.monotonic()
    assert draw.main(["--check"]) == 0, capsys.readouterr().out
    assert time.monotonic() - start < 60, "a redraw takes some seconds"


@pytest.mark.parametrize("name", FILES)
def test_files_are_small(name: str) -> None:
    assert 0 < (IMG / name).stat().st_size < MAX_PICTURE_BYTES


def test_nothing_else_lies_there() -> None:
    assert sorted(path.name for path in IMG.iterdir() if path.suffix in (".gif", ".png")) == sorted(FILES)


@pytest.fixture
def sobel(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The solution of exercise 6, which imports those before it under the names of the stubs."""
    for path in sorted((ROOT / "solutions").glob("ex[1-6]_*.py")):
        name = f"exercises.{path.stem}"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
    return module


def test_edges_of_the_cat_come_from_our_sobel(sobel: ModuleType) -> None:
    with Image.open(IMG / "cat.png") as file:
        assert file.size == (360, 239)
        cat = torch.from_numpy(np.array(file.convert("RGB"))).permute(2, 0, 1).double() / 255
    with Image.open(IMG / "cat_edge.png") as file:
        assert file.mode == "L"
        drawn = torch.from_numpy(np.array(file)).double()
    edges = sobel.sobel_edges(cat)
    expected = (edges / draw.WHITE_EDGE).clamp(0, 1) * 255
    # rounded to whole grey levels
    assert (drawn - expected).abs().max() <= 0.5 + 1e-9
    assert 0.005 < (edges > draw.WHITE_EDGE).double().mean() < 0.2, "neither pale nor burnt out"


def test_sobel_kernels_are_those_of_the_exercise(sobel: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    gx, gy = sobel.sobel_kernels()
    assert (gx.tolist(), gy.tolist()) == (draw.GX, draw.GY)
    numbers: list[int] = []
    monkeypatch.setattr(paint, "box", lambda _, x, y, number, fill, **__: numbers.append(number))
    paint.sobel(draw.GX, draw.GY)
    assert numbers == [*gx.flatten().tolist(), *gy.flatten().tolist()]


def test_every_picture_says_what_it_shows() -> None:
    page = (IMG / "README.md").read_text(encoding="utf-8")
    alts = {file: alt for alt, file in re.findall(r"!\[([^]]*)\]\(([^)]*)\)", page)}
    assert set(alts) == set(FILES)
    for name, animation in ANIMATIONS.items():
        assert alts[f"{name}.gif"] == animation.says
        for word in ("blue", "cyan", "kernel", "output"):
            assert word in animation.says
        assert re.search(r"\b(slides?|jumps?)\b", animation.says), "what moves?"
        height, width = animation.output_size
        assert f"{height} by {width}" in animation.says
        row = next(line for line in page.splitlines() if line.startswith(f"| [{name}]"))
        settings = (animation.stride, animation.padding, animation.dilation)
        assert row.endswith(
            "".join(f"| {n} " for n in settings) + f"| {height} × {width} | {height * width} |"
        )
    assert len(set(alts.values())) == len(alts)
    assert "Stéfan van der Walt" in page and "CC0" in page


def luminance(colour: paint.Colour) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [c / 255 for c in colour]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: paint.Colour, other: paint.Colour) -> float:
    darker, brighter = sorted([luminance(one), luminance(other)])
    return (brighter + 0.05) / (darker + 0.05)


def test_pictures_can_be_read_without_seeing_hues() -> None:
    for ground, inks in paint.INKS.items():
        for ink in inks:
            assert contrast(ground, ink) >= 4.5
    for ground in learning.RAMP:
        assert contrast(ground, paint.INK) >= 4.5
    assert contrast(paint.BLUE, paint.DARK_BLUE) >= 3
    assert contrast(paint.CYAN, paint.DARK_CYAN) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_cut_off(name: str) -> None:
    """No letter and no cell reaches the edge of the panel, nor the text another text."""
    animation, all_sweeps = ANIMATIONS[name], sweeps(name)
    place = paint.layout(animation, all_sweeps)
    for n in range(len(all_sweeps[0].steps)):
        pixels = np.asarray(paint.frame(animation, all_sweeps, n))
        empty = (pixels == paint.PAPER).all(axis=2)
        assert empty[1:12, 1:-1].all() and empty[-12:-1, 1:-1].all()
        assert empty[1:-1, 1:12].all() and empty[1:-1, -12:-1].all()
        assert empty[place.text_top - 8 : place.text_top - 1, 1:-1].all(), "grids end above the text"
    for one in all_sweeps:
        points = 17 if len(one.ground) > 1 else 20
        for step in one.steps:
            lines = paint.sum_lines(one, step)
            room = paint.sum_room(lines, points)
            assert all(paint.text_width(left, points) + 15 < room for left, _ in lines)
    rows = (~empty[place.text_top :, 1:-1]).any(axis=1)
    lines = sum(not a and b for a, b in pairwise([False, *rows.tolist()]))
    assert lines >= 2


def test_command_draws_what_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(draw, "HERE", tmp_path)
    assert draw.main(["sobel", "channels"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["channels.gif", "sobel.png"]
    assert draw.main(["sobel", "--check"]) == 0
    with (tmp_path / "sobel.png").open("ab") as file:
        file.write(b"\n")
    capsys.readouterr()
    assert draw.main(["sobel", "dilation", "--check"]) == 1
    assert capsys.readouterr().out.splitlines() == ["dilation.gif: missing", "sobel.png: differs"]
    assert not (tmp_path / "dilation.gif").exists()
    with pytest.raises(SystemExit, match="2"):
        draw.main(["dilatoin"])
    assert "no picture is called dilatoin" in capsys.readouterr().err
    # a photograph: any width becomes 360
    shutil.copy(IMG / "cat.png", tmp_path / "photo.png")
    assert draw.main(["sobel", "--photo", str(tmp_path / "photo.png")]) == 0
    with Image.open(tmp_path / "cat.png") as scaled, Image.open(IMG / "cat.png") as cat:
        assert np.array_equal(np.asarray(scaled), np.asarray(cat))


def test_uneven_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        table.grid("1 2; 3")


def test_bars_are_as_long_as_the_times_that_the_tutorial_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[float] = []
    drawn = ImageDraw.ImageDraw.rectangle

    def rectangle(self: Any, place: Any, **how: Any) -> None:
        if how.get("fill") in (paint.BLUE, paint.CYAN, paint.DARK_BLUE):
            lengths.append(place[2] - place[0])
        drawn(self, place, **how)

    monkeypatch.setattr(ImageDraw.ImageDraw, "rectangle", rectangle)
    rivals.rivals()
    ratios = [ratio for _, ratio in rivals.MEASURED]
    assert lengths == pytest.approx([rivals.WIDE * ratio / max(ratios) for ratio in ratios], abs=1)
    text = " ".join((ROOT / "exercises" / "README.md").read_text(encoding="utf-8").split())
    told = re.search(r"!\[(Six bars\.[^]]*)\]", text)
    assert told is not None
    assert re.findall(r"[0-9.]*[0-9](?= |,)", told[1].replace("stride 1", "")) == [
        f"{ratio:g}" for ratio in ratios
    ]
