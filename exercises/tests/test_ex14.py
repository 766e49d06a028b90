"""Exercise 14: gradient descent on one kernel, from a start on paper and from noise."""

import torch

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.course.topics.ex14_learn.checks import must_be_free, must_begin_with_noise, must_find
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_give, must_keep_inputs, must_raise, must_return

IMAGE, TARGET, START = torch.tensor([[[[1.0, 2.0]]]]), torch.tensor([[[[3.0, 6.0]]]]), torch.tensor([[1.0]])
PICTURES = Sample((4, 1, 10, 11), seed=141)
SOBEL = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))


def learning(images: object, targets: object, size: int, steps: int, lr: float, *start: object) -> Call:
    """A call of the function of this exercise."""
    return Call("learn_kernel", (images, targets, size, steps, lr, *start))


def test_learn_kernel_one_step(student: LocalStudent) -> None:
    """The errors are -2 and -4, so the loss is 10, the gradient -10, and 1 goes to 1 + 0.1 * 10 = 2."""
    must_give(student, learning(IMAGE, TARGET, 1, 1, 0.1, START), ([[2]], [10]))


def test_learn_kernel_more_steps(student: LocalStudent) -> None:
    """The next steps go from 2 to 2.5 and 2.75, each with a loss before it. With no step, the start comes back."""
    must_give(student, learning(IMAGE, TARGET, 1, 3, 0.1, START), ([[2.75]], [10, 2.5, 0.625]))
    must_give(student, learning(IMAGE, TARGET, 1, 0, 0.1, START), ([[1]], []))


def test_learn_kernel_four_weights(student: LocalStudent) -> None:
    """A picture as large as the kernel: one output, which is 0 and should be 1. Its gradient: -2 times each pixel."""
    image, target = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), torch.tensor([[[[1.0]]]])
    must_give(student, learning(image, target, 2, 1, 0.25, torch.zeros(2, 2)), ([[0.5, 1], [1.5, 2]], [1]))


def test_learn_kernel_of_a_batch(student: LocalStudent) -> None:
    """Two pictures: the errors are -2, -4, 1 and 1, and the loss is a mean over all four squares."""
    images = torch.cat((IMAGE, torch.tensor([[[[2.0, 3.0]]]])))
    targets = torch.cat((TARGET, torch.tensor([[[[1.0, 2.0]]]])))
    must_give(student, learning(images, targets, 1, 1, 0.2, START), ([[1.5]], [5.5]))


def test_learn_kernel_like_torch(student: LocalStudent) -> None:
    """Random pictures, targets and start, at each step as torch's autograd does it; the inputs are kept."""
    images, targets, start = (
        Sample((3, 1, 7, 9), seed=142),
        Sample((3, 1, 5, 7), seed=143),
        Sample((3, 3), seed=144),
    )
    must_keep_inputs(student, learning(images, targets, 3, 5, 0.15, start))
    must_be_free(student, learning(images, targets, 3, 5, 0.15, start))


def test_learn_kernel_on_its_way(student: LocalStudent) -> None:
    """On its way to Sobel's kernel, after 0, 2, 5, 12 and 40 steps. With --picture it is drawn, right or wrong."""
    images = PICTURES.tensor()
    targets = torch.nn.functional.conv2d(images, torch.tensor([[SOBEL]]))
    start = 0.1 * Sample((3, 3), seed=145).tensor()
    for steps in (0, 2, 5, 12, 40):
        must_return(student, learning(images, targets, 3, steps, 0.1, start))


def test_learn_kernel_begins_with_noise(student: LocalStudent) -> None:
    """Without a start, two calls begin with different noise, of mean 0 and standard deviation 0.1."""
    must_begin_with_noise(student)


def test_learn_kernel_finds_a_kernel(student: LocalStudent) -> None:
    """From noise, Sobel's kernel and one of random numbers are found, and the losses fall."""
    must_find(student, PICTURES, SOBEL, 30, 0.25)
    must_find(student, Sample((3, 1, 9, 11), seed=148), Sample((1, 1, 2, 2), seed=149), 30, 0.2)


def test_learn_kernel_refuses(student: LocalStudent) -> None:
    """Kernels that do not fit, targets or starts of another shape, fewer than 0 steps, and a rate of 0."""
    good = learning(IMAGE, TARGET, 1, 2, 0.1, START)
    must_raise(student, learning(IMAGE, TARGET, 2, 2, 0.1, START), good)
    must_raise(student, learning(IMAGE, TARGET[0], 1, 2, 0.1, START), good)
    must_raise(student, learning(IMAGE, TARGET[..., :1], 1, 2, 0.1, START), good)
    must_raise(student, learning(IMAGE, TARGET, 1, 2, 0.1, START[None]), good)
    must_raise(student, learning(IMAGE, TARGET, 1, -1, 0.1, START), good)
    must_raise(student, learning(IMAGE, TARGET, 1, 2, 0.0, START), good)


def test_own_work(student: LocalStudent) -> None:
    """The work is done by your own code: no ready-made convolution, no optimiser."""
    must_be_own_work(student)
