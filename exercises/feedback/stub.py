"""What a stub says when it is called.

The sentence stands in the student's file and comes back as the message of an exception, or is read in the file: so it
is written and read here, and nowhere else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NOT_WRITTEN = "is not written yet"
_SAID = re.compile(rf"(ex\d+): (\S+) {_NOT_WRITTEN}")


@dataclass(frozen=True)
class Stub:
    """What is to write, a function or a method such as "Layer.forward", and in which exercise, such as "ex3"."""

    exercise: str
    what: str

    def __str__(self) -> str:
        return f"{self.exercise}: {self.what} {_NOT_WRITTEN}"


def stub_in(text: str) -> Stub | None:
    """The stub that speaks in a text, if one does."""
    said = _SAID.search(text)
    return Stub(said[1], said[2]) if said else None


def says_not_written(message: str) -> bool:
    """Whether a message says so of anything."""
    return message.endswith(_NOT_WRITTEN)


def no_word_of(function: str) -> str:
    """What is said of a function whose stub says nothing."""
    return f"{function} {_NOT_WRITTEN}"
