"""Other losses, steps and runs than those of gradient descent as it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.course.topics.ex14_learn.descent import Answer, Descent, Loss, Way, mean_square, stacked


def square_sum(out: Tensor, targets: Tensor) -> Tensor:
    return ((out - targets) ** 2).sum()


def half_square(out: Tensor, targets: Tensor) -> Tensor:
    return mean_square(out, targets) / 2


def per_picture(out: Tensor, targets: Tensor) -> Tensor:
    """The sum for each picture, and the mean of these."""
    return square_sum(out, targets) / len(out)


def root(out: Tensor, targets: Tensor) -> Tensor:
    return mean_square(out, targets).sqrt()


def absolute(out: Tensor, targets: Tensor) -> Tensor:
    return (out - targets).abs().mean()


def stretched(out: Tensor, targets: Tensor) -> Tensor:
    """Each output against the targets of all pictures."""
    return ((out - targets[:, 0]) ** 2).mean()


def of_one_picture(number: slice) -> Loss:
    return lambda out, targets: mean_square(out[number], targets[number])


def by(change: Callable[[float], float]) -> Way:
    """Another rate in place of the one that is handed over."""
    return lambda kernels, gradients, lr: kernels[-1] - change(lr) * gradients[-1]


def adding_up(kernels: Sequence[Tensor], gradients: Sequence[Tensor], lr: float) -> Tensor:
    return kernels[-1] - lr * torch.stack(list(gradients)).sum(0)


def from_the_start(kernels: Sequence[Tensor], gradients: Sequence[Tensor], lr: float) -> Tensor:
    """Each step is taken from the start again."""
    return kernels[0] - lr * gradients[-1]


def stopped_after_one(kernels: Sequence[Tensor], gradients: Sequence[Tensor], lr: float) -> Tensor:
    """The gradient of the first step at each step."""
    return kernels[-1] - lr * gradients[0]


def of_length_one(kernels: Sequence[Tensor], gradients: Sequence[Tensor], lr: float) -> Tensor:
    last = gradients[-1]
    return kernels[-1] - lr * last / (last**2).sum().sqrt()


def signs(kernels: Sequence[Tensor], gradients: Sequence[Tensor], lr: float) -> Tensor:
    return kernels[-1] - lr * gradients[-1].sign()


def slower_and_slower(kernels: Sequence[Tensor], gradients: Sequence[Tensor], lr: float) -> Tensor:
    return kernels[-1] - lr / len(kernels) * gradients[-1]


def one_by_one(s: Descent) -> Answer:
    """A step for one picture after the other."""
    kernel, losses = s.start, []
    for step in range(s.steps):
        number = step % len(s.images)
        one = replace(
            s,
            images=s.images[number : number + 1],
            targets=s.targets[number : number + 1],
            steps=1,
            start=kernel,
        )
        kernel, loss = one.run()
        losses += [*loss]
    return kernel, stacked(losses, s.images)


def after_each_step(s: Descent) -> Answer:
    kernels, losses = s.path()
    return kernels[-1], stacked(losses[1:], s.images)


def with_the_last_loss(s: Descent) -> Answer:
    kernels, losses = s.path()
    return kernels[-1], stacked(losses, s.images)


def before_the_last_step(s: Descent) -> Answer:
    kernels, losses = s.path()
    return kernels[max(s.steps - 1, 0)], stacked(losses[:-1], s.images)


def without_the_last(s: Descent) -> Answer:
    """One step fewer than asked for."""
    return s.run(steps=max(s.steps - 1, 0))


def flattened(s: Descent) -> Answer:
    kernel, losses = s.run()
    return kernel.T, losses


def first_round_missing(s: Descent) -> Answer:
    """Counting begins at 1, and the place of the first loss stays empty."""
    kernel, losses = without_the_last(s)
    return kernel, torch.cat((s.images.new_zeros(min(s.steps, 1)), losses))


def with_axes(s: Descent) -> Answer:
    kernel, losses = s.run()
    return kernel[None, None], losses


def last_loss_alone(s: Descent) -> Answer:
    kernel, losses = s.run()
    return kernel, losses[-1]


def with_padding(s: Descent) -> Answer:
    """The outputs as large as the pictures, cut to the targets' size at the end."""
    height, width = s.targets.shape[2:]
    reach = s.start.shape[0] // 2
    padded = F.pad(s.images, (reach, reach, reach, reach))
    return s.run(images=padded[:, :, : height + s.start.shape[0] - 1, : width + s.start.shape[1] - 1])
