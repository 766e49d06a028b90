"""The picture of gradient descent: one weight on the curve of its loss, with four learning rates.

What it shows is computed here, with plain sums and products, so that every machine draws the same.
"""

from __future__ import annotations

from PIL import Image, ImageDraw

from img.paint import DARK_BLUE, GAP, INK, LINE, MARGIN, PAPER, SOFT, TOP, WHITE, as_png, panel, text

IMAGE, TARGET = (1, 2), (3, 6)
START, STEPS = 1.0, 5
RATES = (0.02, 0.1, 0.38, 0.42)
TOLD = ("slow", "half of the way each time", "over and back, closer", "over and back, farther")
LEFT, RIGHT, HIGHEST = -0.6, 6.6, 32.0  # weights and the largest loss that are drawn
WIDE, HIGH = 230, 190
FINER = 4  # lines are drawn so many times as large first, or they would be jagged


def loss(weight: float) -> float:
    return sum((weight * x - t) ** 2 for x, t in zip(IMAGE, TARGET, strict=True)) / len(IMAGE)


def way(rate: float) -> list[float]:
    """The weight before the first step and after each one."""
    weights = [START]
    for _ in range(STEPS):
        slope = sum(2 * (weights[-1] * x - t) * x for x, t in zip(IMAGE, TARGET, strict=True)) / len(IMAGE)
        weights.append(weights[-1] - rate * slope)
    return weights


def place(weight: float, scale: int = FINER) -> tuple[int, int]:
    """Where a weight lies on the curve, in pixels of one drawing."""
    x = (weight - LEFT) / (RIGHT - LEFT) * WIDE
    y = HIGH - 10 - loss(weight) / HIGHEST * (HIGH - 20)
    return round(x * scale), round(y * scale)


def curve(rate: float) -> Image.Image:
    """The curve, and the steps on it."""
    image = Image.new("RGB", (WIDE * FINER, HIGH * FINER), WHITE)
    draw = ImageDraw.Draw(image)
    draw.line([place(LEFT + n * (RIGHT - LEFT) / 120) for n in range(121)], fill=SOFT, width=6)
    weights = way(rate)
    draw.line([place(weight) for weight in weights], fill=DARK_BLUE, width=8)
    for n, (x, y) in enumerate(place(weight) for weight in weights):
        reach = 26 if n == 0 else 18
        draw.ellipse(
            (x - reach, y - reach, x + reach, y + reach),
            fill=WHITE if n == 0 else DARK_BLUE,
            outline=DARK_BLUE,
            width=8,
        )
    return image.resize((WIDE, HIGH), Image.Resampling.BOX)


def learning_rates() -> bytes:
    """Five steps from the same start, with each rate."""
    image, draw = panel(MARGIN + len(RATES) * (WIDE + GAP) - GAP + MARGIN, TOP + HIGH + 3 * LINE + MARGIN)
    text(draw, (MARGIN, MARGIN - 6), "Five steps of gradient descent: the loss above one weight", 24)
    for n, (rate, told) in enumerate(zip(RATES, TOLD, strict=True)):
        left = MARGIN + n * (WIDE + GAP)
        text(draw, (left, TOP - 8), f"learning rate {rate}", 17, INK, "ls")
        image.paste(curve(rate), (left, TOP))
        draw.rectangle((left - 1, TOP - 1, left + WIDE, TOP + HIGH), outline=SOFT)
        for weight in range(7):
            x = left + place(float(weight), 1)[0]
            draw.line((x, TOP + HIGH, x, TOP + HIGH + 4), fill=SOFT)
            text(draw, (x, TOP + HIGH + 8), str(weight), 14, SOFT, "ma")
        text(draw, (left, TOP + HIGH + LINE + 4), told, 16, INK)
        ends = f"weight {START:g} becomes {way(rate)[-1]:.2f}"
        text(draw, (left, TOP + HIGH + 2 * LINE), ends, 16, SOFT)
    assert image.getpixel((4, 4)) == PAPER
    return as_png(image.quantize(256, dither=Image.Dither.NONE))


PICTURES = {
    "learning_rates.png": learning_rates,
}
