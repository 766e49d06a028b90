"""Hints on request: each time one more for the first function that is not right yet."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from exercises.console.wording import wording
from exercises.feedback.catalogue import Exercise

KEY = "exercises/hints"


class Memory(Protocol):
    """What pytest remembers between runs (`config.cache`)."""

    def get(self, key: str, default: Any) -> Any: ...

    def set(self, key: str, value: object) -> None: ...


def next_hint(memory: Memory | None, exercise: Exercise, function: str) -> list[str]:
    """The hints seen so far and one more, numbered; a last line says when there are no more."""
    hints = exercise.hints.get(function, ())
    if not hints:
        return [f"There is no hint for {function or exercise.title}: read the task in {exercise.module}.py."]
    seen = _seen(memory)
    before = seen.get(function, 0)
    shown = min(before + 1, len(hints))
    if memory is not None:
        memory.set(KEY, {**seen, function: shown})
    lines = [f"Hint {i} of {len(hints)} for {function}: {hint}" for i, hint in enumerate(hints[:shown], 1)]
    if before >= len(hints):
        lines.append(f"These are all hints for {function}. The tutorial is in {wording().whole_tutorial()}.")
    return lines


def forget(memory: Memory | None, right: Collection[str]) -> None:
    """Functions that are right now begin with the first hint, should they ever be wrong again."""
    seen = _seen(memory)
    left = {name: count for name, count in seen.items() if name not in right}
    if memory is not None and left != seen:
        memory.set(KEY, left)


def _seen(memory: Memory | None) -> dict[str, int]:
    found = memory.get(KEY, {}) if memory is not None else {}
    if not isinstance(found, dict):
        return {}
    return {name: count for name, count in found.items() if isinstance(name, str) and isinstance(count, int)}
