"""Hidden checks of exercise 2: padding."""

import pytest

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import EVERY_DTYPE, ODD_LAYOUTS, Draw, must_follow_device
from exercises.feedback.calls import Call
from exercises.feedback.checks import must_differentiate, must_keep_inputs, must_raise, must_return


@pytest.mark.points(1)
@pytest.mark.category("values")
@pytest.mark.parametrize("padding", [0, 3])
def test_pads_by_a_number(student: SandboxedStudent, draw: Draw, padding: int) -> None:
    """One number pads all four sides by it, batch and channels untouched."""
    must_return(student, Call("pad2d", (draw(2, 3, 4, 6), padding)))


@pytest.mark.points(2)
@pytest.mark.category("pairs")
@pytest.mark.parametrize("padding", [(2, 1), (0, 3), (4, 0)])
def test_pads_by_a_pair(student: SandboxedStudent, draw: Draw, padding: tuple[int, int]) -> None:
    """A pair pads (vertical, horizontal), each on both sides."""
    must_return(student, Call("pad2d", (draw(2, 2, 5, 7), padding)))


@pytest.mark.points(1)
@pytest.mark.category("values")
@pytest.mark.parametrize("sizes", [(1,), (5,), (7, 1), (3, 3), (2, 2), (4, 2)], ids=str)
def test_same_padding_of_numbers(student: SandboxedStudent, sizes: tuple[int, ...]) -> None:
    """same_padding keeps the size, with dilation too, even kernels included where it can."""
    must_return(student, Call("same_padding", sizes))
    if sizes == (1,):  # whose answer is 0, which is also what nothing gives
        must_return(student, Call("same_padding", (3,)))


@pytest.mark.points(1)
@pytest.mark.category("pairs")
@pytest.mark.parametrize(
    ("kernel", "dilation"),
    [((3, 7), (1, 1)), ((5, 3), (2, 4)), ((2, 5), (4, 1)), (5, (4, 1)), ((9, 1), 3)],
    ids=str,
)
def test_same_padding_of_pairs(
    student: SandboxedStudent, kernel: int | tuple[int, int], dilation: int | tuple[int, int]
) -> None:
    """same_padding takes and gives pairs, one entry per axis, where one argument is a pair or both are."""
    must_return(student, Call("same_padding", (kernel, dilation)))


@pytest.mark.points(1)
@pytest.mark.category("precision")
@pytest.mark.parametrize("dtype", EVERY_DTYPE)
def test_dtype(student: SandboxedStudent, draw: Draw, dtype: str) -> None:
    """The result has the input's dtype, half precision included."""
    must_return(student, Call("pad2d", (draw(1, 2, 4, 5, dtype=dtype), (1, 2))))


@pytest.mark.points(1)
@pytest.mark.category("layouts")
@pytest.mark.parametrize("layout", ODD_LAYOUTS)
def test_layouts(student: SandboxedStudent, draw: Draw, layout: str) -> None:
    """The input may lie in memory in any order: channels_last, with gaps, transposed, expanded."""
    must_return(student, Call("pad2d", (draw(3, 2, 4, 5, layout=layout), (2, 1))))


@pytest.mark.points(0.5)
@pytest.mark.category("layouts")
def test_empty_batch(student: SandboxedStudent, draw: Draw) -> None:
    """A batch of size zero gives an empty result of the right shape; a batch of five is padded too."""
    must_return(student, Call("pad2d", (draw(0, 2, 4, 5), (1, 2))))
    must_return(student, Call("pad2d", (draw(5, 2, 4, 3), (1, 2))))


@pytest.mark.points(0.5)
@pytest.mark.category("manners")
@pytest.mark.parametrize("padding", [(1, 2), 0])
def test_input_is_kept(student: SandboxedStudent, draw: Draw, padding: int | tuple[int, int]) -> None:
    """The input is the same after the call."""
    must_keep_inputs(student, Call("pad2d", (draw(2, 1, 4, 5), padding)))


@pytest.mark.points(0.5)
@pytest.mark.category("gradients")
def test_gradient(student: SandboxedStudent, draw: Draw) -> None:
    """Gradients flow back through the padding to the input."""
    must_differentiate(student, Call("pad2d", (draw(2, 2, 4, 5, dtype="float64"), (2, 1))), wrt=[0])


@pytest.mark.points(0.5)
@pytest.mark.category("errors")
@pytest.mark.parametrize("padding", [-1, (-1, 2), (2, -1)])
def test_negative_padding(student: SandboxedStudent, draw: Draw, padding: int | tuple[int, int]) -> None:
    """pad2d raises ValueError for negative padding, on either axis."""
    x = draw(1, 2, 5, 6)
    must_raise(student, Call("pad2d", (x, padding)), Call("pad2d", (x, (0, 2))))


@pytest.mark.points(0.5)
@pytest.mark.category("errors")
@pytest.mark.parametrize(
    ("kernel", "dilation"), [(4, 1), (2, 3), ((3, 2), (1, 1)), ((4, 3), (1, 2))], ids=str
)
def test_impossible_same_padding(
    student: SandboxedStudent, kernel: int | tuple[int, int], dilation: int | tuple[int, int]
) -> None:
    """same_padding raises ValueError where no symmetric padding keeps the size."""
    good = Call("same_padding", (5, 2)) if isinstance(kernel, int) else Call("same_padding", ((5, 3), (2, 1)))
    must_raise(student, Call("same_padding", (kernel, dilation)), good)


@pytest.mark.points(0.5)
@pytest.mark.category("devices")
def test_device(student: SandboxedStudent, draw: Draw) -> None:
    """The result is on the device of the input."""
    must_follow_device(student, Call("pad2d", (draw(2, 3, 4, 5), (2, 1))))
