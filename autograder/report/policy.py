"""The policy of a course: how points become a grade, as `[policy]` of `course.toml` says it. Without one they are it.

policy = policy_of({"due": datetime(2026, 11, 20, 23, 59), "zone": "Europe/Berlin", "late_percent_per_day": 10})
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

TABLE = "policy"  # of course.toml

Absent = Literal["zero", "blank"]
HandIns = Literal["ask", "last", "best"]
ExtraPoints = Literal["beside", "added", "capped"]
Platform = Literal["canvas", "moodle", "nbgrader"]


class PolicyError(Exception):
    """What an instructor has to fix in a policy: the name of an entry, and why, one pair for each."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__("; ".join(complaints))
        self.complaints = complaints


@dataclass(frozen=True)
class Policy:
    """How points become a grade. By default they are it, whoever handed in nothing has 0, and no date is known.

    Attributes:
        due: when hand-ins are due; without a zone of its own it is in `zone`.
        zone: in which times without a zone are, as the IANA names it; else that of `due`, or UTC.
        grace_minutes: after `due`, in which nothing is taken off.
        late_percent_per_day: of all points, for each day begun after `due`.
        late_percent_at_most: of all points, however late.
        deducted_by: platforms that take this off themselves; they are told the points before it.
        absent: what whoever handed in nothing gets: 0, or no grade.
        hand_ins: which of several of one student counts; "ask" tells no LMS any.
        drop_lowest: how many exercises do not count, those with the smallest share of their points.
        weights: by exercise, 1 where none is named.
        extra: whether extra points stand beside the grade, are added to it, or fill it up at most.
        round_to: the step of grades; halves are rounded up. 0 rounds nothing.
    """

    due: datetime | None = None
    zone: str = ""
    grace_minutes: float = 0.0
    late_percent_per_day: float = 0.0
    late_percent_at_most: float = 100.0
    deducted_by: tuple[Platform, ...] = ()
    absent: Absent = "zero"
    hand_ins: HandIns = "ask"
    drop_lowest: int = 0
    weights: Mapping[str, float] = field(default_factory=dict)
    extra: ExtraPoints = "beside"
    round_to: float = 0.0

    def local(self, time: datetime) -> datetime:
        """A time in the policy's zone; one that tells none is in it already."""
        return time.astimezone(self._zone) if time.tzinfo is not None else time.replace(tzinfo=self._zone)

    @property
    def _zone(self) -> tzinfo:
        if self.zone:
            return ZoneInfo(self.zone)
        return (self.due.tzinfo if self.due is not None else None) or UTC


def read_policy(path: Path, exercises: Collection[str]) -> Policy:
    """The policy in a `course.toml`; the default one where there is no such file, or no `[policy]` in it.

    Args:
        path: the file.
        exercises: the names that weights may have.

    Raises:
        PolicyError: for whatever an instructor has to fix in it.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return Policy()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError([f"{path.name} cannot be read: {error}"]) from error
    table = told.get(TABLE, {})
    if not isinstance(table, dict):
        raise PolicyError([f"{TABLE} has to be a table"])
    policy = policy_of(table)
    unknown = sorted(policy.weights.keys() - set(exercises))
    if unknown:
        raise PolicyError([f"weights has {', '.join(unknown)}; there are {', '.join(exercises)}"])
    return policy


def policy_of(told: Mapping[str, Any]) -> Policy:
    """The policy that a table of TOML holds.

    Raises:
        PolicyError: for whatever an instructor has to fix in it.
    """
    complaints = list(_complaints(told))
    if complaints:
        raise PolicyError(complaints)
    entries: dict[str, Any] = {
        name: tuple(each) if isinstance(each, list) else each for name, each in told.items()
    }
    return Policy(**entries)


def _complaints(told: Mapping[str, Any]) -> Iterator[str]:
    known = [each.name for each in fields(Policy)]
    yield from (f"{name} is none of {', '.join(known)}" for name in told if name not in known)
    for name, (fits, what) in _RULES.items():
        if name in told and not fits(told[name]):
            yield f"{name} has to be {what}"
    if told.get("late_percent_per_day") and "due" not in told:
        yield "late_percent_per_day needs due: a date and a time, such as 2026-11-20T23:59:00+01:00"


def _is_number(low: float, high: float) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and math.isfinite(value) and low <= value <= high

    return fits


def _is_one_of(words: object) -> tuple[Callable[[Any], bool], str]:
    known = get_args(words)
    return (lambda value: value in known), f"one of {', '.join(known)}"


def _is_zone(value: Any) -> bool:
    try:
        return bool(ZoneInfo(value).key)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        return False


def _is_platforms(value: Any) -> bool:
    return isinstance(value, list) and all(each in get_args(Platform) for each in value)


def _is_weights(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_number(0, 1000), value.values()))


_PERCENT = (_is_number(0, 100), "a number from 0 to 100")
_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "due": (
        lambda value: isinstance(value, datetime) and value.year < 9000,  # an extension ends before time does
        "a date and a time, such as 2026-11-20T23:59:00+01:00",
    ),
    "zone": (_is_zone, "the name of a time zone, such as Europe/Berlin"),
    "grace_minutes": (_is_number(0, 100_000), "a number of minutes"),
    "late_percent_per_day": _PERCENT,
    "late_percent_at_most": _PERCENT,
    "deducted_by": (_is_platforms, f"a list with any of {', '.join(get_args(Platform))}"),
    "absent": _is_one_of(Absent),
    "hand_ins": _is_one_of(HandIns),
    "drop_lowest": (lambda value: _is_number(0, 100)(value) and isinstance(value, int), "a whole number"),
    "weights": (_is_weights, "a table of exercises with a number each"),
    "extra": _is_one_of(ExtraPoints),
    "round_to": (lambda value: _is_number(0, 100)(value) and not 0 < value < 0.001, "a number of points"),
}
