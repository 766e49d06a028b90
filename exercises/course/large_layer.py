"""The one hidden check where the time limit asks for speed."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Layer:
    """The sizes of a convolution: square pictures `(batch, channels, side, side)`, square kernels, a bias."""

    batch: int
    channels: int
    side: int
    kernels: int
    kernel: int

    @property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """Those of x, weight and bias."""
        return (
            (self.batch, self.channels, self.side, self.side),
            (self.kernels, self.channels, self.kernel, self.kernel),
            (self.kernels,),
        )

    @property
    def products(self) -> int:
        """How many numbers are multiplied with a weight."""
        out = self.side - self.kernel + 1
        return self.batch * self.kernels * out**2 * self.channels * self.kernel**2


# as large as in a real network; loops over single numbers in Python do not come to an end with it
LARGE_9 = Layer(batch=4, channels=128, side=20, kernels=12, kernel=9)
LARGE_7 = replace(LARGE_9, kernel=7)
