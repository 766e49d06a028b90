"""Runs steps on a device: the CPU, CUDA, or a pretended GPU where there is none."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch

from autograder.sandbox import as_cuda, pretended
from autograder.sandbox.pretended import PRETENDED, Pretended
from exercises.feedback import steps
from exercises.feedback.script import Step
from exercises.feedback.steps import Look, Raised


def run(
    asked: Sequence[Step], device: str, lookup: Callable[[str], Any], look: Look | None = None
) -> tuple[list[Any], Raised | None]:
    """Runs steps as `steps.run` does, their tensors on a device; results name the device that they were on."""
    if device != PRETENDED:
        return steps.run(asked if device == "cpu" else _moved(asked, device), lookup, look)
    with as_cuda.gpu():
        results, raised = steps.run(_moved(asked, "cuda"), lookup, look)
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
    _do_without_compiler()
    pretended.register()
    as_cuda.deny()
    steps.TENSORS.add(Pretended)


def prepare_operators() -> None:
    """Calls on the pretended GPU what much code calls: torch looks each operator up when it first comes there."""
    with torch.no_grad():
        x = Pretended(torch.rand(2, 3, 4, 4))
        x.new_zeros(2, 3, 4, 4)[..., 1:, :].copy_(x[:, :, 1:])
        y = x.detach().clone().permute(1, 0, 2, 3).expand(3, 2, 4, 4)
        y.unfold(2, 2, 1).reshape(3, 2, -1).transpose(1, 2).to(torch.float64)
        (y * x.unbind(0)[0].unsqueeze(1) + x[:1, :1]).select(0, 0).view(2, 16).t()
        torch.bmm(x[0], x[1])
        torch.mm(x[0, 0], x[0, 1])
        torch.einsum("abcd,cd->ab", x, x[0, 0])
        (x / 2 - 1).square().sum((2, 3)).sqrt()


def _do_without_compiler() -> None:
    """There is no compiler in a worker: a compiled function is the same function.

    Optimizers and `torch.func` ask it to leave them alone. That is 800 modules, sympy among them, and some cannot be
    loaded any more where a hand-in runs.
    """
    torch.compile = _Idle("torch.compile")  # type: ignore[assignment]
    idle = _Idle("torch._dynamo")
    sys.modules.setdefault("torch._dynamo", idle)
    vars(torch).setdefault("_dynamo", idle)


class _Idle(types.ModuleType):
    """The compiler, and whatever it has: gives functions back as they are, and takes what it is set or asked."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Idle(name)

    def __call__(self, function: Any = None, *_: Any, **__: Any) -> Any:
        return self if function is None else function

    def __bool__(self) -> bool:
        return False

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        pass
