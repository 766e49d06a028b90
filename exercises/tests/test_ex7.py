"""Exercise 7: the layer."""

from typing import Any

from exercises.console.local import LocalStudent
from exercises.console.own_work import must_be_own_work
from exercises.course.layer_checks import (
    must_backpropagate,
    must_exchange_state,
    must_forward,
    must_have_parameters,
    must_print_as_torch,
    must_refuse,
    must_start_as_torch,
    must_train,
)
from exercises.course.layer_on_paper import ask_layer, layer_must_give
from exercises.feedback.calls import Call, Sample


def layer(*sizes: Any, **settings: Any) -> Call:
    """A layer to be built."""
    return Call("Conv2d", sizes, settings)


def test_layer_parameters(student: LocalStudent) -> None:
    """Conv2d(3, 4, (5, 2)) has 4 kernels of 3 x 5 x 2 weights and 4 biases; with bias=False it has none."""
    must_have_parameters(student, layer(3, 4, (5, 2)))
    must_have_parameters(student, layer(3, 4, 5, bias=False))


def test_layer_start_values(student: LocalStudent) -> None:
    """With 4 channels and a 5 x 5 kernel fan_in is 100, so all values start between -0.1 and 0.1."""
    must_start_as_torch(student, layer(4, 80, 5))


def test_layer_on_paper(student: LocalStudent) -> None:
    """Kernels 1 2 and 3 -1 with biases 10 and 20: the row 1 2 3 gives 15 18 and 21 23."""
    parameters = ([[[[1.0, 2.0]]], [[[3.0, -1.0]]]], [10.0, 20.0])
    x = [[[[1.0, 2.0, 3.0], [4.0, 0.0, 5.0]]]]
    expected = [[[[15, 18], [14, 20]], [[21, 23], [32, 15]]]]
    layer_must_give(student, layer(1, 2, (1, 2)), parameters, x, expected)


def test_layer_same_padding(student: LocalStudent) -> None:
    """A kernel of 2 needs 1 zero, on the right: the row 1 2 3 becomes 1 2 3 0, and 1 10 makes 21 32 3 of it."""
    x = [[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]]
    call = layer(1, 1, (1, 2), padding="same", bias=False)
    layer_must_give(student, call, ([[[[1.0, 10.0]]]],), x, [[[[21, 32, 3], [54, 65, 6]]]])


def test_layer_like_torch(student: LocalStudent) -> None:
    """Random numbers give what torch gives, with stride, padding and dilation."""
    call = layer(2, 3, (3, 2), stride=(2, 1), padding=(0, 2), dilation=(1, 3))
    ask_layer(must_forward, student, call, Sample((2, 2, 8, 7), seed=71))
    ask_layer(
        must_forward, student, layer(2, 3, 2, padding="valid", bias=False), Sample((1, 2, 4, 5), seed=75)
    )


def test_layer_trains(student: LocalStudent) -> None:
    """Gradients reach everything, and a training step moves the parameters where it moves torch's."""
    ask_layer(must_backpropagate, student, layer(1, 2, (2, 3), padding=1), Sample((2, 1, 4, 5), seed=81))
    ask_layer(must_train, student, layer(2, 2, (3, 1), stride=2), Sample((3, 2, 5, 4), seed=85))


def test_layer_state_dict(student: LocalStudent) -> None:
    """The layer loads what torch's layer has saved, and saves the same."""
    ask_layer(must_exchange_state, student, layer(2, 3, (2, 1), dilation=2), Sample((1, 2, 5, 4), seed=91))


def test_layer_printed(student: LocalStudent) -> None:
    """print(layer) shows what torch shows: what is not the default, and nothing else."""
    must_print_as_torch(student, layer(3, 16, 5))
    must_print_as_torch(student, layer(3, 8, (3, 1), padding="same", dilation=2, bias=False))


def test_layer_refuses(student: LocalStudent) -> None:
    """padding="same" with a stride of 2 is a ValueError, and so is a padding by any other name."""
    x, good = Sample((1, 1, 4, 5), seed=95), layer(1, 2, 3, padding="same")
    must_refuse(student, layer(1, 2, 3, stride=(1, 2), padding="same"), good, x)
    must_refuse(student, layer(1, 2, 3, padding="zeros"), good, x)


def test_own_work(student: LocalStudent) -> None:
    """The work is done by your own code: no ready-made convolution."""
    must_be_own_work(student)
