"""What each part of the run found, and the one file that it is written to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

LONGEST = 20  # problems of a part that are told; the rest is counted


@dataclass
class Part:
    """What one part found: paragraphs and tables for the report, and problems, each in one line."""

    text: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def say(self, paragraph: str) -> None:
        """Adds a paragraph."""
        self.text += [paragraph, ""]

    def table(self, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Adds a table."""
        self.text += [_row(head), _row(["---"] * len(head)), *map(_row, rows), ""]

    def told(self) -> Iterator[str]:
        """The first problems, and how many more there are."""
        yield from self.problems[:LONGEST]
        if len(self.problems) > LONGEST:
            yield f"and {len(self.problems) - LONGEST} more"

    def must(self, right: bool, problem: str) -> None:
        """Notes a problem unless something is right."""
        if not right:
            self.problems.append(problem)


def markdown(title: str, parts: Iterable[tuple[str, Part, float]]) -> str:
    """The report: each part under its name, with the seconds that it took and its problems first."""
    lines = [f"# {title}", ""]
    for name, part, seconds in parts:
        lines += [f"## {name} ({seconds:.0f} s)", ""]
        lines += [f"- PROBLEM: {problem}" for problem in part.told()]
        lines += ["", *part.text] if part.problems else part.text
    return "\n".join(lines).rstrip() + "\n"


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"
