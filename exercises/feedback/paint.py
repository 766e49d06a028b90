"""A row of panels in one picture: grids of coloured cells, curves, or sentences.

Pillow is loaded by the first picture, and not before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.feedback.palette import (
    BLUE_TO_RED,
    DARK_TO_LIGHT,
    FAINT,
    INK,
    LIGHT,
    NO_NUMBER,
    PAPER,
    Colour,
)

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

SIDE = 300  # of a panel, in pixels
GAP = 24
TITLE = 54  # height of a panel's title
LEGEND = 62  # height of what stands below a panel
TEXT = 15
MAX_NUMBERS = 12  # rows or columns up to which the numbers are written into the cells
NARROWEST_NUMBER = 22  # width of a cell, in pixels, that a number fits into
THINNEST = 24  # a strip is drawn at least this wide
INSET = 8  # pixels between a curve and its box
MOST_DOTS = 30  # numbers of a curve up to which each is a dot


@dataclass(frozen=True)
class Panel:
    """A titled slice with its scale, a curve where it has one axis, or a sentence where there is nothing to draw."""

    title: str
    subtitle: str = ""
    values: Tensor | None = None
    low: float = 0.0
    high: float = 0.0
    colours: tuple[Colour, ...] = DARK_TO_LIGHT
    sentence: str = ""
    marked: tuple[int, int] | None = None


def paint(heading: str, row: Sequence[Panel], path: str | Path) -> Path:
    """Draws panels from left to right below a line of text, into a PNG; folders are made.

    Returns:
        The path.
    """
    from PIL import Image, ImageDraw, ImageFont

    size = (GAP + len(row) * (SIDE + GAP), GAP + TITLE + SIDE + LEGEND + 2 * TEXT + GAP)
    image = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(image)
    large, small = ImageFont.load_default(size=TEXT + 3), ImageFont.load_default(size=TEXT)
    pen.text((GAP, GAP // 2), _fitting(pen, heading, small, size[0] - 2 * GAP), INK, font=small)
    lowest = 0
    for number, panel in enumerate(row):
        left, top = GAP + number * (SIDE + GAP), GAP + 2 * TEXT
        pen.text((left, top), panel.title, INK, font=large)
        pen.text((left, top + 24), _fitting(pen, panel.subtitle, small, SIDE), FAINT, font=small)
        lowest = max(lowest, _draw_panel(image, panel, left, top + TITLE, small))
    image = image.crop((0, 0, size[0], lowest + GAP))
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    image.save(target, format="PNG")
    return target


def _draw_panel(canvas: Image.Image, panel: Panel, left: int, top: int, font: Any) -> int:
    """Draws one panel and returns how far down it goes."""
    from PIL import ImageDraw

    pen = ImageDraw.Draw(canvas)
    if panel.values is None:
        pen.rectangle((left, top, left + SIDE, top + SIDE * 2 // 3), outline=FAINT)
        _centred(pen, panel.sentence, left + SIDE / 2, top + SIDE / 3, SIDE - 20, font, INK)
        return top + SIDE * 2 // 3
    if panel.values.ndim == 1:
        return _draw_curve(pen, panel.values, panel, (left, top), font)
    values, step = shrunk(panel.values, worst=panel.colours is BLUE_TO_RED)
    height, width = _cell(*values.shape)
    canvas.paste(_painted(values, panel, (width, height)), (left, top))
    bottom, right = top + values.shape[0] * height, left + values.shape[1] * width
    pen.rectangle((left - 1, top - 1, right, bottom), outline=FAINT)
    if max(values.shape) <= MAX_NUMBERS and width >= NARROWEST_NUMBER:
        _write_numbers(pen, values, panel, (left, top), (width, height))
    elif min(width, height) >= 4:
        for i, j in (~values.isfinite()).nonzero().tolist():
            x, y = left + j * width, top + i * height
            pen.line((x, y, x + width - 1, y + height - 1), INK)
            pen.line((x, y + height - 1, x + width - 1, y), INK)
    if panel.marked:
        row, column = panel.marked[0] // step[0], panel.marked[1] // step[1]
        _frame(pen, left + (column + 0.5) * width, top + (row + 0.5) * height, width, height)
    return _draw_legend(canvas, panel, (left, bottom + 10), step, font)


def _draw_curve(
    pen: ImageDraw.ImageDraw, values: Tensor, panel: Panel, corner: tuple[int, int], font: Any
) -> int:
    """The numbers from left to right, joined by lines where they are finite; returns how far down it goes."""
    (left, top), numbers = corner, values.tolist()
    bottom, span = top + SIDE, panel.high - panel.low
    pen.rectangle((left - 1, top - 1, left + SIDE, bottom), outline=FAINT)
    points = [
        (
            left + INSET + n * (SIDE - 2 * INSET) / max(len(numbers) - 1, 1),
            bottom - INSET - ((value - panel.low) / span if span else 0.5) * (SIDE - 2 * INSET),
        )
        if math.isfinite(value)
        else None
        for n, value in enumerate(numbers)
    ]
    for here, there in pairwise(points):
        if here and there:
            pen.line((*here, *there), INK, width=2)
    for x, y in [] if len(points) > MOST_DOTS else filter(None, points):
        pen.ellipse((x - 3, y - 3, x + 3, y + 3), fill=INK)
    told = f"from {_short(numbers[0])} to {_short(numbers[-1])}"
    pen.text((left, bottom + 6), told, INK, font=font)
    return bottom + 6 + TEXT


def _frame(pen: ImageDraw.ImageDraw, x: float, y: float, width: int, height: int) -> None:
    """Dark within light, to be seen on any colour; never so small that it is overlooked."""
    x_reach, y_reach = max(width / 2, 6), max(height / 2, 6)
    for wider, ink in ((2, PAPER), (1, INK), (0, INK), (-1, PAPER)):
        reach = (x - x_reach - wider, y - y_reach - wider, x + x_reach + wider, y + y_reach + wider)
        pen.rectangle(reach, outline=ink)


def _painted(values: Tensor, panel: Panel, cell: tuple[int, int]) -> Image.Image:
    """One coloured cell for each number; `cell` is (width, height)."""
    from PIL import Image

    rows, columns = values.shape
    pixels = bytes(_colours(values, panel.low, panel.high, panel.colours).flatten().tolist())
    small = Image.frombytes("RGB", (columns, rows), pixels)
    return small.resize((columns * cell[0], rows * cell[1]), Image.Resampling.NEAREST)


def _write_numbers(
    pen: ImageDraw.ImageDraw, values: Tensor, panel: Panel, corner: tuple[int, int], cell: tuple[int, int]
) -> None:
    from PIL import ImageFont

    font = ImageFont.load_default(size=max(9, min(16, cell[0] // 3)))
    fills = _colours(values, panel.low, panel.high, panel.colours).sum(-1)
    for i, row in enumerate(values.tolist()):
        for j, value in enumerate(row):
            middle = (corner[0] + (j + 0.5) * cell[0], corner[1] + (i + 0.5) * cell[1])
            pen.text(middle, _short(value), INK if fills[i, j] > LIGHT else PAPER, font=font, anchor="mm")


def _draw_legend(
    canvas: Image.Image, panel: Panel, corner: tuple[int, int], step: tuple[int, int], font: Any
) -> int:
    from PIL import ImageDraw

    pen = ImageDraw.Draw(canvas)
    left, top = corner
    wide = SIDE // 3
    bar = torch.linspace(panel.low, panel.high, wide, dtype=torch.float64)[None]
    canvas.paste(_painted(bar, panel, (1, 11)), (left, top))
    pen.rectangle((left - 1, top - 1, left + wide, top + 11), outline=FAINT)
    pen.text((left + wide + 8, top - 4), f"{panel.low:.4g} to {panel.high:.4g}", INK, font=font)
    if panel.values is not None and not bool(panel.values.isfinite().all()):
        pen.rectangle((left, top + 22, left + 10, top + 32), fill=NO_NUMBER, outline=FAINT)
        pen.text((left + 18, top + 18), "NaN or infinite", FAINT, font=font)
        top += 20
    if max(step) > 1:
        rows, columns = (f"1 in {n}" if n > 1 else "all" for n in step)
        pen.text((left, top + 18), f"{rows} rows, {columns} columns shown", FAINT, font=font)
        top += 20
    return top + TEXT


def shrunk(values: Tensor, worst: bool, side: int = SIDE) -> tuple[Tensor, tuple[int, int]]:
    """At most `side` rows and columns, and the steps taken; of a difference the largest of each block is kept."""
    common = math.ceil(max(values.shape) / side)
    step = (min(common, max(1, values.shape[0] // 8)), min(common, max(1, values.shape[1] // 8)))
    if step == (1, 1):
        return values, step
    if not worst:
        return values[:: step[0], :: step[1]], step
    sizes = torch.nan_to_num(values.abs(), nan=torch.finfo(torch.float64).max)[None, None]
    _, places = F.max_pool2d(sizes, step, ceil_mode=True, return_indices=True)
    return values.flatten()[places[0, 0]], step


def _cell(rows: int, columns: int) -> tuple[int, int]:
    """Height and width of a cell: square, but stretched where a thin strip could not be seen."""
    side = max(1, SIDE // max(rows, columns))
    return max(side, min(THINNEST // rows, SIDE // rows)), max(
        side, min(THINNEST // columns, SIDE // columns)
    )


def _colours(values: Tensor, low: float, high: float, colours: tuple[Colour, ...]) -> Tensor:
    """Red, green and blue from 0 to 255 for each number, along a last axis."""
    anchors = torch.tensor(colours, dtype=torch.float64)
    share = ((values - low) / (high - low)).clamp(0, 1) if high > low else torch.full_like(values, 0.5)
    place = torch.nan_to_num(share) * (len(colours) - 1)
    first = place.long().clamp(max=len(colours) - 2)
    mixed = torch.lerp(anchors[first], anchors[first + 1], (place - first)[..., None])
    mixed[~values.isfinite()] = torch.tensor(NO_NUMBER, dtype=torch.float64)
    return mixed.round().to(torch.uint8)


def _short(value: float) -> str:
    """A number that fits into a cell."""
    if value != value:
        return "nan"
    if not math.isfinite(value):
        return "inf" if value > 0 else "-inf"
    if abs(value) >= 10_000 or 0 < abs(value) < 0.005:
        return f"{value:.0e}".replace("e+0", "e").replace("e-0", "e-")
    text = (
        f"{value:.0f}"
        if abs(value) >= 100
        else f"{value + 0.0:.3g}"
        if abs(value) >= 1
        else f"{value + 0.0:.2f}"
    )
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def _fitting(pen: ImageDraw.ImageDraw, text: str, font: Any, width: float) -> str:
    text = text.encode("ascii", "replace").decode()[:400]
    if pen.textlength(text, font=font) <= width:
        return text
    while text and pen.textlength(text + "...", font=font) > width:
        text = text[:-1]
    return text + "..."


def _centred(
    pen: ImageDraw.ImageDraw, text: str, x: float, y: float, width: float, font: Any, ink: Colour
) -> None:
    lines = _wrapped(pen.textlength, text, font, width)
    for number, line in enumerate(lines):
        middle = y + (number - (len(lines) - 1) / 2) * (TEXT + 6)
        pen.text((x, middle), line, ink, font=font, anchor="mm")


def _wrapped(length: Callable[..., float], text: str, font: Any, width: float) -> list[str]:
    lines = []
    for paragraph in text.encode("ascii", "replace").decode()[:400].split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and length(longer, font=font) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines[:8]
