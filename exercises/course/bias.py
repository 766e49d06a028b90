"""Whether what is wrong with a convolution leaves its bias alone."""

from __future__ import annotations

import torch
from torch import Tensor

from exercises.course.oracle import ORACLE
from exercises.feedback.calls import Call, Sample
from exercises.feedback.misconception import Misconception


def adds_bias_once(under: Misconception, function: str) -> bool:
    """Whether a convolution with a misconception still adds its bias once to each of its answer's numbers."""
    x, weight, bias = Sample((2, 2, 6, 7), 1), Sample((3, 2, 3, 3), 2), Sample((3,), 3)
    settings = {"padding": 1} if function == "conv2d" else {}
    calls = (Call(function, (x, weight, b), settings) for b in (bias, None))
    try:
        with_bias, without = (under.answer(*ORACLE.arguments(call).values()) for call in calls)
        added: Tensor = with_bias - without - bias.tensor().to(torch.float64).view(3, 1, 1)
    except Exception:
        return False
    return bool((added.abs() < 1e-9).all())
