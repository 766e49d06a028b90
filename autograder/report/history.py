"""What points students had at each run into a folder: `history.jsonl`, a line for each run at which points changed.

    {"run": "2026-11-30T09:12Z", "points": {"ada": 85.0, "ben": null}}

A line has those whose points are others than they were, null where there were none. So a run that changes nothing
adds nothing, and a class of thousands has a small file. Points are those of the checks. Of many runs the first are
put together into one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.report.files import write_text

HISTORY = "history.jsonl"
MAX_RUNS = 20
MAX_BYTES = 64 * 2**20  # of the file; 5,000 students who all change at each of 20 runs have 4 MB
MAX_NAMED = 3  # lines that are named where they are damaged


@dataclass(frozen=True)
class Run:
    """When it was, in UTC to the minute, and the points that changed; None where there are none."""

    when: str
    points: Mapping[str, float | None]


@dataclass(frozen=True)
class History:
    """The runs of a folder, the first one first."""

    runs: Sequence[Run] = field(default_factory=tuple)

    def of(self, student: str) -> list[tuple[int, float]]:
        """A student's points: the number of each run, from 0, at which they changed, and what they were then."""
        found = [(number, run.points.get(student)) for number, run in enumerate(self.runs)]
        return [(number, points) for number, points in found if points is not None]

    def known(self) -> dict[str, float | None]:
        """The last points of everybody who was in any run."""
        last: dict[str, float | None] = {}
        for run in self.runs:
            last.update(run.points)
        return last

    def then(self, when: str, points: Mapping[str, float | None]) -> History:
        """The history after one more run; the same where it changes nothing."""
        known = self.known()
        changed = {name: each for name, each in points.items() if name not in known or known[name] != each}
        if not changed:
            return self
        runs = [*self.runs, Run(when, changed)]
        while len(runs) > MAX_RUNS:
            first, second = runs[:2]
            runs[:2] = [Run(second.when, {**first.points, **second.points})]
        return History(tuple(runs))


def kept_history(folder: Path, points: Mapping[str, float | None], remarks: list[str]) -> History:
    """The history of a folder with this run, which is written down there.

    Args:
        folder: of the reports.
        points: of this run's students.
        remarks: takes a line where the history is damaged; what is whole of it stays.

    Raises:
        OSError: if it cannot be written.
    """
    before = read_history(folder / HISTORY, remarks)
    after = before.then(datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ"), points)
    if after is not before:
        lines = [json.dumps({"run": run.when, "points": run.points}) for run in after.runs]
        write_text(folder / HISTORY, "".join(f"{line}\n" for line in lines))
    return after


def read_history(path: Path, remarks: list[str]) -> History:
    """The history in a file; what is damaged is left out, and told in one line of `remarks`."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_BYTES else b""
    except FileNotFoundError:
        return History()
    except OSError as error:
        remarks.append(f"{path.name} cannot be read ({error.strerror}): progress begins anew")
        return History()
    if size > MAX_BYTES:
        remarks.append(f"{path.name} has more than {MAX_BYTES >> 20} MiB: progress begins anew")
        return History()
    runs: list[Run] = []
    damaged: list[int] = []
    for number, line in enumerate(content.splitlines(), 1):
        run = _run(line)
        if run is None:
            damaged.append(number)
        else:
            runs.append(run)
    if damaged:
        named = ", ".join(map(str, damaged[:MAX_NAMED])) + (" …" if len(damaged) > MAX_NAMED else "")
        remarks.append(
            f"{path.name}: {len(damaged)} of {len(damaged) + len(runs)} lines are damaged and left out ({named})"
        )
    return History(tuple(runs))


def _run(line: bytes) -> Run | None:
    try:
        data: Any = json.loads(line)
        when = datetime.strptime(data["run"], "%Y-%m-%dT%H:%MZ").strftime("%Y-%m-%dT%H:%MZ")
        points = {str(name): None if each is None else float(each) for name, each in data["points"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None
    good = all(each is None or math.isfinite(each) for each in points.values())
    return Run(when, points) if good else None
