"""The words for one rubric line and for the whole report, as every platform shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograder.report.model import ExerciseReport, Extra, Line, Report
from exercises.feedback.tutorial import section_title
from exercises.paths import TUTORIAL_PAGE

MAX_LINES = 20  # of one kind, where each is about another student


def plain(text: str) -> str:
    """Text without what a terminal, a page or a database cannot take: control codes, NUL, lone surrogates.

    An exception's message or a line of source is a student's own words, and may hold any of them.
    """
    if text.isprintable():  # as nearly all are, and a page has a thousand of them
        return text
    unfit = {ord(c): "\N{REPLACEMENT CHARACTER}" for c in set(text) - {"\n", "\t"} if not c.isprintable()}
    return text.translate(unfit) if unfit else text


def first_of(lines: Sequence[str], more: str, most: int = MAX_LINES) -> list[str]:
    """The first lines of many, and how many there are besides, in the words of `more`."""
    left = len(lines) - most
    return [*lines[:most], *([more.format(left)] if left > 0 else [])]


def line_title(exercise: ExerciseReport, line: Line) -> str:
    """What the line is called; its first word is the exercise's short name."""
    return plain(f"{exercise.name} {exercise.title}: {line.sentence}")


def line_counted(exercise: ExerciseReport, line: Line) -> list[str]:
    """How many checks passed, and how many of them only with corrected earlier exercises."""
    parts = [f"{line.passed} of {line.cases} checks passed."]
    if line.carried:
        names = ", ".join(exercise.carried_from)
        parts.append(
            f"{line.carried} of them with correct versions of {names}, so that no mistake counts twice."
        )
    if line.followed:
        parts.append(
            f"{line.followed} of them with the mistake in the values taken as it is, so that it counts once."
        )
    if line.apart:
        parts.append(f"{line.apart} of them without a look at the values, which are wrong elsewhere.")
    return parts


def line_found(line: Line) -> list[str]:
    """What is wrong: a paragraph for each finding, equal ones once."""
    paragraphs = []
    told: set[tuple[object, ...]] = set()
    for finding in line.findings:
        if finding.told in told and not finding.call:
            continue
        told.add(finding.told)
        words = [finding.headline + ("" if finding.device == "cpu" else f" (on {finding.device})")]
        words += [finding.explanation] if finding.explanation else []
        words += [_reading(finding.section)] if finding.section else []
        words += [f"  {place}" for place in finding.where]
        words += [f"Call: {finding.call}"] if finding.call else []
        words += [f"Expected: {finding.expected}"] if finding.expected else []
        words += [f"Yours: {finding.got}"] if finding.got else []
        paragraphs.append(plain("\n".join(words)))
    return list(dict.fromkeys(paragraphs))


def _reading(section: str) -> str:
    """What to read: its name, which a notebook has too, and its place among the student's files."""
    page = f"exercises/{TUTORIAL_PAGE.name}"
    return f"Read: {section_title(section)!r} in the tutorial, {page}{section}"


def in_days(number: float) -> str:
    """A number of days in words."""
    return f"{number:g} day{'s' * (number != 1)}"


def in_points(
    earned: float, points: float, extra: Extra | None, written: Callable[[float], str] = "{:g}".format
) -> str:
    """A total in words, with what is shown beside it.

    Args:
        earned: of what counts.
        points: that could be.
        extra: what is shown beside it, if anything is.
        written: how a number is.
    """
    beside = f", and {written(extra.earned)} of {written(extra.points)} extra" if extra else ""
    return f"{written(earned)} of {written(points)} points{beside}"


def measured(exercise: ExerciseReport) -> str:
    """What was measured of an exercise, in a sentence; empty if nothing was."""
    found = [f"{each.value:g} {each.name}" for each in exercise.measured]
    return f"Measured: {', '.join(found)}." if found else ""


def report_summary(report: Report) -> str:
    """Points by exercise, and what was missing or ignored."""
    lines = [report.problem] if report.problem else []
    lines += [
        f"{e.name} {e.title}: {e.earned:g} of {e.points:g}{' extra' * e.extra}"
        + (f". {measured(e)}" if e.measured else "")
        for e in report.begun
    ]
    lines += [*report.counting.steps, *report.counting.comments]
    lines += [f"Note: {note}" for note in report.notes]
    return plain("\n".join(lines))
