"""What an exercise may forbid: names that go together, why they are not allowed, and what of it torch itself has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class Rule:
    """Names that go together, as patterns of full dotted names, and why they are not allowed."""

    reason: str
    patterns: tuple[str, ...]


@dataclass(frozen=True)
class Operators:
    """The ready-made code that a rule is about, as a worker takes it out of its process before student code runs.

    Attributes:
        words: parts of the names of torch's operators.
        fair: parts of names that are something else all the same, here and in `symbols`.
        symbols: parts of the names of the compiled functions that do it.
        functions: Python functions that do it without calling such an operator, with their modules.
        classes: what the layers that do it are told as, by the classes that they all come from.
        of_numpy: functions of numpy that do it.
        script: operators that TorchScript alone knows.
        packages: packages that do it, by the first part of their name.
        always: whether no worker ever has it; else it is taken where the exercise forbids it.
    """

    words: tuple[str, ...] = ()
    fair: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    classes: Mapping[str, str] = field(default_factory=dict)
    of_numpy: tuple[str, ...] = ()
    script: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    always: bool = False

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """From JSON, where tuples are lists."""
        values: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in told.items()}
        return cls(**values)
