"""What stands behind a failure that shows in what the code does, not in the numbers it gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """Why a check failed: `explanation` is for the student, `section` the place to read, where there is one.

    `title` says it in a few words, as that of a `Misconception` does.

    Of an exception, `shows` names what of the line that raised is told in front (see `crashes.told_of`). Sizes are
    told where the exception's own message has some: it shows no more of an input that is hidden.
    """

    name: str
    title: str
    explanation: str
    section: str = ""
    shows: str = ""
