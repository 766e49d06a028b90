"""Is the answer right, and if not, in what way? One place for every tolerance.

Values are compared in float64 on the CPU. Nothing is broadcast: type, shape and dtype must be right
before a number is looked at, and NaN never passes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor

from exercises.feedback.kinds import FailureKind
from exercises.feedback.steps import Opaque, TensorResult

# Rounding errors allowed, in units of the dtype's epsilon times the magnitude below. Correct hand-ins in
# many styles (loops, einsum, matmul, FFT, shift and add) stay under two thirds of it in 3,000 random settings.
ROUNDINGS = 4.0
TF32_EPSILON = 2.0**-10  # CUDA may multiply float32 numbers with TF32's 10 bits of mantissa

A_TENSOR = "a torch.Tensor"  # what is expected, for the student

MismatchKind = Literal[
    FailureKind.TYPE,
    FailureKind.LENGTH,
    FailureKind.SHAPE,
    FailureKind.DTYPE,
    FailureKind.DEVICE,
    FailureKind.NAN,
    FailureKind.VALUE,
]


def tolerance(dtype: torch.dtype, magnitude: float, device: str = "cpu") -> float:
    """The largest absolute difference that rounding alone can explain.

    A sum of n products computed in floating point, in any order, is off by at most about
    n * eps * sum(|products|) (Higham, "Accuracy and Stability of Numerical Algorithms", section 3.1), and
    in practice by a few eps * sum(|products|). So the number of terms comes in through `magnitude`, and
    FFT answers, whose error spreads over the whole picture, pass because the largest sum counts for all.

    Args:
        dtype: the dtype that the student's call used.
        magnitude: the largest sum of |products| over all outputs (the reference, on absolute values).
        device: "cpu" or "cuda…"; CUDA float32 allows for TF32.
    """
    epsilon = torch.finfo(dtype).eps
    if dtype is torch.float64:
        epsilon *= 2  # the right answer is no more exact than that: it may be as far off on the other side
    if device.startswith("cuda") and dtype is torch.float32:
        epsilon = TF32_EPSILON
    return ROUNDINGS * epsilon * max(magnitude, torch.finfo(dtype).tiny)


@dataclass(frozen=True)
class Mismatch:
    """In what way an answer is wrong.

    `expected` and `got` are for the student; `seen` is what came, as `steps.run` gives it, where that is of the wrong
    form; `item` is the number of the part that is wrong, where the answer is a tuple;
    `worst` is the index of the largest error, where there is one, and `wrong` of `total` numbers are wrong;
    `as_float32` says that float64 numbers are wrong, but right as far as float32 goes, and `axes_of_one` that a shape
    is right but for axes of size 1 that are too many or missing.
    """

    kind: MismatchKind
    expected: str
    got: str
    seen: Any = None
    item: int | None = None
    worst: tuple[int, ...] | None = None
    wrong: int = 0
    total: int = 0
    as_float32: bool = False
    axes_of_one: bool = False

    @property
    def where(self) -> str:
        """The place in words, such as "item 1: largest error at [0, 2]; 3 of 8 numbers wrong"."""
        part = "" if self.item is None else f"item {self.item}: "
        return part if self.worst is None else f"{part}{self.largest}; {self.counted}"

    @property
    def largest(self) -> str:
        """Where the largest error is, where there is one."""
        return "" if self.worst is None else f"largest error at {list(self.worst)}"

    @property
    def counted(self) -> str:
        """How many numbers are wrong."""
        return f"{self.wrong} of {self.total} numbers wrong"


def compare(
    expected: Any,
    got: Any,
    *,
    dtype: torch.dtype = torch.float32,
    magnitude: float = 1.0,
    device: str = "cpu",
    numbers: bool = True,
) -> Mismatch | None:
    """Holds an answer against the reference; None means that it is right.

    Args:
        expected: the reference's answer: a float64 tensor, an int, or a tuple of such.
        got: the student's answer as `steps.run` gives it.
        dtype: the dtype every tensor of the answer must have.
        magnitude: see `tolerance`.
        device: the device every tensor of the answer must be on.
        numbers: whether shapes and numbers are compared, and not types, dtypes and devices alone.
    """
    if isinstance(expected, Tensor):
        found = _compare_form(expected if numbers else None, got, dtype, device)
        return found or (_compare_numbers(expected, got, dtype, magnitude, device) if numbers else None)
    if isinstance(expected, tuple):
        if not isinstance(got, tuple | list):
            return Mismatch(FailureKind.TYPE, f"a tuple of {len(expected)}", describe(got), got)
        if len(got) != len(expected):
            return Mismatch(FailureKind.LENGTH, f"{len(expected)} items", f"{len(got)} items")
        for i, (e, g) in enumerate(zip(expected, got, strict=True)):
            found = compare(e, g, dtype=dtype, magnitude=magnitude, device=device, numbers=numbers)
            if found:
                return replace(found, item=i)
        return None
    if type(got) is not type(expected):
        return Mismatch(FailureKind.TYPE, describe(expected), describe(got), got)
    if numbers and got != expected:
        return Mismatch(FailureKind.VALUE, repr(expected), repr(got))
    return None


def _compare_form(expected: Tensor | None, got: Any, dtype: torch.dtype, device: str) -> Mismatch | None:
    if not isinstance(got, TensorResult):
        return Mismatch(FailureKind.TYPE, A_TENSOR, describe(got), got)
    values = got.value
    if expected is not None and values.shape != expected.shape:
        return Mismatch(
            FailureKind.SHAPE,
            str(tuple(expected.shape)),
            str(tuple(values.shape)),
            axes_of_one=values.ndim != expected.ndim and _longer_axes(values) == _longer_axes(expected),
        )
    if values.dtype != dtype:
        return Mismatch(FailureKind.DTYPE, str(dtype), str(values.dtype), got)
    if got.device.split(":")[0] != device.split(":")[0]:
        return Mismatch(FailureKind.DEVICE, device, got.device)
    return None


def _longer_axes(values: Tensor) -> list[int]:
    return [size for size in values.shape if size != 1]


def _compare_numbers(
    expected: Tensor, got: TensorResult, dtype: torch.dtype, magnitude: float, device: str
) -> Mismatch | None:
    values = got.value
    if expected.numel() == 0:
        return None
    error = (values.to(torch.float64) - expected).abs_()
    allowed = tolerance(dtype, magnitude, device)
    if float(error.max()) <= allowed:  # false where there is a NaN
        return None
    nans = torch.isnan(error)
    wrong = nans | (error > allowed)
    flat = int(torch.where(nans, torch.inf, error).argmax())
    worst = tuple(int(i) for i in torch.unravel_index(torch.tensor(flat), expected.shape))
    value = float(values[worst])
    return Mismatch(
        FailureKind.VALUE if value == value else FailureKind.NAN,
        f"{float(expected[worst]):.6g}",
        f"{value:.6g}",
        worst=worst,
        wrong=int(wrong.sum()),
        total=expected.numel(),
        as_float32=dtype is torch.float64 and float(error.max()) <= tolerance(torch.float32, magnitude),
    )


def describe(value: Any) -> str:
    """What came back, in a few words: never the numbers of a whole tensor."""
    if isinstance(value, TensorResult):
        return f"a tensor of shape {tuple(value.value.shape)} and dtype {value.value.dtype}"
    if isinstance(value, Opaque):
        return f"an object of type {value.type_name}"
    if value is None:
        return "None (is a `return` missing?)"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    article = "an" if type(value).__name__[0] in "aeiou" else "a"
    text = repr(value)
    return f"{article} {type(value).__name__}: {text if len(text) <= 200 else text[:199] + '…'}"
