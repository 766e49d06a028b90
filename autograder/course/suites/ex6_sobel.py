"""Hidden checks of exercise 6: filters made by hand."""

import pytest

from autograder.grading.sandboxed import SandboxedStudent
from autograder.grading.vocabulary import EVERY_DTYPE, Draw, must_follow_device
from exercises.feedback.calls import Call
from exercises.feedback.checks import must_differentiate, must_keep_inputs, must_raise, must_return


@pytest.mark.points(1)
@pytest.mark.category("values")
@pytest.mark.parametrize("size", [1, 2, 5])
def test_box_blur(student: SandboxedStudent, size: int) -> None:
    """box_blur_kernel weighs all pixels alike and its weights sum to one."""
    must_return(student, Call("box_blur_kernel", (size,)))


@pytest.mark.points(1.5)
@pytest.mark.category("values")
@pytest.mark.parametrize("case", range(3))
def test_sharpen(student: SandboxedStudent, draw: Draw, case: int) -> None:
    """sharpen_kernel adds the difference to the four neighbours, as much of it as asked for."""
    amount = ((), (draw.number(0.3, 4.0),), (draw.integer(2, 4),))[case]
    must_return(student, Call("sharpen_kernel", amount))


@pytest.mark.points(1.5)
@pytest.mark.category("values")
def test_sobel_kernels(student: SandboxedStudent) -> None:
    """sobel_kernels gives (gx, gy): gx positive where it gets brighter to the right, gy downwards."""
    must_return(student, Call("sobel_kernels"))


@pytest.mark.points(1.5)
@pytest.mark.category("values")
@pytest.mark.parametrize("shape", [(7, 9), (3, 3)], ids=str)
def test_edges_of_grey_pictures(student: SandboxedStudent, draw: Draw, shape: tuple[int, int]) -> None:
    """sobel_edges of a grey picture is the length of (gx, gy) at every pixel."""
    must_return(student, Call("sobel_edges", (draw.image(*shape),)))


@pytest.mark.points(1.5)
@pytest.mark.category("values")
@pytest.mark.parametrize("shape", [(3, 7, 9), (3, 3, 3)], ids=str)
def test_edges_of_colour_pictures(student: SandboxedStudent, draw: Draw, shape: tuple[int, int, int]) -> None:
    """Colour pictures are turned to grey by BT.601 luma first."""
    must_return(student, Call("sobel_edges", (draw.image(*shape),)))


@pytest.mark.points(0.5)
@pytest.mark.category("precision")
@pytest.mark.parametrize("dtype", EVERY_DTYPE)
def test_dtype(student: SandboxedStudent, draw: Draw, dtype: str) -> None:
    """The edges have the dtype of the picture."""
    must_return(student, Call("sobel_edges", (draw.image(6, 7, dtype=dtype),)))
    must_return(student, Call("sobel_edges", (draw.image(3, 6, 5, dtype=dtype),)))


@pytest.mark.points(0.5)
@pytest.mark.category("layouts")
@pytest.mark.parametrize("layout", ["strided", "transposed"])
def test_layouts(student: SandboxedStudent, draw: Draw, layout: str) -> None:
    """The picture may lie in memory in any order."""
    must_return(student, Call("sobel_edges", (draw.image(6, 7, layout=layout),)))
    must_return(student, Call("sobel_edges", (draw.image(3, 6, 7, layout=layout),)))


@pytest.mark.points(0.5)
@pytest.mark.category("manners")
@pytest.mark.parametrize("shape", [(5, 6), (3, 5, 6)], ids=str)
def test_picture_is_kept(student: SandboxedStudent, draw: Draw, shape: tuple[int, ...]) -> None:
    """The picture is the same after the call."""
    must_keep_inputs(student, Call("sobel_edges", (draw.image(*shape),)))


@pytest.mark.points(0.5)
@pytest.mark.category("gradients")
def test_gradient(student: SandboxedStudent, draw: Draw) -> None:
    """Gradients flow back from the edges to the picture."""
    must_differentiate(student, Call("sobel_edges", (draw.image(3, 5, 6, dtype="float64"),)), wrt=[0])


@pytest.mark.points(0.5)
@pytest.mark.category("errors")
@pytest.mark.parametrize("bad", [(), (7,), (1, 6, 7), (4, 6, 7), (6, 7, 3), (1, 3, 6, 7), 0, -1], ids=str)
def test_errors(student: SandboxedStudent, draw: Draw, bad: int | tuple[int, ...]) -> None:
    """ValueError for anything that is neither (H, W) nor (3, H, W), and for a blur of less than one pixel."""
    if isinstance(bad, int):
        must_raise(student, Call("box_blur_kernel", (bad,)), Call("box_blur_kernel", (1,)))
    else:
        good = Call("sobel_edges", (draw.image(3, 6, 7),))
        must_raise(student, Call("sobel_edges", (draw.image(*bad),)), good)


@pytest.mark.points(0.5)
@pytest.mark.category("devices")
def test_device(student: SandboxedStudent, draw: Draw) -> None:
    """The edges are computed on the device of the picture."""
    must_follow_device(student, Call("sobel_edges", (draw.image(3, 5, 6),)))
