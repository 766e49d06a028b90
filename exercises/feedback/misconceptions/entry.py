"""What a misconception is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Misconception:
    """A way to get it wrong that many have had before.

    Attributes:
        name: unique, in kebab case.
        functions: where it can occur; "Conv2d" stands for the layer's forward.
        explanation: what the code seems to do and what is right, in a few short sentences. Never the code.
        section: the anchor of the section of the tutorial that helps.
        answer: what code with this misconception returns, in float64. It takes all the arguments of the
            function by place, defaults written out; it may raise where the misconception cannot occur.
    """

    name: str
    functions: tuple[str, ...]
    explanation: str
    section: str
    answer: Callable[..., Any]
