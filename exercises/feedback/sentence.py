"""What sentences are made of: how a headline begins one, and how several things are named in it."""

from __future__ import annotations

from collections.abc import Sequence

_WORDS = frozenset({"the", "a", "an", "no", "not", "after", "largest"})  # that a headline may begin with


def capital(headline: str) -> str:
    """A headline with a capital letter; only words get one: a function's name stays as it is written."""
    return headline[:1].upper() + headline[1:] if headline.split(" ", 1)[0] in _WORDS else headline


def enumerated(words: Sequence[str]) -> str:
    """One or more words: "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
