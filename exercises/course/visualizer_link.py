"""Links that open the visualizer at a failing call, with its numbers and at its worst cell.

The names behind the `#` are explained at the top of `exercises/visualizer/index.html`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from exercises.course.oracle import ORACLE, pair
from exercises.feedback.calls import Call

SHOWN = ("conv2d_valid", "conv2d_strided", "conv2d")
# what the page can show, by its own limits
MAX_SETTING = {"in": 24, "ch": 4, "k": 11, "p": 12, "s": 12, "d": 12}
MAX_NUMBERS = 150  # that a link may spell out


def fragment(call: Call, worst: Sequence[int] | None = None) -> str:
    """What stands behind the `#`; empty if the page cannot show the call.

    Args:
        call: of any function of the core.
        worst: the output's index `(n, o, y, x)` to open the page at.
    """
    return of_convolution(ORACLE.arguments(call), worst) if call.function in SHOWN else ""


def of_convolution(given: Mapping[str, Any], worst: Sequence[int] | None) -> str:
    """The same for a convolution by its arguments, those for settings as far as it has them."""
    x, weight, bias = given["x"], given["weight"], given.get("bias")
    known = isinstance(x, Tensor) and isinstance(weight, Tensor) and not isinstance(given.get("padding"), str)
    if not (known and x.dim() == weight.dim() == 4):
        return ""
    groups = given.get("groups", 1)
    if x.shape[1] != weight.shape[1] * groups or weight.shape[0] % max(groups, 1):
        return ""
    sizes = {
        "in": tuple(x.shape[2:]),
        "ch": (x.shape[1], weight.shape[0]),
        "k": tuple(weight.shape[2:]),
        "p": pair(given.get("padding", 0)),
        "s": pair(given.get("stride", 1)),
        "d": pair(given.get("dilation", 1)),
    }
    numbers = [f"w={_numbers(weight)}"]
    numbers += [f"b={_numbers(bias)}"] if isinstance(bias, Tensor) else []
    return opened(x, sizes, [f"g={groups}"] if groups > 1 else [], worst, weight.numel(), numbers)


def opened(
    x: Tensor,
    sizes: Mapping[str, tuple[int, int]],
    mode: Sequence[str],
    worst: Sequence[int] | None,
    more: int = 0,
    numbers: Sequence[str] = (),
) -> str:
    """What opens the page with these settings; empty if it cannot show them.

    Args:
        x: pictures, `(N, C, H, W)`.
        sizes: the pairs of settings, by the page's names for them.
        mode: further parts about what the page shall do.
        worst: the output's index to open it at.
        more: how many numbers there are beside those of the picture.
        numbers: these, as parts; left out with the picture's where all together are many.
    """
    n, channel, row, column = worst if worst is not None and len(worst) == 4 else (0, 0, 0, 0)
    if n >= x.shape[0] or not _can_be_shown(sizes):
        return ""
    parts = [*(f"{name}={a}x{b}" for name, (a, b) in sizes.items()), *mode]
    parts += [f"x={_numbers(x[n])}", *numbers] if x[n].numel() + more <= MAX_NUMBERS else []
    return "&".join([*parts, f"at=out.{channel}.{row}.{column}"])


def _can_be_shown(sizes: Mapping[str, tuple[int, ...]]) -> bool:
    return all(
        (0 if name == "p" else 1) <= value <= MAX_SETTING[name]
        for name, pair in sizes.items()
        for value in pair
    )


def _numbers(values: Tensor) -> str:
    return ",".join(f"{number:.4g}" for number in values.flatten().tolist())
