"""What `conv2d_fast` is measured beside: torch's own convolution, and a plain loop."""

from __future__ import annotations

import random
from typing import Any

import torch
from torch import Tensor

from exercises.course.oracle import Pair, pad2d, pair
from exercises.course.topics.ex13_fast.mistakes import conv2d_fast
from exercises.feedback.calls import Call, Sample
from exercises.feedback.race import Race, Rival

# As large as a layer of a real network, so that what a call costs by itself hardly counts. A kernel that is spread
# out with zeros has three times as many numbers, and at stride 1 there are four times as many places.
SHAPES = ((2, 24, 40, 40), (48, 24, 5, 5), (48,))
SETTINGS: dict[str, Any] = {"stride": 2, "padding": 4, "dilation": 2}


def plain_loop(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
) -> Tensor:
    """One place of the output after the other, with all pictures, channels and kernels at once."""
    (down, right), (high, wide) = pair(stride), pair(dilation)
    covered_h, covered_w = high * (weight.shape[2] - 1) + 1, wide * (weight.shape[3] - 1) + 1
    x = pad2d(x, padding)
    out_h, out_w = (x.shape[2] - covered_h) // down + 1, (x.shape[3] - covered_w) // right + 1
    out = x.new_empty(x.shape[0], weight.shape[0], out_h, out_w)
    for i in range(out_h):
        for j in range(out_w):
            top, left = i * down, j * right
            patch = x[:, None, :, top : top + covered_h : high, left : left + covered_w : wide]
            out[:, :, i, j] = (patch * weight).sum((2, 3, 4))
    return out if bias is None else out.add(bias.view(-1, 1, 1))


def _call(numbers: random.Random) -> Call:
    tensors = tuple(Sample(shape, numbers.randrange(1 << 31)) for shape in SHAPES)
    return Call("conv2d_fast", tensors, SETTINGS)


RACE = Race(
    function="conv2d_fast",
    trial=Call(
        "conv2d_fast",
        (
            Sample((2, 3, 9, 10), seed=1301),
            Sample((4, 3, 3, 2), seed=1302),
            torch.tensor([1.0, -2.0, 3.0, 0.5]),
        ),
        {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)},
    ),
    draw=_call,
    rivals={
        "torch": Rival("torch's own convolution", conv2d_fast),
        "loop": Rival("a plain loop", plain_loop),
    },
)
