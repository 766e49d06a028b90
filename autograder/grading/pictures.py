"""A wrong answer as small grids of numbers, and as a link into the visualizer: plain data for the report."""

from __future__ import annotations

from torch import Tensor

from autograder.report.model import Picture
from exercises.feedback.course import Course
from exercises.feedback.draw import panels
from exercises.feedback.failures import CheckFailure
from exercises.feedback.kinds import COMPARABLE
from exercises.feedback.paint import Panel, shrunk
from exercises.feedback.palette import BLUE_TO_RED
from exercises.feedback.steps import TensorResult

SIDE = 20  # rows and columns at most: four grids with four digits a number stay below 20 kB
MAX_NUMBERS = 100_000  # numbers of an answer that is still drawn: a wrong shape can be of any size


def drawable(failure: CheckFailure | None) -> bool:
    """Whether there is a wrong tensor to look at."""
    if failure is None or failure.call is None or failure.kind not in COMPARABLE:
        return False
    wanted = failure.wanted[0] if isinstance(failure.wanted, tuple) else failure.wanted
    answers = failure.answer if isinstance(failure.answer, tuple | list) else [failure.answer]
    return (
        isinstance(wanted, Tensor)
        and wanted.ndim >= 2
        and all(isinstance(a, TensorResult) and a.value.numel() <= MAX_NUMBERS for a in answers)
    )


def pictures(failure: CheckFailure) -> tuple[Picture, ...]:
    """Input, expected, yours and difference of a failure that is `drawable`."""
    call = failure.drawn_as or failure.call
    assert call is not None
    return tuple(_picture(panel) for panel in panels(call, failure.wanted, failure.answer))


def _picture(panel: Panel) -> Picture:
    if panel.values is None:
        return Picture(panel.title, panel.subtitle, panel.sentence)
    values, step = shrunk(panel.values, panel.colours is BLUE_TO_RED, SIDE)
    steps = [f"one in {n} {axis} drawn" for n, axis in zip(step, ("rows", "columns"), strict=True) if n > 1]
    return Picture(
        panel.title,
        ", ".join([panel.subtitle, *steps]),
        rows=tuple(" ".join(f"{value + 0.0:.4g}" for value in row) for row in values.tolist()),
        low=panel.low,
        high=panel.high,
        signed=panel.colours is BLUE_TO_RED,
        marked=(panel.marked[0] // step[0], panel.marked[1] // step[1]) if panel.marked else None,
    )


def visualizer(course: Course, failure: CheckFailure) -> str:
    """What stands behind the `#` to open the visualizer at the call, or nothing where it cannot show it."""
    call = failure.drawn_as or failure.call
    if call is None or failure.kind not in COMPARABLE:
        return ""
    return course.fragment(call, failure.mismatch.worst if failure.mismatch else None)
