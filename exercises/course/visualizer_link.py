"""Links that open the visualizer at a failing call, with its numbers and at its worst cell.

The names behind the `#` are explained at the top of `exercises/visualizer/index.html`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from exercises.course.oracle import ORACLE
from exercises.feedback.calls import Call

SHOWN = ("conv2d_valid", "conv2d_strided", "conv2d")
# whose reference stands in a topic of its own: its arguments in their order, groups last
GROUPED = {"conv2d_grouped": ("x", "weight", "bias", "stride", "padding", "dilation", "groups")}
# pooling: what the page calls it, and the arguments that only one of the two functions has
POOLED = {
    "max_pool2d": ("max", ("dilation", "ceil_mode")),
    "avg_pool2d": ("avg", ("ceil_mode", "count_include_pad")),
}
# what the page can show, by its own limits
MAX_SETTING = {"in": 24, "ch": 4, "k": 11, "p": 12, "s": 12, "d": 12}
MAX_NUMBERS = 150  # that a link may spell out


def fragment(call: Call, worst: Sequence[int] | None = None) -> str:
    """What stands behind the `#`; empty if the page cannot show the call.

    Args:
        call: of any function.
        worst: the output's index `(n, o, y, x)` to open the page at.
    """
    if call.function in POOLED:
        return _pooling(call, worst)
    if call.function in GROUPED:
        names = GROUPED[call.function]
        given = dict(zip(names, call.real_args, strict=False)) | call.real_kwargs
    elif call.function in SHOWN:
        given = ORACLE.arguments(call)
    else:
        return ""
    x, weight, bias = given["x"], given["weight"], given.get("bias")
    known = isinstance(x, Tensor) and isinstance(weight, Tensor) and not isinstance(given.get("padding"), str)
    if not (known and x.dim() == weight.dim() == 4):
        return ""
    n, o, row, column = worst if worst is not None and len(worst) == 4 else (0, 0, 0, 0)
    groups = given.get("groups", 1)
    if n >= x.shape[0] or x.shape[1] != weight.shape[1] * groups or weight.shape[0] % max(groups, 1):
        return ""
    sizes = {
        "in": tuple(x.shape[2:]),
        "ch": (x.shape[1], weight.shape[0]),
        "k": tuple(weight.shape[2:]),
        "p": _pair(given.get("padding", 0)),
        "s": _pair(given.get("stride", 1)),
        "d": _pair(given.get("dilation", 1)),
    }
    if not _can_be_shown(sizes):
        return ""
    parts = [f"{name}={a}x{b}" for name, (a, b) in sizes.items()]
    parts += [f"g={groups}"] if groups > 1 else []
    if x[n].numel() + weight.numel() <= MAX_NUMBERS:
        parts += [f"x={_numbers(x[n])}", f"w={_numbers(weight)}"]
        parts += [f"b={_numbers(bias)}"] if isinstance(bias, Tensor) else []
    return "&".join([*parts, f"at=out.{o}.{row}.{column}"])


def _pooling(call: Call, worst: Sequence[int] | None) -> str:
    """What stands behind the `#` for pooling, whose sizes the page always rounds down."""
    kind, own = POOLED[call.function]
    names = ("x", "kernel_size", "stride", "padding", *own)
    given = dict(zip(names, call.real_args, strict=False)) | call.real_kwargs
    x, kernel = given["x"], given["kernel_size"]
    n, channel, row, column = worst if worst is not None and len(worst) == 4 else (0, 0, 0, 0)
    padding = _pair(given.get("padding", 0))
    if not isinstance(x, Tensor) or x.dim() != 4 or n >= x.shape[0] or given.get("ceil_mode"):
        return ""
    if any(padding) and not given.get("count_include_pad", True):  # the page's means count padding
        return ""
    stride = given.get("stride")
    sizes = {
        "in": tuple(x.shape[2:]),
        "ch": (x.shape[1], x.shape[1]),
        "k": _pair(kernel),
        "p": padding,
        "s": _pair(kernel if stride is None else stride),
        "d": _pair(given.get("dilation", 1)),
    }
    if not _can_be_shown(sizes):
        return ""
    parts = [f"{name}={a}x{b}" for name, (a, b) in sizes.items()]
    parts.append(f"pool={kind}")
    parts += [f"x={_numbers(x[n])}"] if x[n].numel() <= MAX_NUMBERS else []
    return "&".join([*parts, f"at=out.{channel}.{row}.{column}"])


def _can_be_shown(sizes: Mapping[str, tuple[int, ...]]) -> bool:
    return all(
        (0 if name == "p" else 1) <= value <= MAX_SETTING[name]
        for name, pair in sizes.items()
        for value in pair
    )


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))


def _numbers(values: Tensor) -> str:
    return ",".join(f"{number:.4g}" for number in values.flatten().tolist())
