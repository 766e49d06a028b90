"""How much of the input a number sees, read off the gradients of torch's convolutions, and how it is got wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import prod

import torch
import torch.nn.functional as F

from exercises.course.oracle import effective_kernel_size
from exercises.feedback.misconception import Misconception

Layer = tuple[int, int, int]
SECTION = "#receptive-field"


def jump(layers: Sequence[Layer]) -> int:
    """How far apart the first pixels are that two neighbouring numbers depend on."""
    (first, _), (second, _) = _seen(tuple(layers))
    return second - first


def receptive_field(layers: Sequence[Layer]) -> int:
    """From the first pixel that a number depends on to the last one."""
    first, last = _seen(tuple(layers))[0]
    return last - first + 1


@cache
def _seen(layers: tuple[Layer, ...]) -> list[tuple[int, int]]:
    """The first and the last pixel that each of two neighbouring numbers sends a gradient to."""
    numbers = torch.zeros(1, 1, 2, dtype=torch.float64)
    for kernel_size, stride, dilation in reversed(layers):  # as long an input as two numbers need
        kernel = numbers.new_ones(1, 1, kernel_size)
        numbers = F.conv_transpose1d(numbers, kernel, stride=stride, dilation=dilation)
    pixels = numbers.requires_grad_()
    numbers = pixels
    for kernel_size, stride, dilation in layers:  # weights of 1, so that no gradients cancel
        kernel = pixels.new_ones(1, 1, kernel_size)
        numbers = F.conv1d(numbers, kernel, stride=stride, dilation=dilation)
    found = []
    for number in numbers[0, 0]:
        (gradient,) = torch.autograd.grad(number, pixels, retain_graph=True)
        places = gradient[0, 0].nonzero().flatten()
        found.append((int(places[0]), int(places[-1])))
    return found


def _field(start: int, reach: Callable[[Layer, int], int]) -> Callable[[Sequence[Layer]], int]:
    """A field from a wrong idea of what a layer adds, told the layer and the jump of those before it."""

    def answer(layers: Sequence[Layer]) -> int:
        before = range(len(layers))
        return start + sum(reach(layers[n], jump(layers[:n])) for n in before)

    return answer


def _by_last_stride(layers: Sequence[Layer]) -> int:
    strides = [1, *(stride for _, stride, _ in layers)]
    return 1 + sum(_reach(layer) * stride for layer, stride in zip(layers, strides, strict=False))


def _by_sums_of_strides(layers: Sequence[Layer]) -> int:
    return 1 + sum(_reach(layer) * max(_sum_of_strides(layers[:n]), 1) for n, layer in enumerate(layers))


def _sum_of_strides(layers: Sequence[Layer]) -> int:
    return sum(stride for _, stride, _ in layers)


def _reach(layer: Layer) -> int:
    return effective_kernel_size(layer[0], layer[2]) - 1


def _looked_at(layers: Sequence[Layer]) -> int:
    """How many pixels a number depends on, without those between."""
    places = {0}
    for kernel_size, stride, dilation in reversed(layers):
        places = {stride * place + dilation * tap for place in places for tap in range(kernel_size)}
    return len(places)


STEPS, SEES = ("jump",), ("receptive_field",)
TABLE = (
    Misconception(
        "jump-of-last-layer",
        "the jump is the last layer's stride",
        STEPS,
        "This looks like the stride of the last layer alone. It counts numbers of the layer before, and these are "
        "themselves some pixels apart.",
        SECTION,
        lambda layers: layers[-1][1],
    ),
    Misconception(
        "jump-strides-added",
        "the jump adds up the strides",
        STEPS,
        "The strides seem to be added up. One step in a layer is as many steps in the layer before as its stride "
        "says, so each layer multiplies the distance.",
        SECTION,
        _sum_of_strides,
    ),
    Misconception(
        "jump-without-last-layer",
        "the jump leaves out the last stride",
        STEPS,
        "The stride of the last layer seems to be left out. Two neighbours in the last layer are what you are "
        "asked about, so its own stride counts as well.",
        SECTION,
        lambda layers: jump(layers[:-1]),
    ),
    Misconception(
        "jump-times-dilation",
        "the jump is multiplied by the dilations",
        STEPS,
        "The dilations seem to be multiplied into the jump. A dilation moves the taps of a kernel apart; how far "
        "the kernel moves is a matter of the stride alone.",
        SECTION,
        lambda layers: prod(stride * dilation for _, stride, dilation in layers),
    ),
    Misconception(
        "jump-is-field",
        "the jump is the whole receptive field",
        STEPS,
        "This is how much one number sees. The jump is how far its neighbour is away: their fields mostly overlap.",
        SECTION,
        receptive_field,
    ),
    Misconception(
        "field-strides-ignored",
        "the field ignores the strides",
        SEES,
        "The strides seem to be left out. After a layer with stride 2, a step to the next number is a step of 2 "
        "pixels, so all later kernels reach further.",
        SECTION,
        _field(1, lambda layer, _: _reach(layer)),
    ),
    Misconception(
        "field-dilation-ignored",
        "the field ignores the dilations",
        SEES,
        "The dilations seem to be left out. A kernel whose taps are d apart reaches as far as "
        "`effective_kernel_size` of exercise 1 says.",
        SECTION,
        _field(1, lambda layer, distance: (layer[0] - 1) * distance),
    ),
    Misconception(
        "field-own-stride",
        "a layer's stride widens its own kernel",
        SEES,
        "A layer's stride seems to count for its own kernel already. The kernel lies on numbers of the layer "
        "before: only the strides of earlier layers matter to it.",
        SECTION,
        _field(1, lambda layer, distance: _reach(layer) * distance * layer[1]),
    ),
    Misconception(
        "field-stride-of-layer-before",
        "only the stride of the layer before counts",
        SEES,
        "Only the stride of the layer just before seems to count. The numbers that a kernel lies on are as far "
        "apart as the strides of all earlier layers make them together.",
        SECTION,
        _by_last_stride,
    ),
    Misconception(
        "field-strides-added",
        "the strides of earlier layers are added up",
        SEES,
        "The strides of the earlier layers seem to be added up. Each layer multiplies the distance between "
        "neighbours by its stride.",
        SECTION,
        _by_sums_of_strides,
    ),
    Misconception(
        "field-layers-backwards",
        "the layers are taken from last to first",
        SEES,
        "The layers seem to be taken from last to first. The first one in the list is the one that sees the "
        "input, and its stride widens what all later ones see.",
        SECTION,
        lambda layers: receptive_field(layers[::-1]),
    ),
    Misconception(
        "field-one-missing",
        "the field is one pixel too small",
        SEES,
        "Your answer is the distance from the first pixel to the last one. The field has one pixel more: both ends "
        "count, and without any layer it is 1.",
        SECTION,
        _field(0, lambda layer, distance: _reach(layer) * distance),
    ),
    Misconception(
        "field-kernels-added",
        "each layer adds its whole kernel",
        SEES,
        "Each layer seems to add its whole kernel. The first tap sees nothing new: what a layer adds is the way "
        "from its first tap to its last.",
        SECTION,
        _field(0, lambda layer, distance: (_reach(layer) + 1) * distance),
    ),
    Misconception(
        "field-kernel-sizes-added",
        "the kernel sizes are added up",
        SEES,
        "The kernel sizes seem to be added up. Neighbouring patches overlap, so a layer adds less than its kernel, "
        "and what it adds depends on the strides before it.",
        SECTION,
        lambda layers: sum(kernel_size for kernel_size, _, _ in layers),
    ),
    Misconception(
        "field-kernels-multiplied",
        "the kernel sizes are multiplied",
        SEES,
        "The kernel sizes seem to be multiplied. That would be right if the patches that neighbours see did not "
        "overlap; with small strides they do.",
        SECTION,
        lambda layers: prod(kernel_size for kernel_size, _, _ in layers),
    ),
    Misconception(
        "field-gaps-left-out",
        "the field leaves out the gaps",
        SEES,
        "You seem to count only pixels that are looked at. The receptive field reaches from the first of them to "
        "the last, and the gaps that dilation and strides leave between them belong to it.",
        SECTION,
        _looked_at,
    ),
)
