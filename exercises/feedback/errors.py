"""What stands behind an exception of a student's code, as far as it, the call and the line tell."""

from __future__ import annotations

import re

from exercises.feedback.calls import Call
from exercises.feedback.causes import CAUSES, Cause
from exercises.feedback.reference import arguments, pair
from exercises.feedback.steps import Raised

_PACKAGE = re.compile(r"name '(torch|nn|F|math|np|numpy|itertools)' is not defined")
_NUMPY = re.compile(
    r"[Cc]an't (call numpy\(\) on|convert .{1,40} to numpy)|.{0,40}unsupported ScalarType BFloat16"
)
_PAIR_CAME = re.compile(r".*(\btuple\b|slice indices must be integers)", re.DOTALL)
_INT_CAME = re.compile(
    r"cannot unpack non-iterable int|'int' object is not (iterable|subscriptable)|.*'int' has no len"
)
# words of who refuses what a stride leaves over
_OF_A_REST = re.compile(
    r".*(%|divmod|divi[sd]|multiple|remainder|\brest\b|left ?over|evenly|stride)", re.DOTALL | re.I
)
_TAKE_PAIRS = ("pad2d", "same_padding", "conv2d_strided", "dilate_kernel", "conv2d", "Conv2d")


def cause_of_error(error: Raised, call: Call) -> Cause | None:
    """Why a call that has an answer raised; None where that cannot be said."""
    name = _name_of_cause(error, call)
    return CAUSES[name] if name else None


def _name_of_cause(error: Raised, call: Call) -> str:
    message = error.message
    if "view size is not compatible" in message:
        return "view-of-gaps"
    if error.kind == "NameError" and _PACKAGE.match(message):
        return "import-forgotten"
    if error.kind == "ModuleNotFoundError" and message.startswith("No module named "):
        return "package-missing"
    if _NUMPY.match(message):
        return "numpy-and-back"
    if error.kind == "TypeError" and call.function in _TAKE_PAIRS:
        given = (*call.args, *call.kwargs.values())
        if any(isinstance(a, tuple) for a in given) and _PAIR_CAME.match(message):
            return "pair-not-expected"
        if _INT_CAME.match(message):
            return "int-not-expected"
    if refuses(error) and _OF_A_REST.match(f"{message} {error.trace[-1][2]}") and leaves_a_rest(call):
        return "rest-refused"
    return ""


def cause_of_wrong_error(error: Raised) -> Cause:
    """Why something else than a ValueError was raised where one is due."""
    if not refuses(error):
        return CAUSES["wrong-exception"]
    return CAUSES["assert-for-arguments" if error.kind == "AssertionError" else "other-exception"]


def refuses(error: Raised) -> bool:
    """Whether the student's own line raised it on purpose, as an `assert` or a `raise`."""
    return bool(error.trace) and error.trace[-1][2].lstrip().startswith(("assert ", "assert(", "raise "))


def leaves_a_rest(call: Call) -> bool:
    """Whether the last step of the kernel, on one axis at least, does not end at the edge."""
    if call.function not in ("output_size", "conv2d_strided", "conv2d"):
        return False
    given = arguments(call)
    if call.function != "output_size" and not given["x"].ndim == given["weight"].ndim == 4:
        return False
    if call.function == "output_size":
        axes = [tuple(given.values())]
    else:
        (*_, height, width), (*_, rows, columns) = given["x"].shape, given["weight"].shape
        settings = (pair(given["stride"]), pair(given.get("padding", 0)), pair(given.get("dilation", 1)))
        axes = list(zip((height, width), (rows, columns), *settings, strict=True))
    return any(s > 0 and (n + 2 * p - d * (k - 1) - 1) % s for n, k, s, p, d in axes)
