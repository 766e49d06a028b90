"""How far a class is: the time left is honest from the first word, in classes that run by a clock of the tests."""

from __future__ import annotations

import heapq
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from autograder.report.terminal.progress import Event, Tally

STUDENTS = 5_000
FOREVER = 600.0  # seconds: what one that never ends may take in all
LATENCY = 0.01  # seconds until a report is written, while its worker has the next one


@dataclass(frozen=True)
class Moment:
    """What is told when a hand-in has just been finished, and what is true: seconds until all others are."""

    finished: int
    waiting: int
    line: str
    left: float

    @property
    def told(self) -> float | None:
        """The seconds left that are told, if any are."""
        found = re.search(r"about (?:(\d+):)?(\d+):(\d\d) left", self.line)
        return None if not found else 3600 * int(found[1] or 0) + 60 * int(found[2]) + int(found[3])


def moments(workers: int, start_up: float, seconds: Sequence[float], before: int = 0) -> Iterator[Moment]:
    """Grades a class whose hand-ins take so long; workers start when they get their first one.

    Args:
        workers: how many.
        start_up: seconds that the first takes; the others, which share the processor with it, a little more.
        seconds: of each hand-in.
        before: how many more have good reports of an earlier run.
    """
    clock = 0.0
    tally = Tally(lambda: clock)
    total = len(seconds) + before
    for number in range(before):
        tally.count(Event("graded", total, f"before {number}", cached=True))
    waiting = iter(range(len(seconds)))
    ends: list[tuple[float, int]] = []
    for worker in range(min(workers, len(seconds))):
        number = next(waiting)
        tally.count(Event("started", total, str(number)))
        heapq.heappush(ends, (start_up * (1 + worker / 10 / workers) + seconds[number], number))
    shown = []
    while ends:
        end, number = heapq.heappop(ends)
        clock = max(clock, end)
        following = next(waiting, None)
        if following is not None:
            tally.count(Event("started", total, str(following)))
            heapq.heappush(ends, (end + seconds[following], following))
        clock = max(clock, end + LATENCY)
        tally.count(Event("graded", total, str(number)))
        if len(shown) < 300 or len(shown) % 40 == 0:
            shown.append((clock, len(shown), total - tally.done - len(tally.running), tally.line()))
        else:
            shown.append((clock, len(shown), 0, ""))
    for at, finished, left, line in shown:
        if line:
            yield Moment(finished + 1, left, line, clock - at)


def of_all_sorts(number: random.Random, count: int) -> list[float]:
    """Some take no time, as those who handed in nothing, and most two seconds or so, some three times as long."""
    return [0.05 if number.random() < 0.1 else 2 * number.lognormvariate(0.0, 0.5) for _ in range(count)]


def worst_of(found: Sequence[Moment]) -> float:
    """By what factor the time told is ever off, until the last tenth of the class."""
    told = [m for m in found if m.told is not None and m.waiting >= len(found) / 10]
    assert told
    return max(max(m.told / m.left, m.left / m.told) if m.told else 99.0 for m in told)


@pytest.mark.parametrize("start_up", [1.0, 9.0])
@pytest.mark.parametrize("workers", [1, 2, 8, 32])
@pytest.mark.parametrize("alike", [True, False], ids=["alike", "of all sorts"])
def test_the_time_left_is_never_off_by_more_than_two(workers: int, start_up: float, alike: bool) -> None:
    seconds = [2.0] * STUDENTS if alike else of_all_sorts(random.Random(1), STUDENTS)
    found = list(moments(workers, start_up, seconds))
    assert worst_of(found) <= 2.0
    # and it is not told so late that nobody needs it
    first = next(m for m in found if m.told is not None)
    assert first.finished <= 3 * workers + 20


@pytest.mark.parametrize("workers", [1, 2, 8])
@pytest.mark.parametrize("place", [0, 1, 5])
def test_nor_is_it_with_an_endless_one_among_the_first(workers: int, place: int) -> None:
    seconds = of_all_sorts(random.Random(2), STUDENTS)
    seconds[place] = FOREVER
    found = list(moments(workers, 5.0, seconds))
    assert worst_of(found) <= 2.0
    # a single worker does nothing else meanwhile
    assert any("left, without 1 that takes longer than any other" in m.line for m in found) == (workers > 1)


@pytest.mark.parametrize("workers", [2, 8])
def test_hand_ins_that_were_graded_before_say_nothing_of_the_others(workers: int) -> None:
    """They take no time, and would make all others look quick."""
    seconds = of_all_sorts(random.Random(3), 400)
    found = list(moments(workers, 5.0, seconds, before=4_000))
    assert worst_of(found) <= 2.0
    assert "4000 were graded before" in found[0].line


@pytest.mark.parametrize("workers", [1, 8])
def test_nothing_is_said_before_there_is_ground_for_it(workers: int) -> None:
    found = list(moments(workers, 9.0, [2.0] * 100))
    for moment in found[: max(workers, 12)]:
        assert "left" not in moment.line and "per second" not in moment.line
    assert all("left" in moment.line for moment in found[2 * workers + 12 : -1])


def test_a_class_as_small_as_its_workers_is_given_no_time() -> None:
    assert all(moment.told is None for moment in moments(8, 9.0, [2.0] * 8))


def test_at_the_end_one_that_never_ends_is_given_no_time() -> None:
    """All others are done, and nothing is known of how long it takes."""
    found = list(moments(2, 1.0, [2.0] * 20 + [FOREVER] + [2.0] * 60))
    assert [moment.told for moment in found[-2:]] == [None, None]
    assert all(moment.told is not None for moment in found[15:-2])
