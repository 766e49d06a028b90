"""Settings of a whole process that a file of a hand-in may change: what one file sets is not for another's checks."""

from __future__ import annotations

import os
import sys
import warnings
from dataclasses import dataclass
from typing import Self

import numpy
import torch

# held here, since student code may have put its own functions into torch
from torch import (
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


@dataclass(frozen=True)
class Defaults:
    """What new tensors are made of. A function keeps those that its file had set where it is defined."""

    dtype: torch.dtype = torch.float32
    device: str = "cpu"

    @classmethod
    def now(cls) -> Self:
        """Those that hold now."""
        return cls(get_default_dtype(), str(get_default_device()))

    def restore(self) -> None:
        """Makes them hold again."""
        now = self.now()
        if now.dtype is not self.dtype:
            set_default_dtype(self.dtype)
        if now.device != self.device:
            set_default_device(None if self.device == "cpu" else self.device)


class AsAtStart:
    """Settings as they were before a line of the hand-in ran."""

    def __init__(self) -> None:
        self._folder = os.getcwd()  # noqa: PTH109 - a plain string, compared before every call
        self._environment = dict(os.environ)
        self._filters = warnings.filters[:]
        self._errors = numpy.geterr()
        self._recursion = sys.getrecursionlimit()

    def restore(self) -> None:
        """Makes them hold again."""
        Defaults().restore()
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
        if os.environ != self._environment:
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
