"""Exercise 6: blur, sharpen, find edges."""

import torch

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.feedback.calls import Call, Sample
from exercises.feedback.checks import must_give, must_raise, must_return

DOT = torch.tensor([[0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])


def test_box_blur_kernel_on_paper(student: LocalStudent) -> None:
    """16 equal weights that add up to 1 are 0.0625 each; a single weight is 1."""
    must_give(student, Call("box_blur_kernel", (4,)), [[0.0625] * 4] * 4)
    must_give(student, Call("box_blur_kernel", (1,)), [[1]])


def test_sharpen_kernel_on_paper(student: LocalStudent) -> None:
    """Amount 2 puts 1 + 4*2 = 9 into the centre and -2 beside it; amount 0 changes nothing."""
    must_give(student, Call("sharpen_kernel", (2.0,)), [[0, -2, 0], [-2, 9, -2], [0, -2, 0]])
    must_give(student, Call("sharpen_kernel", (0.0,)), [[0, 0, 0], [0, 1, 0], [0, 0, 0]])
    must_return(student, Call("sharpen_kernel"))


def test_sobel_kernels_on_paper(student: LocalStudent) -> None:
    """The first kernel is positive on the right, the second one below."""
    gx = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    gy = [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]
    must_give(student, Call("sobel_kernels"), (gx, gy))


def test_sobel_edges_of_a_dot(student: LocalStudent) -> None:
    """Beside a white dot one slope is 2 and the other 0; at its corners both are 1, so sqrt(1 + 1) = 1.414214."""
    far, near = 1.414214, 2
    expected = [[far, near, far, 0], [near, 0, near, 0], [far, near, far, 0]]
    must_give(student, Call("sobel_edges", (DOT,)), expected)


def test_sobel_edges_of_colours(student: LocalStudent) -> None:
    """A row of red, green, black and blue is 0.299, 0.587, 0 and 0.114 in grey; an edge is twice its slope."""
    row = [[[1.0, 0.0, 0.0, 0.0]], [[0.0, 1.0, 0.0, 0.0]], [[0.0, 0.0, 0.0, 1.0]]]
    must_give(student, Call("sobel_edges", (torch.tensor(row),)), [[1.174, 0.598, 0.946, 0]])


def test_sobel_edges_like_torch(student: LocalStudent) -> None:
    """Random images give what torch gives, in their own dtype."""
    must_return(student, Call("sobel_edges", (Sample((3, 6, 5), seed=61, uniform=True),)))
    must_return(student, Call("sobel_edges", (Sample((5, 7), seed=62, dtype="float64", uniform=True),)))


def test_wrong_shapes(student: LocalStudent) -> None:
    """Two channels are no colour image, and no blur has size 0: both are ValueErrors."""
    must_raise(student, Call("box_blur_kernel", (0,)), Call("box_blur_kernel", (2,)))
    must_raise(student, Call("sobel_edges", (torch.stack([DOT, DOT]),)), Call("sobel_edges", (DOT,)))


def test_own_work(student: LocalStudent) -> None:
    """The work is done by your own code: no ready-made convolution and no image package."""
    must_be_own_work(student)
