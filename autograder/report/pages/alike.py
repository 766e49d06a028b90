"""Hand-ins that look alike, in groups, as data to lay out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.report.class_statistics import Group, Pair, groups
from autograder.report.faults import Faults
from autograder.report.pages.who import Shown, Who

MAX_GROUPS = 50
MAX_PAIRS = 50  # of one group
MAX_MEMBERS = 100  # likewise


@dataclass(frozen=True)
class PairShown:
    """Two students, in which exercises their answers are alike, and how many tokens that is."""

    one: Shown
    other: Shown
    exercises: str
    tokens: int


@dataclass(frozen=True)
class GroupShown:
    """A group: the first of its `size` members, and of its `number` pairs."""

    size: int
    number: int
    tokens: int
    members: Sequence[Shown]
    pairs: Sequence[PairShown]


def groups_shown(page: str, pairs: Iterable[Pair], who: Who, faults: Faults) -> list[GroupShown]:
    """The groups of a page, the largest first."""
    found = faults.each(
        page, groups(pairs), lambda group: " and ".join(group.members[:2]), lambda group: _group(group, who)
    )
    found = [group for group in found if group.pairs]
    # of equal ones not in the order of names, which an anonymous page does not tell
    return sorted(found, key=lambda group: (-group.size, -group.tokens, group.members[0].name))


def _group(group: Group, who: Who) -> GroupShown:
    members = [student for _, student in who.all_of(group.members)]
    pairs = [shown for pair in group.pairs[:MAX_PAIRS] if (shown := _pair(pair, who)) is not None]
    return GroupShown(
        len(group.members), len(group.pairs), group.pairs[0].tokens, members[:MAX_MEMBERS], pairs
    )


def _pair(pair: Pair, who: Who) -> PairShown | None:
    both = [student for _, student in who.all_of((pair.one, pair.other))]
    if len(both) < 2:
        return None
    exercises = ", ".join(f"{name} {int(share)} %" for name, share in pair.exercises)
    return PairShown(both[0], both[1], exercises, pair.tokens)
