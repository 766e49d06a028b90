"""The moving picture: the kernel goes over a small picture, and the result fills up beside it."""

from __future__ import annotations

import io
import math

import torch
from PIL import Image, ImageDraw
from torch import Tensor

from exercises.feedback.palette import FAINT, INK, NO_NUMBER, PAPER
from exercises.playground import Trouble, paint
from exercises.playground.kernels import Kernel
from exercises.playground.photo import Photo
from exercises.playground.progress import Progress
from exercises.playground.sheet import Shown
from exercises.playground.slide import Settings, reach

MAX_FRAMES = 200
SLOW_ROWS = 2  # of the result, with a frame for each place even where there are too many places for that
SIZES = range(32, 7, -1)  # longest sides of the small picture, the first that gives few enough places
WIDEST = 150  # cells of the padded picture; more cannot be told apart
SIDE = 380
MIDDLE = 210  # width of the column with the numbers
EDGE, HEAD, PART = 22, 44, 8
MAX_BYTES = 1_900_000
MOVE, HOLD = 90, 2500  # milliseconds
FRAME = (214, 94, 0)  # a reddish yellow that everyone can tell from greys and blues


def small_picture(photo: Photo, kernel: Kernel, settings: Settings, most: int = MAX_FRAMES) -> Photo:
    """The picture in so few pixels that the kernel has at most so many places; a frame for each, if nothing is said.

    Raises:
        Trouble: if the kernel or the padding is too large to be watched.
    """
    spans = reach(kernel.size, settings.dilation)
    height, width = photo.values.shape[-2:]
    # along both axes the kernel must still fit after the picture has shrunk
    least = max(
        math.ceil((spans[axis] + 1 - 2 * settings.padding[axis]) * max(height, width) / (height, width)[axis])
        for axis in (0, 1)
    )
    small = photo.shrunk(max(least, SIZES[-1]))
    for longest in SIZES:
        candidate = photo.shrunk(longest)
        if longest >= least and math.prod(_places(candidate, spans, settings)) <= most:
            small = candidate
            break
    if min(_places(small, spans, settings)) < 1:
        small = photo
    if max(n + 2 * p for n, p in zip(small.values.shape[-2:], settings.padding, strict=True)) > WIDEST:
        raise Trouble("--animate shows single pixels, and this kernel or padding is too large for that")
    return small


def _places(photo: Photo, spans: tuple[int, int], settings: Settings) -> tuple[int, int]:
    height, width = (
        (n + 2 * p - span) // s + 1
        for n, p, span, s in zip(
            photo.values.shape[-2:], settings.padding, spans, settings.stride, strict=True
        )
    )
    return height, width


