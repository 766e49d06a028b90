"""Settings of a whole process that a file of a hand-in may change: what one file sets is not for another's checks."""

from __future__ import annotations

import os
import sys
import warnings
from dataclasses import dataclass
from typing import Any, Self

import numpy
import torch

# held here, since student code may have put its own functions into torch
from torch import (
    _GLOBAL_DEVICE_CONTEXT,
    are_deterministic_algorithms_enabled,
    get_default_device,
    get_default_dtype,
    is_anomaly_enabled,
    is_grad_enabled,
    set_anomaly_enabled,
    set_default_device,
    set_default_dtype,
    set_grad_enabled,
    use_deterministic_algorithms,
)
from torch._C import _len_torch_function_stack


@dataclass(frozen=True)
class Defaults:
    """What new tensors are made of. A function keeps those that its file had set where it is defined."""

    dtype: torch.dtype = torch.float32
    device: str = "cpu"

    @classmethod
    def now(cls) -> Self:
        """Those that hold now."""
        return cls(get_default_dtype(), _device())

    def restore(self) -> None:
        """Makes them hold again."""
        if get_default_dtype() is not self.dtype:
            set_default_dtype(self.dtype)
        if _device() != self.device:
            set_default_device(None if self.device == "cpu" else self.device)


TORCHS = Defaults()


def _device() -> str:
    # where nobody is asked before torch's functions and none was set; torch itself takes long to say so
    if not _len_torch_function_stack() and getattr(_GLOBAL_DEVICE_CONTEXT, "device_context", None) is None:
        return "cpu"
    return str(get_default_device())


class AsAtStart:
    """Settings as they were before a line of the hand-in ran."""

    def __init__(self) -> None:
        self._folder = os.getcwd()  # noqa: PTH109 - a plain string, compared before every call
        self._environment = dict(os.environ)
        self._inside = dict(_inside(os.environ))
        self._filters = warnings.filters[:]
        self._errors = numpy.geterr()
        self._recursion = sys.getrecursionlimit()

    def restore(self) -> None:
        """Makes them hold again."""
        TORCHS.restore()
        if not is_grad_enabled():
            set_grad_enabled(True)
        if is_anomaly_enabled():
            set_anomaly_enabled(False)
        if are_deterministic_algorithms_enabled():
            use_deterministic_algorithms(False)
        if warnings.filters != self._filters:
            warnings.filters[:] = self._filters  # type: ignore[index]
            warnings._filters_mutated()  # type: ignore[attr-defined]
        if numpy.geterr() != self._errors:
            numpy.seterr(**self._errors)
        if sys.getrecursionlimit() < self._recursion:
            sys.setrecursionlimit(self._recursion)
        # to read the variables one by one takes as long as a small call
        if _inside(os.environ) != self._inside and os.environ != self._environment:
            os.environ.clear()
            os.environ.update(self._environment)
        self._go_back()

    def _go_back(self) -> None:
        try:
            here = os.getcwd()  # noqa: PTH109
        except OSError:  # the folder is gone
            here = ""
        if here != self._folder:
            os.chdir(self._folder)


def _inside(environ: object) -> Any:
    """What an `os.environ` keeps its variables in."""
    return getattr(environ, "_data", environ)
