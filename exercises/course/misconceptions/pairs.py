"""What goes wrong alike with every setting that may be a pair: it is left out, or its two numbers are swapped.

Each is a name, a title, an explanation, and the change of a right setting that `run`s with some parts replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

Mistake = tuple[str, str, str, Callable[[Any], Tensor]]


def ignored(setting: str, neutral: int, whose: str = "") -> Mistake:
    """A setting is left out; `neutral` is the number that changes nothing, `whose` a word for whose setting it is."""
    told = f"The {setting} seems to be left out: your answer is the one for a {setting} of {neutral}."
    return (
        f"{setting}-ignored",
        f"the {_of(whose, setting)} is ignored",
        told,
        lambda s: s.run(**{setting: (neutral, neutral)}),
    )


def swapped(setting: str, whose: str = "") -> Mistake:
    """The two numbers of a setting are swapped; see `ignored`."""
    told = f"The two {setting}s seem to be swapped. A pair is (vertical, horizontal): rows first, like the shape."
    return (
        f"{setting}-swapped",
        f"the two {_of(whose, setting)}s are swapped",
        told,
        lambda s: s.run(**{setting: getattr(s, setting)[::-1]}),
    )


def _of(whose: str, setting: str) -> str:
    return f"{whose} {setting}".lstrip()


BIAS_MISSING: Mistake = (
    "bias-missing",
    "the bias is left out",
    "The bias seems to be left out. It is one number for each output channel, added to all of its results.",
    lambda s: s.bare(),
)
