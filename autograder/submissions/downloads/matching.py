"""Which hand-in is whose in the class list; where identifiers and names contradict each other, a person decides.

A hand-in is matched by identifiers of the same kind first, then by what may be an identifier, then by name. A match
that is not one to one is none. What speaks for a student while something else speaks against is in doubt: it is said
what differs, no LMS is told a grade, and nobody is taken for one who handed in nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.report.model import NOT_HANDED_IN
from autograder.submissions.archive import shown
from autograder.submissions.downloads import github
from autograder.submissions.downloads.found import Found
from autograder.submissions.downloads.people import (
    Likeness,
    key,
    keys,
    likeness,
    may_be_one,
    name_keys,
    number,
    spelled,
)
from autograder.submissions.downloads.roster import GITHUB, Row
from autograder.submissions.downloads.times import time_in

FEW = 3  # hand-ins from which on most must be in the roster
_SHOWN = 3  # of either side, where the roster is another class's

_PERHAPS = f"{NOT_HANDED_IN} under this name, but {{}} matched with nobody"
_CLAIMED = f"{NOT_HANDED_IN} that is surely this student's, see {{}}: {{}}"
_UNKNOWN = "not in the roster"
_TELLING_NAMES = ("Canvas", "Moodle", "Gradescope")  # elsewhere a name may be an identifier
_HIDDEN = "Participant"  # the name in Moodle's folders where marking is anonymous
_OF_THE_PLATFORM = frozenset(
    {"canvas_id", "moodle_id"}
)  # small numbers, which others may use for other people
_CALLED = {
    "sid": "student id",
    "login": "login",
    "email": "email",
    "canvas_id": "Canvas id",
    "moodle_id": "participant number",
    GITHUB: "GitHub name",
}


@dataclass(frozen=True)
class _Pair:
    """What speaks for a hand-in being a student's and what against.

    Kinds of identifiers that are the same, may be the same but for a spreadsheet, or differ; and the names, where
    both sides tell one.
    """

    same: frozenset[str]
    near: frozenset[str]
    other: frozenset[str]
    told: bool
    names: Likeness | None

    @property
    def agree(self) -> bool:
        """Whether names that are told are one name."""
        return not self.told or (self.names is not None and self.names >= Likeness.WITHIN)

    @property
    def sure(self) -> bool:
        """Nothing speaks against it, and more for it than a number which others may use too."""
        if not self.same or self.other:
            return False
        if self.agree or len(self.same) + len(self.near) > 1:
            return True
        return self.names is not Likeness.DIFFERENT and not self.same <= _OF_THE_PLATFORM

    @property
    def doubtful(self) -> bool:
        """One identifier says so, another does not, and the name may well be the same."""
        return bool(self.same and self.other) and not (self.told and self.names is Likeness.DIFFERENT)


def with_roster(found: Sequence[Found], rows: Sequence[Row]) -> list[Found]:
    """The hand-ins under the roster's names and in its order, then those of others; all that are in it appear."""
    return Matching(found, rows).listed()


