"""What an exercise may forbid: names that go together, and why they are not allowed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """Names that go together, as patterns of full dotted names, and why they are not allowed."""

    reason: str
    patterns: tuple[str, ...]
