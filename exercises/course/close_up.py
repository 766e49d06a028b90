"""What meets at the worst place of a wrong answer: a kernel, and the patch of the picture that it lies on."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from exercises.course.oracle import ORACLE, pair
from exercises.course.visualizer_link import SHOWN
from exercises.feedback.calls import Call
from exercises.feedback.course import Detail


def close_up(call: Call, worst: Sequence[int]) -> Sequence[Detail]:
    """The kernel and the patch, of the first channel; nothing for calls that have none.

    Args:
        call: of any function.
        worst: the output's index `(n, o, y, x)`.
    """
    if call.function not in SHOWN or len(worst) != 4:
        return ()
    given = ORACLE.arguments(call)
    x, weight = given["x"], given["weight"]
    if not (isinstance(x, Tensor) and isinstance(weight, Tensor) and x.dim() == weight.dim() == 4):
        return ()
    n, o, row, column = worst
    if n >= x.shape[0] or o >= weight.shape[0] or not x.shape[1] == weight.shape[1] > 0:
        return ()
    (rows, columns), channels = weight.shape[2:], weight.shape[1]
    (down, right), (below, beside) = pair(given.get("stride", 1)), pair(given.get("dilation", 1))
    above, left = pair(given.get("padding", 0))
    padded = F.pad(x[n, 0], (left, left, above, above))
    top, start = row * down, column * right
    patch = padded[top : top + rows * below : below, start : start + columns * beside : beside]
    kernel = weight[o, 0]
    if patch.shape != kernel.shape:
        return ()
    of = f", channel 0 of {channels}" if channels > 1 else ""
    total = float((kernel.double() * patch.double()).sum())
    return (
        Detail("kernel", f"kernel {o}{of}", kernel),
        Detail("patch", f"worst place; times kernel, summed: {total + 0.0:.4g}", patch),
    )
