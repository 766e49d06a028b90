"""The form of what a worker answers: checks read what comes as what their steps ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard

from exercises.feedback.script import Step
from exercises.feedback.steps import TensorResult


def fits(steps: Sequence[Step], results: list[Any], raised: bool) -> bool:
    """Whether results can be those of the steps: a worker may have been made to answer anything."""
    if len(results) > len(steps) or (len(results) < len(steps) and not raised):
        return False
    return all(_fits_step(step, result) for step, result in zip(steps, results, strict=False))


def _fits_step(step: Step, result: Any) -> bool:
    if step["do"] == "vjp":
        return _are_tensors(result) and ("parameters" in step["wrt"] or len(result) == len(step["wrt"]))
    if step["do"] == "inputs":
        return _are_tensors(result)
    if step["do"] == "state" or step["do"] == "sgd":
        return isinstance(result, dict)
    return True


def _are_tensors(result: Any) -> TypeGuard[tuple[TensorResult | None, ...]]:
    return isinstance(result, tuple) and all(r is None or isinstance(r, TensorResult) for r in result)
