"""Gradient descent on one kernel by torch's own convolution and autograd, with all that can go wrong laid open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

SECTION = "#steps-of-gradient-descent"
FUNCTION = "learn_kernel"
NOISE = 0.1  # standard deviation of the start
Answer = tuple[Tensor, Tensor]  # the kernel after the last step, and the losses
Loss = Callable[[Tensor, Tensor], Tensor]  # of outputs and targets
# the next kernel, out of all kernels and gradients so far
Way = Callable[[Sequence[Tensor], Sequence[Tensor], float], Tensor]


def mean_square(out: Tensor, targets: Tensor) -> Tensor:
    return ((out - targets) ** 2).mean()


def against_the_gradient(kernels: Sequence[Tensor], gradients: Sequence[Tensor], lr: float) -> Tensor:
    return kernels[-1] - lr * gradients[-1]


@dataclass(frozen=True)
class Descent:
    """A run from `start`: what it is told, and how it goes.

    `loss` is what is written down, `slope` what the gradient is taken of; `laid` is the kernel as it lies on the
    picture.
    """

    images: Tensor
    targets: Tensor
    steps: int
    lr: float
    start: Tensor
    loss: Loss = mean_square
    slope: Loss | None = None
    way: Way = against_the_gradient
    laid: Callable[[Tensor], Tensor] = lambda kernel: kernel

    def path(self, **other: Any) -> tuple[list[Tensor], list[Tensor]]:
        """All kernels and losses, with some settings replaced: one of each more than there are steps."""
        s = replace(self, **other)
        kernels, losses, gradients = [s.start.detach()], [], []
        for step in range(s.steps + 1):
            with torch.enable_grad():
                kernel = kernels[-1].detach().requires_grad_()
                out = F.conv2d(s.images, s.laid(kernel)[None, None])
                loss = s.loss(out, s.targets)
                losses.append(loss.detach())
                if step == s.steps:
                    break
                slope = loss if s.slope is None else s.slope(out, s.targets)
                gradients.append(torch.autograd.grad(slope, kernel)[0])
            kernels.append(s.way(kernels, gradients, s.lr))
        return kernels, losses

    def run(self, **other: Any) -> Answer:
        """The answer, with some settings replaced."""
        kernels, losses = self.path(**other)
        return kernels[-1], stacked(losses[:-1], self.images)


def stacked(losses: Sequence[Tensor], images: Tensor) -> Tensor:
    """Losses in one tensor; there may be none."""
    return torch.stack(list(losses)) if losses else images.new_zeros(0)


def learn_kernel(
    images: Tensor, targets: Tensor, size: int, steps: int, lr: float, start: Tensor | None = None
) -> Answer:
    """Plain gradient descent; without a start it begins at zero, where no check compares numbers.

    Raises:
        RuntimeError: if the kernel does not fit.
    """
    return Descent(images, targets, steps, lr, images.new_zeros(size, size) if start is None else start).run()


def learn_kernel_without_cancelling(
    images: Tensor, targets: Tensor, size: int, steps: int, lr: float, start: Tensor | None = None
) -> Answer:
    """How large the sums of a run are, for numbers without signs.

    Each step takes the errors of the ones before it further, and none makes them larger where the rate is small
    enough (less than 2 by the largest curvature; then no loss rises either). So as many steps as large as the first
    bound what rounding can do, and the first loss bounds the others. A square is twice as uncertain as what is
    squared.
    """
    kernel = images.new_zeros(size, size) if start is None else start
    with torch.enable_grad():
        leaf = kernel.detach().requires_grad_()
        out = F.conv2d(images, leaf[None, None]) + targets
        loss = (out**2).mean()
        (slope,) = torch.autograd.grad(loss, leaf)
    return kernel + steps * lr * slope, 2 * loss.detach()[None]
