"""One student's grade as an LMS is told it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.report.model import ExerciseReport, Mark


@dataclass(frozen=True)
class Grade:
    """`ids` are the identifiers by kind; `found` says in one line what was found.

    `earned` is what counts in the end, or what the checks gave where there is no mark; whoever is `excused` has none.
    """

    name: str
    ids: Mapping[str, str]
    points: float
    earned: float
    exercises: Sequence[ExerciseReport]
    found: str
    mark: Mark = field(default_factory=lambda: Mark(None, None))

    @property
    def excused(self) -> bool:
        """Whether there is no grade since the student need not have one."""
        return self.mark.excused

    def out_of(self, maximum: float | None) -> str:
        """The points as a number with a decimal point, scaled to the assignment's own maximum where it is known.

        Both LMSs show two decimals, so that no more are written: what is imported twice changes nothing.
        """
        share = self.earned / self.points if self.points else 0.0
        value = self.earned if maximum is None else share * maximum
        return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
