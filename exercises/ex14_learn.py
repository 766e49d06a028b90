# ---
# exercise: 14
# title: Learn a kernel
# points: 10
# track: further
# minutes: 30
# exports: [learn_kernel]
# builds_on: [ex5_dilation]
# forbids: [convolution, optimisers, packages]
# ---

# %% [markdown]
# # Exercise 14: Learn a kernel
#
# Somebody shows you pictures and what a convolution made of them, but not the kernel. You find it: begin with noise,
# and change the weights step by step until your own `conv2d` gives the same. This is how every layer of a network
# learns.
# Read first: [steps of gradient descent](README.md#steps-of-gradient-descent) in the tutorial, and the section before
# it.
#
# The update is yours: `torch.optim` is not allowed here. The gradient may come from autograd, through your `conv2d`
# of exercise 5, or from your own hand.
#
# **One step.** The loss is the *mean squared error*: the mean of `(output - target)²` over all numbers of all
# pictures. Its gradient has one number for each weight, which says how the loss changes with it. Each weight goes a
# little way against it: `weight - lr * gradient`, where `lr` is the *learning rate*.
#
# On paper, with a kernel of one weight, which is 1 at the start, and `lr = 0.1`:
#
#     image     1  2
#     output    1  2          1 times each pixel
#     target    3  6
#     error    -2 -4          loss      ((-2)² + (-4)²) / 2           =  10
#                             gradient  (2 * -2 * 1 + 2 * -4 * 2) / 2 = -10
#                             weight    1 - 0.1 * -10                 =   2
#
# In the second step the outputs are 2 and 4, the loss is 2.5, and the gradient is -5: the weight becomes 2.5. It is
# on its way to 3, and half of what is missing is made up at each step. The losses are 10 and 2.5.
#
# **The start.** Without `start`, the kernel begins as noise: normally distributed numbers with mean 0 and standard
# deviation 0.1, new ones at each call. They come from torch's own generator. Whoever wants the same noise again seeds
# it before the call; a `torch.manual_seed` inside would change all later random numbers of the program.
#
# Common mistake: gradients that add up. `loss.backward()` adds to `kernel.grad`. What is not set to zero, or to None,
# counts again at the next step.
#
# Common mistake: the update as a part of the graph. No loss is differentiated through it: use `detach()`, or
# `torch.no_grad()` around the update. What is returned needs no gradient either.
#
# Common mistake: the loss after the step. The first loss is that of the start, and none belongs to the kernel that is
# returned.
#
# Common mistake: shapes that are stretched. `(N, 1, h, w) - (N, h, w)` gives `(N, N, h, w)`, each output with the
# targets of all pictures. A mean hides that.

# %%
import torch
from torch import Tensor

from exercises.ex5_dilation import conv2d


def learn_kernel(
    images: Tensor, targets: Tensor, size: int, steps: int, lr: float, start: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Learn the kernel that makes the targets out of the images, by gradient descent.

    The loss is the mean of `(conv2d(images, kernel) - targets) ** 2` over all numbers; each step takes `lr` times its
    gradient from the kernel.
    Source: A. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", 1847.

    Args:
        images: pictures of shape `(N, 1, H, W)`, any floating dtype and memory layout; `N` is at least 1. Not
            changed.
        targets: what a valid convolution made of them, of shape `(N, 1, H - size + 1, W - size + 1)`, dtype and
            device of `images`. Not changed.
        size: rows and columns of the kernel, at least 1.
        steps: number of steps, at least 0.
        lr: the learning rate, greater than 0; the same at each step.
        start: the kernel to begin with, of shape `(size, size)`, dtype and device of `images`; not changed. Without
            it, noise: normally distributed numbers with mean 0 and standard deviation 0.1, new ones at each call.

    Returns:
        A tuple `(kernel, losses)` with the dtype and device of `images`, neither of which requires a gradient. The
        kernel, `(size, size)`, is the one after the last step. The losses, `(steps,)`, are those before each step.

    Raises:
        ValueError: if `images` has not the shape `(N, 1, H, W)` or there is no picture, if `size` is less than 1 or
            does not fit into the pictures, if `targets` or `start` has another shape, if `steps` is negative, or if
            `lr` is not greater than 0.

    Example:
        >>> import torch
        >>> images = torch.tensor([[[[1.0, 2.0]]]])
        >>> targets = torch.tensor([[[[3.0, 6.0]]]])
        >>> kernel, losses = learn_kernel(images, targets, 1, steps=2, lr=0.1, start=torch.tensor([[1.0]]))
        >>> kernel.tolist()
        [[2.5]]
        >>> losses.tolist()
        [10.0, 2.5]
    """
    raise NotImplementedError("ex14: learn_kernel is not written yet")


# %%
if __name__ == "__main__":  # Run in an editor: the checks of this exercise
    from exercises.console.run import run

    run()
