"""A call of a student's function, written down: it can be made, sent, printed and made again.

`Sample` stands for a random tensor, so a failing call prints as one line that can be pasted into
Python and gives the very same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor

LAYOUTS = ("contiguous", "channels_last", "strided", "transposed", "expanded")
DTYPES = {
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float32": torch.float32,
    "float64": torch.float64,
}
PRINTED_ELEMENTS = 64  # tensors up to this size are printed in full


def lay_out(values: Tensor, layout: str) -> Tensor:
    """The same values in another memory layout.

    Args:
        values: any tensor. For "channels_last" it has four axes; for "expanded" all entries along the
            first axis are equal.
        layout: one of `LAYOUTS`. "strided" leaves a gap after every number, "transposed" stores the last
            two axes in the other order, "expanded" stores one entry of the first axis for all.

    Raises:
        ValueError: if the layout's name is unknown.
    """
    if layout == "contiguous":
        return values.contiguous()
    if layout == "channels_last":
        return values.contiguous(memory_format=torch.channels_last)
    if layout == "strided":
        roomy = values.new_full((*values.shape[:-1], 2 * values.shape[-1]), -7.0)
        roomy[..., ::2] = values
        return roomy[..., ::2]
    if layout == "transposed":
        return values.transpose(-1, -2).contiguous().transpose(-1, -2)
    if layout == "expanded":
        return values[:1].contiguous().expand(values.shape)
    raise ValueError(f"unknown layout {layout!r}; known are {', '.join(LAYOUTS)}")


def layout_of(values: Tensor) -> str:
    """The name of the layout that `lay_out` would need to give this tensor its memory layout."""
    if values.is_contiguous():
        return "contiguous"
    if values.dim() == 4 and values.is_contiguous(memory_format=torch.channels_last):
        return "channels_last"
    if values.stride(0) == 0:
        return "expanded"
    if values.dim() > 1 and values.transpose(-1, -2).is_contiguous():
        return "transposed"
    return "strided"


@dataclass(frozen=True)
class Sample:
    """A random tensor by its recipe: normally distributed numbers, or uniform in [0, 1) for pictures."""

    shape: tuple[int, ...]
    seed: int
    dtype: str = "float32"
    layout: str = "contiguous"
    uniform: bool = False

    def __str__(self) -> str:
        words = [str(self.shape), f"seed={self.seed}"]
        if self.dtype != "float32":
            words.append(f"dtype={self.dtype!r}")
        if self.layout != "contiguous":
            words.append(f"layout={self.layout!r}")
        if self.uniform:
            words.append("uniform=True")
        return f"sample({', '.join(words)})"

    def tensor(self) -> Tensor:
        """Draws the numbers on the CPU in float64, then rounds them to the dtype."""
        generator = torch.Generator().manual_seed(self.seed)
        shape = (1, *self.shape[1:]) if self.layout == "expanded" else self.shape
        draw = torch.rand if self.uniform else torch.randn
        values = draw(shape, generator=generator, dtype=torch.float64).to(DTYPES[self.dtype])
        if self.layout == "expanded":
            return values.expand(self.shape)
        return lay_out(values, self.layout)


def sample(
    shape: tuple[int, ...],
    seed: int,
    dtype: str = "float32",
    layout: str = "contiguous",
    uniform: bool = False,
) -> Tensor:
    """The random tensor that a failing check names; the same numbers on every machine."""
    return Sample(shape, seed, dtype, layout, uniform).tensor()


@dataclass(frozen=True, eq=False)
class Call:
    """`function(*args, **kwargs)`, where an argument is plain data, a tensor or a `Sample`."""

    function: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Call) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @cached_property
    def _key(self) -> tuple[Any, ...]:
        # tensors compare element by element, so they are known by identity here
        def known(value: Any) -> Any:
            return ("tensor", id(value)) if isinstance(value, Tensor) else (type(value).__name__, value)

        named = tuple((name, known(value)) for name, value in self.kwargs.items())
        return (self.function, tuple(known(a) for a in self.args), named)

    @cached_property
    def real_args(self) -> tuple[Any, ...]:
        """The positional arguments with every `Sample` drawn."""
        return tuple(_drawn(a) for a in self.args)

    @cached_property
    def real_kwargs(self) -> dict[str, Any]:
        """The keyword arguments with every `Sample` drawn."""
        return {name: _drawn(a) for name, a in self.kwargs.items()}

    @property
    def text(self) -> str:
        """The call as one would type it."""
        words = [argument_text(a) for a in self.args]
        words += [f"{name}={argument_text(a)}" for name, a in self.kwargs.items()]
        return f"{self.function}({', '.join(words)})"

    def script(self, module: str) -> str:
        """Lines to paste into Python, imports included.

        Args:
            module: the exercise module that defines the function, such as "ex3_name".
        """
        lines = []
        if "torch." in self.text:
            lines.append("import torch")
        lines.append(f"from exercises.{module} import {self.function}")
        if any(isinstance(a, Sample) for a in (*self.args, *self.kwargs.values())):
            lines.append("from exercises.feedback.calls import sample")
        return "\n".join([*lines, self.text])


def _drawn(argument: Any) -> Any:
    return argument.tensor() if isinstance(argument, Sample) else argument


def argument_text(argument: Any) -> str:
    """An argument as one would type it; a tensor too long to print is named by its shape."""
    if isinstance(argument, Sample):
        return str(argument)
    if isinstance(argument, Tensor):
        dtype = "" if argument.dtype in (torch.float32, torch.int64) else f", dtype={argument.dtype}"
        if argument.numel() == 0 or argument.numel() > PRINTED_ELEMENTS:
            return f"torch.empty({tuple(argument.shape)}{dtype})"
        return f"torch.tensor({_numbers(argument.tolist())}{dtype})"
    return repr(argument)


def _numbers(values: Any) -> str:
    if isinstance(values, list):
        return f"[{', '.join(_numbers(v) for v in values)}]"
    return f"{values:.6g}" if isinstance(values, int) else _decimal(values)


def _decimal(value: float) -> str:
    text = f"{value:.6g}"
    return text if any(c in text for c in ".en") else f"{text}."
