"""How gradient descent on a kernel goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from exercises.course.topics.ex14_learn.descent import (
    FUNCTION,
    SECTION,
    Answer,
    Descent,
    Loss,
    Way,
    mean_square,
    stacked,
)
from exercises.feedback.misconception import Misconception


def _square_sum(out: Tensor, targets: Tensor) -> Tensor:
    return ((out - targets) ** 2).sum()


def _half_square(out: Tensor, targets: Tensor) -> Tensor:
    return mean_square(out, targets) / 2


def _per_picture(out: Tensor, targets: Tensor) -> Tensor:
    """The sum for each picture, and the mean of these."""
    return _square_sum(out, targets) / len(out)


def _root(out: Tensor, targets: Tensor) -> Tensor:
    return mean_square(out, targets).sqrt()


def _absolute(out: Tensor, targets: Tensor) -> Tensor:
    return (out - targets).abs().mean()


def _stretched(out: Tensor, targets: Tensor) -> Tensor:
    """Each output against the targets of all pictures."""
    return ((out - targets[:, 0]) ** 2).mean()


def _of_one_picture(number: slice) -> Loss:
    return lambda out, targets: mean_square(out[number], targets[number])


def _by(change: Callable[[float], float]) -> Way:
    """Another rate in place of the one that is handed over."""
    return lambda kernels, gradients, lr: kernels[-1] - change(lr) * gradients[-1]


def _adding_up(kernels: Sequence[Tensor], gradients: Sequence[Tensor], lr: float) -> Tensor:
    return kernels[-1] - lr * torch.stack(list(gradients)).sum(0)


def _from_the_start(kernels: Sequence[Tensor], gradients: Sequence[Tensor], lr: float) -> Tensor:
    """Each step is taken from the start again."""
    return kernels[0] - lr * gradients[-1]


def _stopped_after_one(kernels: Sequence[Tensor], gradients: Sequence[Tensor], lr: float) -> Tensor:
    """The gradient of the first step at each step."""
    return kernels[-1] - lr * gradients[0]


def _of_length_one(kernels: Sequence[Tensor], gradients: Sequence[Tensor], lr: float) -> Tensor:
    last = gradients[-1]
    return kernels[-1] - lr * last / (last**2).sum().sqrt()


def _signs(kernels: Sequence[Tensor], gradients: Sequence[Tensor], lr: float) -> Tensor:
    return kernels[-1] - lr * gradients[-1].sign()


def _slower_and_slower(kernels: Sequence[Tensor], gradients: Sequence[Tensor], lr: float) -> Tensor:
    return kernels[-1] - lr / len(kernels) * gradients[-1]


def _one_by_one(s: Descent) -> Answer:
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


def _after_each_step(s: Descent) -> Answer:
    kernels, losses = s.path()
    return kernels[-1], stacked(losses[1:], s.images)


def _with_the_last_loss(s: Descent) -> Answer:
    kernels, losses = s.path()
    return kernels[-1], stacked(losses, s.images)


def _before_the_last_step(s: Descent) -> Answer:
    kernels, losses = s.path()
    return kernels[max(s.steps - 1, 0)], stacked(losses[:-1], s.images)


def _without_the_last(s: Descent) -> Answer:
    """One step fewer than asked for."""
    return s.run(steps=max(s.steps - 1, 0))


def _flattened(s: Descent) -> Answer:
    kernel, losses = s.run()
    return kernel.T, losses


def _first_round_missing(s: Descent) -> Answer:
    """Counting begins at 1, and the place of the first loss stays empty."""
    kernel, losses = _without_the_last(s)
    return kernel, torch.cat((s.images.new_zeros(min(s.steps, 1)), losses))


def _with_axes(s: Descent) -> Answer:
    kernel, losses = s.run()
    return kernel[None, None], losses


def _last_loss_alone(s: Descent) -> Answer:
    kernel, losses = s.run()
    return kernel, losses[-1]


def _with_padding(s: Descent) -> Answer:
    """The outputs as large as the pictures, cut to the targets' size at the end."""
    height, width = s.targets.shape[2:]
    reach = s.start.shape[0] // 2
    padded = F.pad(s.images, (reach, reach, reach, reach))
    return s.run(images=padded[:, :, : height + s.start.shape[0] - 1, : width + s.start.shape[1] - 1])


