"""Whose hand-in it is, on a page of the class: a name with a link, or a pseudonym."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from autograder.report.faults import Faults
from autograder.report.model import Finding
from autograder.report.pseudonyms import Pseudonyms
from exercises.feedback.kinds import FailureKind

MAX_TEXT_CHARS = 400  # characters of a text that may be a student's
# kinds whose headline is the grader's own; all others may quote an exception, a file's name or the student's code
_OWN_WORDS = frozenset(
    {
        FailureKind.VALUE,
        FailureKind.SHAPE,
        FailureKind.LENGTH,
        FailureKind.DTYPE,
        FailureKind.DEVICE,
        FailureKind.NAN,
        FailureKind.TIMEOUT,
        FailureKind.SLOW,
    }
)


@dataclass(frozen=True)
class Shown:
    """A student on a page.

    Attributes:
        name: as it is shown; the pseudonym on an anonymous page.
        address: of the student's page; empty on an anonymous page, since it has the name in it.
        alias: the pseudonym.
    """

    name: str
    address: str
    alias: str


class Who:
    """The students of a page. At whom the grader fails is left out of all of it, and named once in `faults`."""

    def __init__(
        self, page: str, names: Iterable[str], pseudonyms: Pseudonyms, anonymous: bool, faults: Faults
    ) -> None:
        self.anonymous = anonymous
        self._pseudonyms = pseudonyms
        names = list(names)
        self._known: dict[str, Shown | None] = dict.fromkeys(names)
        made = faults.each(page, names, lambda name: name, lambda name: (name, shown(name, self)))
        self._known.update(made)

    def __call__(self, name: str, exercise: str = "") -> Shown | None:
        """A student, with the link to an exercise; None for whom the grader failed at."""
        found = self._known[name] if name in self._known else shown(name, self)
        if found is None or not exercise or not found.address:
            return found
        return Shown(found.name, f"{found.address}#{exercise}", found.alias)

    def all_of(self, names: Iterable[str]) -> list[tuple[str, Shown]]:
        """Those of some students who are on the page, in an order that tells no name of an anonymous page."""
        found = [(name, each) for name in names if (each := self(name)) is not None]
        return sorted(found, key=lambda each: each[1].alias) if self.anonymous else found

    def alias(self, name: str) -> str:
        """A student's pseudonym."""
        return self._pseudonyms[name]

    def personal(self, text: str) -> str:
        """A text that may name a student, cut; empty on an anonymous page, since no search finds every name in it."""
        return "" if self.anonymous else cut(text)


def shown(name: str, who: Who) -> Shown:
    """How a page shows a student."""
    alias = who.alias(name)
    if who.anonymous:
        return Shown(alias, "", alias)
    return Shown(cut(name), f"./{quote(name, safe='', errors='replace')}.html", alias)


def quotes_student(finding: Finding) -> bool:
    """Whether what a finding tells may have a student's own words in it."""
    return finding.kind not in _OWN_WORDS


def cut(text: str) -> str:
    """A text that is not too long for a page."""
    return (
        text
        if len(text) <= MAX_TEXT_CHARS
        else f"{text[:MAX_TEXT_CHARS]} … (cut: it has {len(text)} characters)"
    )