def film(shown: Shown) -> bytes:
    """Draws all frames and returns the GIF."""
    stage = _Stage(shown)
    rows, columns = shown.result.shape[-2:]
    cells = [(i, j) for i in range(rows) for j in range(columns)]
    stops = _stops(len(cells), min(SLOW_ROWS * columns, MAX_FRAMES // 2))
    palette = _palette()
    with Progress("drawing frames") as progress:
        frames = []
        for number, stop in enumerate(stops):
            frame = stage.frame(cells, stop)
            # one palette for all frames: with one for each, greys would flicker
            frames.append(frame.quantize(palette=palette, dither=Image.Dither.NONE))
            progress.at((number + 1) / len(stops))
        data = _encoded(frames)
        while len(data) > MAX_BYTES and len(frames) > 2:
            frames = frames[::-2][::-1]  # every other, the last kept
            data = _encoded(frames)
    return data


def _stops(count: int, slow: int) -> list[int]:
    """Which of the places are shown: all, or the first ones and after that as many as there may be.

    The last place is always shown, so the result ends complete.
    """
    if count <= MAX_FRAMES:
        return list(range(count))
    every = math.ceil((count - slow) / (MAX_FRAMES - slow))
    return [*range(slow), *range(count - 1, slow - 1, -every)[::-1]]


def _encoded(frames: list[Image.Image]) -> bytes:
    file = io.BytesIO()
    times = [MOVE] * (len(frames) - 1) + [HOLD]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0)
    return file.getvalue()


def _palette() -> Image.Image:
    """Greys, blue to red, and the few plain colours: all that is ever drawn here, in few colours."""
    ramps = (
        paint.coloured(torch.linspace(0, 1, 64)[None], paint.BLACK_TO_WHITE),
        paint.coloured(torch.linspace(-1, 1, 51)[None], paint.around_zero(1)),
    )
    colours = b"".join(ramp.tobytes() for ramp in ramps)
    colours += bytes(v for colour in (PAPER, INK, FAINT, FRAME, NO_NUMBER) for v in colour)
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours + colours[-3:] * (256 - len(colours) // 3))
    return palette


class _Stage:
    """What stays the same from frame to frame, drawn once."""

    def __init__(self, shown: Shown) -> None:
        self._shown, self._settings = shown, shown.settings
        vertical, horizontal = shown.settings.padding
        pads = (horizontal, horizontal, vertical, vertical)
        # the grey picture stands for all colours: a number for each pixel
        self._padded = torch.nn.functional.pad(shown.source[:1], pads)[0]
        inner = torch.nn.functional.pad(shown.source[:1], pads, value=torch.nan)[0]
        self._result = shown.result[0]
        self._scale = paint.scale_of(shown.result, shown.kernel)
        rows, columns = (max(a, b) for a, b in zip(inner.shape, self._result.shape, strict=True))
        self._cell = max(2, min(40, SIDE // max(rows, columns)))
        self._left = (EDGE, EDGE + HEAD)
        wide = self._cell * inner.shape[1]
        self._column = EDGE + max(wide, 150) + 34
        self._right = (self._column + MIDDLE + 34, EDGE + HEAD)
        beside = len(shown.kernel.weights)
        self._small = max(2, min(34, (MIDDLE // beside - PART) // max(shown.kernel.size)))
        tall = max(
            self._cell * max(inner.shape[0], self._result.shape[0]),
            2 * (self._small * shown.kernel.size[0] + 32) + 60,
        )
        size = (
            self._right[0] + max(self._cell * self._result.shape[1], 210) + EDGE,
            EDGE + HEAD + tall + EDGE // 2,
        )
        self._base = Image.new("RGB", size, PAPER)
        pen = ImageDraw.Draw(self._base)
        heads = (
            ("picture", ", ".join(t for t in (f"{inner.shape[0]} x {inner.shape[1]}", self._padding()) if t)),
            ("pixels and weights", shown.steps()),
            (f"result of {shown.by}", f"{self._result.shape[0]} x {self._result.shape[1]}"),
        )
        for (title, subtitle), x in zip(heads, (EDGE, self._column, self._right[0]), strict=True):
            pen.text((x, EDGE - 10), title, INK, font=paint.font(19))
            text = paint.fitting(pen, subtitle, paint.font(14), 215)
            pen.text((x, EDGE + 14), text, FAINT, font=paint.font(14))
        paint.grid(self._base, inner, paint.BRIGHTNESS, self._left, self._cell, None)

    def _padding(self) -> str:
        return "" if self._settings.padding == (0, 0) else "zeros around it"

    def frame(self, cells: list[tuple[int, int]], stop: int) -> Image.Image:
        """The kernel at one place, and the result up to there."""
        shown = self._shown
        canvas = self._base.copy()
        pen = ImageDraw.Draw(canvas)
        row, column = cells[stop]
        (up, across), (down, aside) = self._settings.stride, self._settings.dilation
        top, left = row * up, column * across
        height, width = shown.kernel.size
        patch = self._padded[top : top + down * height : down, left : left + aside * width : aside][
            :height, :width
        ]
        self._outline(pen, self._left, (top, left), reach(shown.kernel.size, self._settings.dilation))
        if (down, aside) != (1, 1):
            for i in range(height):
                for j in range(width):
                    self._outline(pen, self._left, (top + i * down, left + j * aside), (1, 1), thin=True)
        done = torch.full_like(self._result.flatten(), torch.nan)
        done[: stop + 1] = self._result.flatten()[: stop + 1]
        paint.grid(canvas, done.reshape(self._result.shape), self._scale, self._right, self._cell)
        self._outline(pen, self._right, (row, column), (1, 1))
        self._middle(canvas, pen, patch, row, column)
        return canvas

    def _middle(
        self, canvas: Image.Image, pen: ImageDraw.ImageDraw, patch: Tensor, row: int, column: int
    ) -> None:
        """The patch, the weights below it, and their sum."""
        weights = self._shown.kernel.weights
        most = paint.around_zero(float(weights.abs().max()) or 1.0)
        names = ["weights"] if len(weights) == 1 else ["weights gx", "weights gy"]
        top = EDGE + HEAD
        x, cell = self._column, self._small
        pen.text((x, top - 3), "pixels", FAINT, font=paint.font(13))
        _, top = paint.grid(canvas, patch, paint.BRIGHTNESS, (x, top + 15), cell, patch)
        top += 10
        for name, values in zip(names, weights, strict=True):
            pen.text((x, top - 3), name, FAINT, font=paint.font(13))
            x, bottom = paint.grid(canvas, values, most, (x, top + 15), cell, values)
            x += PART
        top = bottom + 10
        sums = [paint.short(float(v)) for v in self._shown.sums[0, :, row, column]]
        value = paint.short(float(self._result[row, column]))
        texts = [f"sum of products: {value}"]
        if len(sums) == 2:
            texts = [f"gx = {sums[0]}, gy = {sums[1]}", f"length: {value}"]
        for text in texts:
            pen.text((self._column, top), text, INK, font=paint.font(17))
            top += 23

    def _outline(
        self,
        pen: ImageDraw.ImageDraw,
        corner: tuple[int, int],
        place: tuple[int, int],
        size: tuple[int, int],
        thin: bool = False,
    ) -> None:
        x, y = corner[0] + place[1] * self._cell, corner[1] + place[0] * self._cell
        for inset in (0,) if thin else (-1, 0, 1):
            reach_ = (
                x + inset,
                y + inset,
                x + size[1] * self._cell - inset,
                y + size[0] * self._cell - inset,
            )
            if reach_[2] > reach_[0] and reach_[3] > reach_[1]:
                pen.rectangle(reach_, outline=FRAME)
