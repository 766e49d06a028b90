"""What a class costs on how many cores, from the seconds that hand-ins of a smaller one took.

    autograder grade CLASS -o graded --workers 1 --profile
    python -m tests.benchmarks.simulation graded/profile.csv --hand-ins 100000 --cores 10 100 1000

One client reads the hand-ins, gives them out and writes the reports; a core has one worker, which takes the next
hand-in as soon as it is free. The seconds of each hand-in are those of one in the table, drawn with replacement.
"""

from __future__ import annotations

import argparse
import heapq
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.classes.profile import Spent, read_table

CLIENT = ("read", "report")  # what the client does
START = 4.0  # seconds until a worker has imported torch and collected the suites, once
HELD = 2  # hand-ins that are out for each worker, so that none waits for the client


@dataclass(frozen=True)
class Cost:
    """What came of a simulation: wall-clock seconds, seconds of workers and client, and how busy these were."""

    cores: int
    seconds: float
    worked: float
    client: float

    @property
    def busy(self) -> float:
        """The share of the cores' time in which they graded."""
        return self.worked / (self.seconds * self.cores)


def simulate(spent: Sequence[Spent], hand_ins: int, cores: int, seed: int = 0, start: float = START) -> Cost:
    """Grades a class in imagination.

    The client does one thing at a time, and what came back first is first: it writes that report, then reads the
    next hand-in.
    """
    chance = random.Random(seed)
    drawn = [spent[chance.randrange(len(spent))] for _ in range(hand_ins)]
    work = [sum(s for phase, s in one.items() if phase not in (*CLIENT, "start")) for one in drawn]
    read, write = ([one[phase] for one in drawn] for phase in CLIENT)
    free = [start] * cores  # when each worker can take one; a heap, since all are equal
    back: list[tuple[float, int]] = []  # when which one comes back
    client, given = 0.0, 0
    while given < hand_ins or back:
        if given < hand_ins and len(back) < HELD * cores:
            client += read[given]
            done = max(heapq.heappop(free), client) + work[given]
            heapq.heappush(free, done)
            heapq.heappush(back, (done, given))
            given += 1
        else:
            done, number = heapq.heappop(back)
            client = max(client, done) + write[number]
    return Cost(cores, client, sum(work), sum(read) + sum(write))


def main() -> int:
    """Prints a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", type=Path)
    parser.add_argument("--hand-ins", type=int, default=100_000)
    parser.add_argument("--cores", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--start", type=float, default=START, help="seconds that a worker needs to start")
    options = parser.parse_args()
    spent = read_table(options.table)
    totals = sorted(sum(one.values()) for one in spent)
    print(f"{len(spent)} measured: median {statistics.median(totals):.2f} s, mean {statistics.mean(totals):.2f} s, "
          f"longest {totals[-1]:.1f} s; the client's share {_share(spent):.1%}")  # fmt: skip
    print("| cores | minutes | core-hours of grading | core-hours with waiting | cores busy |")
    print("| --- | --- | --- | --- | --- |")
    for cores in options.cores:
        cost = simulate(spent, options.hand_ins, cores, start=options.start)
        print(f"| {cores} | {cost.seconds / 60:.1f} | {(cost.worked + cost.client) / 3600:.1f} "
              f"| {cost.seconds * (cores + 1) / 3600:.1f} | {cost.busy:.0%} |")  # fmt: skip
    return 0


def _share(spent: Sequence[Spent]) -> float:
    whole = sum(sum(one.values()) for one in spent)
    return sum(one[phase] for one in spent for phase in CLIENT) / whole


if __name__ == "__main__":
    main()