class Matching:
    """One class and one roster. Hand-ins and rows go by their numbers."""

    def __init__(self, found: Sequence[Found], rows: Sequence[Row]) -> None:
        self._found, self._rows = found, rows
        self._match: dict[int, int] = {}  # hand-in → row
        self._unclear: dict[int, str] = {}  # by hand-in: what fits is not one to one
        self._doubts: dict[int, str] = {}  # by hand-in: what fits is contradicted
        self._claimed: dict[int, str] = {}  # by row: the hand-in that may be this student's
        self._pairs: dict[tuple[int, int], _Pair] = {}
        self._by_id = self._pointing(lambda each: keys(each.ids), lambda row: keys(row.ids))
        self._by_name = self._pointing(lambda each: spelled(each.name), lambda row: spelled(row.name))
        by_number = self._pointing(
            lambda each: {number(text) for text in _identifiers(each)},
            lambda row: {number(text) for text in row.ids.values()},
        )
        by_username, assignment = self._of_github()
        self._pass(self._by_id, self._sure)
        self._pass(by_username, lambda *_: True)
        self._pass(
            self._pointing(_identifiers, lambda row: {key(each) for each in row.ids.values()}), self._fits
        )
        self._pass(
            by_number, lambda index, row: bool(self._pair(index, row).near) and self._named(index, row)
        )
        self._pass(self._called(assignment, name_keys), self._fits)
        self._pass(self._called(assignment, spelled), self._fits)
        self._look_at_what_is_left(by_number)

    def listed(self) -> list[Found]:
        """The hand-ins under the roster's names and in its order, then those of others."""
        by_row = {row: index for index, row in self._match.items()}
        lost = len(self._found) - len(self._match)
        perhaps = _PERHAPS.format("1 hand-in was" if lost == 1 else f"{lost} hand-ins were") if lost else ""
        listed = []
        for at, row in enumerate(self._rows):
            if at not in by_row:
                doubt = self._claimed.get(at, perhaps)
                listed.append(Found(row.name, login=row.login, ids=row.ids, doubt=doubt))
                continue
            index = by_row[at]
            each, pair = self._found[index], self._pair(index, at)
            doubt, when = self._doubts.get(index, ""), time_in(row.submitted)
            unread = f"handed in {row.submitted}, as the roster has it: no time that can be read"
            known = replace(
                each,
                name=row.name,
                login=each.login or row.login,
                ids={**row.ids, **each.ids},
                submitted=each.submitted or when,
            ).noting(*[doubt] * bool(doubt), *[unread] * (bool(row.submitted) and when is None))
            # id and name settle what the file's name leaves open
            listed.append(replace(known, doubt=doubt or ("" if pair.same and pair.agree else each.doubt)))
        for index, each in enumerate(self._found):
            if index not in self._match:
                why = self._doubts.get(index) or self._unclear.get(index) or _UNKNOWN
                listed.append(replace(each, doubt=why).noting(why))
        return listed

    def strangers(self) -> str:
        """Why the roster is taken for another class's, or empty: it knows no hand-in, or of a few, fewer than half.

        It knows those that are matched, those of which it has an identifier, and those that fit more than once.
        """
        here = [i for i, each in enumerate(self._found) if each.path is not None or each.files]
        known = sum(i in self._match or bool(self._by_id[i]) or i in self._unclear for i in here)
        # of one or two, each contradiction is told anyway
        enough = known * 2 >= len(here) if len(here) >= FEW else known or self._claimed
        if enough or not here:
            return ""
        handed_in = _some([_who(self._found[i].name, self._found[i].ids) for i in here])
        listed = _some([_who(row.name, row.ids) for row in self._rows]) or "nobody"
        return f"knows {known} of {len(here)} hand-ins. They are {handed_in}; in it are {listed}"

    def _pointing(
        self, of_found: Callable[[Found], Iterable[object]], of_row: Callable[[Row], Iterable[object]]
    ) -> dict[int, set[int]]:
        """The rows that share a key with each hand-in."""
        rows_of: dict[object, set[int]] = {}
        for at, row in enumerate(self._rows):
            for each in of_row(row):
                if each:
                    rows_of.setdefault(each, set()).add(at)
        return {
            index: {at for each in of_found(one) for at in rows_of.get(each, ())}
            for index, one in enumerate(self._found)
        }

    def _called(self, assignment: str, of: Callable[[str], set[str]]) -> dict[int, set[int]]:
        return self._pointing(lambda each: _names(each, assignment, of), lambda row: of(row.name))

    def _of_github(self) -> tuple[dict[int, set[int]], str]:
        usernames = {at: row.ids[GITHUB] for at, row in enumerate(self._rows) if GITHUB in row.ids}
        folders = {i: (each.name, each.path) for i, each in enumerate(self._found) if not each.platform}
        return github.owners(folders, usernames)

    def _pass(self, candidates: dict[int, set[int]], fits: Callable[[int, int], bool]) -> None:
        """Matches what is left on both sides where it is one to one."""
        taken = set(self._match.values())
        choices: dict[int, set[int]] = {}
        wanted: dict[int, set[int]] = {}
        for index, rows in candidates.items():
            if index in self._match:
                continue
            choices[index] = {at for at in rows if at not in taken and fits(index, at)}
            for at in choices[index]:
                wanted.setdefault(at, set()).add(index)
        for index, rows in choices.items():
            if len(rows) == 1 and len(wanted[next(iter(rows))]) == 1:
                self._match[index] = next(iter(rows))
                self._unclear.pop(index, None)
            elif rows:
                name = shown(self._rows[min(rows)].name)
                many = max(len(rows), *(len(wanted[at]) for at in rows))
                self._unclear[index] = (
                    f"not matched with {name} of the roster: {many} hand-ins or rows fit, see whose it is"
                )

    def _pair(self, index: int, at: int) -> _Pair:
        if (index, at) not in self._pairs:
            self._pairs[index, at] = _pair(self._found[index], self._rows[at])
        return self._pairs[index, at]

    def _sure(self, index: int, at: int) -> bool:
        """The identifiers say so, and nothing names another student of the roster."""
        return self._pair(index, at).sure and self._names_nobody_else(index, at)

    def _fits(self, index: int, at: int) -> bool:
        """No identifier says otherwise, and names that are told agree."""
        pair = self._pair(index, at)
        return not pair.other and pair.agree and self._by_id[index] <= {at}

    def _named(self, index: int, at: int) -> bool:
        return self._pair(index, at).told and self._fits(index, at)

    def _names_nobody_else(self, index: int, at: int) -> bool:
        named = self._by_name[index]
        return self._by_id[index] == {at} and (at in named or not named or not self._pair(index, at).told)

    def _look_at_what_is_left(self, by_number: Mapping[int, set[int]]) -> None:
        """What speaks for somebody, though not enough: said on both sides, so that nobody is given a 0 for it."""
        left = [i for i in range(len(self._found)) if i not in self._match and i not in self._unclear]
        taken = set(self._match.values())
        wanted = Counter(at for i in range(len(self._found)) if i not in self._match for at in self._by_id[i])
        for index in left:
            by_id = self._by_id[index]
            for at in by_id - taken:
                if wanted[at] == 1 and self._pair(index, at).doubtful and self._names_nobody_else(index, at):
                    self._match[index] = at
                    self._doubts[index] = self._contradiction(index, [at])
                    taken.add(at)
            if index in self._match:
                continue
            named = {at for at in self._by_name[index] - taken if by_id or self._pair(index, at).other}
            rows = by_id | named or {at for at in by_number[index] - taken if self._lost_digits(index, at)}
            if rows:
                self._doubts[index] = self._contradiction(
                    index, sorted(rows, key=lambda at: (at not in by_id, at))
                )
            for at in rows - taken:
                self._claimed[at] = _CLAIMED.format(shown(self._found[index].name), self._doubts[index])

    def _lost_digits(self, index: int, at: int) -> bool:
        each, pair = self._found[index], self._pair(index, at)
        return not pair.other and (bool(pair.near) or each.platform not in _TELLING_NAMES)

    def _contradiction(self, index: int, rows: Sequence[int]) -> str:
        """What of a hand-in fits which students, and what differs, in one line."""
        said = " and ".join(self._claim(index, at) for at in rows)
        if len(rows) > 1:
            return f"in the roster, {said}: see whose it is"
        each, row, pair = self._found[index], self._rows[rows[0]], self._pair(index, rows[0])
        differs = [
            f"the {title} is {shown(row.ids[kind])} there and {shown(each.ids[kind])} here"
            for kind, title in _CALLED.items()
            if kind in pair.other
        ]
        if pair.told and not pair.agree:
            differs.append(f"the name here is {shown(each.name)}")
        if not pair.same and not pair.other:
            differs.insert(0, f"here it is {shown(_lost(each, row)[0])} and no name or email agrees")
        return f"in the roster, {said}, but {' and '.join(differs)}"

    def _claim(self, index: int, at: int) -> str:
        each, row, pair = self._found[index], self._rows[at], self._pair(index, at)
        kind = next((kind for kind in _CALLED if kind in pair.same), "")
        if kind:
            return f"{_CALLED[kind]} {shown(each.ids[kind])} is {shown(row.name)}'s"
        if at in self._by_name[index]:
            return f"the name {shown(each.name)} is {shown(row.name)}'s"
        return f"{shown(_lost(each, row)[1])} is {shown(row.name)}'s"


