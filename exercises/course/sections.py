"""The sections of the tutorial that explanations send to, by their anchors in `exercises/README.md`."""

from __future__ import annotations

from enum import StrEnum


class Section(StrEnum):
    """An anchor of the tutorial."""

    WHAT_IS_A_CONVOLUTION = "#what-is-a-convolution"
    WHY_ARE_THEY_FUNDAMENTAL = "#why-are-they-fundamental"
    IN_DEEP_LEARNING = "#convolutions-in-deep-learning"
    KERNEL_SIZE = "#kernel-size"
    STRIDE = "#stride"
    PADDING = "#padding"
    DILATION = "#dilation"
    TORCH_NN_CONV2D = "#torchnnconv2d"
    YOUR_TURN = "#your-turn"
