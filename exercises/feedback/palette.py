"""The colours that wrong answers are drawn in, in pictures and on pages, which need no torch."""

from __future__ import annotations

Colour = tuple[int, int, int]  # red, green and blue from 0 to 255

PAPER: Colour = (250, 249, 246)
INK: Colour = (28, 28, 30)
FAINT: Colour = (120, 120, 124)
NO_NUMBER: Colour = (240, 180, 0)
# Matplotlib's "RdBu" in five steps: told apart in every common kind of colour blindness
BLUE_TO_RED: tuple[Colour, ...] = (
    (5, 48, 97),
    (107, 172, 209),
    (255, 255, 255),
    (243, 164, 129),
    (103, 0, 31),
)
DARK_TO_LIGHT: tuple[Colour, ...] = ((30, 30, 36), (245, 245, 245))
LIGHT = 380  # sum of red, green and blue beyond which what is written on a colour is dark


def css(colour: Colour) -> str:
    """The colour as style sheets write it."""
    return "#{:02x}{:02x}{:02x}".format(*colour)
