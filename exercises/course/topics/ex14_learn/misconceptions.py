"""How gradient descent on a kernel goes wrong: each is an error in words, and one of the `variations`."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from exercises.course.topics.ex14_learn import variations
from exercises.course.topics.ex14_learn.descent import (
    FUNCTION,
    SECTION,
    Answer,
    Descent,
    mean_square,
)
from exercises.feedback.misconception import Misconception


def _entry(name: str, title: str, explanation: str, change: Callable[[Descent], Answer]) -> Misconception:
    def answer(
        images: Tensor, targets: Tensor, size: int, steps: int, lr: float, start: Tensor | None
    ) -> Answer:
        assert start is not None  # there is nothing to compare without one
        return change(Descent(images, targets, steps, lr, start))

    return Misconception(f"learn-{name}", title, (FUNCTION,), explanation, SECTION, answer)


MISCONCEPTIONS = (
    _entry(
        "left-empty",
        "kernel and losses are all zeros",
        "Kernel and losses have the right shapes but hold nothing but zeros. Is what was computed also returned?",
        lambda s: (torch.zeros_like(s.start), s.images.new_zeros(s.steps)),
    ),
    _entry(
        "never-moves",
        "the kernel never moves",
        "The kernel seems to stay at its start: the losses are all the same. The result of the update has to become "
        "the kernel of the next step.",
        lambda s: s.run(lr=0.0),
    ),
    _entry(
        "gradients-add-up",
        "the gradients of all steps add up",
        "The gradients of all steps so far seem to be added up. `backward()` adds to `.grad`, so set it to zero, or "
        "to None, after each step; `torch.autograd.grad` adds to nothing.",
        lambda s: s.run(way=variations.adding_up),
    ),
    _entry(
        "up-the-gradient",
        "the steps go up the gradient",
        "The kernel seems to go along the gradient, where the loss grows. Each step takes `lr * gradient` away.",
        lambda s: s.run(lr=-s.lr),
    ),
    _entry(
        "sum-of-squares",
        "the loss is a sum instead of a mean",
        "The loss seems to be the sum of the squares. It is their mean: otherwise more pictures would mean larger "
        "steps.",
        lambda s: s.run(loss=variations.square_sum),
    ),
    _entry(
        "mean-over-pictures-alone",
        "the loss is divided by the pictures only",
        "The squares seem to be divided by the number of pictures alone. Their mean goes over all rows and columns "
        "too.",
        lambda s: s.run(loss=variations.per_picture),
    ),
    _entry(
        "half-the-loss",
        "the loss is halved",
        "Your loss seems to be half the mean of the squares. Some books do that, since the 2 of the gradient goes "
        "away; here it is the mean itself.",
        lambda s: s.run(loss=variations.half_square),
    ),
    _entry(
        "root-of-the-loss",
        "the loss is the root of the mean square",
        "Your loss seems to be the root of the mean of the squares. Here it is the mean itself.",
        lambda s: s.run(loss=variations.root),
    ),
    _entry(
        "root-of-the-loss-written-down",
        "roots of the losses are returned",
        "The steps are right, but the losses seem to be the roots of the mean of the squares. Write down the mean "
        "itself.",
        lambda s: s.run(loss=variations.root, slope=mean_square),
    ),
    _entry(
        "sum-written-down",
        "sums of squares are returned as losses",
        "The steps are right, but the losses seem to be sums of the squares. Write down their mean.",
        lambda s: s.run(loss=variations.square_sum, slope=mean_square),
    ),
    _entry(
        "absolute-error",
        "the loss is the mean absolute error",
        "Your loss seems to be the mean of the errors without their signs. Here it is the mean of their squares.",
        lambda s: s.run(loss=variations.absolute),
    ),
    _entry(
        "two-forgotten",
        "the gradient is half as large",
        "The losses are measured right, but the gradient seems to be half of theirs. The derivative of a square is "
        "two times what is squared.",
        lambda s: s.run(slope=variations.half_square),
    ),
    _entry(
        "gradient-summed",
        "the gradient is that of a sum",
        "The losses are means, but the gradient seems to be that of a sum. Divide it by the number of all targets.",
        lambda s: s.run(slope=variations.square_sum),
    ),
    _entry(
        "gradient-summed-without-two",
        "the gradient is half that of a sum",
        "The losses are means, but the gradient seems to be half of that of a sum. Divide by the number of all "
        "targets, and mind that the derivative of a square is two times what is squared.",
        lambda s: s.run(slope=lambda out, targets: variations.square_sum(out, targets) / 2),
    ),
    _entry(
        "gradient-over-pictures-alone",
        "the gradient is divided by the pictures only",
        "The losses are means over all numbers, but the gradient seems to be divided by the number of pictures "
        "alone. Divide it by the number of all targets.",
        lambda s: s.run(slope=variations.per_picture),
    ),
    _entry(
        "losses-after-the-step",
        "losses are measured after each step",
        "The losses seem to be measured after each step. The first one is that of the start, and none belongs to the "
        "kernel that you return.",
        variations.after_each_step,
    ),
    _entry(
        "one-loss-too-many",
        "there is one loss too many",
        "There is one loss more than steps. None belongs to the kernel that you return: each is measured before a "
        "step.",
        variations.with_the_last_loss,
    ),
    _entry(
        "last-loss-alone",
        "only the last loss is returned",
        "Only the last loss seems to be returned. There is one for each step.",
        variations.last_loss_alone,
    ),
    _entry(
        "last-step-missing",
        "there is one step too few",
        "There is one step fewer than asked for. `range(steps)` counts from 0 to steps - 1, which are `steps` "
        "rounds.",
        variations.without_the_last,
    ),
    _entry(
        "first-round-missing",
        "the first round is left out",
        "There is one step fewer than asked for, and the first loss is 0. `range(steps)` counts from 0, as the "
        "places of a tensor do; `range(1, steps)` has one round less.",
        variations.first_round_missing,
    ),
    _entry(
        "one-step-too-many",
        "there is one step too many",
        "There is one step more than asked for. `range(steps)` counts from 0 to steps - 1, which are `steps` rounds.",
        lambda s: s.run(steps=s.steps + 1),
    ),
    _entry(
        "kernel-before-the-last-step",
        "the kernel before the last step is returned",
        "The losses are right, but the kernel seems to be the one before the last step. Return what the last update "
        "made.",
        variations.before_the_last_step,
    ),
    _entry(
        "start-returned",
        "the start is returned as the kernel",
        "The losses are right, but the kernel that you return seems to be the start. Return what the last update "
        "made.",
        lambda s: (s.start, s.run()[1]),
    ),
    _entry(
        "start-ignored",
        "the start is ignored",
        "The kernel seems to begin at zero. Where a `start` is handed over, the first step goes from there.",
        lambda s: s.run(start=torch.zeros_like(s.start)),
    ),
    _entry(
        "rate-ignored",
        "the learning rate is ignored",
        "The learning rate seems to be left out: each step takes the whole gradient away.",
        lambda s: s.run(lr=1.0),
    ),
    _entry(
        "rate-of-a-tenth",
        "the learning rate is always 0.1",
        "The learning rate seems to be 0.1, whatever is handed over. Use `lr`.",
        lambda s: s.run(lr=0.1),
    ),
    _entry(
        "rate-of-a-hundredth",
        "the learning rate is always 0.01",
        "The learning rate seems to be 0.01, whatever is handed over. Use `lr`.",
        lambda s: s.run(lr=0.01),
    ),
    _entry(
        "rate-divided-by-pictures",
        "steps are divided by the number of pictures",
        "The steps seem to be divided by the number of pictures. The loss is a mean already.",
        lambda s: s.run(way=variations.by(lambda lr: lr / len(s.images))),
    ),
    _entry(
        "steps-from-the-start",
        "every step goes from the start",
        "Each step seems to go from the start again. The next one begins where the last one ended.",
        lambda s: s.run(way=variations.from_the_start),
    ),
    _entry(
        "gradient-of-the-first-step",
        "the first gradient is used at all steps",
        "The gradient of the first step seems to be used at all of them. It changes with the kernel: compute it anew "
        "in each round.",
        lambda s: s.run(way=variations.stopped_after_one),
    ),
    _entry(
        "gradient-of-length-one",
        "the gradient is scaled to length 1",
        "The gradient seems to be divided by its own length. Here it is taken as it is, so steps get smaller near "
        "the goal.",
        lambda s: s.run(way=variations.of_length_one),
    ),
    _entry(
        "signs-of-the-gradient",
        "only the signs of the gradient count",
        "Only the signs of the gradient seem to count. Here it is taken as it is, so steps get smaller near the "
        "goal.",
        lambda s: s.run(way=variations.signs),
    ),
    _entry(
        "rate-falls",
        "the learning rate gets smaller",
        "The learning rate seems to get smaller from step to step. Here it is the same at each step.",
        lambda s: s.run(way=variations.slower_and_slower),
    ),
    _entry(
        "targets-stretched",
        "each output meets the targets of all pictures",
        "Each output seems to be compared with the targets of all pictures. `(N, 1, h, w) - (N, h, w)` gives "
        "`(N, N, h, w)`: both sides of the minus need the same four axes.",
        lambda s: s.run(loss=variations.stretched),
    ),
    _entry(
        "first-picture-alone",
        "only the first picture counts",
        "Only the first picture seems to count. The loss is a mean over all of them.",
        lambda s: s.run(loss=variations.of_one_picture(slice(1))),
    ),
    _entry(
        "last-picture-alone",
        "only the last picture counts",
        "Only the last picture seems to count. The loss is a mean over all of them.",
        lambda s: s.run(loss=variations.of_one_picture(slice(-1, None))),
    ),
    _entry(
        "one-picture-at-a-time",
        "each step looks at one picture only",
        "Each step seems to look at one picture alone, one after the other. That is *stochastic* gradient descent; "
        "here the loss is a mean over all pictures at each step.",
        variations.one_by_one,
    ),
    _entry(
        "kernel-turned",
        "the kernel is turned by 180 degrees",
        "The kernel seems to be turned by 180 degrees before it is laid on the pictures. Deep learning's convolution "
        "does not turn it.",
        lambda s: s.run(laid=lambda kernel: kernel.flip(0, 1)),
    ),
    _entry(
        "kernel-transposed",
        "the kernel is transposed at the end",
        "Rows and columns of the kernel seem to be swapped at the end.",
        variations.flattened,
    ),
    _entry(
        "kernel-with-four-axes",
        "the kernel is returned with four axes",
        "The kernel comes with the four axes that conv2d wants. Return its rows and columns alone: `(size, size)`.",
        variations.with_axes,
    ),
    _entry(
        "targets-of-padded-pictures",
        "the pictures are padded",
        "The pictures seem to be padded. The targets come from a valid convolution, without padding.",
        variations.with_padding,
    ),
)
