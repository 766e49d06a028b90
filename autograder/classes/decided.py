"""What makes grades of a class's points: the course's policy and what a person decided, for one student at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder.report.marking import Circumstances, Decision
from autograder.report.model import Report
from autograder.report.policy import Policy
from autograder.report.reading import Row
from autograder.submissions.downloads import ClassSubmission
from autograder.submissions.downloads.people import keys


@dataclass(frozen=True)
class Decided:
    """The policy, and decisions by the names that reports have."""

    policy: Policy = field(default_factory=Policy)
    decisions: Mapping[str, tuple[Decision, ...]] = field(default_factory=dict)

    def circumstances(self, entry: ClassSubmission, earlier: Report | None) -> Circumstances:
        """What the grade of a hand-in depends on besides its points.

        Args:
            entry: the hand-in.
            earlier: its report of an earlier run, which knows the points that a decision was about where the decision
                itself does not.
        """
        decisions = tuple(_remembering(each, earlier) for each in self.decisions.get(entry.student, ()))
        return Circumstances(self.policy, decisions, entry.submitted, entry.late)


def _remembering(decision: Decision, earlier: Report | None) -> Decision:
    if decision.automatic is not None or decision.points is None or earlier is None:
        return decision
    for change in earlier.counting.changes:
        if (change.exercise, change.line, change.points) == (
            decision.exercise,
            decision.line,
            decision.points,
        ):
            return replace(decision, automatic=change.automatic)
    return decision


def set_aside(
    submissions: Mapping[str, ClassSubmission], rows: Mapping[str, Row], policy: Policy
) -> dict[str, str]:
    """Of several hand-ins of one student, those that do not count by the policy, each with why; by name.

    Who a student is, the platform's identifiers tell. Where the policy asks for the last and nobody knows which that
    is, none is set aside, and no LMS is told a grade.
    """
    if policy.hand_ins == "ask":
        return {}
    groups: dict[tuple[str, str], list[str]] = {}
    for name, each in submissions.items():
        if name in rows and each.path is not None and not each.doubt:
            who = min(keys(each.ids), default=None)
            if who is not None:
                groups.setdefault(who, []).append(name)
    aside: dict[str, str] = {}
    for names in groups.values():
        counts = _counting(names, submissions, rows, policy) if len(names) > 1 else None
        what = "best" if policy.hand_ins == "best" else "last"
        aside |= {
            name: f"the {what} of {len(names)} hand-ins counts, {counts}"
            for name in names
            if counts is not None and name != counts
        }
    return aside


def _counting(
    names: Sequence[str], submissions: Mapping[str, ClassSubmission], rows: Mapping[str, Row], policy: Policy
) -> str | None:
    """Which hand-in of one student counts; None where that is not known."""
    if policy.hand_ins == "best":
        finals = {name: rows[name].final for name in names}
        return max(names, key=lambda name: -1.0 if finals[name] is None else finals[name] or 0.0)
    times = {name: submissions[name].submitted for name in names}
    known = {name: policy.local(time) for name, time in times.items() if time is not None}
    if len(known) < len(names) or len(set(known.values())) < len(names):
        return None
    return max(known, key=lambda name: known[name])
