"""What there is to do: the exercises with their points, names and hints, read from `manifest.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from exercises.paths import MANIFEST


@dataclass(frozen=True)
class Exercise:
    """One exercise. `builds_on` names the modules it may import directly; `hidden` counts hidden checks."""

    number: int
    module: str
    title: str
    points: int
    minutes: int
    exports: tuple[str, ...]
    builds_on: tuple[str, ...]
    forbids: tuple[str, ...]
    hints: Mapping[str, tuple[str, ...]]
    hidden: Mapping[str, int]

    @property
    def name(self) -> str:
        """The short name, such as "ex3"."""
        return f"ex{self.number}"


@cache
def exercises(manifest: Path = MANIFEST) -> tuple[Exercise, ...]:
    """All exercises in their order."""
    entries = json.loads(manifest.read_text(encoding="utf-8"))["exercises"]
    return tuple(
        Exercise(
            number=e["number"],
            module=e["module"],
            title=e["title"],
            points=e["points"],
            minutes=e["minutes"],
            exports=tuple(e["exports"]),
            builds_on=tuple(e["builds_on"]),
            forbids=tuple(e["forbids"]),
            hints={name: tuple(hints) for name, hints in e["hints"].items()},
            hidden=e["hidden"],
        )
        for e in entries
    )


def earlier(module: str, catalogue: tuple[Exercise, ...]) -> tuple[Exercise, ...]:
    """All exercises that a module builds on, directly or through others, in their order."""
    by_name = {e.module: e for e in catalogue}
    found: set[str] = set()
    waiting = list(by_name[module].builds_on)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += by_name[name].builds_on
    return tuple(e for e in catalogue if e.module in found)
