"""python -m tests.mutation [exN ...] [--seed N]: mutates the solutions, with the hidden suites as the judge.

Ends with 1 if a mutant survives that `survivors.toml` does not list, or if one that it lists is killed or no
longer comes up. Takes some minutes for all exercises.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from autograder.grading.grade import DEFAULT_SEED
from tests.mutation.jury import Jury
from tests.mutation.mutants import Key, mutants
from tests.mutation.survivors import KINDS, listed

COLUMNS = ("mutants", "killed", *KINDS, "seconds")


def trial(jury: Jury, module: str, known: dict[Key, str], verbose: bool) -> tuple[Counter[str], list[str]]:
    """Tries all mutants of one module; gives the counts and what is wrong."""
    counted, problems, seen = Counter[str](), [], set()
    for mutant in mutants(module, jury.solutions.modules[module]):
        counted["mutants"] += 1
        seen.add(mutant.key)
        killer = jury.killed_by(module, mutant.source)
        if verbose:
            print(f"{mutant.operator}: {mutant.key}\n    {killer or 'survives'}", flush=True)
        if killer:
            counted["killed"] += 1
        else:
            counted[known.get(mutant.key, "unlisted")] += 1
        if killer and mutant.key in known:
            problems.append(f"listed, but killed ({killer}): {mutant.key}")
        elif not killer and mutant.key not in known:
            problems.append(f"survives {mutant.operator}: {mutant.key}")
    problems += [f"listed, but there is no such mutant: {key}" for key in known if key not in seen]
    return counted, problems


def row(name: str, counted: Counter[str]) -> str:
    """A row of the table."""
    return f"| {name} | " + " | ".join(str(counted[column]) for column in COLUMNS) + " |"


def main() -> int:
    """Tries the exercises asked for; prints a table, then what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("exercises", nargs="*", metavar="exN", help="all of them unless told")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of the hidden checks' inputs")
    parser.add_argument("--verbose", action="store_true", help="tell what killed each mutant")
    wanted = parser.parse_args()
    known = listed()
    problems: list[str] = []
    total = Counter[str]()
    print(f"| exercise | {' | '.join(COLUMNS)} |", "| --- " * (len(COLUMNS) + 1) + "|", sep="\n")
    with Jury(wanted.seed) as jury:
        for module in jury.modules:
            name = module.partition("_")[0]
            if wanted.exercises and name not in wanted.exercises:
                continue
            start = time.monotonic()
            mine = {key: kind for key, kind in known.items() if key.module == module}
            counted, wrong = trial(jury, module, mine, wanted.verbose)
            counted["seconds"] = round(time.monotonic() - start)
            problems += wrong
            total += counted
            print(row(name, counted), flush=True)
    print(row("all", total), *problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
