"""When something was handed in, as the platforms write it.

- ISO 8601 with a `T` or a blank, and what Ruby and Python's `strftime` print after it: Gradescope's `:created_at:`,
  and nbgrader's `timestamp.txt`, whose zone is written as a name (`2026-11-20 15:58:23.948203 UTC`).
- `Friday, 20 November 2026, 11:58 PM`: Moodle's grading worksheet in English, in the zone of whoever downloaded it
  (`strftimedaydatetime` of `lang/en/langconfig.php` in moodle/moodle).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]+([0-9]{1,2}:[0-9]{2})(?::([0-9]{2}))?(?:(\.[0-9]{1,6})[0-9]*)?"
    r"\s*(Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?(?!\s*[AaPp]\.?[Mm])"
)
_NAMED = re.compile(r"[0-9] (?!(?:UTC|GMT)$)[A-Z]{2,5}$")
_MOODLE = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M")
_YEARS = (1970, 9000)  # what lies near either end of time has no counterpart in other zones
_UTC = ("Z", "UTC", "GMT")


def time_in(text: str) -> datetime | None:
    """The time that a text begins with, without a zone where it tells none that is known everywhere; else None."""
    match = _ISO.match(text.strip())
    if match is None:
        return _of_moodle(text.strip())
    day, clock, seconds, fraction, zone = match.groups()
    zone = "+00:00" if zone in _UTC else zone or ""
    whole = f"{day}T{clock.zfill(5)}:{seconds or '00'}{(fraction or '.0').ljust(7, '0')}{zone}"
    try:
        time = datetime.fromisoformat(whole)
    except ValueError:
        return None
    return time if _YEARS[0] <= time.year <= _YEARS[1] else None


def time_in_utc(text: str) -> datetime | None:
    """The same where a time without a zone is in UTC."""
    time = time_in(text)
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time


def time_there(text: str) -> datetime | None:
    """The same, but without a zone where the text ends with the name of one: `CET` is several, and none is UTC."""
    return time_in(text) if _NAMED.search(text.strip()) else time_in_utc(text)


def _of_moodle(text: str) -> datetime | None:
    for form in _MOODLE:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None
