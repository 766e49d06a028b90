"""What stands behind an exception that has to do with pairs of numbers, or with what a stride leaves over."""

from __future__ import annotations

import re

from exercises.course.oracle import ORACLE, pair
from exercises.feedback.calls import Call
from exercises.feedback.errors import refuses
from exercises.feedback.steps import Raised

_PAIR_CAME = re.compile(r".*(\btuple\b|slice indices must be integers)", re.DOTALL)
_INT_CAME = re.compile(
    r"cannot unpack non-iterable int|'int' object is not (iterable|subscriptable)|.*'int' has no len"
)
# words of who refuses what a stride leaves over
_OF_A_REST = re.compile(
    r".*(%|divmod|divi[sd]|multiple|remainder|\brest\b|left ?over|evenly|stride)", re.DOTALL | re.I
)
_TAKE_PAIRS = ("pad2d", "same_padding", "conv2d_strided", "dilate_kernel", "conv2d", "Conv2d")


def cause_of_error(error: Raised, call: Call) -> str:
    """The name of the cause of an exception; empty where that cannot be said."""
    message = error.message
    if error.kind == "TypeError" and call.function in _TAKE_PAIRS:
        given = (*call.args, *call.kwargs.values())
        if any(isinstance(a, tuple) for a in given) and _PAIR_CAME.match(message):
            return "pair-not-expected"
        if _INT_CAME.match(message):
            return "int-not-expected"
    if refuses(error) and _OF_A_REST.match(f"{message} {error.trace[-1][2]}") and leaves_a_rest(call):
        return "rest-refused"
    return ""


def leaves_a_rest(call: Call) -> bool:
    """Whether the last step of the kernel, on one axis at least, does not end at the edge."""
    if call.function not in ("output_size", "conv2d_strided", "conv2d"):
        return False
    given = ORACLE.arguments(call)
    if call.function != "output_size" and not given["x"].ndim == given["weight"].ndim == 4:
        return False
    if call.function == "output_size":
        axes = [tuple(given.values())]
    else:
        (*_, height, width), (*_, rows, columns) = given["x"].shape, given["weight"].shape
        settings = (pair(given["stride"]), pair(given.get("padding", 0)), pair(given.get("dilation", 1)))
        axes = list(zip((height, width), (rows, columns), *settings, strict=True))
    return any(s > 0 and (n + 2 * p - d * (k - 1) - 1) % s for n, k, s, p, d in axes)
