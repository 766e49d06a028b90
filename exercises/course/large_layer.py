"""The one hidden check where the time limit asks for speed."""

from __future__ import annotations

from dataclasses import dataclass


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


# With this many products a loop over single numbers in Python takes minutes, one over output values less than a
# second, and code without loops milliseconds; an answer that spreads all products out at once has 20 MiB of them.
LARGE = Layer(batch=2, channels=64, side=16, kernels=8, kernel=9)
