"""From a report's points to a grade: what a person decided, then the policy, each step in a sentence for the student.

    report = marked(report, Circumstances(policy, decisions, submitted))

The points that the checks gave stay in the report as they are. `Mark` stands beside them and says what counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from autograder.report.model import Change, ExerciseReport, Mark, Report
from autograder.report.policy import Policy
from autograder.report.text import in_days

_DAY = timedelta(days=1)
_CLOSE = 1e-6  # points that are the same but for how they were added up


@dataclass(frozen=True)
class Decision:
    """What a person decided: about a line of the rubric, an exercise, or without either about the whole hand-in.

    Attributes:
        exercise: its short name.
        line: of that exercise, by name.
        points: instead of those that the checks gave.
        excused: that it does not count.
        days: by which the time for the whole hand-in is longer.
        comment: for the student.
        reason: of the other entries, for the student.
        automatic: the points of the checks when it was decided, where they are known.
        row: where it stands in its file.
    """

    exercise: str = ""
    line: str = ""
    points: float | None = None
    excused: bool = False
    days: float = 0.0
    comment: str = ""
    reason: str = ""
    automatic: float | None = None
    row: int = 0

    @property
    def about(self) -> str:
        """What it is about, in words."""
        return f"{self.exercise} {self.line}".strip() or "the hand-in"


@dataclass(frozen=True)
class Circumstances:
    """What a grade depends on besides the points: the policy, decisions, and when the hand-in came.

    `submitted` is None where nobody knows; `late` says that the platform marked it as late.
    """

    policy: Policy = field(default_factory=Policy)
    decisions: tuple[Decision, ...] = ()
    submitted: datetime | None = None
    late: bool = False


@dataclass
class _Steps:
    """A grade as it comes about; sentences for the student, and others for the instructor alone."""

    told: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def marked(report: Report, circumstances: Circumstances) -> Report:
    """The report with its mark."""
    return replace(report, mark=mark_of(report, circumstances))


def mark_of(report: Report, circumstances: Circumstances) -> Mark:
    """The grade of a report.

    Args:
        report: as the checks made it.
        circumstances: see there.
    """
    policy, decisions, steps = circumstances.policy, circumstances.decisions, _Steps()
    comments = tuple(
        f"{each.about}: {each.comment}" if each.exercise else each.comment
        for each in decisions
        if each.comment
    )
    whole = [each for each in decisions if not each.exercise]
    given = next((each for each in whole if each.points is not None), None)
    if any(each.excused for each in whole):
        steps.told.append(
            "You are excused, so there is no grade" + _because(next(e.reason for e in whole if e.excused))
        )
        return _mark(report, None, None, steps, comments, excused=True)
    points: float | None
    if given is not None and given.points is not None:
        points = given.points
        steps.changes.append(Change("", "", report.earned, points, given.reason))
        steps.told.append(
            f"{points:g} of {report.points:g} points were given by hand{_because(given.reason)}"
        )
        _warn(steps, given, report.earned)
        _not_applied(steps, decisions, f"row {given.row} gives the points of the whole hand-in")
    elif report.withheld or (not report.handed_in and policy.absent == "blank"):
        _not_applied(steps, decisions, "there is no grade; give points for the whole hand-in")
        return _mark(report, None, None, steps, comments)
    else:
        points = _total(report, policy, [each for each in decisions if each.exercise], steps)
        if points is None:
            return _mark(report, None, None, steps, comments, excused=True)
    deducted, days = _late(report, circumstances, steps) if report.handed_in else (0.0, 0)
    after = max(points - deducted, 0.0)
    return _mark(
        report,
        _rounded(after, policy, steps),
        _rounded(points, policy, _Steps()),
        steps,
        comments,
        deducted=points - after,
        days_late=days,
    )


def _mark(
    report: Report,
    final: float | None,
    before_late: float | None,
    steps: _Steps,
    comments: Sequence[str],
    excused: bool = False,
    deducted: float = 0.0,
    days_late: int = 0,
) -> Mark:
    return Mark(
        final,
        before_late,
        excused,
        days_late,
        round(deducted, 4),
        tuple(steps.changes),
        tuple(map(_sentence, steps.told)),
        tuple(comments),
        tuple(steps.remarks),
    )


def _total(report: Report, policy: Policy, decisions: Sequence[Decision], steps: _Steps) -> float | None:
    """The points after what was decided about exercises, weights, dropped exercises and extra points.

    None where the student is excused from all exercises that count.
    """
    earned = dict(_decided(report.exercises, decisions, steps))
    usual = [each for each in report.exercises if not each.extra and policy.weights.get(each.name, 1.0) > 0.0]
    counted = [each for each in usual if each.name in earned]
    if usual and not counted:
        steps.told.append("You are excused from all that counts, so there is no grade")
        return None
    dropped = {each.name for each in _lowest(counted, earned, policy.drop_lowest)}
    if dropped:
        steps.told.append(f"Left out, as the policy drops the lowest: {', '.join(sorted(dropped))}")
    weights = {each.name: policy.weights.get(each.name, 1.0) for each in counted if each.name not in dropped}
    most = sum(weights[each.name] * each.points for each in counted if each.name in weights)
    total = sum(weight * earned[name] for name, weight in weights.items())
    everything = len(weights) == len([each for each in report.exercises if not each.extra])
    if report.exercises and not (everything and set(weights.values()) == {1.0}):
        total = report.points * total / most if most else 0.0
        steps.told.append(
            f"The exercises that count come to {total:.4g} of {report.points:g} points by their weights"
        )
    extra = sum(earned.get(each.name, 0.0) for each in report.exercises if each.extra)
    if extra and policy.extra != "beside":
        more = extra if policy.extra == "added" else min(extra, max(report.points - total, 0.0))
        steps.told.append(f"{more:g} extra points are added")
        total += more
    return round(total, 6)


def _decided(
    exercises: Sequence[ExerciseReport], decisions: Sequence[Decision], steps: _Steps
) -> Iterator[tuple[str, float]]:
    """The points of the exercises that count, by name."""
    for exercise in exercises:
        about = [each for each in decisions if each.exercise == exercise.name]
        excuse = next((each for each in about if each.excused and not each.line), None)
        if excuse is not None:
            steps.told.append(
                f"{exercise.name} does not count, since you are excused{_because(excuse.reason)}"
            )
            continue
        points = exercise.earned
        for each in about:
            now, most = of_checks(exercise, each.line)
            if now is None:
                names = ", ".join(line.name for line in exercise.lines)
                steps.remarks.append(
                    f"row {each.row}: {exercise.name} has no line {each.line!r}, so nothing was changed; "
                    f"it has {names}"
                )
            elif each.points is not None:
                given = min(each.points, most)
                if given < each.points:
                    steps.remarks.append(
                        f"row {each.row}: {each.about} is worth {most:g} points, so {each.points:g} are {most:g}"
                    )
                points += given - now
                steps.changes.append(Change(exercise.name, each.line, now, given, each.reason))
                steps.told.append(f"{each.about}: {given:g} points instead of {now:g}{_because(each.reason)}")
                _warn(steps, each, now)
        yield exercise.name, points


def of_checks(exercise: ExerciseReport, line: str) -> tuple[float | None, float]:
    """The points of the checks for an exercise, or one of its lines, and the most; None if it has no such line."""
    if not line:
        return exercise.earned, exercise.points
    return next(((each.earned, each.points) for each in exercise.lines if each.name == line), (None, 0.0))


def _not_applied(steps: _Steps, decisions: Sequence[Decision], why: str) -> None:
    """Says that what was decided about exercises changes nothing: else nobody would know."""
    steps.remarks += [
        f"row {each.row}: what it says of {each.about} changes nothing, since {why}"
        for each in decisions
        if each.exercise and (each.points is not None or each.excused)
    ]


def _warn(steps: _Steps, decision: Decision, now: float) -> None:
    """Whoever decided saw other points: the decision stands, and a person should look again."""
    if decision.automatic is not None and abs(decision.automatic - now) > _CLOSE:
        steps.remarks.append(
            f"row {decision.row}: the checks give {decision.about} {now:g} points now, where they gave "
            f"{decision.automatic:g} when {decision.points:g} was decided"
        )


def _lowest(
    exercises: Sequence[ExerciseReport], earned: Mapping[str, float], number: int
) -> Sequence[ExerciseReport]:
    """Those with the smallest shares of their points; of equal ones the larger, which serves the student best."""
    by_share = sorted(
        exercises, key=lambda each: (earned[each.name] / each.points if each.points else 1.0, -each.points)
    )
    return by_share[: min(number, max(len(exercises) - 1, 0))]


def _late(report: Report, circumstances: Circumstances, steps: _Steps) -> tuple[float, int]:
    """The points that are taken off, and for how many days."""
    policy, submitted = circumstances.policy, circumstances.submitted
    longer = [each for each in circumstances.decisions if each.days]
    if policy.due is None:
        steps.remarks += [
            f"row {each.row}: {in_days(each.days)} more than what? course.toml has no due in [policy]"
            for each in longer
        ]
        return 0.0, 0
    if submitted is None:
        if circumstances.late and policy.late_percent_per_day:
            steps.remarks.append(
                "late by the platform's mark, but by how much is not known: nothing is taken off"
            )
        return 0.0, 0
    more = sum(each.days for each in longer)
    # days are those of the clock there: what is due at 23:59 is due at 23:59, also where summer time ends
    due, came = policy.local(policy.due) + timedelta(days=more), policy.local(submitted)
    if more:
        steps.told.append(f"You had {in_days(more)} more{_because(longer[0].reason)}")
    if came.astimezone(UTC) - due.astimezone(UTC) <= timedelta(minutes=policy.grace_minutes):
        return 0.0, 0
    days = max(math.ceil((came.replace(tzinfo=None) - due.replace(tzinfo=None)) / _DAY), 1)
    percent = min(days * policy.late_percent_per_day, policy.late_percent_at_most)
    if percent:
        steps.told.append(
            f"{in_days(days)} late: {percent:g} % of {report.points:g} points are taken off "
            f"({policy.late_percent_per_day:g} % for each day begun, {policy.late_percent_at_most:g} % at most)"
        )
    return report.points * percent / 100, days


def _rounded(points: float, policy: Policy, steps: _Steps) -> float:
    if not policy.round_to:
        return round(points, 4)
    step = Decimal(str(policy.round_to))
    rounded = float((Decimal(str(round(points, 6))) / step).quantize(Decimal(1), ROUND_HALF_UP) * step)
    if abs(rounded - points) > _CLOSE:
        steps.told.append(f"Rounded to {rounded:g} (steps of {policy.round_to:g})")
    return rounded


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""
