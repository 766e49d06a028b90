"""Whether two records mean one person: identifiers that spreadsheets have touched, and names in any spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from enum import IntEnum

# what a spreadsheet makes of a long number: a few digits, then how many more there were
_SHORTENED = re.compile(r"([0-9])(?:[.,]([0-9]{1,20}))?e\+?([0-9]{1,2})")
_NUMBER = re.compile(r"([0-9]{1,40})(?:[.,]0{1,4})?")  # other programs write 101.0

_SPELLED = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_MIN_PART_CHARS = 3  # letters of a word that is looked for inside another


class Likeness(IntEnum):
    """How far two names agree: not at all, in a word, in all words of the shorter one, or wholly."""

    DIFFERENT = 0
    ALIKE = 1
    WITHIN = 2
    SAME = 3


def key(text: str) -> str:
    """Text as identifiers are compared."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def keys(ids: Mapping[str, str]) -> set[tuple[str, str]]:
    """The identifiers by kind, as they are compared."""
    return {(kind, key(text)) for kind, text in ids.items()}


def number(text: str) -> str:
    """A number without the zeros in front, which spreadsheets drop; empty for what is none."""
    match = _NUMBER.fullmatch(key(text))
    return (match[1].lstrip("0") or "0") if match else ""


def may_be_one(one: str, other: str) -> bool:
    """Whether a spreadsheet may have made one identifier of the other: zeros in front lost, or last digits."""
    if number(one) and number(one) == number(other):
        return True
    for short, whole in ((one, other), (other, one)):
        match, value = _SHORTENED.fullmatch(key(short)), _value(whole)
        if match is None or value is None:
            continue
        digits, power = match[2] or "", int(match[3])
        shown = Decimal(f"{match[1]}.{digits}e{power}")
        if abs(value - shown) * 2 <= Decimal(f"1e{power - len(digits)}"):
            return True
    return False


def _value(text: str) -> Decimal | None:
    """The number that a spreadsheet reads; it takes the id 12E4 for one too."""
    plain = number(text)
    match = re.fullmatch(r"([0-9]{1,20})e([0-9]{1,2})", key(text))
    return Decimal(plain) if plain else Decimal(f"{match[1]}e{match[2]}") if match else None


def name_keys(name: str) -> set[str]:
    """A name without blanks and signs, begun with any of its words: "Doe, Jane", "Jane Doe", "doejane"."""
    return _rotations(_words(key(name)))


def spelled(name: str) -> set[str]:
    """The same without accents, in the two ways that people leave them out: Muller and Mueller for Müller."""
    return {each for text in _spellings(name) for each in _rotations(_words(text))}


def likeness(one: str, other: str) -> Likeness | None:
    """How far two names agree; None where one is written in other letters, so that they cannot be compared."""
    if name_keys(one) & name_keys(other) or spelled(one) & spelled(other):
        return Likeness.SAME
    pairs = [(_words(a), _words(b)) for a in _spellings(one) for b in _spellings(other)]
    if any(not a or not b or _latin(a) != _latin(b) for a, b in pairs):
        return None
    shares = [_shared(*sorted((a, b), key=len)) for a, b in pairs]
    return Likeness.WITHIN if 1.0 in shares else Likeness.ALIKE if any(shares) else Likeness.DIFFERENT


def _shared(fewer: list[str], more: list[str]) -> float:
    """Which share of a name's words another one has; a name in one word, "doejane", is looked through."""
    if len(fewer) == 1 < len(more):  # "doejane" and "Doe, Jane Anna": is it made of the others?
        parts = [word for word in more if len(word) >= _MIN_PART_CHARS and word in fewer[0]]
        left = fewer[0]
        for word in sorted(more, key=len, reverse=True):
            left = left.replace(word, "", 1)
        if fewer[0] in more or not left:
            return 1.0
        return len(parts) / len(more)
    return sum(word in more for word in fewer) / len(fewer)


def _latin(words: list[str]) -> bool:
    return any(letter.isascii() for word in words for letter in word)


def _spellings(name: str) -> tuple[str, str]:
    text = key(name)
    return _plain(text), _plain(text.translate(_GERMAN))


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.translate(_SPELLED).replace("ø", "o"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _words(text: str) -> list[str]:
    joined = text.replace("'", "").replace("’", "")
    return "".join(each if unicodedata.category(each)[0] in "LNM" else " " for each in joined).split()


def _rotations(words: list[str]) -> set[str]:
    return {"".join(words[at:] + words[:at]) for at in range(len(words))}
