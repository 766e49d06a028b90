"""The picture of groups: which input channels meet which output channels.

What it shows is computed here, so that tests can hold it against torch.
"""

from __future__ import annotations

from PIL import ImageDraw

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
    as_png,
    box,
    panel,
    text,
    with_palette,
)

CHANNELS, KERNEL = 4, 3
GROUPS = (1, 2, 4)
CHOSEN = 1  # the output channel that is dark
BETWEEN = 2 * CELL  # from the input channels down to the output channels


def read_by(output: int, groups: int) -> list[int]:
    """The input channels that an output channel is made of."""
    of_each = CHANNELS // groups
    first = output // of_each * of_each
    return list(range(first, first + of_each))


def weights(groups: int) -> int:
    """How many there are, without biases."""
    return sum(len(read_by(output, groups)) for output in range(CHANNELS)) * KERNEL**2


def groups() -> bytes:
    """The channels with one group, two, and as many as there are channels."""
    wide = CHANNELS * CELL + 2 * GAP
    words = f"{CHANNELS} channels in, {CHANNELS} out: which meet which?"
    image, draw = panel(
        MARGIN + 60 + len(GROUPS) * wide + MARGIN - GAP, TOP + 2 * CELL + BETWEEN + 3 * LINE + MARGIN
    )
    text(draw, (MARGIN, MARGIN - 6), words, 24)
    below = TOP + CELL + BETWEEN
    text(draw, (MARGIN, TOP + CELL / 2), "input", 17, INK, "lm")
    text(draw, (MARGIN, below + CELL / 2), "output", 17, INK, "lm")
    for m, count in enumerate(GROUPS):
        left = MARGIN + 60 + GAP // 2 + m * wide
        draw_channels(draw, left, TOP, below, count)
        label = {1: "groups=1", CHANNELS: f"groups={CHANNELS}, depthwise"}.get(count, f"groups={count}")
        text(draw, (left, TOP - 8), label, 17, INK, "ls")
        shape = f"({CHANNELS}, {CHANNELS // count}, {KERNEL}, {KERNEL})"
        text(draw, (left, below + CELL + LINE - 8), f"weight {shape}", 16, SOFT)
        text(draw, (left, below + CELL + 2 * LINE - 10), f"{weights(count)} numbers", 16, SOFT)
    return as_png(with_palette(image))


def draw_channels(draw: ImageDraw.ImageDraw, left: int, top: int, below: int, count: int) -> None:
    """Two rows of channels, with a line for each pair that meets; those of the chosen one last and thick."""
    chosen = read_by(CHOSEN, count)
    meeting = [(a, b) for b in range(CHANNELS) for a in read_by(b, count)]
    for a, b in sorted(meeting, key=lambda each: each[1] == CHOSEN):
        start, end = left + a * CELL + CELL // 2, left + b * CELL + CELL // 2
        dark = b == CHOSEN
        draw.line((start, top + CELL, end, below), fill=INK if dark else SOFT, width=3 if dark else 1)
    for channel in sorted(range(CHANNELS), key=lambda each: each in chosen):
        read = channel in chosen
        box(draw, left + channel * CELL, top, channel, DARK_BLUE if read else BLUE, thick=read)
    for channel in sorted(range(CHANNELS), key=lambda each: each == CHOSEN):
        dark = channel == CHOSEN
        box(draw, left + channel * CELL, below, channel, DARK_CYAN if dark else CYAN, thick=dark)


PICTURES = {
    "groups.png": groups,
}
