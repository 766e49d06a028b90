"""Misconceptions of exercise 6 with a number of the student's own in them, which is read off the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from exercises.course.oracle import LUMA, sobel_edges, sobel_kernels, sobel_slopes
from exercises.course.sections import Section
from exercises.feedback.misconception import Family, Misconception

EDGES = ("sobel_edges",)
MAX_ADDED = 1.0  # beside more than that no edges could be made out
MAX_DIGITS = 6  # after the point; float32 holds no more of a number near 1
# name and title, of each family and of all its members
_OTHER_LUMA = ("grey-from-other-weights", "grey has other weights than the task's")
_UNDER_THE_ROOT = ("edges-epsilon-under-root", "a number is added under the root")
_AFTER_THE_ROOT = ("edges-constant-added", "a number is added to every pixel")


def _edges_with(luma: Sequence[float]) -> Callable[[Tensor], Tensor]:
    """The edges of a colour picture made grey with other weights; those of a grey one are right."""

    def answer(image: Tensor) -> Tensor:
        right, down = sobel_slopes(image, torch.stack(sobel_kernels()), luma)
        return torch.hypot(right, down)

    return answer


def _other_luma(given: tuple[Any, ...], right: Tensor, got: Tensor, allowed: float) -> Misconception | None:
    """The weights by which the channels were added.

    With the slopes a and b of the three channels, the squared edge is the sum over all i and j of
    w_i w_j (a_i a_j + b_i b_j): linear in the six products of weights. These are fitted, and the weights are the
    largest eigenvector of their matrix.
    """
    (image,) = given
    if image.ndim != 3 or got.min() < 0:
        return None
    kernels = torch.stack(sobel_kernels())
    slopes = torch.stack([sobel_slopes(channel, kernels) for channel in image])  # (3, 2, H, W)
    upper = torch.triu_indices(3, 3)
    products = (slopes[upper[0]] * slopes[upper[1]]).sum(1).flatten(1)  # (6, H * W)
    twice = torch.where(upper[0] == upper[1], 1.0, 2.0).to(products)
    system = (products * twice[:, None]).T
    if torch.linalg.matrix_rank(system, rtol=1e-6) < 6:
        return None  # too few pixels, or too much alike
    solution = torch.linalg.lstsq(system, got.flatten()[:, None] ** 2).solution[:, 0]
    matrix = torch.zeros(3, 3, dtype=torch.float64)
    matrix[upper[0], upper[1]] = matrix[upper[1], upper[0]] = solution
    sizes, vectors = torch.linalg.eigh(matrix)
    weights = (vectors[:, -1] * sizes[-1].clamp_min(0).sqrt()).tolist()
    weights = [w if sum(weights) > 0 else -w for w in weights]
    # a multiple of the right ones is another mistake, and so is what is no weight at all
    scale = sum(weights) / sum(LUMA)
    if (
        max(map(abs, weights)) > 1.5
        or max(abs(w - scale * v) for w, v in zip(weights, LUMA, strict=True)) < 1e-5
    ):
        return None
    return _grey_entry(_as_written(weights, image, got, allowed))


def _as_written(weights: Sequence[float], image: Tensor, got: Tensor, allowed: float) -> tuple[float, ...]:
    """The weights with as few digits as give the same edges, but for rounding."""
    for digits in range(1, MAX_DIGITS + 1):
        rounded = tuple(round(w, digits) + 0.0 for w in weights)
        if float((_edges_with(rounded)(image) - got).abs().max()) <= allowed:
            return rounded
    return tuple(weights)


def _grey_entry(luma: tuple[float, ...]) -> Misconception:
    red, green, blue = (f"{weight:.{MAX_DIGITS}g}" for weight in luma)
    return Misconception(
        *_OTHER_LUMA,
        EDGES,
        f"Grey seems to be {red} of red, {green} of green and {blue} of blue. The task asks for "
        f"{LUMA[0]} of red, {LUMA[1]} of green and {LUMA[2]} of blue.",
        Section.YOUR_TURN,
        _edges_with(luma),
    )


def _under_the_root(
    given: tuple[Any, ...], right: Tensor, got: Tensor, allowed: float
) -> Misconception | None:
    """What was added to the sum of squares. It shows most where the edge is weakest."""
    weakest = right.argmin()
    added = float(got.flatten()[weakest] ** 2 - right.flatten()[weakest] ** 2)
    amount = _with_few_digits(added, lambda a: (right**2 + a).sqrt(), got, allowed)
    if not 0 < amount <= MAX_ADDED:
        return None
    return Misconception(
        *_UNDER_THE_ROOT,
        EDGES,
        f"About {_text(amount)} seems to be added under the root. Where the picture is flat, the strength is then "
        f"{_text(amount**0.5)} and not 0. If it is there for the gradient's sake: torch can take the length of a "
        "vector by itself.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        lambda image: (sobel_edges(image) ** 2 + amount).sqrt(),
    )


def _after_the_root(
    given: tuple[Any, ...], right: Tensor, got: Tensor, allowed: float
) -> Misconception | None:
    """What was added to every strength."""
    amount = _with_few_digits(float((got - right).median()), lambda a: right + a, got, allowed)
    if not 0 < abs(amount) <= MAX_ADDED:
        return None
    return Misconception(
        *_AFTER_THE_ROOT,
        EDGES,
        f"About {_text(amount)} seems to be added to every pixel of the result. Where the picture is flat, the "
        "strength is 0.",
        Section.WHY_ARE_THEY_FUNDAMENTAL,
        lambda image: sobel_edges(image) + amount,
    )


def _with_few_digits(value: float, answer: Callable[[float], Tensor], got: Tensor, allowed: float) -> float:
    """The number with as few digits as give the answer, but for rounding: what was typed, not what was measured."""
    for digits in range(4):
        rounded = float(f"{value:.{digits}e}")
        if float((answer(rounded) - got).abs().max()) <= allowed:
            return rounded
    return value


def _text(value: float) -> str:
    """A number as one types it, with two digits at most: 1e-6, 0.001."""
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{value:.2g}" if int(exponent) > -4 else f"{mantissa.removesuffix('.0')}e{int(exponent)}"


FAMILIES = (
    Family(*_OTHER_LUMA, EDGES, Section.YOUR_TURN, _other_luma),
    Family(*_UNDER_THE_ROOT, EDGES, Section.WHY_ARE_THEY_FUNDAMENTAL, _under_the_root),
    Family(*_AFTER_THE_ROOT, EDGES, Section.WHY_ARE_THEY_FUNDAMENTAL, _after_the_root),
)
