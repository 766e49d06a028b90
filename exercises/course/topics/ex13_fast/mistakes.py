"""The right answer of `conv2d_fast`, and how it goes wrong: as any convolution, and with patches as columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from exercises.course import misconceptions
from exercises.course.misconceptions.setting import Operands
from exercises.course.oracle import Pair, pad2d, pair
from exercises.feedback.misconception import Misconception

FUNCTIONS = ("conv2d_fast",)
SECTION = "#patches-as-columns-im2col"


def conv2d_fast(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
) -> Tensor:
    """Torch's own."""
    return F.conv2d(x, weight, bias, pair(stride), pair(padding), pair(dilation))


@dataclass(frozen=True)
class Patches(Operands):
    """A convolution of patches laid open, so that their axes can be mixed up."""

    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]

    def run(self, **other: Any) -> Tensor:
        """Torch's answer, with some settings replaced."""
        s = replace(self, **other)
        return F.conv2d(s.x, s.weight, s.bias, s.stride, s.padding, s.dilation)

    @property
    def patches(self) -> Tensor:
        """All patches: `(N, C, out_h, out_w, kH, kW)`."""
        (down, right), (high, wide) = self.stride, self.dilation
        covered = [d * (k - 1) + 1 for d, k in zip(self.dilation, self.weight.shape[2:], strict=True)]
        windows = pad2d(self.x, self.padding).unfold(2, covered[0], down).unfold(3, covered[1], right)
        return windows[..., ::high, ::wide]

    def product(self, columns: Tensor, weight: Tensor | None = None) -> Tensor:
        """The answer out of columns, `(N, C * kH * kW, out_h * out_w)` or as long."""
        shape = self.patches.shape
        columns = columns.reshape(shape[0], -1, shape[2] * shape[3])
        weight = self.weight if weight is None else weight
        return self.biased((weight.flatten(1) @ columns).reshape(shape[0], -1, *shape[2:4]))


def _answer(change: Callable[[Patches], Tensor]) -> Callable[..., Tensor]:
    def answer(
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
    ) -> Tensor:
        return change(Patches(x, weight, bias, pair(stride), pair(padding), pair(dilation)))

    return answer


def _entry(name: str, title: str, explanation: str, change: Callable[[Patches], Tensor]) -> Misconception:
    return Misconception(f"fast-{name}", title, FUNCTIONS, explanation, SECTION, _answer(change))


def _pictures_into_kernels(s: Patches) -> Tensor:
    """One product for all pictures, `(O, N * places)`, read as if the pictures came first."""
    right = s.bare()
    return s.biased(right.transpose(0, 1).reshape(right.shape))


_OWN = (
    _entry(
        "patches-not-permuted",
        "the patches are reshaped without permuting",
        "The patches seem to be reshaped as they are, with the axes of the kernel behind those of the places. "
        "Columns need them in the order of the weights: permute to `(N, C, kH, kW, out_h, out_w)` first.",
        lambda s: s.product(s.patches),
    ),
    _entry(
        "places-before-channels",
        "places come before channels in the columns",
        "The patches seem to be reshaped with the places in front of the channels. In a product `weight @ columns` "
        "each column is one place: the places come last.",
        lambda s: s.product(s.patches.permute(0, 2, 3, 1, 4, 5)),
    ),
    _entry(
        "taps-before-channels",
        "taps come before channels in the columns",
        "The rows of the columns seem to be in another order than the weights: first the taps, then the channels. "
        "`weight.flatten(1)` has the channels first.",
        lambda s: s.product(s.patches.permute(0, 4, 5, 1, 2, 3)),
    ),
    _entry(
        "channels-of-the-weights-last",
        "the weights are flattened with channels last",
        "The weights seem to be flattened with the channels last, while the columns have them first. Both need the "
        "same order.",
        lambda s: s.product(s.patches.permute(0, 1, 4, 5, 2, 3), s.weight.permute(0, 2, 3, 1)),
    ),
    _entry(
        "taps-column-by-column",
        "kH and kW are swapped in the patches",
        "Rows and columns of the kernel seem to be swapped. Is `kH` in front of `kW` in the patches and in the "
        "weights?",
        lambda s: s.product(s.patches.permute(0, 1, 5, 4, 2, 3)),
    ),
    _entry(
        "places-column-by-column",
        "places are numbered column by column",
        "The places seem to be numbered column by column, and read row by row. Is `out_h` in front of `out_w` "
        "wherever you reshape?",
        lambda s: s.product(s.patches.permute(0, 1, 4, 5, 3, 2)),
    ),
    _entry(
        "pictures-into-kernels",
        "pictures and kernels are mixed up",
        "The numbers are right, but those of pictures and kernels seem to be mixed up. One product for the whole "
        "batch has the kernels in front of the pictures: reshape to `(O, N, out_h, out_w)`, then swap the two.",
        _pictures_into_kernels,
    ),
)

# what is known of any convolution
MISCONCEPTIONS = (
    *(
        replace(each, name=f"fast-{each.name}", functions=FUNCTIONS)
        for each in misconceptions.MISCONCEPTIONS
        if "conv2d" in each.functions
    ),
    *_OWN,
)
FAMILIES = tuple(
    replace(each, name=f"fast-{each.name}", functions=FUNCTIONS)
    for each in misconceptions.FAMILIES
    if "conv2d" in each.functions
)
