"""The pictures of the transposed convolution: copies of the kernel that add up, and how many lie on each number.

What they show is computed here, in plain loops, so that tests can hold it against torch.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from img.paint import (
    BLUE,
    CELL,
    CYAN,
    DARK_BLUE,
    DARK_CYAN,
    GAP,
    INK,
    LABEL,
    LINE,
    MARGIN,
    SOFT,
    TOP,
    WHITE,
    YELLOW,
    as_gif,
    as_png,
    box,
    draw_grid,
    grid_label,
    joined,
    panel,
    text,
    with_palette,
)
from img.table import KERNEL as KERNEL_TEXT
from img.table import Grid, grid

SECOND = 1000  # milliseconds
INPUT: Grid = grid("1 2; 3 -1")
KERNEL: Grid = grid(KERNEL_TEXT)
STRIDE = 2


@dataclass(frozen=True)
class Stamp:
    """One frame: a copy of the kernel was added.

    Attributes:
        row, column: where the input number stands.
        times: the input number.
        sums: the output so far, None where no copy lies yet.
        covered: the output cells under this copy.
        overlaps: what was there before in some of them, and what was added.
    """

    row: int
    column: int
    times: int
    sums: list[list[int | None]]
    covered: list[tuple[int, int]]
    overlaps: list[tuple[int, int]]


def stamped(numbers: Grid, kernel: Grid, stride: int) -> list[Stamp]:
    """The copies in the order of the input numbers, row by row."""
    height = (len(numbers) - 1) * stride + len(kernel)
    width = (len(numbers[0]) - 1) * stride + len(kernel[0])
    sums: list[list[int | None]] = [[None] * width for _ in range(height)]
    found = []
    for row, line in enumerate(numbers):
        for column, times in enumerate(line):
            covered, overlaps = [], []
            for i, weights in enumerate(kernel):
                for j, weight in enumerate(weights):
                    y, x = row * stride + i, column * stride + j
                    before, added = sums[y][x], times * weight
                    if before is not None:
                        overlaps.append((before, added))
                    sums[y][x] = (before or 0) + added
                    covered.append((y, x))
            found.append(Stamp(row, column, times, [list(each) for each in sums], covered, overlaps))
    return found


def stamp_frame(n: int) -> Image.Image:
    """Frame n, in which copy n was added."""
    stamp = stamped(INPUT, KERNEL, STRIDE)[n]
    rows, columns = len(stamp.sums), len(stamp.sums[0])
    middle = MARGIN + len(INPUT[0]) * CELL + 2 * GAP
    right = middle + len(KERNEL[0]) * CELL + 2 * GAP
    bottom = TOP + rows * CELL
    image, draw = panel(right + columns * CELL + MARGIN + GAP, bottom + 3 * LINE + MARGIN + 22)
    text(draw, (MARGIN, MARGIN - 6), "Transposed: a copy of the kernel for each input number", 24)
    top = TOP + (rows - len(INPUT)) * CELL // 2
    grid_label(draw, (MARGIN, top), f"input {len(INPUT)} x {len(INPUT[0])}")
    cells = [(y, x) for y, line in enumerate(INPUT) for x, _ in enumerate(line)]
    for y, x in sorted(cells, key=lambda cell: cell == (stamp.row, stamp.column)):
        now = (y, x) == (stamp.row, stamp.column)
        place = (MARGIN + x * CELL, top + y * CELL)
        box(draw, *place, INPUT[y][x], DARK_BLUE if now else BLUE, thick=now)
    top = TOP + (rows - len(KERNEL)) * CELL // 2
    grid_label(draw, (middle, top), "kernel as it is")
    draw_grid(draw, (middle, top), KERNEL, YELLOW)
    text(draw, (middle - GAP, top + len(KERNEL) * CELL / 2), "·", 30, INK, "mm")
    x, y = right - GAP - 8, top + len(KERNEL) * CELL // 2
    draw.polygon([(x, y - 9), (x + 18, y), (x, y + 9)], fill=SOFT)
    grid_label(draw, (right, TOP), f"output {rows} x {columns}, so far")
    cells = [(y, x) for y in range(rows) for x in range(columns)]
    for y, x in sorted(cells, key=lambda cell: cell in stamp.covered):
        number, now = stamp.sums[y][x], (y, x) in stamp.covered
        fill = DARK_CYAN if now else WHITE if number is None else CYAN
        box(draw, right + x * CELL, TOP + y * CELL, number, fill, thick=now)
    sums = ",   ".join(f"{joined([before, added])} = {before + added}" for before, added in stamp.overlaps)
    where = (
        f"{stamp.times} times the kernel, from row {stamp.row * STRIDE}, column {stamp.column * STRIDE} on"
    )
    text(draw, (MARGIN, bottom + LINE - 6), where, 20)
    text(draw, (MARGIN, bottom + 2 * LINE - 6), f"overlaps:  {sums}" if sums else "nothing overlaps yet", 20)
    size = f"({len(INPUT)} - 1)·{STRIDE} - 2·0 + 1·({len(KERNEL)} - 1) + 1 + 0 = {rows}"
    text(draw, (MARGIN, bottom + 3 * LINE + 6), f"output size: {size}", 16, SOFT)
    return image


def stamps() -> bytes:
    """A frame for each copy."""
    count = len(INPUT) * len(INPUT[0])
    frames = [with_palette(stamp_frame(n)) for n in range(count)]
    return as_gif(frames, [2 * SECOND] * (count - 1) + [4 * SECOND])


# ---- how many copies lie on each number of the output: a checkerboard, unless the stride divides the kernel's size

SIDE, SMALL = 4, 27
SIZES = (3, 4)


def copies(taps: int) -> list[list[int]]:
    """How many copies of a square kernel lie on each number of the output."""
    ones = [[1] * SIDE for _ in range(SIDE)]
    counted = stamped(ones, [[1] * taps for _ in range(taps)], STRIDE)[-1].sums
    return [[number or 0 for number in line] for line in counted]


def checkerboard() -> bytes:
    """The counts for a kernel of 3 by 3 and one of 4 by 4, side by side."""
    grids = [copies(taps) for taps in SIZES]
    widest = max(map(len, grids)) * SMALL
    image, draw = panel(2 * MARGIN + 2 * widest + 2 * GAP, TOP + widest + LABEL + MARGIN)
    text(draw, (MARGIN, MARGIN - 6), f"How many copies overlap, with stride {STRIDE}", 24)
    fills = {1: WHITE, 2: CYAN, 4: DARK_CYAN}
    for m, (taps, counts) in enumerate(zip(SIZES, grids, strict=True)):
        left = MARGIN + m * (widest + 2 * GAP)
        grid_label(draw, (left, TOP), f"kernel {taps} x {taps}")
        for y, line in enumerate(counts):
            for x, count in enumerate(line):
                corner = (left + x * SMALL, TOP + y * SMALL)
                end = (corner[0] + SMALL, corner[1] + SMALL)
                draw.rectangle((*corner, *end), fill=fills[count], outline=SOFT)
                ink = WHITE if fills[count] == DARK_CYAN else INK
                text(draw, (corner[0] + SMALL / 2, corner[1] + SMALL / 2), str(count), 15, ink, "mm")
        words = "even, but for the border" if taps % STRIDE == 0 else "a checkerboard"
        text(draw, (left, TOP + len(counts) * SMALL + 8), words, 17, SOFT)
    return as_png(with_palette(image))


PICTURES = {
    "stamps.gif": stamps,
    "checkerboard.png": checkerboard,
}
