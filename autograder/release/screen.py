"""What the person at the terminal sees of a release: what is going on, then one table."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from autograder.release.build import PROOFS, RELEASE, Built


@contextlib.contextmanager
def telling(to: Console) -> Iterator[Callable[[str], None]]:
    """Tells one line after another, with a sign of life in between where there is a terminal."""
    with to.status("building") as status:

        def tell(line: str) -> None:
            to.print(f"  {line}")
            status.update(line)

        yield tell


def show_release(to: Console, built: Sequence[Built], out: Path) -> None:
    """One row per zip."""
    table = Table(header_style="bold")
    for name in ("zip", "for", "size", "sha256", "leaks", "proved"):
        table.add_column(name, justify="right" if name == "size" else "left")
    for each in built:
        name = each.package.name
        size = f"{len(each.content) / 1000:,.0f} kB"
        proved = "with its autograder" if PROOFS[name] is None else "before" if each.proved_before else "yes"
        table.add_row(name, each.package.audience, size, each.sha256[:16], "none", proved)
    to.print(table)
    if any(each.proved_before for each in built):
        to.print(
            "before: by an earlier release, and all that the proof rests on is the same; --force proves anew."
        )
    to.print(f"Written to {out}; {RELEASE} tells which suites, seed and versions these zips hold.")
