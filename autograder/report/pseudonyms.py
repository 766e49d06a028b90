"""Pseudonyms of the students of a class: for a page that is shown to others.

    pseudonyms = Pseudonyms(key_in(folder), names)
    pseudonyms["ada"]  # 4KX-92TB

A pseudonym is an HMAC-SHA256 (RFC 2104) of the name under a random key, which lies in the folder of the reports. So a
student has the same one in each run, and whoever knows all names of a class, but not the key, cannot tell whose it
is. The key is no part of any page: who passes on the folder passes on the names too.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from autograder.report.files import write_text

KEY = "pseudonyms.key"  # no student's file has this name: those end in `.json` or `.html`
PSEUDONYM = re.compile(r"[2-9B-DF-HJ-NP-TV-Z]{3}-[2-9B-DF-HJ-NP-TV-Z]{4,8}")

# without vowels there are no words, and without 0, 1 and l nothing that is read in two ways
_LETTERS = "23456789BCDFGHJKLMNPQRSTVWXZ"
_SHORT, _LONG = 7, 11  # letters: among 5,000 students two are alike in their short ones once in 1,000 classes
_KEY = re.compile(r"[0-9a-f]{64}")


def key_in(folder: Path) -> bytes:
    """The key of a folder; a new one where there is none, or it is damaged: the pseudonyms are others then.

    Raises:
        OSError: if it can neither be read nor written.
    """
    path = folder / KEY
    try:
        text = path.read_bytes()[:1024].decode("ascii", "replace").strip()
    except FileNotFoundError:
        text = ""
    if not _KEY.fullmatch(text):
        text = secrets.token_hex(32)
        write_text(path, f"{text}\n")
    return bytes.fromhex(text)


class Pseudonyms:
    """The pseudonyms of a class: no two students have the same."""

    def __init__(self, key: bytes, names: Iterable[str]) -> None:
        self._key = key
        short = {name: self._letters(name, _SHORT) for name in names}
        counts = Counter(short.values())
        self._long = {name for name, each in short.items() if counts[each] > 1}

    def __getitem__(self, name: str) -> str:
        letters = self._letters(name, _LONG if name in self._long else _SHORT)
        return f"{letters[:3]}-{letters[3:]}"

    def _letters(self, name: str, number: int) -> str:
        content = name.encode("utf-8", "surrogatepass")
        value = int.from_bytes(hmac.digest(self._key, content, "sha256"), "big")
        letters = ""
        for _ in range(number):
            value, digit = divmod(value, len(_LETTERS))
            letters += _LETTERS[digit]
        return letters
