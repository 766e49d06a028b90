"""Prints the table of what grading costs.

    python -m tests.benchmarks [PART...] [--rounds N] [--device cpu|cuda]

Ends with 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from autograder.grading.grade import choose_devices
from tests.benchmarks.row import AT_MOST, Milliseconds, Row

# the function of each part, by the module that has it: no part needs the packages of another
PARTS = {
    "before": "before.rows",
    "one": "one.rows",
    "pytest": "classes.fresh_pytest",
    "nbgrader": "classes.by_nbgrader",
    "otter": "classes.by_otter",
    "start": "start.start_up",
    "student": "classes.students_run",
    "workers": "classes.two_workers",
    "dask": "classes.on_dask",
    "long": "classes.for_long",
}
SHOWN = ("torch", "pytest", "nbgrader", "otter-grader", "distributed", "numpy")


def main() -> int:
    """Measures, prints; exit code 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part {unknown.pop()!r}; there are {', '.join(PARTS)}")
    devices = choose_devices(options.device)
    rows = [row for part in options.parts or PARTS for row in _measured(part, options.rounds, devices)]
    print(f"{platform.machine()}, Python {platform.python_version()}, {', '.join(_versions())}")
    print(f"medians of {options.rounds}, devices {', '.join(devices)}")
    print("| ratio | target | measured | least to greatest | seconds |")
    print("| --- | --- | --- | --- | --- |")
    for row in rows:
        print(_line(row))
    return int(not all(row.reached for row in rows))


def _measured(part: str, rounds: int, devices: tuple[str, ...]) -> Iterator[Row]:
    module, _, function = PARTS[part].partition(".")
    measure: Callable[[int, tuple[str, ...]], Iterator[Row]] = getattr(
        import_module(f"tests.benchmarks.{module}"), function
    )
    return measure(rounds, devices)


def _versions() -> Iterator[str]:
    for name in SHOWN:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue


def _line(row: Row) -> str:
    sign = {"": "", AT_MOST: "≤ "}.get(row.bound, "≥ ")
    target = f"{sign}{row.target:g}" if row.bound else "–"
    digits = 0 if isinstance(row, Milliseconds) else 2
    measured = f"{row.ratio:.{digits}f}{row.unit}" + (" (missed)" if not row.reached else "")
    least, greatest = row.spread
    seconds = " / ".join(f"{statistics.median(side):.3g}" for side in (row.above, row.below))
    return f"| {row.name} | {target} | {measured} | {least:.{digits}f} to {greatest:.{digits}f} | {seconds} |"


if __name__ == "__main__":
    sys.exit(main())
