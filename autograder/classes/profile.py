"""Where the time went for the hand-ins of a run: `profile.csv`, and `profile.htm` with a stacked plot."""

from __future__ import annotations

import csv
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from autograder.report.faults import Faults
from autograder.report.files import write_text
from autograder.report.pages import charts
from autograder.report.pages.charts import NoCharts, Spec
from autograder.report.pages.markup import template
from autograder.report.spreadsheet import as_csv
from autograder.report.text import plain
from autograder.sandbox.clock import PHASES

TABLE, PAGE = "profile.csv", "profile.htm"  # no student's page ends in .htm
MAX_BARS = 30  # hand-ins with a bar of their own
MAX_NAME_CHARS = 14  # characters beside a bar
# one colour for each phase, in light and in dark
_LIGHT = ("#8c8c8c", "#5f6b7a", "#b0563b", "#d98c2b", "#8a6bb8", "#3f8f86", "#2f6db5", "#a8b820", "#c45c95")
_DARK = ("#a6a6a6", "#8493a6", "#d0765a", "#eba84f", "#ab8fd6", "#5fb5ab", "#5b9bea", "#c5d44a", "#e083b5")

Spent = Mapping[str, float]  # seconds by phase


def write_profile(folder: Path, spent: Mapping[str, Spent], faults: Faults) -> list[str]:
    """Writes the table and the page into a folder; gives remarks on what the page lacks."""
    write_table(folder / TABLE, spent, faults)
    remarks: list[str] = []
    drawn: list[str] = []
    with faults.kept_to(f"{PAGE}, the charts"):
        try:
            drawn = charts.drawn(chart_specs(spent)) if spent else []
        except NoCharts as error:
            remarks.append(str(error))
    whole = sum(sum(seconds.values()) for seconds in spent.values()) or 1.0
    text: str = template("profile.html").render(
        number=len(spent),
        slowest=min(len(spent), MAX_BARS),
        charts=drawn,
        phases=[_phase(phase, spent.values(), whole) for phase in PHASES] if spent else [],
        light=_colours(_LIGHT),
        dark=_colours(_DARK),
    )
    write_text(folder / PAGE, text)
    return remarks


def _colours(colours: Sequence[str]) -> str:
    return " ".join(f"--part{n}: {colour};" for n, colour in enumerate(colours))


def _phase(phase: str, spent: Iterable[Spent], whole: float) -> Mapping[str, str]:
    seconds = [each.get(phase, 0.0) for each in spent]
    return {
        "name": phase,
        "what": PHASES[phase],
        "share": f"{sum(seconds) / whole:.1%}",
        "median": f"{statistics.median(seconds):.3f}",
        "longest": f"{max(seconds):.3f}",
    }


def chart_specs(spent: Mapping[str, Spent]) -> list[Spec]:
    """The mean of all, and the slowest one by one."""
    mean = [(phase, statistics.fmean(s.get(phase, 0.0) for s in spent.values())) for phase in PHASES]
    told = ", ".join(f"{phase} {seconds:.3f}" for phase, seconds in mean)
    order = sorted(spent, key=lambda name: -sum(spent[name].values()))[:MAX_BARS]
    names = list(_short(order))
    rows = [
        (name, [(phase, spent[each].get(phase, 0.0)) for phase in PHASES])
        for name, each in zip(names, order, strict=True)
    ]
    return [
        charts.shares([("mean", mean)], f"Mean seconds of a hand-in by phase: {told}.", "seconds"),
        charts.shares(rows, "Seconds by phase of the slowest hand-ins; profile.csv has them.", "seconds"),
    ]


def _short(names: Sequence[str]) -> Iterator[str]:
    """Names that fit beside a bar, each another."""
    seen: set[str] = set()
    for number, name in enumerate(names, 1):
        text = plain(name).replace("\n", " ")
        text = text if len(text) <= MAX_NAME_CHARS else f"{text[: MAX_NAME_CHARS - 1]}…"
        if text in seen:
            text = f"{text[: MAX_NAME_CHARS - 4]}… {number}"
        seen.add(text)
        yield text


def write_table(path: Path, spent: Mapping[str, Spent], faults: Faults) -> None:
    """Writes a row for each hand-in: seconds by phase, and all of them."""
    rows = faults.each(
        path.name, spent, lambda student: student, lambda student: _row(student, spent[student])
    )
    write_text(path, as_csv([["student", *PHASES, "total"], *rows]))


def _row(student: str, seconds: Spent) -> list[str]:
    phases = [seconds.get(phase, 0.0) for phase in PHASES]
    return [student, *(f"{s:.6f}" for s in [*phases, sum(phases)])]


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
