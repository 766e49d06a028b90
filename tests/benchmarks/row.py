"""A row of the table: a ratio of two medians that were measured in turn."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

ROOT = Path(__file__).resolve().parents[2]
AT_MOST, AT_LEAST = "at most", "at least"


@dataclass(frozen=True)
class Row:
    """A ratio, what it should be, and the seconds behind it.

    `above` and `below` are the samples of the two sides, in the order in which they were taken; the ratio is that
    of their medians. `bound` is `AT_MOST` or `AT_LEAST`, or empty where there is no target.
    """

    name: str
    above: Sequence[float]
    below: Sequence[float]
    bound: str = ""
    target: float = 0.0
    unit: ClassVar[str] = ""

    @property
    def ratio(self) -> float:
        """Median over median."""
        return statistics.median(self.above) / statistics.median(self.below)

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the greatest ratio of two samples taken one after the other."""
        pairs = [a / b for a, b in zip(self.above, self.below, strict=True)]
        return min(pairs), max(pairs)

    @property
    def reached(self) -> bool:
        """Whether the target is met; always, where there is none."""
        if self.bound == AT_MOST:
            return self.ratio <= self.target
        return self.bound != AT_LEAST or self.ratio >= self.target


class Milliseconds(Row):
    """A row whose figure is how many milliseconds one side takes longer than the other."""

    unit = " ms"

    @property
    def ratio(self) -> float:
        """Median less median."""
        return 1000 * (statistics.median(self.above) - statistics.median(self.below))

    @property
    def spread(self) -> tuple[float, float]:
        """The least and the greatest difference of two samples taken one after the other."""
        pairs = [1000 * (a - b) for a, b in zip(self.above, self.below, strict=True)]
        return min(pairs), max(pairs)


def in_turn(
    rounds: int, first: Callable[[], float], second: Callable[[], float], what: str
) -> tuple[list[float], list[float]]:
    """Samples of two measurements, one after the other, so that both meet the machine in the same state."""
    one, two = [], []
    for number in range(rounds):
        one.append(first())
        two.append(second())
        print(f"{what}: {number + 1} of {rounds}: {one[-1]:.3g} s, {two[-1]:.3g} s", file=sys.stderr)
    return one, two


def seconds_of(action: Callable[[], object]) -> float:
    """How long something takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
