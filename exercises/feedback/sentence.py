"""How a headline begins where it is shown as a sentence."""

from __future__ import annotations

_WORDS = frozenset({"the", "a", "an", "no", "not", "after", "largest"})  # that a headline may begin with


def capital(headline: str) -> str:
    """A headline with a capital letter; only words get one: a function's name stays as it is written."""
    return headline[:1].upper() + headline[1:] if headline.split(" ", 1)[0] in _WORDS else headline
