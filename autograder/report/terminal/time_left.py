"""How long a class still takes, told from the hand-ins that are finished, and from those that are running.

The first hand-in of each worker waits until the worker has started, so that it tells nothing of the others; nor does
one whose report of an earlier run was good. What is measured are hand-ins that began after another had finished: how
long each took, and how many ran at a time. Nothing is told before as many of them are finished as run at a time:
until then there are only the quickest.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

FEWEST = 12  # hand-ins that have to be measured
KEPT = 1_000  # of which it is told: the latest
MOST = 1 / 4  # of the seconds of all others, which the longest may count: it may have run for ever
LONG = 4.0  # times the mean, from which on one that runs longer than any did is told of


@dataclass(frozen=True)
class Estimate:
    """`seconds` until all are done but those that run `longer` than any did, at a `rate` in hand-ins a second."""

    seconds: float
    rate: float
    longer: int


class TimeLeft:
    """Is told when a hand-in is started and finished, and tells how long all others will take."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._running: dict[str, tuple[float, bool]] = {}  # since when, and whether it is one to measure
        self._warm = False
        self._took: deque[float] = deque(maxlen=KEPT)
        self._at_a_time: deque[tuple[float, int]] = deque(maxlen=2 * KEPT)  # from when on, how many

    def started(self, name: str) -> None:
        """A hand-in is given to a worker."""
        self._running[name] = (self._now(), self._warm)
        self._count()

    def finished(self, name: str) -> None:
        """A hand-in that was started has a report."""
        if name not in self._running:
            return
        since, measured = self._running.pop(name)
        if measured:
            self._took.append(self._now() - since)
        self._warm = True
        self._count()

    def _count(self) -> None:
        if self._warm:
            self._at_a_time.append((self._now(), len(self._running)))

    def estimate(self, waiting: int) -> Estimate | None:
        """How long it takes until all are done; None where there is no ground to say.

        Args:
            waiting: hand-ins that nobody has started yet.
        """
        at_a_time = self._mean_at_a_time()
        if not at_a_time or len(self._took) < max(FEWEST, round(at_a_time)):
            return None
        took = _tamed(self._took)
        sums = [0.0, *accumulate(took)]
        so_far = [self._now() - since for since, _ in self._running.values()]
        # one that has run for a while takes as long as those did that took longer than that
        expected = [_mean_above(each, took, sums) for each in so_far]
        seconds = _tamed([*took, *expected])
        mean = sum(seconds) / len(seconds)
        longer = sum(each >= max(*self._took, LONG * mean) for each in so_far)
        if not mean or (longer == len(so_far) and not waiting):
            return None
        rest = [max(each - past, 0.0) for each, past in zip(expected, so_far, strict=True)]
        left = max((waiting * mean + sum(rest)) / at_a_time if waiting else 0.0, *rest, 0.0)
        return Estimate(left, at_a_time / mean, longer)

    def _mean_at_a_time(self) -> float:
        """How many ran at a time, on average."""
        if not self._at_a_time:
            return 0.0
        begin, now = self._at_a_time[0][0], self._now()
        spans = pairwise([*self._at_a_time, (now, 0)])
        all_together = sum(n * (end - since) for (since, n), (end, _) in spans)
        return all_together / (now - begin) if now > begin else 0.0


def _tamed(seconds: Iterable[float]) -> list[float]:
    """The numbers in their order, the largest no larger than `MOST` allows."""
    *others, largest = sorted(seconds)
    return [*others, min(largest, max(MOST * sum(others), others[-1]))]


def _mean_above(least: float, sorted_: Sequence[float], sums: Sequence[float]) -> float:
    """The mean of the numbers above one, or that one where none is; `sums` has those of the first 0, 1, …."""
    place = bisect_right(sorted_, least)
    above = len(sorted_) - place
    return (sums[-1] - sums[place]) / above if above else least
