"""The picture of what makes a convolution fast: bars for ways to compute the same layer.

Times are no pixels that a test can work out again: the ratios were measured (see `MEASURED`), and stand here.
"""

from __future__ import annotations

from img.paint import BLUE, CYAN, DARK_BLUE, INK, MARGIN, SOFT, TOP, as_png, panel, text, with_palette

# Two pictures of 24 channels, 40 x 40; 48 kernels of 5 x 5; stride 2, padding 4, dilation 2. float32, one thread of a
# server's processor, the best of many rounds; how many times as long as torch's own convolution.
MEASURED: tuple[tuple[str, float], ...] = (
    ("torch's own", 1.0),
    ("columns, one product", 1.4),
    ("one product per tap", 2.2),
    ("kernel with zeros, stride 1", 10.0),
    ("Fourier transform", 13.0),
    ("loop over the places", 38.0),
)
WIDE, HIGH, STEP = 470, 26, 40
NAMES = 250  # pixels for what a bar is called


def rivals() -> bytes:
    """A bar for each way, as long as its time."""
    image, draw = panel(MARGIN + NAMES + WIDE + 90 + MARGIN, TOP + len(MEASURED) * STEP + 14 + MARGIN)
    text(draw, (MARGIN, MARGIN - 6), "One layer, six ways: times as long as torch's own", 24)
    longest = max(ratio for _, ratio in MEASURED)
    for n, (name, ratio) in enumerate(MEASURED):
        top = TOP + n * STEP
        text(draw, (MARGIN, top + HIGH / 2), name, 17, INK, "lm")
        left = MARGIN + NAMES
        end = left + max(round(WIDE * ratio / longest), 3)
        colour = CYAN if n == 0 else BLUE if ratio < 5 else DARK_BLUE
        draw.rectangle((left, top, end, top + HIGH), fill=colour, outline=INK)
        text(draw, (end + 10, top + HIGH / 2), f"{ratio:g}", 17, SOFT, "lm")
    return as_png(with_palette(image))


PICTURES = {
    "rivals.png": rivals,
}