def _entry(name: str, explanation: str, change: Callable[[Descent], Answer]) -> Misconception:
    def answer(
        images: Tensor, targets: Tensor, size: int, steps: int, lr: float, start: Tensor | None
    ) -> Answer:
        assert start is not None  # there is nothing to compare without one
        return change(Descent(images, targets, steps, lr, start))

    return Misconception(f"learn-{name}", (FUNCTION,), explanation, SECTION, answer)


MISCONCEPTIONS = (
    _entry(
        "left-empty",
        "Kernel and losses have the right shapes but hold nothing but zeros. Is what was computed also returned?",
        lambda s: (torch.zeros_like(s.start), s.images.new_zeros(s.steps)),
    ),
    _entry(
        "never-moves",
        "The kernel seems to stay at its start: the losses are all the same. The result of the update has to become "
        "the kernel of the next step.",
        lambda s: s.run(lr=0.0),
    ),
    _entry(
        "gradients-add-up",
        "The gradients of all steps so far seem to be added up. `backward()` adds to `.grad`, so set it to zero, or "
        "to None, after each step; `torch.autograd.grad` adds to nothing.",
        lambda s: s.run(way=_adding_up),
    ),
    _entry(
        "up-the-gradient",
        "The kernel seems to go along the gradient, where the loss grows. Each step takes `lr * gradient` away.",
        lambda s: s.run(lr=-s.lr),
    ),
    _entry(
        "sum-of-squares",
        "The loss seems to be the sum of the squares. It is their mean: otherwise more pictures would mean larger "
        "steps.",
        lambda s: s.run(loss=_square_sum),
    ),
    _entry(
        "mean-over-pictures-alone",
        "The squares seem to be divided by the number of pictures alone. Their mean goes over all rows and columns "
        "too.",
        lambda s: s.run(loss=_per_picture),
    ),
    _entry(
        "half-the-loss",
        "Your loss seems to be half the mean of the squares. Some books do that, since the 2 of the gradient goes "
        "away; here it is the mean itself.",
        lambda s: s.run(loss=_half_square),
    ),
    _entry(
        "root-of-the-loss",
        "Your loss seems to be the root of the mean of the squares. Here it is the mean itself.",
        lambda s: s.run(loss=_root),
    ),
    _entry(
        "root-of-the-loss-written-down",
        "The steps are right, but the losses seem to be the roots of the mean of the squares. Write down the mean "
        "itself.",
        lambda s: s.run(loss=_root, slope=mean_square),
    ),
    _entry(
        "sum-written-down",
        "The steps are right, but the losses seem to be sums of the squares. Write down their mean.",
        lambda s: s.run(loss=_square_sum, slope=mean_square),
    ),
    _entry(
        "absolute-error",
        "Your loss seems to be the mean of the errors without their signs. Here it is the mean of their squares.",
        lambda s: s.run(loss=_absolute),
    ),
    _entry(
        "two-forgotten",
        "The losses are measured right, but the gradient seems to be half of theirs. The derivative of a square is "
        "two times what is squared.",
        lambda s: s.run(slope=_half_square),
    ),
    _entry(
        "gradient-summed",
        "The losses are means, but the gradient seems to be that of a sum. Divide it by the number of all targets.",
        lambda s: s.run(slope=_square_sum),
    ),
    _entry(
        "gradient-summed-without-two",
        "The losses are means, but the gradient seems to be half of that of a sum. Divide by the number of all "
        "targets, and mind that the derivative of a square is two times what is squared.",
        lambda s: s.run(slope=lambda out, targets: _square_sum(out, targets) / 2),
    ),
    _entry(
        "gradient-over-pictures-alone",
        "The losses are means over all numbers, but the gradient seems to be divided by the number of pictures "
        "alone. Divide it by the number of all targets.",
        lambda s: s.run(slope=_per_picture),
    ),
    _entry(
        "losses-after-the-step",
        "The losses seem to be measured after each step. The first one is that of the start, and none belongs to the "
        "kernel that you return.",
        _after_each_step,
    ),
    _entry(
        "one-loss-too-many",
        "There is one loss more than steps. None belongs to the kernel that you return: each is measured before a "
        "step.",
        _with_the_last_loss,
    ),
    _entry(
        "last-loss-alone",
        "Only the last loss seems to be returned. There is one for each step.",
        _last_loss_alone,
    ),
    _entry(
        "last-step-missing",
        "There is one step fewer than asked for. `range(steps)` counts from 0 to steps - 1, which are `steps` "
        "rounds.",
        _without_the_last,
    ),
    _entry(
        "first-round-missing",
        "There is one step fewer than asked for, and the first loss is 0. `range(steps)` counts from 0, as the "
        "places of a tensor do; `range(1, steps)` has one round less.",
        _first_round_missing,
    ),
    _entry(
        "one-step-too-many",
        "There is one step more than asked for. `range(steps)` counts from 0 to steps - 1, which are `steps` rounds.",
        lambda s: s.run(steps=s.steps + 1),
    ),
    _entry(
        "kernel-before-the-last-step",
        "The losses are right, but the kernel seems to be the one before the last step. Return what the last update "
        "made.",
        _before_the_last_step,
    ),
    _entry(
        "start-returned",
        "The losses are right, but the kernel that you return seems to be the start. Return what the last update "
        "made.",
        lambda s: (s.start, s.run()[1]),
    ),
    _entry(
        "start-ignored",
        "The kernel seems to begin at zero. Where a `start` is handed over, the first step goes from there.",
        lambda s: s.run(start=torch.zeros_like(s.start)),
    ),
    _entry(
        "rate-ignored",
        "The learning rate seems to be left out: each step takes the whole gradient away.",
        lambda s: s.run(lr=1.0),
    ),
    _entry(
        "rate-of-a-tenth",
        "The learning rate seems to be 0.1, whatever is handed over. Use `lr`.",
        lambda s: s.run(lr=0.1),
    ),
    _entry(
        "rate-of-a-hundredth",
        "The learning rate seems to be 0.01, whatever is handed over. Use `lr`.",
        lambda s: s.run(lr=0.01),
    ),
    _entry(
        "rate-divided-by-pictures",
        "The steps seem to be divided by the number of pictures. The loss is a mean already.",
        lambda s: s.run(way=_by(lambda lr: lr / len(s.images))),
    ),
    _entry(
        "steps-from-the-start",
        "Each step seems to go from the start again. The next one begins where the last one ended.",
        lambda s: s.run(way=_from_the_start),
    ),
    _entry(
        "gradient-of-the-first-step",
        "The gradient of the first step seems to be used at all of them. It changes with the kernel: compute it anew "
        "in each round.",
        lambda s: s.run(way=_stopped_after_one),
    ),
    _entry(
        "gradient-of-length-one",
        "The gradient seems to be divided by its own length. Here it is taken as it is, so steps get smaller near "
        "the goal.",
        lambda s: s.run(way=_of_length_one),
    ),
    _entry(
        "signs-of-the-gradient",
        "Only the signs of the gradient seem to count. Here it is taken as it is, so steps get smaller near the "
        "goal.",
        lambda s: s.run(way=_signs),
    ),
    _entry(
        "rate-falls",
        "The learning rate seems to get smaller from step to step. Here it is the same at each step.",
        lambda s: s.run(way=_slower_and_slower),
    ),
    _entry(
        "targets-stretched",
        "Each output seems to be compared with the targets of all pictures. `(N, 1, h, w) - (N, h, w)` gives "
        "`(N, N, h, w)`: both sides of the minus need the same four axes.",
        lambda s: s.run(loss=_stretched),
    ),
    _entry(
        "first-picture-alone",
        "Only the first picture seems to count. The loss is a mean over all of them.",
        lambda s: s.run(loss=_of_one_picture(slice(1))),
    ),
    _entry(
        "last-picture-alone",
        "Only the last picture seems to count. The loss is a mean over all of them.",
        lambda s: s.run(loss=_of_one_picture(slice(-1, None))),
    ),
    _entry(
        "one-picture-at-a-time",
        "Each step seems to look at one picture alone, one after the other. That is *stochastic* gradient descent; "
        "here the loss is a mean over all pictures at each step.",
        _one_by_one,
    ),
    _entry(
        "kernel-turned",
        "The kernel seems to be turned by 180 degrees before it is laid on the pictures. Deep learning's convolution "
        "does not turn it.",
        lambda s: s.run(laid=lambda kernel: kernel.flip(0, 1)),
    ),
    _entry(
        "kernel-transposed",
        "Rows and columns of the kernel seem to be swapped at the end.",
        _flattened,
    ),
    _entry(
        "kernel-with-four-axes",
        "The kernel comes with the four axes that conv2d wants. Return its rows and columns alone: `(size, size)`.",
        _with_axes,
    ),
    _entry(
        "targets-of-padded-pictures",
        "The pictures seem to be padded. The targets come from a valid convolution, without padding.",
        _with_padding,
    ),
)
