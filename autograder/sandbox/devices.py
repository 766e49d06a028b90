"""Runs steps on a device: the CPU, CUDA, or a pretended GPU where there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch

from autograder.sandbox import as_cuda, pretended
from autograder.sandbox.pretended import PRETENDED, Pretended
from exercises.feedback import steps
from exercises.feedback.script import Step
from exercises.feedback.steps import Raised


def run(asked: Sequence[Step], device: str, lookup: Callable[[str], Any]) -> tuple[list[Any], Raised | None]:
    """Runs steps as `steps.run` does, their tensors on a device; results name the device that they were on."""
    if device != PRETENDED:
        return steps.run(asked if device == "cpu" else _moved(asked, device), lookup)
    with as_cuda.gpu():
        results, raised = steps.run(_moved(asked, "cuda"), lookup)
    return results, raised and replace(raised, message=as_cuda.named(raised.message))


def _moved(value: Any, device: str) -> Any:
    if isinstance(value, torch.Tensor):
        return value.to(device)
    if isinstance(value, Mapping):
        return {k: _moved(v, device) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_moved(v, device) for v in value)
    return device if value == PRETENDED else value


def prepare_pretended() -> None:
    """Makes the pretended GPU known to torch; the zygote does it once."""
    # there is no compiler in a worker; a compiled function is the same function
    torch.compile = _uncompiled
    pretended.register()
    as_cuda.deny()
    steps.TENSORS.add(Pretended)


def _uncompiled(model: Any = None, **_: Any) -> Any:
    return model if model is not None else lambda function: function
