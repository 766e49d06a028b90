"""Whether what is wrong with a convolution leaves its bias alone."""

from __future__ import annotations

import torch
from torch import Tensor

from exercises.feedback.calls import Sample
from exercises.feedback.misconception import Misconception


def adds_bias_once(under: Misconception, function: str) -> bool:
    """Whether a convolution with a misconception still adds its bias once to each of its answer's numbers.

    Its answer gets settings by their defaults, but for a padding that shows whether the border has a bias too.
    """
    # as many channels in as out, so that the weights fit in either order
    tensors = (Sample((2, 3, 6, 7), 1), Sample((3, 3, 3, 3), 2), Sample((3,), 3))
    x, weight, bias = (sample.tensor().to(torch.float64) for sample in tensors)
    settings = (1, 1) if function == "conv2d" else ()  # stride and padding
    try:
        with_bias, without = (under.answer(x, weight, b, *settings) for b in (bias, None))
        added: Tensor = with_bias - without - bias.view(3, 1, 1)
    except Exception:
        return False
    return bool((added.abs() < 1e-9).all())
