"""How to speak of the student's code: as files in `exercises/`, or as cells of a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exercises.console import source
from exercises.feedback.catalogue import Exercise
from exercises.feedback.tutorial import section_title
from exercises.paths import INSTALLED, TUTORIAL, TUTORIAL_PAGE

WORK_ELSEWHERE = "An installed copy: to work, unpack student.zip and run `pytest exercises` there."


@dataclass(frozen=True)
class Files:
    """The student works in `exercises/ex*.py`."""

    more_hints: str = "Stuck? `pytest exercises --hint` gives one more hint each time."
    how_to_see_more: str = "-v shows all"
    others: str = "All checks of this run pass. `pytest exercises` runs the other ones too."

    def where(self, file: str, line: int) -> str:
        """The place to go on at."""
        return f"exercises/{file}, line {line}" if line else f"exercises/{file}"

    def line(self, file: str, line: int) -> str:
        """A line of the student's code."""
        return self.where(file, line)

    def missing(self, module: str, name: str, close: str) -> str:
        """A function is not there; `close` is a name that looks like it, or empty."""
        hint = f" It has {close}: is that the one?" if close else " Was it renamed or deleted?"
        return f"exercises/{module}.py has no {name}.{hint}"

    def tutorial(self, section: str) -> str:
        """What to read: a link of its own line, which opens there in a browser."""
        if not TUTORIAL_PAGE.is_file():
            return f"exercises/{TUTORIAL.name}{section}"
        return f"{section_title(section)!r} in the tutorial, in a browser:\n{TUTORIAL_PAGE.as_uri()}{section}"

    def whole_tutorial(self) -> str:
        """Where all of it is."""
        return f"exercises/{TUTORIAL.name}"

    def all_done(self, catalogue: Sequence[Exercise]) -> str:
        """How to hand in."""
        files = f"{catalogue[0].module}.py to {catalogue[-1].module}.py"
        return f"Hand in your {len(catalogue)} files, {files}, one by one or in a zip."


@dataclass(frozen=True)
class Cells:
    """The student works in a notebook and calls `check`."""

    more_hints: str = "Stuck? Add hint=True to check(...): it gives one more hint each time."
    how_to_see_more: str = ""
    others: str = "All checks of this run pass. check() runs those of all exercises."

    def where(self, file: str, line: int) -> str:
        """The place to go on at: cells have no names."""
        return "in this notebook"

    def line(self, file: str, line: int) -> str:
        """A line of the student's code, counted in its cell; 0 where that is not known."""
        return f"line {line} of a cell" if line else "in a cell"

    def missing(self, module: str, name: str, close: str) -> str:
        """A function is not there; `close` is a name that looks like it, or empty."""
        hint = f"; there is {close}: is that the one?" if close else ": run the cell that defines it first."
        return f"There is no {name} yet{hint}"

    def tutorial(self, section: str) -> str:
        """What to read."""
        return f"the section {section_title(section)!r} of this notebook"

    def whole_tutorial(self) -> str:
        """Where all of it is."""
        return "this notebook"

    def all_done(self, catalogue: Sequence[Exercise]) -> str:
        """How to hand in."""
        return "Save this notebook and hand it in."


def wording() -> Files | Cells:
    """The one that fits where the checks run."""
    if source.notebook_text() is not None:
        return Cells()
    return Files(more_hints=WORK_ELSEWHERE) if INSTALLED else Files()
