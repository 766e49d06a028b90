"""What the person at the terminal sees at the end: one table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.report.model import Report
from autograder.report.reading import Row
from autograder.report.text import plain

NARROWEST = 150  # columns where there is no terminal to ask


def console() -> Console:
    """The console for standard output; wide enough for the table where it is no terminal."""
    plain = Console(highlight=False)
    return plain if plain.is_terminal else Console(highlight=False, width=NARROWEST)


def show_table(to: Console, rows: Sequence[tuple[str, Report | Row]], folder: Path) -> None:
    """One row per hand-in: points by exercise, total, what was found; no column of what nobody had to do or did."""
    table = Table(title=None, header_style="bold")
    table.add_column("student", overflow="fold")
    first = rows[0][1]
    graded = [report for _, report in rows if not report.withheld]
    begun = {e.name for report in graded for e in report.exercises if not e.left_alone}
    shown = [e for e in first.exercises if not e.extra or e.name in begun]
    names = {e.name for e in shown}
    for exercise in shown:
        table.add_column(f"{exercise.name}\n/{exercise.points:g}", justify="right")
    table.add_column(f"total\n/{first.points:g}", justify="right", style="bold")
    if extra := [e.points for e in shown if e.extra]:
        table.add_column(f"extra\n/{sum(extra):g}", justify="right")
    marked = any(report.final != report.earned for report in graded)
    if marked:
        table.add_column("final", justify="right", style="bold")
    table.add_column("found", overflow="fold")
    for student, report in rows:
        cells = [f"{e.earned:g}{'*' * bool(e.carried_from)}" for e in report.exercises if e.name in names]
        cells.append(f"{report.earned:g}")
        cells += [f"{sum(e.earned for e in report.exercises if e.extra):g}"] * bool(extra)
        if report.withheld:
            cells = ["–"] * len(cells)
        cells += ["–" if report.final is None else f"{report.final:g}"] * marked
        # not markup with its brackets escaped: rich takes a backslash before one apart all the same
        table.add_row(Text(printable(student)), *cells, Text(printable(report.found)))
    to.print(table)
    if any(e.carried_from for _, report in rows for e in report.exercises):
        to.print(
            "* some checks passed with correct versions of earlier exercises, so that no mistake counts twice"
        )
    provenance = next((r.provenance for _, r in rows if r.provenance.confinement), None)
    if provenance:
        to.print(f"Confined by: {', '.join(provenance.confinement)}")
        if provenance.unconfined:
            to.print(
                f"Not confined by: {', '.join(provenance.unconfined)}, which this machine lacks "
                "(docs/security.md says what that means; --require-confinement refuses to grade then)"
            )
    files = (
        "NAME.html for the student, NAME.json and NAME.results.json, per hand-in; grades.csv for the class"
    )
    to.print(Text(f"Reports: {printable(str(folder))} ({files})"))


def printable(text: str) -> str:
    """Text without control characters, which a hand-in could use to paint over the table."""
    return plain(text).translate({ord(c): "\N{REPLACEMENT CHARACTER}" for c in "\n\t"})