def _pair(each: Found, row: Row) -> _Pair:
    kinds = each.ids.keys() & row.ids.keys()
    same = frozenset(kind for kind in kinds if key(each.ids[kind]) == key(row.ids[kind]))
    near = frozenset(kind for kind in kinds - same if may_be_one(each.ids[kind], row.ids[kind]))
    told = (
        each.platform in _TELLING_NAMES
        and each.name not in (_HIDDEN, each.login, *each.ids.values())
        and row.name not in row.ids.values()
    )
    names = likeness(each.name, row.name) if told else None
    return _Pair(same, near, frozenset(kinds - same - near), told, names)


def _lost(each: Found, row: Row) -> tuple[str, str]:
    """The number of either side that may be the other's with zeros lost."""
    mine = [text for text in (*each.ids.values(), each.login, each.name) if number(text)]
    return next((one, other) for one in mine for other in row.ids.values() if number(one) == number(other))


def _identifiers(each: Found) -> set[str]:
    """What may be an identifier of a kind that is not told: a folder's name, a platform's number."""
    return {key(text) for text in (each.login, each.name, *each.ids.values()) if text}


def _names(each: Found, assignment: str, of: Callable[[str], set[str]]) -> set[str]:
    """A hand-in's names; those of GitHub's folders also without the assignment."""
    prefix = f"{assignment}-"
    own = each.name[len(prefix) :] if assignment and not each.platform else ""
    return of(each.name) | (of(own) if each.name.casefold().startswith(prefix) else set())


def _who(name: str, ids: Mapping[str, str]) -> str:
    known = [text for text in ids.values() if text != name][:2]
    return shown(f"{name} ({', '.join(known)})" if known else name)


def _some(people: Sequence[str]) -> str:
    more = len(people) - _SHOWN
    return "; ".join(people[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
