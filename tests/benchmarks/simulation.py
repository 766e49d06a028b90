"""What a class costs on how many cores, from the seconds that hand-ins of a smaller one took.

    autograder grade CLASS -o graded --workers 1 --profile
    python -m tests.benchmarks.client CLASS graded
    python -m tests.benchmarks.simulation graded/profile.csv --client 4.2 --hand-ins 100000 --cores 10 100 1000

One client reads the hand-ins, gives them out and writes the reports; how long each takes it, the second command says.
A core has one worker, which gets its next hand-in from the client. The seconds of a hand-in are those of one in the
table, drawn with replacement. The table's seconds of reading and writing do not count: where one worker grades, each
report is written by itself, and many together take less.
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


def simulate(
    spent: Sequence[Spent], hand_ins: int, cores: int, client: float, seed: int = 0, start: float = START
) -> Cost:
    """Grades a class in imagination, with a client that takes so many seconds for a hand-in, one after the other."""
    chance = random.Random(seed)
    drawn = [spent[chance.randrange(len(spent))] for _ in range(hand_ins)]
    work = [sum(s for phase, s in one.items() if phase not in (*CLIENT, "start")) for one in drawn]
    free = [start] * cores  # when each worker is done with what it has; a heap, since all are equal
    now = 0.0  # when the client is
    for seconds in work:
        now = max(now, heapq.heappop(free)) + client
        heapq.heappush(free, now + seconds)
    return Cost(cores, max(free), sum(work), client * hand_ins)


def main() -> int:
    """Prints a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", type=Path)
    parser.add_argument(
        "--client", type=float, required=True, help="milliseconds of the client for a hand-in"
    )
    parser.add_argument("--hand-ins", type=int, default=100_000)
    parser.add_argument("--cores", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--start", type=float, default=START, help="seconds that a worker needs to start")
    options = parser.parse_args()
    spent = read_table(options.table)
    client = options.client / 1000
    totals = sorted(sum(s for phase, s in one.items() if phase not in CLIENT) for one in spent)
    print(f"{len(spent)} measured: median {statistics.median(totals):.2f} s, mean {statistics.mean(totals):.2f} s, "
          f"longest {totals[-1]:.1f} s; the client adds {client / statistics.mean(totals):.1%}")  # fmt: skip
    print("| cores | minutes | core-hours of grading | core-hours with waiting | cores busy |")
    print("| --- | --- | --- | --- | --- |")
    for cores in options.cores:
        cost = simulate(spent, options.hand_ins, cores, client, start=options.start)
        print(f"| {cores} | {cost.seconds / 60:.1f} | {(cost.worked + cost.client) / 3600:.1f} "
              f"| {cost.seconds * (cores + 1) / 3600:.1f} | {cost.busy:.0%} |")  # fmt: skip
    return 0


if __name__ == "__main__":
    main()
