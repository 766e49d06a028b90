"""The pictures of the tutorial's last part that are no sweep of one kernel: patches as columns, pooling, receptive
field, costs. What they show is computed here, in plain loops, so that tests can hold it against torch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageDraw

from img.paint import (
    BLUE,
    CELL,
    CYAN,
    DARK_BLUE,
    DARK_CYAN,
    GAP,
    INK,
    LINE,
    MARGIN,
    SOFT,
    TOP,
    WHITE,
    YELLOW,
    Colour,
    as_gif,
    as_png,
    box,
    draw_grid,
    grid_label,
    panel,
    text,
    text_width,
    with_palette,
)
from img.table import Grid, grid

SECOND = 1000  # milliseconds

# ---- im2col: the tutorial's first example, as one product of matrices

IMAGE: Grid = grid("1 2 3; 4 5 6; 7 8 9")
KERNEL: Grid = grid("1 2; 3 4")


def patches(image: Grid, height: int, width: int) -> list[list[tuple[int, int]]]:
    """For each place of a kernel the cells it lies on, in reading order."""
    rows, cols = len(image) - height + 1, len(image[0]) - width + 1
    return [
        [(top + y, left + x) for y in range(height) for x in range(width)]
        for top in range(rows)
        for left in range(cols)
    ]


def im2col_frame(n: int) -> Image.Image:
    """Frame n, in which patch n has become a column and its product with the kernel an output number."""
    all_patches = patches(IMAGE, len(KERNEL), len(KERNEL[0]))
    columns = [[IMAGE[y][x] for y, x in cells] for cells in all_patches]
    row = [weight for line in KERNEL for weight in line]
    sums = [sum(a * b for a, b in zip(row, column, strict=True)) for column in columns]
    tall = len(row)
    middle = MARGIN + max(tall * CELL, len(IMAGE[0]) * CELL) + 2 * GAP
    below = TOP + tall * CELL + 30
    end = middle + len(columns) * CELL + 2 * GAP
    image, draw = panel(end + 2 * CELL + 2 * MARGIN, below + CELL + 2 * LINE + MARGIN)
    text(draw, (MARGIN, MARGIN - 6), "im2col: each patch becomes a column", 24)
    grid_label(draw, (MARGIN, TOP), "input 3 x 3")
    for y, line in enumerate(IMAGE):
        for x, number in enumerate(line):
            if (y, x) not in all_patches[n]:
                box(draw, MARGIN + x * CELL, TOP + y * CELL, number, BLUE)
    for y, x in all_patches[n]:  # last, so that the outline lies above its neighbours
        box(draw, MARGIN + x * CELL, TOP + y * CELL, IMAGE[y][x], DARK_BLUE, thick=True)
    grid_label(draw, (middle, TOP), "a column for each patch")
    for m, column in sorted(enumerate(columns), key=lambda pair: pair[0] == n):
        for y, number in enumerate(column):
            fill = DARK_BLUE if m == n else BLUE if m < n else WHITE
            box(draw, middle + m * CELL, TOP + y * CELL, number if m <= n else None, fill, thick=m == n)
    grid_label(draw, (MARGIN, below), "kernel, one row")
    draw_grid(draw, (MARGIN, below), [row], YELLOW)
    for m, number in sorted(enumerate(sums), key=lambda pair: pair[0] == n):
        fill = DARK_CYAN if m == n else CYAN if m < n else WHITE
        box(draw, middle + m * CELL, below, number if m <= n else None, fill, thick=m == n)
    cols = len(IMAGE[0]) - len(KERNEL[0]) + 1
    top = below - CELL
    grid_label(draw, (end, top), "output 2 x 2")
    for m, number in sorted(enumerate(sums), key=lambda pair: pair[0] == n):
        fill = DARK_CYAN if m == n else CYAN if m < n else WHITE
        place = (end + m % cols * CELL, top + m // cols * CELL)
        box(draw, *place, number if m <= n else None, fill, thick=m == n)
    products = " + ".join(f"{weight}·{value}" for weight, value in zip(row, columns[n], strict=True))
    text(draw, (MARGIN, below + CELL + LINE - 6), f"row times column {n}:  {products} = {sums[n]}", 20)
    return image


def im2col() -> bytes:
    """A frame for each patch."""
    count = len(patches(IMAGE, len(KERNEL), len(KERNEL[0])))
    frames = [with_palette(im2col_frame(n)) for n in range(count)]
    return as_gif(frames, [2 * SECOND] * (count - 1) + [4 * SECOND])


# ---- pooling: windows of 2 by 2 that do not overlap

MAP: Grid = grid("1 3 0 2 5 1; 0 4 2 8 1 1; 2 2 9 1 0 0; 2 6 1 1 3 1")
WINDOW = 2


def pooled(numbers: Grid) -> tuple[Grid, Grid]:
    """The largest number of each window, and its mean, which is whole here."""
    largest: Grid = []
    means: Grid = []
    for top in range(0, len(numbers), WINDOW):
        windows = [
            [numbers[top + y][left + x] for y in range(WINDOW) for x in range(WINDOW)]
            for left in range(0, len(numbers[0]), WINDOW)
        ]
        largest.append([max(window) for window in windows])
        means.append([sum(window) // WINDOW**2 for window in windows])
    return largest, means


def pooling_frame(n: int) -> Image.Image:
    """Frame n, in which window n has been looked at."""
    largest, means = pooled(MAP)
    rows, cols = len(largest), len(largest[0])
    left = MARGIN + len(MAP[0]) * CELL + 2 * GAP
    right = left + cols * CELL + 2 * GAP
    bottom = TOP + len(MAP) * CELL
    image, draw = panel(right + cols * CELL + MARGIN, bottom + 2 * LINE + MARGIN)
    text(draw, (MARGIN, MARGIN - 6), "Pooling: windows of 2 x 2, stride 2", 24)
    grid_label(draw, (MARGIN, TOP), f"feature map {len(MAP)} x {len(MAP[0])}")
    top, start = n // cols * WINDOW, n % cols * WINDOW
    window = [(top + y, start + x) for y in range(WINDOW) for x in range(WINDOW)]
    cells = [(y, x) for y, line in enumerate(MAP) for x, _ in enumerate(line)]
    for y, x in sorted(cells, key=lambda cell: cell in window):
        inside = (y, x) in window
        place = (MARGIN + x * CELL, TOP + y * CELL)
        box(draw, *place, MAP[y][x], DARK_BLUE if inside else BLUE, thick=inside)
    middle = TOP + (len(MAP) - rows) * CELL // 2
    for name, numbers, x in (("max pooling", largest, left), ("mean pooling", means, right)):
        grid_label(draw, (x, middle), name)
        for m in sorted(range(rows * cols), key=lambda m: m == n):
            number = numbers[m // cols][m % cols] if m <= n else None
            fill = DARK_CYAN if m == n else CYAN if m < n else WHITE
            box(draw, x + m % cols * CELL, middle + m // cols * CELL, number, fill, thick=m == n)
    values = [MAP[y][x] for y, x in window]
    listed = ", ".join(map(str, values))
    words = f"the largest of {listed} is {max(values)};  their mean is {sum(values)} / 4 = {sum(values) // 4}"
    text(draw, (MARGIN, bottom + LINE - 4), words, 20)
    return image


def pooling() -> bytes:
    """A frame for each window."""
    largest, _ = pooled(MAP)
    count = len(largest) * len(largest[0])
    frames = [with_palette(pooling_frame(n)) for n in range(count)]
    return as_gif(frames, [2 * SECOND] * (count - 1) + [4 * SECOND])


# ---- where pooling ends: the last window along a row, rounded up or not


@dataclass(frozen=True)
class Row:
    """Pixels 1, 2, 3, ... in a frame of so many, which windows of `WINDOW` go over side by side."""

    pixels: int
    padding: int

    @property
    def starts(self) -> list[int]:
        """Where windows begin, counted from pixel 0: those that fit, and the one after them."""
        return list(range(-self.padding, self.pixels + self.padding, WINDOW))

    def number(self, place: int) -> float:
        """What lies at a place; padding is minus infinity, and so is what is beyond."""
        return place + 1 if 0 <= place < self.pixels else -math.inf

    def largest(self, start: int) -> float:
        """What a window keeps."""
        return max(self.number(start + n) for n in range(WINDOW))

    def fits(self, start: int) -> bool:
        """Whether a window ends on the picture or its padding."""
        return start + WINDOW <= self.pixels + self.padding


ENDS = (Row(5, 0), Row(3, 1))
RESULTS = 26  # pixels from a row down to what its windows keep


def pooling_ends() -> bytes:
    """Two rows: one has a window more with ceil_mode, the other has not."""
    step = CELL + RESULTS + 2 * LINE + 46
    image, draw = panel(2 * MARGIN + 660, TOP + len(ENDS) * step + MARGIN - 56)
    text(draw, (MARGIN, MARGIN - 6), f"Max pooling of a row: windows of {WINDOW}, side by side", 24)
    for n, row in enumerate(ENDS):
        _draw_end(draw, row, TOP + n * step)
    return as_png(with_palette(image))


def _draw_end(draw: ImageDraw.ImageDraw, row: Row, top: int) -> None:
    grid_label(draw, (MARGIN, top), f"{row.pixels} pixels, padding {row.padding}")
    first, after = -row.padding, row.pixels + row.padding
    below = top + CELL + RESULTS
    for place in range(first, row.starts[-1] + WINDOW):
        x = MARGIN + (place - first) * CELL
        if place >= after:
            _dashed(draw, x, top)
        else:
            inside = 0 <= place < row.pixels
            box(draw, x, top, row.number(place), BLUE if inside else WHITE, hatched=not inside)
    for start in row.starts:
        x = MARGIN + (start - first) * CELL
        draw.line([(x + 5, top + CELL + 6), (x + 5, top + CELL + 13)], fill=INK, width=3)
        end = x + WINDOW * CELL - 5
        draw.line([(x + 5, top + CELL + 13), (end, top + CELL + 13)], fill=INK, width=3)
        draw.line([(end, top + CELL + 6), (end, top + CELL + 13)], fill=INK, width=3)
        middle = x + (WINDOW - 1) * CELL // 2
        if row.fits(start):
            box(draw, middle, below, row.largest(start), CYAN)
        elif start < row.pixels:
            box(draw, middle, below, row.largest(start), DARK_CYAN, thick=True)
            words = f"only with ceil_mode: it starts on the picture, at pixel {start}"
            text(draw, (middle + CELL + 12, below + CELL // 2), words, 17, INK, "lm")
        else:
            _dashed(draw, middle, below)
            words = f"left out all the same: there is no pixel {start}"
            text(draw, (middle + CELL + 12, below + CELL // 2), words, 17, INK, "lm")


def _dashed(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """A cell that is not there."""
    for start in range(0, CELL, 8):
        for line in (
            (x + start, y, x + start + 4, y),
            (x + start, y + CELL, x + start + 4, y + CELL),
            (x, y + start, x, y + start + 4),
            (x + CELL, y + start, x + CELL, y + start + 4),
        ):
            draw.line(line, fill=SOFT, width=1)


# ---- receptive field: three layers of 3 by 3, seen from the last one

KERNELS = (3, 3, 3)
SMALL = 27


def fields(kernels: tuple[int, ...]) -> list[int]:
    """How much of each layer one number of the last one sees; the input comes first. Stride and dilation are 1."""
    seen = [1]
    for kernel in reversed(kernels):
        seen.append(seen[-1] + kernel - 1)
    return seen[::-1]


def receptive_frame(n: int) -> Image.Image:
    """Frame n goes back n layers."""
    sizes = fields(KERNELS)
    names = ["input", *(f"layer {m}" for m in range(1, len(sizes)))]
    tall = sizes[0] * SMALL
    lefts, x = [], MARGIN
    for side in sizes:
        lefts.append(x)
        x += max(side * SMALL, 66) + GAP
    image, draw = panel(x - GAP + MARGIN, TOP + tall + 2 * LINE + MARGIN)
    text(draw, (MARGIN, MARGIN - 6), "What one number of layer 3 sees", 24)
    last = len(sizes) - 1 - n
    tops = [TOP + (tall - side * SMALL) // 2 for side in sizes]
    for m, side in enumerate(sizes):
        seen = m >= last
        grid_label(draw, (lefts[m], tops[m]), names[m])
        for y in range(side):
            for z in range(side):
                corner = (lefts[m] + z * SMALL, tops[m] + y * SMALL)
                fill = DARK_CYAN if m == len(sizes) - 1 else BLUE if seen else WHITE
                draw.rectangle((*corner, corner[0] + SMALL, corner[1] + SMALL), fill=fill, outline=SOFT)
        if seen:
            edges = (lefts[m], tops[m], lefts[m] + side * SMALL, tops[m] + side * SMALL)
            draw.rectangle(edges, outline=INK, width=3)
    for m in range(last, len(sizes) - 1):  # from what is seen to what sees it
        for end in (0, 1):
            start = (lefts[m] + sizes[m] * SMALL + 2, tops[m] + end * sizes[m] * SMALL)
            draw.line((*start, lefts[m + 1] - 2, tops[m + 1] + end * sizes[m + 1] * SMALL), fill=INK, width=1)
    side = sizes[last]
    words = f"{side} x {side} of {'the input' if last == 0 else names[last]}" if n else "the number itself"
    if n:
        words += f":  {sizes[last + 1]} + ({KERNELS[last]} - 1) = {side}"
    text(draw, (MARGIN, TOP + tall + LINE - 4), words, 20)
    return image


def receptive_field() -> bytes:
    """A frame for the number itself, and one for each layer further back."""
    count = len(KERNELS) + 1
    frames = [with_palette(receptive_frame(n)) for n in range(count)]
    return as_gif(frames, [2 * SECOND] * (count - 1) + [4 * SECOND])


# ---- receptive field with a stride: one axis, and how far apart the numbers of each layer look

STRIDED = ((3, 2), (3, 1), (3, 1))  # kernel size and stride; dilation is 1


def ends(layers: tuple[tuple[int, int], ...], number: int) -> tuple[int, int]:
    """The first and the last pixel that a number of the last layer sees."""
    first = last = number
    for kernel, stride in reversed(layers):
        first, last = first * stride, last * stride + kernel - 1
    return first, last


def receptive_field_strides() -> bytes:
    """A row for the input and for each layer, every number below the middle of what it sees."""
    rows = [
        [ends(STRIDED[:m], n) for n in range(ends(STRIDED[m:], 0)[1] + 1)] for m in range(len(STRIDED) + 1)
    ]
    names = ["input", *(f"layer {m}" for m in range(1, len(rows)))]
    left = MARGIN + max(text_width(name, 17) for name in names) + 20
    right, high = left + len(rows[0]) * CELL + 24, CELL + GAP
    words = [f"one sees {row[0][1] + 1} pixels" for row in rows[1:]]
    for m, row in enumerate(rows[1:-1]):
        words[m] += f", the next is {row[1][0]} further on"
    image, draw = panel(
        right + max(text_width(each, 17) for each in words) + MARGIN,
        TOP + len(rows) * high - GAP + MARGIN - 8,
    )
    text(draw, (MARGIN, MARGIN - 6), "Kernels of 3, stride 2 in layer 1, stride 1 after it", 24)
    for m, row in enumerate(rows):
        y = TOP - 8 + m * high
        text(draw, (MARGIN, y + CELL / 2), names[m], 17, INK, "lm")
        corners = [left + (first + last) * CELL // 2 for first, last in row]
        for n, x in enumerate(corners):
            fill = DARK_CYAN if len(row) == 1 else CYAN if m else BLUE
            box(draw, x, y, n, fill, thick=len(row) == 1)
            if m:
                below = rows[m - 1]
                kernel, stride = STRIDED[m - 1]
                for taken, side in ((below[n * stride], 0), (below[n * stride + kernel - 1], CELL)):
                    end = left + (taken[0] + taken[1]) * CELL // 2 + side
                    draw.line((x + side, y, end, y - GAP), fill=SOFT, width=1)
        if m:
            text(draw, (right, y + CELL / 2), words[m - 1], 17, INK, "lm")
    return as_png(with_palette(image))


# ---- costs: one picture of 64 channels, 32 rows and 32 columns goes in, and one of the same size comes out

CHANNELS, SIDE = 64, 32


@dataclass(frozen=True)
class Cost:
    """A way to come from the one to the other, without biases."""

    name: str
    parameters: int
    multiplications: int


def _sliding(name: str, parameters: int) -> Cost:
    # padded so that the size stays: every weight is used once for each pixel
    return Cost(name, parameters, parameters * SIDE**2)


COSTS = (
    Cost("dense", (CHANNELS * SIDE**2) ** 2, (CHANNELS * SIDE**2) ** 2),
    _sliding("5 x 5", CHANNELS**2 * 25),
    _sliding("3 x 3 twice", 2 * CHANNELS**2 * 9),
    _sliding("3 x 3", CHANNELS**2 * 9),
    _sliding("1 x 1", CHANNELS**2),
    _sliding("3 x 3 depthwise", CHANNELS * 9),
    _sliding("3 x 3 depthwise, then 1 x 1", CHANNELS * 9 + CHANNELS**2),
)
BAR, LENGTH = 26, 380  # height of a bar; length of the longest that fits


def costs() -> bytes:
    """A bar for each way; the first one does not fit."""
    longest = max(cost.multiplications for cost in COSTS[1:])
    left = MARGIN + max(text_width(cost.name, 17) for cost in COSTS) + 16
    image, draw = panel(left + LENGTH + 190, TOP + len(COSTS) * (BAR + 14) + LINE + MARGIN - 22)
    text(draw, (MARGIN, MARGIN - 6), "Multiplications for one picture", 24)
    for n, cost in enumerate(COSTS):
        y = TOP - 14 + n * (BAR + 14)
        text(draw, (left - 12, y + BAR / 2), cost.name, 17, INK, "rm")
        fits = cost.multiplications <= longest
        length = max(1, round(cost.multiplications / longest * LENGTH)) if fits else LENGTH
        draw.rectangle((left, y, left + length, y + BAR), fill=DARK_BLUE if fits else DARK_CYAN)
        number = f"{cost.multiplications:,}"
        if fits:
            text(draw, (left + length + 10, y + BAR / 2), number, 17, INK, "lm")
        else:
            _goes_on(draw, left + length, y, DARK_CYAN)
            times = round(cost.multiplications / longest)
            text(
                draw,
                (left + 12, y + BAR / 2),
                f"to scale: {times} times as long as this bar",
                17,
                WHITE,
                "lm",
            )
            text(draw, (left + length + 34, y + BAR / 2), number, 17, INK, "lm")
    bottom = TOP - 14 + len(COSTS) * (BAR + 14)
    words = f"{CHANNELS} channels of {SIDE} x {SIDE} in, as many out, no biases"
    text(draw, (MARGIN, bottom + 8), words, 16, SOFT)
    return as_png(with_palette(image))


def _goes_on(draw: ImageDraw.ImageDraw, x: int, y: int, colour: Colour) -> None:
    """The point of an arrow: this bar is longer than there is room for."""
    draw.polygon([(x, y - 5), (x + 22, y + BAR // 2), (x, y + BAR + 5)], fill=colour)


PICTURES = {
    "receptive_field.gif": receptive_field,
    "receptive_field_strides.png": receptive_field_strides,
    "costs.png": costs,
    "pooling.gif": pooling,
    "pooling_ends.png": pooling_ends,
    "im2col.gif": im2col,
}
