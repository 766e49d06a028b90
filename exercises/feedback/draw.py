"""One picture of a wrong answer: input | expected | yours | difference; beside the input, what a course adds.

A tensor with more than two axes is shown by one slice, the one with the largest error. Expected and yours
share one scale, so equal greys are equal numbers; the difference has a scale of its own, from blue (yours
is too small) over white to red (yours is too large).

`development` is the picture of several answers that belong together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from exercises.feedback.calls import Call
from exercises.feedback.compare import describe
from exercises.feedback.paint import Panel, paint
from exercises.feedback.palette import BLUE_TO_RED
from exercises.feedback.steps import TensorResult

if TYPE_CHECKING:
    from exercises.feedback.course import Detail

FAINTEST = 1e-5  # differences smaller than this, beside the largest number, look like none

CloseUp = Callable[[tuple[int, ...]], "Sequence[Detail]"]  # what there is to see of the worst place


def nothing(_worst: tuple[int, ...]) -> Sequence[Detail]:
    """Of no place."""
    return ()


def picture(
    call: Call,
    expected: Any,
    got: Any,
    path: str | Path,
    shown: Tensor | None = None,
    close_up: CloseUp = nothing,
) -> Path:
    """Draws what was expected beside what came.

    Args:
        call: the call that was made; its first tensor is the input.
        expected: the reference's answer.
        got: the student's answer, as `steps.run` gives it.
        path: where the PNG goes; folders are made.
        shown: the input, if the call has none (a layer's forward).
        close_up: what else is drawn, beside the input, of the place with the largest error.

    Returns:
        The path.
    """
    return paint(call.text, panels(call, expected, got, shown, close_up), path)


def development(heading: str, details: Sequence[Detail], path: str | Path) -> Path:
    """Draws what several answers show together, from left to right.

    Args:
        heading: what was called, and for what.
        details: grids, which share one scale, and curves, which begin at 0.
        path: where the PNG goes; folders are made.

    Returns:
        The path.
    """
    return paint(heading, development_panels(details), path)


def development_panels(details: Sequence[Detail]) -> list[Panel]:
    """What `development` draws, from left to right, as plain data."""
    scale = _range(*(detail.values for detail in details if detail.values.ndim == 2))
    row = []
    for detail in details:
        values = detail.values.detach().to("cpu", torch.float64)
        low, high = scale if values.ndim == 2 else (min(0.0, _range(values)[0]), _range(values)[1])
        row.append(Panel(detail.title, detail.subtitle, values, low, high))
    return row


def panels(
    call: Call, expected: Any, got: Any, shown: Tensor | None = None, close_up: CloseUp = nothing
) -> list[Panel]:
    """What `picture` draws, from left to right, as plain data."""
    handed = [a for a in (*call.real_args, *call.real_kwargs.values()) if isinstance(a, Tensor)]
    source = shown if shown is not None else handed[0] if handed else None
    item = _wrong_item(expected, got)
    name = "" if item is None else f"item {item}"
    if item is not None:
        expected = expected[item]
        got = got[item] if isinstance(got, tuple | list) and len(got) > item else got
    right = _numbers(expected)
    yours = _numbers(got)
    comparable = right is not None and yours is not None and right.shape == yours.shape and right.numel() > 0
    worst = _worst(right, yours) if comparable and right is not None and yours is not None else ()
    low, high = _range(right, yours if comparable else None)
    return [
        _slice_panel("input", source, _input_place(source, right, worst), "", *_range(source, None)),
        *(_detail_panel(detail) for detail in (close_up(worst) if worst else ())),
        _slice_panel("expected", expected, worst, name, low, high),
        _slice_panel("yours", got, worst, name, *((low, high) if comparable else _range(yours, None))),
        _difference_panel(right, yours, worst, comparable),
    ]


def _numbers(value: Any) -> Tensor | None:
    """The values in float64, or None for what is no tensor of real numbers."""
    tensor = value.value if isinstance(value, TensorResult) else value
    if not isinstance(tensor, Tensor) or tensor.is_complex():
        return None
    return tensor.detach().to("cpu", torch.float64)


def _wrong_item(expected: Any, got: Any) -> int | None:
    """Which tensor of a tuple to show: the first that differs."""
    if not isinstance(expected, tuple) or not expected or not isinstance(expected[0], Tensor):
        return None
    if not isinstance(got, tuple | list):
        return 0
    for number, (e, g) in enumerate(zip(expected, got, strict=False)):
        yours = _numbers(g)
        if yours is None or yours.shape != e.shape or not torch.allclose(yours, e.double(), 1e-4, 1e-6):
            return number
    return 0


def _worst(right: Tensor, yours: Tensor) -> tuple[int, ...]:
    error = torch.nan_to_num((yours - right).abs(), nan=math.inf)
    return tuple(int(i) for i in torch.unravel_index(error.argmax(), error.shape))


def _input_place(source: Tensor | None, right: Tensor | None, worst: tuple[int, ...]) -> tuple[int, ...]:
    """The slice of the input that belongs to a slice of the answer: the same picture of the batch."""
    if source is None or right is None or source.ndim < 3:
        return ()
    if source.shape[:-2] == right.shape[:-2]:
        return worst
    same_batch = worst and source.shape[0] == right.shape[0] and source.ndim == right.ndim
    return (worst[0], *(0,) * (source.ndim - 1)) if same_batch else ()


def _range(*tensors: Any) -> tuple[float, float]:
    """The smallest and the largest number, NaN and infinity left out."""
    present = [n for n in map(_numbers, tensors) if n is not None]
    finite = [n[n.isfinite()] for n in present]
    finite = [n for n in finite if n.numel()]
    if not finite:
        return 0.0, 0.0
    return min(float(n.min()) for n in finite), max(float(n.max()) for n in finite)


def _slice_panel(title: str, value: Any, place: tuple[int, ...], name: str, low: float, high: float) -> Panel:
    values = _numbers(value)
    if values is None:
        sentence = "this call has no tensor to draw" if title == "input" else _in_words(value)
        return Panel(title, name, sentence=sentence)
    shape = str(tuple(values.shape))
    if values.numel() == 0:
        return Panel(title, name, sentence=f"an empty tensor of shape {shape}")
    flat, leading = _slice(values, place)
    words = [name] if name else []
    words.append(f"slice [{', '.join(map(str, leading))}] of {shape}" if leading else f"shape {shape}")
    return Panel(title, ", ".join(words), flat, low, high)


def _detail_panel(detail: Detail) -> Panel:
    values = detail.values.detach().to("cpu", torch.float64)
    return Panel(detail.title, detail.subtitle, values, *_range(values))


def _in_words(value: Any) -> str:
    return repr(value) if isinstance(value, int | float | tuple) else describe(value)


def _slice(values: Tensor, place: tuple[int, ...]) -> tuple[Tensor, tuple[int, ...]]:
    """Two axes of a tensor, and the place on the other ones."""
    if values.ndim < 2:
        return values.reshape(1, -1), ()
    leading = (place or (0,) * values.ndim)[: values.ndim - 2]
    return values[leading], leading


def _difference_panel(
    right: Tensor | None, yours: Tensor | None, worst: tuple[int, ...], comparable: bool
) -> Panel:
    if right is None or yours is None:
        return Panel("difference", sentence="nothing to subtract")
    if not comparable:
        shapes = f"{tuple(right.shape)} expected\n{tuple(yours.shape)} yours"
        return Panel("difference", sentence=f"shapes differ:\n{shapes}")
    difference, _ = _slice(yours - right, worst)
    low, high = _range(difference)
    most = max(-low, high, float(right.abs().max()) * FAINTEST)
    marked = worst[-2:] if len(worst) >= 2 else (0, *worst, 0)[:2] if worst else (0, 0)
    return Panel(
        "difference",
        "yours - expected, worst place framed",
        difference,
        -most,
        most,
        BLUE_TO_RED,
        marked=(marked[0], marked[1]),
    )
