"""What a misconception is, and what a family of them is that differ by a number or two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor


@dataclass(frozen=True)
class Misconception:
    """A way to get it wrong that many have had before.

    Attributes:
        name: unique, in kebab case; for programs.
        title: for people: what the code seems to do, in a few words that go on after "ex3: ". No two of a function
            have the same.
        functions: where it can occur; a layer's name stands for its forward.
        explanation: what the code seems to do and what is right, in a few short sentences. Never the code.
        section: the anchor of the section of the tutorial that helps.
        answer: what code with this misconception returns, in float64. It takes all the arguments of the
            function by place, defaults written out; it may raise where the misconception cannot occur.
    """

    name: str
    title: str
    functions: tuple[str, ...]
    explanation: str
    section: str
    answer: Callable[..., Any]


@dataclass(frozen=True)
class Family:
    """Misconceptions that differ by numbers of the student's own, which can be read off an answer.

    Attributes:
        name: that of every member.
        title: likewise.
        functions: where it can occur.
        section: the anchor of the section of the tutorial that helps.
        fit: the member that an answer looks like. It gets the arguments as `Misconception.answer` does, the right
            answer, the student's numbers, both float64 tensors of the same shape, and the largest error that
            rounding alone can explain; it returns None, or raises, where no member comes near. Whether the member
            gives the student's answer is tested after that. One found by one call can be held against others.
    """

    name: str
    title: str
    functions: tuple[str, ...]
    section: str
    fit: Callable[[tuple[Any, ...], Tensor, Tensor, float], Misconception | None]
