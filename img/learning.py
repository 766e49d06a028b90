"""The two pictures of the tutorial that show what was learnt: a kernel on its way to Sobel's, and a tiny network.

Both come out the same on every machine. The kernel's way is computed here, from sums of whole numbers; the network's
first layer is copied from a run of the tutorial's code, rounded to hundredths. The tests train both with torch.
"""

from __future__ import annotations

from functools import partial
from math import sqrt
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from img.paint import (
    CELL,
    GAP,
    INK,
    LINE,
    MARGIN,
    SOFT,
    TOP,
    WHITE,
    Colour,
    as_gif,
    as_png,
    grid_label,
    panel,
    text,
    with_palette,
)
from img.table import GX, Grid, grid

Vector = list[float]

# ---- a kernel is learnt

RATE, STEPS = 0.1, 200
SHOWN = (0, 1, 2, 3, 4, 5, 7, 9, 12, 16, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200)
LIGHT_BLUE, LIGHT_RED = (
    (84, 142, 212),
    (222, 120, 84),
)  # the strongest colours of a weight; black reads on both


def products_of_pixels(cat: Path) -> list[Vector]:
    """For each two of a patch's nine pixels the mean of their product, over every other pixel of the cat.

    The cat's mean brightness is taken off first. It is all in whole numbers up to the last line, so that no
    machine rounds differently.
    """
    with Image.open(cat) as image:
        grey = np.asarray(image.convert("L"), dtype=np.int64)[::2, ::2]
    height, width = grey.shape[0] - 2, grey.shape[1] - 2
    centred = grey * grey.size - grey.sum()
    shifted = [centred[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    scale = height * width * (255 * grey.size) ** 2
    # Python's whole numbers have no largest one, numpy's have
    return [[sum(map(int, (a * b).sum(axis=1))) / scale for b in shifted] for a in shifted]


def learnt(wanted: Grid, products: list[Vector]) -> list[tuple[float, Vector]]:
    """Loss and kernel before the first step and after each one.

    The optimiser is Adam with its usual settings (D. P. Kingma and J. Ba, arXiv:1412.6980, algorithm 1). The mean
    square of the difference of two outputs is a sum over pairs of weights, so no picture is needed on the way.
    """
    target = [float(weight) for row in wanted for weight in row]
    kernel, first, second = [0.0] * 9, [0.0] * 9, [0.0] * 9
    way = []
    for step in range(STEPS + 1):
        off = [a - b for a, b in zip(kernel, target, strict=True)]
        slopes = [sum(a * b for a, b in zip(row, off, strict=True)) for row in products]
        way.append((sum(a * b for a, b in zip(slopes, off, strict=True)), list(kernel)))
        for n, slope in enumerate(slopes):
            first[n] = 0.9 * first[n] + 0.1 * 2 * slope
            second[n] = 0.999 * second[n] + 0.001 * (2 * slope) ** 2
            mean, square = first[n] / (1 - 0.9 ** (step + 1)), second[n] / (1 - 0.999 ** (step + 1))
            kernel[n] -= RATE * mean / (sqrt(square) + 1e-8)
    return way


def mixed(share: float, colour: Colour) -> Colour:
    """White with a share of the colour in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(WHITE, colour, strict=True))
    return red, green, blue


RAMP = tuple(mixed(n / 20, colour) for colour in (LIGHT_BLUE, LIGHT_RED) for n in range(1, 21))


def weight_colour(weight: float) -> Colour:
    share = min(round(abs(weight) * 10), 20) / 20
    return mixed(share, LIGHT_BLUE if weight >= 0 else LIGHT_RED)


def written(number: float) -> str:
    """One decimal; no minus before a zero."""
    return f"{round(number, 1) + 0.0:.1f}"


def weights_grid(draw: ImageDraw.ImageDraw, xy: tuple[int, int], weights: Vector) -> None:
    side = CELL + 14
    for n, weight in enumerate(weights):
        x, y = xy[0] + n % 3 * side, xy[1] + n // 3 * side
        draw.rectangle((x, y, x + side, y + side), fill=weight_colour(weight), outline=SOFT)
        text(draw, (x + side / 2, y + side / 2), written(weight), 20, INK, "mm")


def learnt_frame(way: list[tuple[float, Vector]], wanted: Grid, step: int) -> Image.Image:
    """The kernel after so many steps, Sobel's beside it, the loss below."""
    side = 3 * (CELL + 14)
    middle = MARGIN + side + 2 * GAP
    below = TOP + side
    right = middle + side + 2 * GAP
    image, draw = panel(right + 230 + MARGIN, below + 2 * LINE + MARGIN)
    text(draw, (MARGIN, MARGIN - 6), "A kernel is learnt", 24)
    grid_label(draw, (MARGIN, TOP), f"after {step} step{'' if step == 1 else 's'}")
    weights_grid(draw, (MARGIN, TOP), way[step][1])
    grid_label(draw, (middle, TOP), "the kernel behind the edges")
    weights_grid(draw, (middle, TOP), [float(weight) for row in wanted for weight in row])
    losses = [loss for loss, _ in way]
    # the curve so far; its height is the square root, or the last hundred steps would lie flat on the line
    box = (right + 40, TOP, right + 230, below)
    grid_label(draw, (box[0], TOP), "root of the loss")
    draw.rectangle(box, fill=WHITE, outline=SOFT)
    points = [
        (box[0] + n * 190 / STEPS, below - 4 - sqrt(loss / losses[0]) * (side - 12))
        for n, loss in enumerate(losses[: step + 1])
    ]
    if len(points) > 1:
        draw.line(points, fill=INK, width=2)
    x, y = points[-1]
    draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill=INK)
    loss = f"{losses[step]:.5f}" if losses[step] >= 1e-5 else "less than 0.00001"
    text(draw, (MARGIN, below + LINE - 4), f"loss: {loss}", 20)
    return image


def learnt_kernel(cat: Path, wanted: Grid) -> bytes:
    """Frames close together at the start, where much happens."""
    way = learnt(wanted, products_of_pixels(cat))
    frames = [with_palette(learnt_frame(way, wanted, step), RAMP) for step in SHOWN]
    return as_gif(frames, [1500, *[600] * (len(SHOWN) - 2), 4000])


# ---- a tiny network

# The first layer after the tutorial's 300 steps, in hundredths.
FILTERS: tuple[Grid, ...] = tuple(
    grid(rows)
    for rows in (
        "88 105 -22 -109 -91; 48 87 1 -97 -52; -4 80 20 -107 1; 31 102 59 -104 -62; 94 117 38 -73 -89",
        "99 95 -99 -84 -64; 100 102 51 -36 -96; -62 57 88 75 -49; -70 -61 54 69 80; -64 -63 -55 93 99",
        "44 84 94 75 42; -98 -74 -83 -88 -100; -82 -65 -76 -74 -78; 59 47 67 62 69; 73 68 78 73 87",
        "-30 -78 -78 95 94; -112 -50 105 78 98; -98 60 85 103 -43; -37 103 106 78 -114; 91 106 64 -89 -95",
        "43 75 8 -51 -91; 36 69 67 85 58; -29 66 74 105 79; -64 -52 -47 24 56; -47 -72 -93 -78 -39",
        "-52 -82 -97 -90 10; -78 -46 -5 67 89; -30 87 86 88 93; 35 87 110 76 20; 60 53 -10 -93 -76",
    )
)
BIASES = (27, -4, -32, -1, -8, -38)
SIDE = 16
Whole = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def stripes() -> list[Whole]:
    """One picture for each direction, as the tutorial's `stripes` makes them, in hundredths."""
    # the old generator: numpy promises its numbers for ever
    noise = np.random.RandomState(3).randn(4, SIDE, SIDE)
    row, column = np.arange(SIDE)[:, None], np.arange(SIDE)
    pictures = []
    for direction in range(4):
        angle = direction * np.pi / 4
        across = (column * np.cos(angle) + row * np.sin(angle)) / 5
        picture = np.sin(2 * np.pi * across) + 0.5 * noise[direction]
        pictures.append(np.rint(100 * picture).astype(np.int64))
    return pictures


def feature_map(picture: Whole, kernel: Grid, bias: int) -> Whole:
    """Convolution, bias and ReLU, in ten-thousandths."""
    reach = len(kernel) - 1
    total = np.full((SIDE - reach, SIDE - reach), 100 * bias, dtype=np.int64)
    for y, weights in enumerate(kernel):
        for x, weight in enumerate(weights):
            total += weight * picture[y : y + SIDE - reach, x : x + SIDE - reach]
    return np.maximum(total, 0)


def tile(values: Whole, low: int, high: int, side: int) -> Image.Image:
    """Grey cells, black at `low` and white at `high`, each `side` pixels wide."""
    clipped = np.clip(values, low, high) - low
    # whole numbers again: 32 greys, and no rounding of halves
    greys = (clipped * 31 // (high - low) * 255 // 31).astype(np.uint8)
    return Image.fromarray(np.kron(greys, np.ones((side, side), dtype=np.uint8)))


def tiny_network() -> bytes:
    """Filters from left to right, pictures from top to bottom, feature maps where they meet, their means below."""
    across, down = 96, 106
    left, top = MARGIN + 118, MARGIN + 158
    image, draw = panel(left + len(FILTERS) * across + MARGIN - 12, top + 4 * down + MARGIN + 24)
    text(draw, (MARGIN, MARGIN - 6), "Six learnt filters, and what they find in stripes", 24)
    strongest = max(abs(weight) for kernel in FILTERS for row in kernel for weight in row)
    for n, kernel in enumerate(FILTERS):
        shown = tile(np.array(kernel), -strongest, strongest, 16)
        _framed(image, draw, shown, (left + n * across, MARGIN + 58))
        text(draw, (left + n * across, MARGIN + 52), f"filter {n}", 15, INK, "ls")
    pictures = stripes()
    maps = [
        [feature_map(p, kernel, bias) for kernel, bias in zip(FILTERS, BIASES, strict=True)] for p in pictures
    ]
    most = max(int(found.max()) for row in maps for found in row)
    for m, (picture, row) in enumerate(zip(pictures, maps, strict=True)):
        y = top + m * down
        _framed(image, draw, tile(picture, -150, 150, 5), (MARGIN, y))
        means = [int(found.sum()) for found in row]
        for n, found in enumerate(row):
            x = left + n * across
            _framed(image, draw, tile(found, 0, most, 6), (x, y))
            best = means[n] == max(means)
            if best:
                draw.rectangle((x - 4, y - 4, x + 76, y + 94), outline=INK, width=2)
            mean = means[n] / found.size / 10_000
            text(draw, (x + 36, y + 77), f"{mean:.2f}", 14, INK if best else SOFT, "ma")
    words = "below each feature map: its mean, after ReLU; the frame marks the largest of a row"
    text(draw, (MARGIN, top + 4 * down + 16), words, 15, SOFT)
    return as_png(image.quantize(256, dither=Image.Dither.NONE))


def _framed(image: Image.Image, draw: ImageDraw.ImageDraw, shown: Image.Image, xy: tuple[int, int]) -> None:
    image.paste(shown.convert("RGB"), xy)
    draw.rectangle((xy[0] - 1, xy[1] - 1, xy[0] + shown.width, xy[1] + shown.height), outline=SOFT)


PICTURES = {
    "learnt_kernel.gif": partial(learnt_kernel, Path(__file__).with_name("cat.png"), GX),
    "tiny_network.png": tiny_network,
}
