"""How fast a function is beside others that give the same answer, all of them asked in turn in one run.

A time by itself says more of the computer than of the code. So a function is measured beside rivals: what torch has
ready-made, say, and a plain loop. Each round has inputs that nobody has seen, and a computer that is busy for
a while is busy for all of them; of each the best round counts.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from exercises.feedback.calls import Call

GIVE_UP = 4.0  # times the slowest rival's time: who has taken longer than that is not waited for
FAR = 6.0  # times the student's time: what takes longer than that need not be known more exactly
CERTAIN = 2  # rounds in which everything runs
HOPELESS = 1.5  # times the slowest rival's time: who has taken longer than that is not asked again


@dataclass(frozen=True, eq=False)
class Rival:
    """Something that gives the same answer.

    Attributes:
        words: what it is called in a sentence.
        answer: takes the arguments of the call.
    """

    words: str
    answer: Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Race:
    """What is measured.

    Attributes:
        function: of the student's.
        trial: a small call. Whoever gives no right answer to it is not measured.
        draw: makes a large call with new inputs of the same sizes.
        rivals: from the quickest to the slowest, by short names that checks use.
        rounds: how many there are.
    """

    function: str
    trial: Call
    draw: Callable[[random.Random], Call]
    rivals: Mapping[str, Rival]
    rounds: int = 5


@dataclass(frozen=True)
class Times:
    """The best time of each, in seconds; `own` is infinite where the student's code was stopped."""

    own: float
    rivals: Mapping[str, float]
    rounds: int

    def beside(self, rival: str) -> float:
        """How many times as long as a rival the student's code takes."""
        return self.own / self.rivals[rival]


NOTHING_YET = Times(float("inf"), {}, 0)


def run(
    race: Race,
    ask: Callable[[Call, float], float],
    time_of: Callable[[Callable[..., Any], Call], float],
    before: Times = NOTHING_YET,
) -> Times:
    """Lets all of them run in turn.

    Args:
        race: what is measured.
        ask: the seconds that the student's code takes for a call, infinite where it was stopped after so many; it
            raises where the answer is wrong.
        time_of: the seconds that a rival takes for a call.
        before: what earlier rounds came to, where these go on.
    """
    own, best, number = before.own, dict(before.rivals), before.rounds
    # the system's own: inputs that a release's seed told could be known before
    numbers = random.SystemRandom()
    for number in range(before.rounds, before.rounds + race.rounds):
        call = race.draw(numbers)
        if number == 0:  # not counted: what a library makes ready at its first call of such sizes
            time_of(next(iter(race.rivals.values())).answer, call)
        for name, rival in race.rivals.items():
            if number < CERTAIN or best[name] < FAR * own:
                best[name] = min(best.get(name, float("inf")), time_of(rival.answer, call))
        slowest = max(best.values())
        own = min(own, ask(call, GIVE_UP * slowest))
        if own > HOPELESS * slowest:
            break
    return Times(own, best, number + 1)


def told(race: Race, times: Times) -> str:
    """What was measured, in a sentence."""
    beside = " and ".join(
        f"{rival.words} {in_words(times.rivals[name])}" for name, rival in race.rivals.items()
    )
    if times.own == float("inf"):
        slowest = list(race.rivals.values())[-1].words
        return (
            f"{race.function} was stopped when it had taken {GIVE_UP:g} times as long as {slowest} ({beside})"
        )
    rounds = "one round" if times.rounds == 1 else f"the best of {times.rounds} rounds, all in the same run"
    return f"{race.function} takes {in_words(times.own)}, {beside} ({rounds})"


def in_words(seconds: float) -> str:
    """A time with two digits: "0.85 ms", "41 ms", "1.2 s"."""
    number, unit = (seconds * 1000, "ms") if seconds < 1 else (seconds, "s")
    return f"{float(f'{number:.2g}'):g} {unit}"
