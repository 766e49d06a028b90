"""The still picture: original | kernel | result."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from PIL import Image, ImageDraw
from torch import Tensor

from exercises.feedback.paint import MAX_NUMBERS
from exercises.feedback.palette import FAINT, INK, PAPER
from exercises.playground import paint
from exercises.playground.kernels import Kernel
from exercises.playground.photo import Photo
from exercises.playground.slide import Settings

SIDE = 460  # of a picture, at most
KERNEL_SIDE = 250
SMALLEST = 72  # a result smaller than this is enlarged
EDGE, BETWEEN = 28, 76
PART = 14  # between two kernels
HEAD = 62  # height of title and subtitle


@dataclass(frozen=True)
class Shown:
    """All that the pictures are made of."""

    photo: Photo
    source: Tensor  # what the kernel was laid on, (1 or 3, H, W)
    kernel: Kernel
    settings: Settings
    result: Tensor  # (1 or 3, h, w)
    sums: Tensor  # (1 or 3, 1 or 2, h, w)
    formula: list[str]
    by: str  # whose conv2d

    def steps(self) -> str:
        """Stride, padding and dilation, as far as they are not what torch begins with."""
        parts = []
        for name, value, plain in (
            ("stride", self.settings.stride, 1),
            ("padding", self.settings.padding, 0),
            ("dilation", self.settings.dilation, 1),
        ):
            if value != (plain, plain):
                parts.append(
                    f"{name} {value[0]}" if value[0] == value[1] else f"{name} {value[0]},{value[1]}"
                )
        return ", ".join(parts)


def size_text(values: Tensor) -> str:
    """Height and width, in torch's order."""
    return f"height {values.shape[-2]}, width {values.shape[-1]}"


def range_text(values: Tensor) -> str:
    """The smallest and the largest number."""
    finite = values[values.isfinite()]
    if not finite.numel():
        return "none is a number"
    low, high = float(finite.min()), float(finite.max())
    # 6e-08 beside 1.9 is a rounding error and would only puzzle
    least = 1e-6 * max(-low, high)
    low, high = (0.0 if abs(v) < least else v for v in (low, high))
    text = f"{low:.4g} to {high:.4g}"
    return text if finite.numel() == values.numel() else f"{text}, and some that are no numbers"


