"""The list of mutants that the hidden suites rightly let live, in `survivors.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.mutation.mutants import Key

LIST = Path(__file__).with_name("survivors.toml")
KINDS = ("equivalent", "not asked")


def listed() -> dict[Key, str]:
    """The mutants on the list, each with its kind: no call can tell it, or the task leaves it open."""
    found: dict[Key, str] = {}
    for entry in tomllib.loads(LIST.read_text(encoding="utf-8"))["survivor"]:
        if entry["kind"] not in KINDS or not entry["why"].strip():
            raise ValueError(f"a survivor needs a kind, one of {KINDS}, and the reason why: {entry}")
        for after in entry["after"]:
            key = Key(entry["module"], entry["function"], entry["before"], after)
            if key in found:
                raise ValueError(f"listed twice: {key}")
            found[key] = entry["kind"]
    return found
