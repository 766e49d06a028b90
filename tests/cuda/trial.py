"""One run: on a GPU or on the pretended one, until when."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

from autograder.sandbox.pretended import PRETENDED


@dataclass(frozen=True)
class Trial:
    """What all parts share.

    Attributes:
        real: whether there is a GPU.
        until: when the last part has to end, by `time.monotonic()`.
    """

    real: bool
    until: float

    @property
    def device(self) -> str:
        """What is tried."""
        return "cuda" if self.real else PRETENDED

    @property
    def title(self) -> str:
        """What the report is about."""
        return f"`make cuda` on {torch.cuda.get_device_name(0) if self.real else 'the pretended GPU'}"

    @property
    def left(self) -> float:
        """Seconds."""
        return self.until - time.monotonic()
