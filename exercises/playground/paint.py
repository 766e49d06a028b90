"""Colours, text and grids of numbers, for the still picture and the moving one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from exercises.feedback.paint import NARROWEST_NUMBER
from exercises.feedback.palette import BLUE_TO_RED, DARK_TO_LIGHT, FAINT, INK, NO_NUMBER, PAPER, Colour
from exercises.playground.kernels import Kernel

MOST_OF_ALL = (
    0.995  # the share of values that the colours are spread over; the few beyond get the last colour
)


@dataclass(frozen=True)
class Scale:
    """Which numbers the colours stand for."""

    low: float
    high: float
    colours: tuple[Colour, ...]
    words: str = ""


BRIGHTNESS = Scale(0.0, 1.0, DARK_TO_LIGHT)
BLACK_TO_WHITE = Scale(0.0, 1.0, ((0, 0, 0), (255, 255, 255)))


def around_zero(most: float) -> Scale:
    """Blue below 0, red above."""
    return Scale(-most, most, BLUE_TO_RED, "blue: below 0, red: above 0")


def scale_of(values: Tensor, kernel: Kernel) -> Scale:
    """The colours that suit a result."""
    finite = values[values.isfinite()]
    if kernel.keeps_brightness:
        beyond = finite.numel() > 0 and (float(finite.min()) < -1e-4 or float(finite.max()) > 1 + 1e-4)
        words = "0 black, 1 white, what lies beyond is cut" if beyond else "0 black, 1 white"
        return Scale(0.0, 1.0, BLACK_TO_WHITE.colours, words)
    if not finite.numel():
        return Scale(0.0, 1.0, DARK_TO_LIGHT)
    sizes = np.abs(finite.numpy())
    most = float(np.quantile(sizes, MOST_OF_ALL)) or float(sizes.max()) or 1.0
    if float(finite.min()) < 0:
        return around_zero(most)
    words = "the brighter, the stronger the edge" if len(kernel.weights) == 2 else "the brighter, the larger"
    return Scale(0.0, most, DARK_TO_LIGHT, words)


def coloured(values: Tensor, scale: Scale) -> Image.Image:
    """One pixel for each number of an (H, W) or (1, H, W) tensor; (3, H, W) are red, green and blue."""
    numbers = values.detach().double().numpy()
    share = np.nan_to_num((numbers - scale.low) / ((scale.high - scale.low) or 1.0)).clip(0, 1)
    if share.ndim == 3 and share.shape[0] == 3:
        pixels = share.transpose(1, 2, 0) * 255
        finite = np.isfinite(numbers).all(axis=0)
    else:
        share, finite = share.reshape(share.shape[-2:]), np.isfinite(numbers).reshape(share.shape[-2:])
        steps = np.linspace(0, 1, len(scale.colours))
        channels = np.array(scale.colours, dtype=np.float64).T
        pixels = np.stack([np.interp(share, steps, channel) for channel in channels], axis=-1)
    pixels[~finite] = NO_NUMBER
    return Image.fromarray(pixels.round().astype(np.uint8))


def resized(values: Tensor, size: tuple[int, int]) -> Tensor:
    """A (C, H, W) tensor with another (height, width): means when it shrinks, squares when it grows."""
    height, width = size
    if height <= values.shape[1] and width <= values.shape[2]:
        # a number that is none must not vanish in a mean, and must not spread either
        bad = ~values.isfinite()
        small = torch.nn.functional.adaptive_avg_pool2d(values.masked_fill(bad, 0), size)
        if bool(bad.any()):
            small[torch.nn.functional.adaptive_max_pool2d(bad.float(), size) > 0] = torch.nan
        return small
    return torch.nn.functional.interpolate(values[None], size, mode="nearest-exact")[0]


def font(size: int) -> Any:
    """The font that comes with Pillow, so that the pictures look alike on every machine."""
    return ImageFont.load_default(size=size)


def fitting(pen: ImageDraw.ImageDraw, text: str, its_font: Any, width: float) -> str:
    """The text, or as much of it as fits; the font has little beyond ASCII."""
    text = text.encode("ascii", "replace").decode()[:400]
    if pen.textlength(text, font=its_font) <= width:
        return text
    while text and pen.textlength(text + "...", font=its_font) > width:
        text = text[:-1]
    return text + "..."


def short(value: float) -> str:
    """A number that fits into a cell."""
    if value != value:
        return "nan"
    if abs(value) >= 10_000 or 0 < abs(value) < 0.0005:
        return f"{value:.0e}".replace("e+0", "e").replace("e-0", "e-")
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 3 if abs(value) < 0.01 else 2
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("", "-0") else text


def spread(weights: Tensor, dilation: tuple[int, int]) -> Tensor:
    """A (kH, kW) kernel as it lies on the picture; NaN where dilation leaves a gap."""
    rows, columns = weights.shape
    size = (dilation[0] * (rows - 1) + 1, dilation[1] * (columns - 1) + 1)
    wide = torch.full(size, torch.nan, dtype=weights.dtype)
    wide[:: dilation[0], :: dilation[1]] = weights
    return wide


def grid(
    canvas: Image.Image,
    values: Tensor,
    scale: Scale,
    corner: tuple[int, int],
    cell: int,
    numbers: Tensor | None = None,
) -> tuple[int, int]:
    """Draws an (H, W) tensor as cells; NaN is an empty cell. Returns how far right and down it goes."""
    left, top = corner
    rows, columns = values.shape[-2:]
    empty = values.isnan()
    picture = coloured(values.masked_fill(empty, 0), scale)
    if bool(empty.any()):
        hole = Image.fromarray((empty.numpy() * 255).astype(np.uint8))
        picture.paste(PAPER, (0, 0), hole)
    canvas.paste(picture.resize((columns * cell, rows * cell), Image.Resampling.NEAREST), corner)
    pen = ImageDraw.Draw(canvas)
    right, bottom = left + columns * cell, top + rows * cell
    if cell >= 8:
        for x in range(left, right + 1, cell):
            pen.line((x, top, x, bottom), FAINT)
        for y in range(top, bottom + 1, cell):
            pen.line((left, y, right, y), FAINT)
    else:
        pen.rectangle((left - 1, top - 1, right, bottom), outline=FAINT)
    if numbers is not None and cell >= NARROWEST_NUMBER:
        write(pen, picture, numbers, corner, cell)
    return right, bottom


def write(
    pen: ImageDraw.ImageDraw, picture: Image.Image, numbers: Tensor, corner: tuple[int, int], cell: int
) -> None:
    """Writes each number into its cell, in the ink that can be read on the cell's colour."""
    rows = [[short(v) for v in row] for row in numbers.tolist()]
    longest = max((len(t) for row in rows for t in row if t != "nan"), default=1)
    its_font = font(max(8, min(18, int(1.6 * (cell - 4) / max(longest, 2)))))
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            if text == "nan":
                continue
            fill: Any = picture.getpixel((j, i))
            ink = INK if sum(fill) > 380 else PAPER
            middle = (corner[0] + (j + 0.5) * cell, corner[1] + (i + 0.5) * cell)
            pen.text(middle, text, ink, font=its_font, anchor="mm")


def legend(canvas: Image.Image, scale: Scale, corner: tuple[int, int], width: int) -> int:
    """A strip of the scale's colours with its ends written below it. Returns how far down it goes."""
    left, top = corner
    strip = coloured(torch.linspace(scale.low, scale.high, width, dtype=torch.float64)[None], scale)
    canvas.paste(strip.resize((width, 10)), corner)
    pen = ImageDraw.Draw(canvas)
    pen.rectangle((left - 1, top - 1, left + width, top + 10), outline=FAINT)
    small = font(14)
    pen.text((left, top + 14), f"{scale.low:.3g}", INK, font=small)
    pen.text((left + width, top + 14), f"{scale.high:.3g}", INK, font=small, anchor="ra")
    return top + 32


def lines(canvas: Image.Image, texts: Sequence[str], corner: tuple[int, int], width: int, ink: Colour) -> int:
    """Lines of small text. Returns how far down they go."""
    pen = ImageDraw.Draw(canvas)
    left, top = corner
    for text in texts:
        pen.text((left, top), fitting(pen, text, font(15), width), ink, font=font(15))
        top += 21
    return top
