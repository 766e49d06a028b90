"""What stands behind an exception that has to do with what is taught: pairs, biases, channels, rests of a stride."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from exercises.course.oracle import ORACLE, pair
from exercises.feedback.calls import Call, Sample
from exercises.feedback.crashes import parts_of
from exercises.feedback.errors import refuses
from exercises.feedback.expression import TENSOR
from exercises.feedback.oracle import Oracle
from exercises.feedback.steps import Raised

_PAIR_CAME = re.compile(r".*(\btuple\b|slice indices must be integers)", re.DOTALL)
_INT_CAME = re.compile(
    r"cannot unpack non-iterable int|'int' object is not (iterable|subscriptable)|.*'int' has no len"
)
# words of who refuses what a stride leaves over
_OF_A_REST = re.compile(
    r".*(%|divmod|divi[sd]|multiple|remainder|\brest\b|left ?over|evenly|stride)", re.DOTALL | re.I
)
_OF_THE_LAYER = ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation")
_OVER_THE_EDGE = re.compile(r"index -?\d+ is out of bounds for dimension (\d{1,3}) with size")
_LITERAL_THREE = re.compile(r".*(?<![\w.])3(?![\w.])")
_BIAS = re.compile(r"(self\.)?(\w*bias\w*|b)")


def cause_of_error(oracle: Oracle, error: Raised, call: Call) -> str:
    """The name of the cause of an exception; empty where that cannot be said.

    Args:
        oracle: tells what the function's arguments are.
        error: that ended the call.
        call: of any function.
    """
    message = error.message
    if refuses(error):
        of_a_rest = _OF_A_REST.match(f"{message} {error.trace[-1][2]}") and leaves_a_rest(call)
        return "rest-refused" if of_a_rest else ""
    given = _Given.by(oracle, call)
    if isinstance(given.named.get("padding"), str) and _works_with_a_text(error):
        return "padding-by-name"
    if error.kind == "TypeError" and _takes_pairs(oracle, call.function):
        values = (*call.args, *call.kwargs.values())
        if any(isinstance(a, tuple) for a in values) and _PAIR_CAME.match(message):
            return "pair-not-expected"
        if _INT_CAME.match(message):
            return "int-not-expected"
    return _cause_around_the_layer(error, given)


def _takes_pairs(oracle: Oracle, function: str) -> bool:
    """Whether some argument may be a pair: references say so in their signatures, and a layer has none."""
    if function not in oracle.functions:
        return function == "Conv2d"
    parameters = inspect.signature(oracle.functions[function]).parameters.values()
    return any("Pair" in str(parameter.annotation) for parameter in parameters)


def _works_with_a_text(error: Raised) -> bool:
    """Whether a line may have taken a text for numbers; every letter of one counts where it is unpacked."""
    if error.message.startswith(("too many values to unpack", "not enough values to unpack")):
        return error.expression is not None and "padding" in error.expression.text
    return re.match(r".{0,200}(\bstr\b|invalid literal for int)", error.message) is not None


@dataclass(frozen=True)
class _Given:
    """A call's arguments by name, and what they are in numbers: channels in and out, sizes of the kernel."""

    named: Mapping[str, Any]
    channels: int = 0
    outputs: int = 0
    kernel: tuple[int, ...] = ()
    has_bias: bool = False

    @classmethod
    def by(cls, oracle: Oracle, call: Call) -> _Given:
        names = _OF_THE_LAYER if call.function == "Conv2d" else oracle.names(call.function)
        named = {**dict(zip(names, call.args, strict=False)), **call.kwargs}
        if call.function == "Conv2d" and {"in_channels", "out_channels", "kernel_size"} <= named.keys():
            size = pair(named["kernel_size"])
            return cls(
                named, named["in_channels"], named["out_channels"], size, named.get("bias", True) is True
            )
        x, weight = named.get("x"), named.get("weight")
        if not isinstance(x, Tensor | Sample) or not isinstance(weight, Tensor | Sample):
            return cls(named)
        if not len(x.shape) == len(weight.shape) == 4:
            return cls(named)
        outputs, _, *kernel = weight.shape
        return cls(named, x.shape[1], outputs, tuple(kernel), named.get("bias") is not None)


def _cause_around_the_layer(error: Raised, given: _Given) -> str:
    if not given.channels:
        return ""
    message, parts = error.message, parts_of(error)
    if given.has_bias and message.startswith("The size of tensor a ("):
        shapes = {part.text: part.shape for part in parts if part.kind == TENSOR and part.shape is not None}
        flat = any(shape == (given.outputs,) and _BIAS.fullmatch(text) for text, shape in shapes.items())
        meets = any(len(shape) > 2 and shape[-3] == given.outputs for shape in shapes.values())
        return "bias-along-width" if flat and meets else ""
    if not given.has_bias and "NoneType" in message:
        unset = [part for part in parts if part.kind == "NoneType"]
        return "bias-is-none" if any(_BIAS.fullmatch(part.text) for part in unset) else ""
    return "channels-of-three" if _counts_three_channels(error, given) else ""


def _counts_three_channels(error: Raised, given: _Given) -> bool:
    """Whether a 3 that is written in the code may stand for the channels, of which there are others."""
    parts, text = parts_of(error), error.expression.text if error.expression else ""
    if not parts or given.channels == 3:
        return False
    edge = _OVER_THE_EDGE.match(error.message)
    if edge:
        axes = [len(part.shape) for part in parts if part.kind == TENSOR and part.shape is not None]
        counted = any(part.source.replace(" ", "") == "range(3)" for part in parts)
        return counted and axes[:1] == [int(edge[1]) + 3]
    reshaped = re.match(r"shape '\[[^\]]{0,80}\b3\b", error.message)
    return bool(reshaped and _LITERAL_THREE.match(text)) and 3 not in given.kernel


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
