"""Where the time went for the hand-ins of a run: `profile.csv`."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from autograder.clock import PHASES
from autograder.report.files import cell, write_text

Spent = Mapping[str, float]  # seconds by phase


def write_table(path: Path, spent: Mapping[str, Spent]) -> None:
    """Writes a row for each hand-in: seconds by phase, and all of them."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["student", *PHASES, "total"])
    for student, seconds in spent.items():
        phases = [seconds.get(phase, 0.0) for phase in PHASES]
        writer.writerow([cell(student), *(f"{s:.6f}" for s in [*phases, sum(phases)])])
    write_text(path, table.getvalue())


def read_table(path: Path) -> list[Spent]:
    """The seconds by phase of each hand-in in a table.

    Raises:
        ValueError: if it is no such table.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or any(phase not in rows[0] for phase in PHASES):
        raise ValueError(f"{path} is no table of `autograder grade --profile`")
    return [{phase: float(row[phase]) for phase in PHASES} for row in rows]
