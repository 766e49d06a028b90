"""What a layer costs, by torch's layer and by a convolution with no product but 1, and how it is got wrong."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from exercises.course.oracle import effective_kernel_size, output_size, pair
from exercises.feedback.misconception import Misconception

Pair = int | tuple[int, int]
SECTION = "#what-a-layer-costs"


def count_parameters(
    in_channels: int, out_channels: int, kernel_size: Pair, groups: int = 1, bias: bool = True
) -> int:
    """Those of torch's layer; on "meta" no random numbers are drawn for it."""
    layer = nn.Conv2d(in_channels, out_channels, pair(kernel_size), groups=groups, bias=bias, device="meta")
    return sum(parameter.numel() for parameter in layer.parameters())


def count_multiplications(
    input_size: Pair,
    in_channels: int,
    out_channels: int,
    kernel_size: Pair,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> int:
    """The sum of all products where each of them is 1, those with the padding too."""
    (height, width), (down, across) = pair(input_size), pair(padding)
    x = torch.ones(1, in_channels, height + 2 * down, width + 2 * across, dtype=torch.float64)
    weight = x.new_ones(out_channels, in_channels // groups, *pair(kernel_size))
    return int(F.conv2d(x, weight, None, stride, 0, dilation, groups).sum())


def _cost(
    weights: Callable[[int, int, int, int, int], Any], biases: Callable[[int, int, bool], int] | None = None
) -> Callable[..., Any]:
    """An answer to both counts from a wrong idea of the weights, told channels, both kernel sizes and groups."""

    def answer(*given: Any) -> Any:
        if len(given) == 5:
            in_channels, out_channels, kernel_size, groups, bias = given
            more = (
                (out_channels if bias else 0) if biases is None else biases(in_channels, out_channels, bias)
            )
            return weights(in_channels, out_channels, *pair(kernel_size), groups) + more
        return _places(*given) * weights(given[1], given[2], *pair(given[3]), given[7])

    return answer


def _weights(in_channels: int, out_channels: int, kernel_h: int, kernel_w: int, groups: int) -> int:
    return in_channels // groups * out_channels * kernel_h * kernel_w


def _places(*given: Any) -> int:
    size, _, _, *settings, _ = given
    return prod(output_size(*axis) for axis in zip(*map(pair, (size, *settings)), strict=True))


def _places_down(*given: Any) -> int:
    size, _, _, *settings, _ = given
    return output_size(*(pair(setting)[0] for setting in (size, *settings)))


def _at(places: Callable[..., int]) -> Callable[..., int]:
    """An answer to `count_multiplications` from a wrong idea of where a weight is used."""
    return lambda *given: places(*given) * _weights(given[1], given[2], *pair(given[3]), given[7])


def _dilated(*given: Any) -> int:
    (kernel_h, kernel_w), (down, across) = pair(given[3]), pair(given[6])
    size = effective_kernel_size(kernel_h, down), effective_kernel_size(kernel_w, across)
    return _places(*given) * _weights(given[1], given[2], *size, given[7])


def _on_pixels_only(
    size: Pair, i: int, o: int, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, groups: int
) -> int:
    x = torch.ones(1, i, *pair(size), dtype=torch.float64)
    weight = x.new_ones(o, i // groups, *pair(kernel))
    return int(F.conv2d(x, weight, None, stride, padding, dilation, groups).sum())


BOTH = ("count_parameters", "count_multiplications")
PARAMETERS, PRODUCTS = ("count_parameters",), ("count_multiplications",)
TABLE = (
    Misconception(
        "cost-groups-ignored",
        "the groups are ignored",
        BOTH,
        "The groups seem to be left out. A kernel sees only the input channels of its own group, so with more "
        "groups it has fewer weights.",
        SECTION,
        _cost(lambda i, o, h, w, g: i * o * h * w),
    ),
    Misconception(
        "cost-groups-twice",
        "the groups divide both numbers of channels",
        BOTH,
        "Both numbers of channels seem to be divided by the groups. There are as many kernels as output channels, "
        "however they are grouped: only what each of them sees gets smaller.",
        SECTION,
        _cost(lambda i, o, h, w, g: (i // g) * (o // g) * h * w),
    ),
    Misconception(
        "cost-one-kernel-axis",
        "only the kernel's height counts",
        BOTH,
        "Only the height of the kernel seems to count. It has weights along both axes: height times width for each "
        "channel.",
        SECTION,
        _cost(lambda i, o, h, w, g: i // g * o * h),
    ),
    Misconception(
        "cost-square-kernel",
        "the kernel's height is used as its width",
        BOTH,
        "The height of the kernel seems to be used for its width too. A pair is (vertical, horizontal).",
        SECTION,
        _cost(lambda i, o, h, w, g: i // g * o * h * h),
    ),
    Misconception(
        "cost-one-input-channel",
        "the input channels are left out",
        BOTH,
        "The input channels seem to be left out. Each kernel has a grid of weights of its own for each channel "
        "that it sees.",
        SECTION,
        _cost(lambda i, o, h, w, g: o * h * w),
    ),
    Misconception(
        "cost-one-kernel",
        "only the weights of one kernel are counted",
        BOTH,
        "These look like the weights of one kernel. There is a kernel for each output channel.",
        SECTION,
        _cost(lambda i, o, h, w, g: i // g * h * w, lambda i, o, bias: 1 if bias else 0),
    ),
    Misconception(
        "cost-as-float",
        "the count is a float",
        BOTH,
        "The number is right, but it is a float, as `/` gives one even where nothing is left over. A count has to "
        "be an int: divide with `//`.",
        SECTION,
        _cost(lambda i, o, h, w, g: float(i // g * o * h * w)),
    ),
    Misconception(
        "parameters-without-bias",
        "the biases are not counted",
        PARAMETERS,
        "The biases seem to be missing. Unless it is made with bias=False, a layer has one for each output "
        "channel.",
        SECTION,
        _cost(_weights, lambda i, o, bias: 0),
    ),
    Misconception(
        "parameters-always-bias",
        "biases are counted with bias=False too",
        PARAMETERS,
        "The biases seem to be counted with bias=False too. Such a layer has none.",
        SECTION,
        _cost(_weights, lambda i, o, bias: o),
    ),
    Misconception(
        "parameters-one-bias",
        "one bias is counted for the whole layer",
        PARAMETERS,
        "There seems to be a single bias for the whole layer. Each output channel has its own.",
        SECTION,
        _cost(_weights, lambda i, o, bias: 1 if bias else 0),
    ),
    Misconception(
        "parameters-bias-of-input",
        "a bias is counted for each input channel",
        PARAMETERS,
        "There seems to be a bias for each input channel. A bias is added to what comes out, so there is one for "
        "each output channel.",
        SECTION,
        _cost(_weights, lambda i, o, bias: i if bias else 0),
    ),
    Misconception(
        "multiplications-at-every-pixel",
        "weights are used at every pixel of the input",
        PRODUCTS,
        "The weights seem to be used at every pixel of the input. A weight is used once for each place where the "
        "kernel stops, and that is the size of the output.",
        SECTION,
        _at(lambda *given: prod(pair(given[0]))),
    ),
    Misconception(
        "multiplications-stride-ignored",
        "the multiplications ignore the stride",
        PRODUCTS,
        "The stride seems to be left out. With a larger stride the kernel stops at fewer places, and so there is "
        "less to multiply.",
        SECTION,
        _at(lambda *given: _places(*given[:4], 1, *given[5:])),
    ),
    Misconception(
        "multiplications-padding-ignored",
        "the multiplications ignore the padding",
        PRODUCTS,
        "The padding seems to be left out. With zeros around the picture the kernel stops at more places.",
        SECTION,
        _at(lambda *given: _places(*given[:5], 0, *given[6:])),
    ),
    Misconception(
        "multiplications-of-weights-once",
        "each weight is counted once",
        PRODUCTS,
        "These look like the weights, each counted once. A weight is used again at every place where the kernel "
        "stops.",
        SECTION,
        _at(lambda *given: 1),
    ),
    Misconception(
        "multiplications-along-one-axis",
        "only places from top to bottom are counted",
        PRODUCTS,
        "Only the places from top to bottom seem to count. The kernel stops at so many places in each column of "
        "the output: multiply by its width too.",
        SECTION,
        _at(_places_down),
    ),
    Misconception(
        "multiplications-between-taps",
        "zeros between the taps are counted",
        PRODUCTS,
        "The zeros between the taps of a dilated kernel seem to be counted. Dilation moves the taps apart, and "
        "there are no more weights to multiply with than before.",
        SECTION,
        _dilated,
    ),
    Misconception(
        "multiplications-and-additions",
        "additions are counted too",
        PRODUCTS,
        "Your answer is twice the number, as if additions counted too. Only multiplications are asked for.",
        SECTION,
        _at(lambda *given: 2 * _places(*given)),
    ),
    Misconception(
        "multiplications-with-bias",
        "biases are counted among the weights",
        PRODUCTS,
        "The biases seem to be counted among the weights. A bias is added, and multiplied by nothing.",
        SECTION,
        lambda *given: _places(*given) * (_weights(given[1], given[2], *pair(given[3]), given[7]) + given[2]),
    ),
    Misconception(
        "multiplications-without-padding",
        "products with the padding are left out",
        PRODUCTS,
        "Products with the zeros of the padding seem to be left out. They are done like any other, so here they "
        "count.",
        SECTION,
        _on_pixels_only,
    ),
)
