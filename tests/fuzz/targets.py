"""All targets by name. Each is loaded when asked for, since some need a moment to get ready."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial

from tests.fuzz.engine import Target


def _load(module: str) -> Target:
    target: Target = importlib.import_module(f"tests.fuzz.{module}").TARGET
    return target


TARGETS: dict[str, Callable[[], Target]] = {
    name: partial(_load, name)
    for name in ("decoder", "frames", "zips", "notebooks", "names", "handins", "reports", "judging")
}
