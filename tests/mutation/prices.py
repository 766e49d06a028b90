"""python -m tests.mutation.prices [exN ...]: what each case of the hidden suites costs, and what it alone finds.

Every mutant of a solution is put to every case of its exercise, under several seeds, and every wrong hand-in of the
corpus to all cases. A case finds a mutant if it fails under each seed; and it finds a line of a wrong hand-in if it
fails there. From that and from what a case costs the run works out the cheapest cases that find all that all of them
find (greedy set cover, then whatever has become superfluous is left out). What a rubric sentence promises it cannot
know: a case that nothing here needs may be one that a sentence names.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from autograder.grading.grade import DEFAULT_SEED
from autograder.grading.sandboxed import SandboxedSubmission
from autograder.submissions.submission import read_submission
from tests.attack_corpus import AMARA
from tests.mutation.jury import ROOT, Jury
from tests.mutation.mutants import mutants

WRONG = ROOT / "tests" / "submissions" / "wrong"
SEEDS = (DEFAULT_SEED, DEFAULT_SEED + 1, DEFAULT_SEED + 2)
ROUNDS = 7  # in which a case is timed

Finds = Mapping[str, Collection[str]]  # what there is to find → the cases that find it


def cover(finds: Finds, price: Mapping[str, float]) -> set[str]:
    """The cheapest cases that find all that there is to find, as well as a greedy choice can.

    Args:
        finds: for each thing, the cases that find it; what none finds is left out.
        price: of each case.
    """
    left = {thing: set(cases) for thing, cases in finds.items() if cases}
    chosen: set[str] = set()
    while left:
        gains: defaultdict[str, int] = defaultdict(int)
        for cases in left.values():
            for case in cases:
                gains[case] += 1
        best = max(gains, key=lambda case: (gains[case] / price[case], case))
        chosen.add(best)
        left = {thing: cases for thing, cases in left.items() if best not in cases}
    for case in sorted(chosen, key=lambda case: -price[case]):
        if all(chosen & set(cases) - {case} for cases in finds.values() if cases):
            chosen.remove(case)
    return chosen


def alone(finds: Finds) -> dict[str, list[str]]:
    """For each case what no other finds."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for thing, cases in finds.items():
        if len(cases) == 1:
            found[next(iter(cases))].append(thing)
    return found


def found_in_mutants(module: str, modules: Mapping[str, str], seeds: Iterable[int]) -> dict[str, set[str]]:
    """The cases that each mutant of a module fails under every seed."""
    found: dict[str, set[str]] = {}
    for seed in seeds:
        with Jury(seed) as jury:
            for mutant in mutants(module, modules[module]):
                key = f"mutant {mutant.key}"
                failed = jury.failed_by(module, mutant.source)
                found[key] = found.get(key, failed) & failed
    return found


def found_in_corpus(seed: int) -> dict[str, dict[str, set[str]]]:
    """By module: for each line that a wrong hand-in loses points on, the cases that it fails."""
    found: dict[str, dict[str, set[str]]] = {}
    with Jury(seed) as jury:
        internals: Any = jury._grader
        rest = read_submission(AMARA, jury.modules)
        for folder in sorted(WRONG.iterdir()):
            handed_in = read_submission(folder, jury.modules)
            whole = replace(handed_in, modules={**rest.modules, **handed_in.modules})
            sandboxed = SandboxedSubmission(internals._sandbox, whole, jury._grader.course)
            for result in internals._judge.examine(sandboxed):
                if result.failure:
                    thing = f"{folder.name}, {result.line}"
                    found.setdefault(result.module, {}).setdefault(thing, set()).add(result.case)
            internals._sandbox.end_workers()
    return found


def prices(jury: Jury, module: str) -> dict[str, float]:
    """Milliseconds that each case takes with the solution at its fastest, its worker's first call left out."""
    internals: Any = jury._grader
    taken: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        sandboxed = SandboxedSubmission(internals._sandbox, jury.solutions, jury._grader.course)
        cases = [case for case in internals._judge._cases if case.exercise.module == module]
        for case in [cases[-1], *cases]:  # the worker's first call is nobody's
            start = time.perf_counter()
            failure = case.run(sandboxed, jury._grader.seed)
            taken[case.name].append(1000 * (time.perf_counter() - start))
            assert failure is None, f"the solution fails {case.name}: {failure.headline}"
        internals._sandbox.end_workers()
    return {name: min(times) for name, times in taken.items()}


def main() -> None:
    """Prints a table for each exercise asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation.prices", description=__doc__.split("\n\n")[1]
    )
    parser.add_argument("exercises", nargs="*", metavar="exN", help="all of them unless told")
    parser.add_argument("--verbose", action="store_true", help="name what a case alone finds")
    wanted = parser.parse_args()
    corpus = found_in_corpus(DEFAULT_SEED)
    with Jury() as jury:
        chosen = [m for m in jury.modules if not wanted.exercises or m.partition("_")[0] in wanted.exercises]
        cost = {module: prices(jury, module) for module in chosen}
        sources = jury.solutions.modules
    for module in chosen:
        finds = found_in_mutants(module, sources, SEEDS) | corpus.get(module, {})
        report(module, cost[module], finds, wanted.verbose)


def report(module: str, cost: Mapping[str, float], finds: Finds, verbose: bool) -> None:
    """Prints what each case costs, how much it finds, how much it alone, and whether the cheapest choice has it."""
    needed, only = cover(finds, cost), alone(finds)
    print(f"## {module}", "| case | ms | finds | alone | needed |", "| --- " * 5 + "|", sep="\n")
    for case, price in cost.items():
        many = sum(case in cases for cases in finds.values())
        yes = "yes" if case in needed else ""
        print(f"| {case} | {price:.1f} | {many} | {len(only.get(case, ()))} | {yes} |")
        if verbose:
            print(*(f"    {thing}" for thing in only.get(case, ())[:10]), sep="\n")
    enough, all_ = sum(cost[case] for case in needed), sum(cost.values())
    print(
        f"{len(needed)} of {len(cost)} cases, {enough:.0f} of {all_:.0f} ms, would find the same", flush=True
    )


if __name__ == "__main__":
    main()
