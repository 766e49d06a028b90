"""Finds ready-made convolutions while student code runs.

Every convolution operator of torch, by whatever Python name it is reached, ends in torch's dispatcher. In
a worker those operators have a kernel of ours in front, which notes the call and raises. It costs other
operators nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable

import torch
from torch.library import Library

_KEYS = ("CPU", "CUDA", "AutogradCPU", "AutogradCUDA")
_FAMILIES: dict[str, tuple[str, ...]] = {
    "convolution": ("conv", "im2col", "col2im"),
    "padding": ("aten::constant_pad_nd", "aten::reflection_pad", "aten::replication_pad", "aten::pad"),
}
_FAIR = ("convert", "conversion")


class Ban:
    """Keeps groups of operators out of use.

    `calls` lists the operators that were called in spite of it, since the last `clear`.

    Code at the top of a hand-in's file may use them: comparing oneself with torch is fair. It meets the ban all
    the same, and is then run again without.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._libraries: dict[str, list[Library]] = {}
        every = torch._C._dispatch_get_all_op_names()
        self._operators = {group: [n for n in every if _belongs(n, group)] for group in _FAMILIES}

    def set(self, groups: Iterable[str]) -> None:
        """Bans exactly the operators of these groups ("convolution", "padding"); others are let free."""
        wanted = {g for g in groups if g in _FAMILIES}
        for group in set(self._libraries) - wanted:
            for library in self._libraries.pop(group):
                library._destroy()  # type: ignore[no-untyped-call]
        for group in sorted(wanted - set(self._libraries)):
            self._libraries[group] = self._install(group)

    def clear(self) -> None:
        """Forgets the calls noted so far."""
        self.calls.clear()

    def _install(self, group: str) -> list[Library]:
        libraries: dict[str, Library] = {}
        with warnings.catch_warnings():
            # torch warns that a kernel is replaced: that is what is wanted here
            warnings.simplefilter("ignore")
            for operator in self._operators[group]:
                namespace, name = operator.split("::", 1)
                if namespace not in libraries:
                    libraries[namespace] = Library(namespace, "IMPL")  # type: ignore[no-untyped-call]
                for key in _KEYS:
                    libraries[namespace].impl(name, self._refuse(operator), key)  # type: ignore[no-untyped-call]
        return list(libraries.values())

    def _refuse(self, operator: str) -> Callable[..., None]:
        def refuse(*_args: object, **_kwargs: object) -> None:
            self.calls.append(operator)
            raise RuntimeError(f"{operator} is not allowed in this exercise")

        return refuse


def _belongs(operator: str, group: str) -> bool:
    named = any(word in operator for word in _FAMILIES[group])
    return named and not any(word in operator for word in _FAIR)
