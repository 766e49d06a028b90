"""How hard each line of the rubric is, and how well it tells students apart.

Both are of classical test theory, see L. Crocker and J. Algina, Introduction to Classical and Modern Test Theory
(1986), chapter 14. Difficulty is the share of students who pass. Discrimination is the correlation of a line's points
with the total without them: left in, a line correlates with itself (S. Henrysson, Correction of item-total
correlations in item analysis, Psychometrika 28, 1963, 211-218).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# With fewer, chance alone makes the correlation of what has nothing to do with each other larger than 0.36 once in
# twenty lines (the two-sided 5 % point of r for n = 30), and a course has more than twenty lines.
MIN_STUDENTS = 30
MIN_EITHER = 5  # students who pass, and who do not: with fewer, r is about these few
LITTLE = 0.2  # below which a line is worth a look
_Z = 1.96  # of a 95 % interval


@dataclass
class Correlation:
    """Pearson's correlation in one pass, by Welford's updates: no value is kept."""

    n: int = 0
    _x: float = 0.0
    _y: float = 0.0
    _xx: float = 0.0
    _yy: float = 0.0
    _xy: float = 0.0

    def add(self, x: float, y: float) -> None:
        """One more pair of values."""
        self.n += 1
        from_x, from_y = x - self._x, y - self._y
        self._x += from_x / self.n
        self._y += from_y / self.n
        self._xx += from_x * (x - self._x)
        self._yy += from_y * (y - self._y)
        self._xy += from_x * (y - self._y)

    @property
    def r(self) -> float | None:
        """From -1 to 1; None where either value is the same for all."""
        tiny = 1e-12 * max(self.n, 1)  # of points, which are at least hundredths
        if self._xx <= tiny or self._yy <= tiny:
            return None
        return max(-1.0, min(1.0, self._xy / math.sqrt(self._xx * self._yy)))

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of r by Fisher's z; None without r, or with three pairs or fewer."""
        r = self.r
        if r is None or self.n <= 3:
            return None
        if abs(r) > 1 - 1e-9:
            return r, r
        z, half = math.atanh(r), _Z / math.sqrt(self.n - 3)
        return math.tanh(z - half), math.tanh(z + half)


@dataclass(frozen=True)
class Item:
    """What a line says about students.

    Attributes:
        n: students whose work it could be asked of.
        passed: the share of them who passed all of its checks.
        discrimination: the correlation with the rest of the total.
        low: the lower end of its 95 % interval.
        high: the upper end.
        meaning: all that in a sentence.
    """

    n: int
    passed: float
    discrimination: float
    low: float
    high: float
    meaning: str


def item_of(checked: int, failed: int, with_rest: Correlation) -> Item | None:
    """What a line says; None where there are too few students for it to say anything."""
    r, interval = with_rest.r, with_rest.interval
    if checked < MIN_STUDENTS or min(failed, checked - failed) < MIN_EITHER or r is None or interval is None:
        return None
    low, high = interval
    return Item(checked, (checked - failed) / checked, r, low, high, _meaning(r, low, high))


def _meaning(r: float, low: float, high: float) -> str:
    if high < 0:
        return "Students with more points elsewhere fail it more often: look for a mistake in the line."
    if r < LITTLE:
        unsure = " So few students cannot tell for sure." if high >= LITTLE else ""
        return f"Who passes it has hardly more points elsewhere: it may ask for something else, or be luck.{unsure}"
    if low < 0:
        return "Who passes it seems to have more points elsewhere, but that may be chance."
    return "Who passes it has more points elsewhere, too: it tells students apart as the others do."