def sheet(shown: Shown) -> Image.Image:
    """Draws the three panels."""
    original, result = _zoomed(shown)
    kernel = _kernel_panel(shown)
    columns = [
        max(p.width, w) for p, w in zip((original, kernel, result), (250, KERNEL_SIDE, 250), strict=True)
    ]
    tall = max(p.height for p in (original, kernel, result))
    scale = paint.scale_of(resized_result(shown.result), shown.kernel)
    width = 2 * EDGE + sum(columns) + 2 * BETWEEN
    canvas = Image.new("RGB", (width, EDGE + HEAD + tall + 200), PAPER)
    pen = ImageDraw.Draw(canvas)
    titles = (
        ("original", size_text(shown.photo.values)),
        (f"kernel: {shown.kernel.name}", _kernel_text(shown)),
        (f"result of {shown.by}", size_text(shown.result)),
    )
    left, lefts = EDGE, []
    for panel, column, (title, subtitle) in zip((original, kernel, result), columns, titles, strict=True):
        room = column + BETWEEN // 2
        pen.text((left, EDGE - 8), paint.fitting(pen, title, paint.font(21), room), INK, font=paint.font(21))
        text = paint.fitting(pen, subtitle, paint.font(15), room)
        pen.text((left, EDGE + 22), text, FAINT, font=paint.font(15))
        # the kernel stands in the middle, between the pictures' upper and lower edges
        top = EDGE + HEAD + ((tall - panel.height) // 2 if panel is kernel else 0)
        canvas.paste(panel, (left, top))
        if panel is not kernel:
            pen.rectangle((left - 1, top - 1, left + panel.width, top + panel.height), outline=FAINT)
        lefts.append(left)
        left += column + BETWEEN
    middle = EDGE + HEAD + tall // 2
    for sign, x in (("*", lefts[1] - BETWEEN // 2), ("=", lefts[2] - BETWEEN // 2)):
        pen.text((x, middle + (12 if sign == "*" else 0)), sign, INK, font=paint.font(40), anchor="mm")
    below = EDGE + HEAD + tall + 12
    grey_note = shown.photo.values.shape[0] == 3 and shown.source.shape[0] == 1
    notes = [shown.photo.name, "made grey before the kernel sees it"] if grey_note else [shown.photo.name]
    ends = [paint.lines(canvas, notes, (EDGE, below), columns[0] + 30, FAINT)]
    if len(shown.kernel.weights) == 2:
        texts = ["each pixel: sqrt(gx^2 + gy^2)"]
        ends.append(paint.lines(canvas, texts, (lefts[1], below), columns[1] + 30, FAINT))
    down = paint.legend(canvas, scale, (lefts[2], below + 4), min(220, columns[2]))
    texts = [t for t in (scale.words, f"values: {range_text(shown.result)}") if t]
    ends.append(paint.lines(canvas, texts, (lefts[2], down + 2), columns[2] + EDGE - 8, FAINT))
    bottom = paint.lines(
        canvas, shown.formula, (EDGE, max(ends[0], max(ends) - 42)), lefts[2] - EDGE - 20, INK
    )
    return canvas.crop((0, 0, width, max(bottom, *ends) + EDGE // 2))


def resized_result(result: Tensor) -> Tensor:
    """A result no larger than it is shown: the colours are spread over what can be seen."""
    share = SIDE / max(result.shape[-2:])
    if share >= 1:
        return result
    size = (max(1, round(result.shape[-2] * share)), max(1, round(result.shape[-1] * share)))
    return paint.resized(result, size)


def _zoomed(shown: Shown) -> tuple[Image.Image, Image.Image]:
    """Original and result on one scale, so that a stride shows in the size; a tiny result is enlarged."""
    original, result = shown.photo.values, shown.result
    zoom = SIDE / max(*original.shape[-2:], *result.shape[-2:])
    zoom = float(int(zoom)) if zoom >= 1 else zoom
    own = zoom
    if max(result.shape[-2:]) * zoom < SMALLEST:
        own = max(1.0, SIDE // 2 // max(result.shape[-2:]))
    first, last = (paint.resized(v, _times(v, z)) for v, z in ((original, zoom), (result, own)))
    scale = paint.scale_of(resized_result(result), shown.kernel)
    return paint.coloured(first, paint.BLACK_TO_WHITE), paint.coloured(last, scale)


def _times(values: Tensor, zoom: float) -> tuple[int, int]:
    return max(1, round(values.shape[-2] * zoom)), max(1, round(values.shape[-1] * zoom))


def _kernel_text(shown: Shown) -> str:
    height, width = shown.kernel.size
    return ", ".join(t for t in (f"{height} x {width}", shown.steps()) if t)


def _kernel_panel(shown: Shown) -> Image.Image:
    """The weights, spread as they lie on the picture; two kernels side by side."""
    wide = [paint.spread(w, shown.settings.dilation) for w in shown.kernel.weights]
    scale = paint.around_zero(float(shown.kernel.weights.abs().max()) or 1.0)
    side = KERNEL_SIDE if len(wide) == 1 else (KERNEL_SIDE - PART) // 2
    rows, columns = wide[0].shape
    if max(rows, columns) > side:
        share = side / max(rows, columns)
        small = (max(1, round(rows * share)), max(1, round(columns * share)))
        wide = [paint.resized(torch.nan_to_num(w)[None], small)[0] for w in wide]
        rows, columns = small
    cell = min(64, max(1, side // max(rows, columns)))
    across = columns * cell + 2
    label = 26 if len(wide) == 2 else 0
    panel = Image.new("RGB", (len(wide) * (across + PART) - PART, rows * cell + label + 2), PAPER)
    pen = ImageDraw.Draw(panel)
    for number, weights in enumerate(wide):
        left = number * (across + PART)
        if label:
            pen.text((left, 4), ("gx", "gy")[number], INK, font=paint.font(16))
        numbers = weights if max(shown.kernel.size) <= MAX_NUMBERS else None
        paint.grid(panel, weights, scale, (left, label), cell, numbers)
    return panel
