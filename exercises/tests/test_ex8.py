"""Exercise 8: how much of the input a number sees, and what a layer costs."""

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.feedback.calls import Call
from exercises.feedback.checks import must_give, must_raise, must_return


def test_jump_on_paper(student: LocalStudent) -> None:
    """Stride 3 after stride 2: from one number to the next it is 3 numbers of layer 1, and so 6 pixels."""
    must_give(student, Call("jump", (((3, 2, 1), (5, 3, 2)),)), 6)
    must_give(student, Call("jump", (((3, 4, 1),),)), 4)
    must_give(student, Call("jump", ((),)), 1)


def test_receptive_field_on_paper(student: LocalStudent) -> None:
    """4 taps with dilation 3 see 10 pixels, whatever the stride; 5 taps after 3 see 7, since patches overlap."""
    must_give(student, Call("receptive_field", (((4, 2, 3),),)), 10)
    must_give(student, Call("receptive_field", (((3, 1, 1), (5, 1, 1)),)), 7)
    must_give(student, Call("receptive_field", ((),)), 1)


def test_receptive_field_with_strides(student: LocalStudent) -> None:
    """A kernel of 3 after stride 4: its taps lie at the pixels 0, 4 and 8, and the last one sees up to 9."""
    must_give(student, Call("receptive_field", (((2, 4, 1), (3, 1, 1)),)), 10)
    must_give(student, Call("receptive_field", (((3, 2, 1), (3, 3, 1), (2, 1, 2)),)), 19)


def test_count_parameters_on_paper(student: LocalStudent) -> None:
    """5 kernels of 2 channels with 3 × 4 weights are 120 weights, and there are 5 biases."""
    must_give(student, Call("count_parameters", (2, 5, (3, 4))), 125)
    must_give(student, Call("count_parameters", (2, 5, (3, 4)), {"bias": False}), 120)


def test_count_parameters_with_groups(student: LocalStudent) -> None:
    """In 3 groups, each of 6 kernels sees 3 of the 9 channels: 6 · 3 · 2 · 2 = 72 weights, and 6 biases."""
    must_give(student, Call("count_parameters", (9, 6, 2), {"groups": 3}), 78)


def test_count_multiplications_on_paper(student: LocalStudent) -> None:
    """A kernel of 2 × 3 stops at 3 × 4 places of 4 × 6 pixels; 5 kernels of 2 channels have 60 weights: 720."""
    must_give(student, Call("count_multiplications", ((4, 6), 2, 5, (2, 3))), 720)


def test_count_multiplications_with_settings(student: LocalStudent) -> None:
    """Every setting at once: 4 × 3 places, and 4 kernels of 2 channels with 2 × 3 weights are 48 weights: 576."""
    settings = {"stride": (2, 3), "padding": (0, 1), "dilation": (3, 2), "groups": 2}
    must_give(student, Call("count_multiplications", ((10, 9), 4, 4, (2, 3)), settings), 576)


def test_larger_numbers(student: LocalStudent) -> None:
    """Deeper networks and larger layers give what torch gives."""
    must_return(student, Call("receptive_field", (((7, 2, 1), (3, 2, 1), (3, 1, 2), (5, 2, 1), (3, 1, 1)),)))
    must_return(student, Call("count_parameters", (32, 48, (5, 3), 8)))
    must_return(student, Call("count_multiplications", ((24, 31), 8, 12, 5, 2, 2, 1, 4)))


def test_sizes_that_make_no_sense(student: LocalStudent) -> None:
    """A stride of 0, groups that do not divide the channels, a kernel that does not fit: ValueErrors all of them."""
    fits = Call("receptive_field", (((3, 2, 1), (2, 1, 1)),))
    must_raise(student, Call("receptive_field", (((3, 2, 1), (2, 0, 1)),)), fits)
    must_raise(student, Call("jump", (((3, 0, 1),),)), Call("jump", (((3, 2, 1),),)))
    divides = Call("count_parameters", (6, 4, 3, 2))
    must_raise(student, Call("count_parameters", (6, 4, 3, 3)), divides)
    must_raise(student, Call("count_parameters", (6, 4, (3, 0), 2)), divides)
    good = Call("count_multiplications", ((3, 4), 2, 2, 3))
    must_raise(student, Call("count_multiplications", ((3, 2), 2, 2, 3)), good)


def test_own_work(student: LocalStudent) -> None:
    """You count yourself: no ready-made convolution is asked."""
    must_be_own_work(student)
