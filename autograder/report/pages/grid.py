"""A picture of the report as parts of an SVG: a coloured cell for each number, and the numbers where they fit."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass

from PIL import Image

from autograder.report.model import Picture
from exercises.feedback.palette import BLUE_TO_RED, DARK_TO_LIGHT, LIGHT, NO_NUMBER, Colour

CELL = 10  # units of the SVG
MAX_NUMBERS = 8  # rows or columns up to which the numbers stand in the cells, to be read on a telephone
SHOWN = 33  # CSS pixels of a cell whose number can be read
WIDEST = MAX_NUMBERS * SHOWN


@dataclass(frozen=True)
class Number:
    """A number within its cell."""

    x: float
    y: float
    text: str
    dark: bool


@dataclass(frozen=True)
class Grid:
    """What the page draws.

    `image` is a PNG as a data URI with one pixel for each cell, `shown` the width in CSS pixels where there is room.
    """

    title: str
    subtitle: str
    sentence: str
    label: str = ""
    legend: str = ""
    width: int = 0
    height: int = 0
    shown: int = 0
    image: str = ""
    numbers: tuple[Number, ...] = ()
    marked: tuple[int, int] | None = None


def grid(picture: Picture) -> Grid:
    """The picture, ready to be drawn."""
    values = [[float(number) for number in row.split()] for row in picture.rows]
    if not values or not values[0]:
        return Grid(picture.title, picture.subtitle, picture.sentence)
    rows, columns = len(values), len(values[0])
    colours = [[_colour(value, picture) for value in row] for row in values]
    numbers = []
    if max(rows, columns) <= MAX_NUMBERS:
        numbers = [
            Number(
                (j + 0.5) * CELL, (i + 0.5) * CELL, short(values[i][j]), sum(colours[i][j]) > LIGHT
            )
            for i in range(rows)
            for j in range(columns)
        ]  # fmt: skip
    marked = picture.marked and (picture.marked[1] * CELL, picture.marked[0] * CELL)
    gaps = "; yellow: NaN or infinite" if any(not math.isfinite(v) for row in values for v in row) else ""
    return Grid(
        picture.title,
        picture.subtitle,
        "",
        f"{picture.title}, {picture.subtitle}: {rows} × {columns} cells",
        _legend(picture) + gaps,
        columns * CELL,
        rows * CELL,
        min(columns * SHOWN, WIDEST),
        _png(colours),
        tuple(numbers),
        marked,
    )


def _legend(picture: Picture) -> str:
    low, high = f"{picture.low:.4g}", f"{picture.high:.4g}"
    if picture.signed:
        return f"from {low} (blue: yours is too small) over 0 (white) to {high} (red: too large)"
    return f"from {low} (dark) to {high} (light)"


def _colour(value: float, picture: Picture) -> Colour:
    if not math.isfinite(value):
        return NO_NUMBER
    anchors = BLUE_TO_RED if picture.signed else DARK_TO_LIGHT
    reach = picture.high - picture.low
    share = min(max((value - picture.low) / reach, 0.0), 1.0) if 0 < reach < math.inf else 0.5
    place = share * (len(anchors) - 1)
    first = min(int(place), len(anchors) - 2)
    one, other = anchors[first], anchors[first + 1]
    red, green, blue = (round(a + (b - a) * (place - first)) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _png(colours: list[list[Colour]]) -> str:
    pixels = bytes(part for row in colours for colour in row for part in colour)
    file = io.BytesIO()
    Image.frombytes("RGB", (len(colours[0]), len(colours)), pixels).save(file, format="PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def short(value: float) -> str:
    """A number in at most five characters, or nearly so."""
    if not math.isfinite(value):
        return f"{value:g}"
    size = abs(value)
    if size >= 10_000 or 0 < size < 0.005:
        return f"{value:.0e}".replace("e+0", "e").replace("e-0", "e-")
    text = f"{value:.{0 if size >= 100 else 1 if size >= 10 else 2}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
