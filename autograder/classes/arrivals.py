"""A table of when hand-ins came, for platforms whose download does not tell it: Canvas's.

It is a class list with a column `submitted`, or what Canvas's API answers to
`/api/v1/courses/:id/assignments/:id/submissions` (`doc/api/submissions.md` of instructure/canvas-lms): a list of
objects with `user_id` and `submitted_at`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from autograder.submissions.archive import SubmissionError, shown
from autograder.submissions.downloads import ClassSubmission
from autograder.submissions.downloads.people import keys
from autograder.submissions.downloads.roster import Row, read_roster
from autograder.submissions.downloads.times import time_in, time_in_utc

_MAX_BYTES = 50_000_000


def with_times(submissions: Sequence[ClassSubmission], path: Path) -> list[ClassSubmission]:
    """The hand-ins, each with the time that the table has for any of its identifiers.

    Raises:
        SubmissionError: if the table cannot be read, a time in it cannot, or it knows none of the hand-ins.
    """
    label = f"--times {shown(path)}"
    rows = _from_canvas(path, label) if path.suffix.lower() == ".json" else read_roster(path, label)
    times = {}
    for row in rows:
        if row.submitted:
            when = time_in(row.submitted)
            if when is None:
                raise SubmissionError(
                    f"{label}: {shown(row.submitted)} of {shown(row.name)} is no time, such as "
                    "2026-11-20T23:59:00+01:00"
                )
            times.update(dict.fromkeys(keys(row.ids), when))
    known = [
        next((times[key] for key in sorted(keys(each.ids)) if key in times), None) for each in submissions
    ]
    if not any(known):
        raise SubmissionError(f"{label}: has a time for none of the hand-ins; it needs an id and submitted")
    return [
        replace(each, submitted=when) if when is not None else each
        for each, when in zip(submissions, known, strict=True)
    ]


def _from_canvas(path: Path, label: str) -> list[Row]:
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(_MAX_BYTES))
        return [
            Row(str(each["user_id"]), {"canvas_id": str(each["user_id"])}, _in_utc(each.get("submitted_at")))
            for each in told
        ]
    except OSError as error:
        raise SubmissionError(f"{label}: {error.strerror or 'cannot be read'}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SubmissionError(
            f"{label}: not what Canvas's API says of submissions: a list, each with user_id and submitted_at"
        ) from error


def _in_utc(text: object) -> str:
    """A time as Canvas writes it, in UTC; empty for who has handed in nothing."""
    if text is None:
        return ""
    when = time_in_utc(str(text))
    return when.isoformat() if when is not None else str(text)
