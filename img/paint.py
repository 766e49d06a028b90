"""Draw the frames of an animation, and the Sobel kernels, with Pillow.

Colour is never all there is: what the kernel lies on has a thick outline and the weights in its corners, zeros
that were put there are hatched, output cells still to come have dots instead of a number. The pictures bring
their own light panel, so that they look the same on a light and on a dark page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from img.table import Animation, Grid, Step, Sweep, size, sweeps

Colour = tuple[int, int, int]

PAPER: Colour = (250, 251, 253)
INK: Colour = (24, 33, 46)
SOFT: Colour = (82, 93, 110)  # for what is said besides; still dark enough to read
HATCH: Colour = (198, 205, 214)
WHITE: Colour = (255, 255, 255)
BLUE: Colour = (170, 207, 246)
DARK_BLUE: Colour = (26, 84, 158)
YELLOW: Colour = (255, 241, 196)
CYAN: Colour = (168, 236, 236)
DARK_CYAN: Colour = (0, 112, 118)

CELL, MARGIN, GAP, LABEL, LINE = 42, 24, 40, 28, 28
# Every mixture of a text colour and what it stands on, in steps: enough for smooth letters in a GIF's palette.
INKS = {
    PAPER: (INK, SOFT),
    WHITE: (INK, SOFT),
    BLUE: (INK,),
    CYAN: (INK,),
    YELLOW: (INK,),
    DARK_BLUE: (WHITE,),
    DARK_CYAN: (WHITE,),
}
SHADES = 12


@cache
def font(points: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    # The font inside Pillow: fonts of the system differ from machine to machine.
    return ImageFont.load_default(size=points)


@cache
def palette() -> tuple[Colour, ...]:
    colours = dict.fromkeys([*INKS, INK, SOFT, HATCH, WHITE])
    for ground, inks in INKS.items():
        for ink in inks:
            for n in range(1, SHADES):
                mixed = [round(a + (b - a) * n / SHADES) for a, b in zip(ground, ink, strict=True)]
                colours[mixed[0], mixed[1], mixed[2]] = None
    assert len(colours) <= 256
    return tuple(colours)


@cache
def nearest(colours: tuple[Colour, ...]) -> np.ndarray:
    """For each 24-bit colour the nearest one of these, or -1 while nobody has looked for it."""
    return np.full(1 << 24, -1, dtype=np.int16)


def with_palette(image: Image.Image, others: tuple[Colour, ...] = ()) -> Image.Image:
    """Give each pixel the nearest colour of the palette. All frames share it, so nothing flickers."""
    colours = (*palette(), *others)
    known = nearest(colours)
    pixels = np.asarray(image, dtype=np.int64)
    packed = pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]
    indices = known[packed]
    # Few colours are new in a frame, so the search for the nearest is done once for each of them.
    if (new := np.unique(packed[indices < 0])).size:
        parts = np.stack([new >> 16, new >> 8 & 255, new & 255], axis=1)
        known[new] = ((parts[:, None] - np.array(colours)) ** 2).sum(axis=2).argmin(axis=1)
        indices = known[packed]
    mapped = Image.fromarray(indices.astype(np.uint8))
    mapped.putpalette([value for colour in colours for value in colour])
    return mapped


def text(
    draw: ImageDraw.ImageDraw,
    xy: tuple[float, float],
    words: str,
    points: int,
    colour: Colour = INK,
    at: str = "la",
) -> None:
    draw.text(xy, words, font=font(points), fill=colour, anchor=at)


def text_width(words: str, points: int) -> int:
    return round(font(points).getlength(words))


def box(
    draw: ImageDraw.ImageDraw,
    x: int,
    y: int,
    number: float | None,
    fill: Colour,
    *,
    hatched: bool = False,
    thick: bool = False,
    weight: int | None = None,
) -> None:
    """Draw one cell. Neighbours share a line, so a cell is one pixel wider than its place."""
    ink = WHITE if fill in (DARK_BLUE, DARK_CYAN) else INK
    draw.rectangle((x, y, x + CELL, y + CELL), fill=fill, outline=SOFT, width=1)
    if hatched:
        for shift in range(-CELL, CELL, 7):
            points = [(x + n, y + n - shift) for n in range(1, CELL) if 1 <= n - shift < CELL]
            if points:
                draw.line([points[0], points[-1]], fill=HATCH, width=1)
        # a free place for the number
        draw.rectangle((x + 11, y + 9, x + CELL - 11, y + CELL - 9), fill=fill)
    if thick:
        draw.rectangle((x + 1, y + 1, x + CELL - 1, y + CELL - 1), outline=INK, width=3)
    middle = (x + CELL / 2, y + CELL / 2)
    if number is None:
        text(draw, middle, "·", 20, SOFT, "mm")
    elif weight is None:
        text(draw, middle, str(number), 21 if number > -100 else 17, ink, "mm")
    else:
        # The weight lies on the cell as a small tag in the colour of the kernel.
        text(draw, (x + CELL / 2 - 5, y + CELL / 2 - 4), str(number), 21, ink, "mm")
        left, top = x + CELL - (17 if weight >= 0 else 22), y + CELL - 18
        draw.rectangle((left, top, x + CELL - 2, y + CELL - 2), fill=YELLOW, outline=INK)
        text(draw, ((left + x + CELL - 2) / 2 + 0.5, top + 8.5), str(weight), 14, INK, "mm")


@dataclass(frozen=True)
class Layout:
    """Where the grids lie, in pixels: the upper left corners of their first cells."""

    inputs: list[tuple[int, int]]
    kernels: list[tuple[int, int]]
    outputs: list[tuple[int, int]]
    text_top: int
    width: int
    height: int


TOP = MARGIN + 40 + LABEL  # below the title and the labels of the grids


def layout(animation: Animation, all_sweeps: list[Sweep]) -> Layout:
    """Three ways: in one line; channels side by side above their kernels; two kernels one above the other."""
    rows, cols = size(all_sweeps[0].ground[0])
    k_rows, k_cols = size(all_sweeps[0].kernels[0])
    o_rows, o_cols = animation.output_size
    left = MARGIN
    if len(all_sweeps[0].ground) > 1:
        inputs = [(left + n * (cols * CELL + 28), TOP) for n in range(len(animation.image))]
        below = TOP + rows * CELL + LABEL + 14
        kernels = [(x + (cols - k_cols) * CELL // 2, below) for x, _ in inputs]
        bottom = below + k_rows * CELL
        outputs = [(inputs[-1][0] + cols * CELL + 28, (TOP + bottom - o_rows * CELL) // 2)]
    elif len(all_sweeps) > 1:
        step = k_rows * CELL + LABEL + 14
        bottom = TOP + step + k_rows * CELL
        inputs = [(left, (TOP + bottom - rows * CELL) // 2)]
        kernels = [(left + cols * CELL + GAP, TOP + n * step) for n in range(2)]
        outputs = [(x + k_cols * CELL + GAP + 60, y) for x, y in kernels]
    else:
        tallest = max(rows, k_rows, o_rows) * CELL
        bottom = TOP + tallest
        inputs = [(left, TOP + (tallest - rows * CELL) // 2)]
        x = left + max(cols * CELL, text_width(input_label(animation), 17)) + GAP
        kernels = [(x, TOP + (tallest - k_rows * CELL) // 2)]
        x += max(k_cols * CELL, text_width(all_sweeps[0].name, 17)) + GAP
        outputs = [(x, TOP + (tallest - o_rows * CELL) // 2)]
    text_top = bottom + 22
    lines = max(len(sum_lines(one, one.steps[0])) for one in all_sweeps)
    formulas = animation.size_text.count("\n") + 1
    width = outputs[0][0] + max(o_cols * CELL, 150, text_width(animation.names[1] + " 3 x 3", 17)) + MARGIN
    height = (
        text_top + lines * LINE + (2 * LINE if len(all_sweeps) > 1 else 0) + 10 + formulas * 22 + MARGIN - 6
    )
    return Layout(inputs, kernels, outputs, text_top, max(width, 600), height)


def joined(numbers: list[int]) -> str:
    """A sum as one writes it: `3 - 2 + 1`."""
    return str(numbers[0]) + "".join(f" {'-' if n < 0 else '+'} {abs(n)}" for n in numbers[1:])


def product(value: int, weight: int) -> str:
    return "·".join(f"{n}" if n >= 0 else f"({n})" for n in (value, weight))


def sum_lines(one: Sweep, step: Step) -> list[tuple[str, str]]:
    """The products, a line for each row of the kernel or each channel, and how far the sum has come."""
    lines: list[tuple[str, str]] = []
    so_far = 0
    many = len(one.ground) > 1
    for channel, (patch, kernel) in enumerate(zip(step.patch, one.kernels, strict=True)):
        rows = list(zip(patch, kernel, strict=True))
        if many:
            rows = [([v for row in patch for v in row], [w for row in kernel for w in row])]
        for values, weights in rows:
            part = sum(v * w for v, w in zip(values, weights, strict=True))
            start = f"channel {channel}:  " if many else ""
            terms = " + ".join(product(v, w) for v, w in zip(values, weights, strict=True))
            running = f"sum: {part}" if not lines else f"sum: {joined([so_far, part])} = {so_far + part}"
            so_far += part
            lines.append((f"{start}{terms} = {part}", running))
    return lines


def input_label(animation: Animation) -> str:
    rows, cols = size(animation.images[0])
    label = f"{animation.names[0]} {rows} x {cols}"
    if animation.transposed and animation.stride > 1:
        return f"{label}, zeros between and around"
    return f"{label}, zeros around it" if animation.padding or animation.transposed else label


def grid_label(draw: ImageDraw.ImageDraw, xy: tuple[int, int], words: str) -> None:
    text(draw, (xy[0], xy[1] - 8), words, 17, INK, "ls")


def draw_input(
    draw: ImageDraw.ImageDraw, xy: tuple[int, int], one: Sweep, channel: int, n: int, weights: bool
) -> None:
    under = {
        cell: one.kernels[channel][y][x]
        for y, line in enumerate(one.steps[n].cells)
        for x, cell in enumerate(line)
    }
    # The patch last, so that its outline lies above its neighbours.
    cells = [(y, x) for y, row in enumerate(one.real) for x, _ in enumerate(row)]
    for y, x in sorted(cells, key=lambda cell: cell in under):
        real, inside = one.real[y][x], (y, x) in under
        fill = (DARK_BLUE if inside else BLUE) if real else WHITE
        weight = under.get((y, x)) if weights else None
        place = (xy[0] + x * CELL, xy[1] + y * CELL)
        box(draw, *place, one.ground[channel][y][x], fill, hatched=not real, thick=inside, weight=weight)


def draw_output(draw: ImageDraw.ImageDraw, xy: tuple[int, int], one: Sweep, n: int) -> None:
    current = one.steps[n]
    for m, step in sorted(enumerate(one.steps), key=lambda pair: pair[0] == n):
        place = (xy[0] + step.col * CELL, xy[1] + step.row * CELL)
        if m > n:
            box(draw, *place, None, WHITE)
        else:
            box(draw, *place, step.sum, DARK_CYAN if step is current else CYAN, thick=step is current)


def draw_grid(draw: ImageDraw.ImageDraw, xy: tuple[int, int], numbers: Grid, fill: Colour) -> None:
    for y, row in enumerate(numbers):
        for x, number in enumerate(row):
            box(draw, xy[0] + x * CELL, xy[1] + y * CELL, number, fill)


def panel(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width - 1, height - 1), outline=SOFT, width=1)
    return image, draw


def frame(animation: Animation, all_sweeps: list[Sweep], n: int) -> Image.Image:
    """Draw frame n, in which output cell n gets its number."""
    place = layout(animation, all_sweeps)
    image, draw = panel(place.width, place.height)
    first = all_sweeps[0]
    o_rows, o_cols = animation.output_size
    text(draw, (MARGIN, MARGIN - 6), animation.title, 24)
    many, two = len(first.ground) > 1, len(all_sweeps) > 1
    for channel, xy in enumerate(place.inputs):
        draw_input(draw, xy, first, channel, n, weights=not two)
        label = input_label(animation)
        grid_label(draw, xy, f"input, channel {channel}" if many else label)
    for m, xy in enumerate(place.kernels):
        one, channel = (first, m) if many else (all_sweeps[m], 0)
        draw_grid(draw, xy, one.kernels[channel], YELLOW)
        grid_label(draw, xy, f"kernel, channel {m}" if many else one.name)
    for one, xy in zip(all_sweeps, place.outputs, strict=True):
        draw_output(draw, xy, one, n)
        label = f"{animation.names[1]} {o_rows} x {o_cols}"
        if two:
            label = "cross-correlation" if one is first else "convolution"
        grid_label(draw, xy, label)
    y = place.text_top
    if two:
        column = (place.width - 2 * MARGIN) // 2
        for m, one in enumerate(all_sweeps):
            x = MARGIN + m * column
            text(draw, (x, y), one.name, 17, SOFT)
            parts = [sum(row) for row in one.steps[n].products[0]]
            lines = [left for left, _ in sum_lines(one, one.steps[n])]
            for number, line in enumerate([*lines, f"sum: {joined(parts)} = {one.steps[n].sum}"], 1):
                text(draw, (x, y + number * LINE), line, 20)
    else:
        draw_sums(draw, (MARGIN, y), sum_lines(first, first.steps[n]), 20 if not many else 17)
    for m, line in enumerate(reversed(animation.size_text.split("\n"))):
        text(draw, (MARGIN, place.height - MARGIN + 6 - m * 22), line, 16, SOFT, "ls")
    return image


def sum_room(lines: list[tuple[str, str]], points: int) -> int:
    """How far right the running sum stands: beyond any line there can be, so that it does not jump about."""
    terms = max(left.count("·") for left, _ in lines)
    room = text_width(" + ".join(["0·0"] * terms), points) + text_width("-()", points) * 2 + 80
    return room + (text_width("channel 0:  ", points) if lines[0][0].startswith("channel") else 0)


def draw_sums(
    draw: ImageDraw.ImageDraw, xy: tuple[int, int], lines: list[tuple[str, str]], points: int
) -> None:
    room = sum_room(lines, points)
    for m, (left, right) in enumerate(lines):
        y = xy[1] + m * LINE
        text(draw, (xy[0], y), left, points)
        text(draw, (xy[0] + room, y), right, points)


def gif(name: str, animation: Animation) -> bytes:
    """Draw an animation: as many frames as the output has cells."""
    all_sweeps = sweeps(name)
    count = len(all_sweeps[0].steps)
    frames = [with_palette(frame(animation, all_sweeps, n)) for n in range(count)]
    # Slow enough to follow a sum, and the last frame stays so that the whole output can be looked at.
    duration = 1600 if count <= 9 else 1000
    durations = [duration] * (count - 1) + [3000]
    return as_gif(frames, durations)


def as_gif(frames: list[Image.Image], milliseconds: list[int]) -> bytes:
    """The frames as a file that goes on for ever."""
    file = BytesIO()
    frames[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=milliseconds,
        loop=0,
        optimize=True,
        disposal=1,
    )
    return file.getvalue()


def as_png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def sobel(gx: Grid, gy: Grid) -> bytes:
    """Draw the two Sobel kernels with their numbers."""
    top, apart = MARGIN + LABEL, 3 * CELL + 64
    image, draw = panel(2 * MARGIN + apart + 3 * CELL + 30, top + 3 * CELL + LABEL + MARGIN)
    for m, (label, kernel, says) in enumerate(
        [("gx", gx, "brighter to the right"), ("gy", gy, "brighter downwards")]
    ):
        x = MARGIN + 8 + m * apart
        text(draw, (x + 3 * CELL / 2, top - 12), label, 22, INK, "ms")
        text(draw, (x + 3 * CELL / 2, top + 3 * CELL + 10), says, 15, SOFT, "ma")
        for y, row in enumerate(kernel):
            for n, number in enumerate(row):
                # Dark for plus, hatched for minus, white for nothing; the signs say the same.
                fill = DARK_BLUE if number > 0 else WHITE
                box(draw, x + n * CELL, top + y * CELL, number, fill, hatched=number < 0)
    return as_png(with_palette(image))
