"""The picture of a wrong answer shows what it says it shows, whatever came back."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from PIL import Image

from exercises.course.close_up import close_up
from exercises.course.oracle import ORACLE
from exercises.feedback import draw, paint
from exercises.feedback.calls import Call, Sample
from exercises.feedback.course import Detail
from exercises.feedback.draw import development, development_panels, panels, picture
from exercises.feedback.paint import shrunk
from exercises.feedback.palette import BLUE_TO_RED, INK, NO_NUMBER, PAPER, Colour
from exercises.feedback.steps import Opaque, plain

CALL = Call("conv2d_valid", (Sample((2, 3, 7, 9), seed=1), Sample((4, 3, 3, 2), seed=2)))
RIGHT = ORACLE.answer(CALL)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Small tensors: threads would only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def pixels(path: Path, colour: Colour) -> int:
    """How many pixels have this very colour; a legend has a handful of each."""
    with Image.open(path) as image:
        assert image.format == "PNG"
        return sum(count for count, found in image.getcolors(maxcolors=1 << 14) or [] if found == colour)


def test_four_panels_show_the_slice_with_the_largest_error() -> None:
    wrong = RIGHT.float()
    wrong[1, 2, 3, 4] += 5
    shown = panels(CALL, RIGHT, plain(wrong))
    assert [p.title for p in shown] == ["input", "expected", "yours", "difference"]
    assert [p.subtitle for p in shown[:3]] == [
        "slice [1, 0] of (2, 3, 7, 9)",
        "slice [1, 2] of (2, 4, 5, 8)",
        "slice [1, 2] of (2, 4, 5, 8)",
    ]
    difference = shown[3]
    assert difference.marked == (3, 4)
    assert difference.values is not None
    assert float(difference.values[3, 4]) == pytest.approx(5, abs=1e-4)
    assert shown[0].values is not None
    assert torch.equal(shown[0].values, CALL.real_args[0][1, 0].double())


def test_beside_the_input_stand_the_kernel_and_the_patch_of_the_worst_place() -> None:
    """With stride, padding and dilation too; both have as many numbers, and their products add up to the answer."""
    x, weight = Sample((2, 1, 7, 9), seed=1), Sample((4, 1, 3, 2), seed=2)
    call = Call("conv2d", (x, weight), {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 3)})
    right = ORACLE.answer(call)
    for place in ((1, 2, 0, 0), (0, 3, 3, 4), (1, 0, right.shape[2] - 1, right.shape[3] - 1)):
        wrong = right.float()
        wrong[place] += 5
        shown = panels(call, right, plain(wrong), close_up=lambda worst: close_up(call, worst))
        assert [p.title for p in shown] == ["input", "kernel", "patch", "expected", "yours", "difference"]
        kernel, patch = shown[1].values, shown[2].values
        assert kernel is not None and patch is not None
        assert torch.equal(kernel, call.real_args[1][place[1], 0].double())
        assert float((kernel * patch).sum()) == pytest.approx(float(right[place]), abs=1e-4)
        assert shown[1].subtitle == f"kernel {place[1]}"
    assert close_up(CALL, (1, 2, 3, 4))[0].subtitle == "kernel 2, channel 0 of 3"


@pytest.mark.parametrize(
    ("call", "worst"),
    [
        (Call("pad2d", (Sample((1, 1, 2, 3), seed=1), 1)), (0, 0, 1, 1)),
        (Call("output_size", (7, 3)), ()),
        (CALL, ()),
        (CALL, (0, 0, 9, 0)),
        (CALL, (0, 9, 0, 0)),
        (CALL, (9, 0, 0, 0)),
    ],
)
def test_where_no_kernel_meets_a_patch_none_is_drawn(call: Call, worst: tuple[int, ...]) -> None:
    """A place that the answer has and the right one has not is no place either."""
    assert close_up(call, worst) == ()


def test_expected_and_yours_share_one_scale_and_the_difference_is_centred_on_zero() -> None:
    wrong = -0.5 * RIGHT
    _, expected, yours, difference = panels(CALL, RIGHT, plain(wrong))
    both = (float(min(RIGHT.min(), wrong.min())), float(max(RIGHT.max(), wrong.max())))
    assert (expected.low, expected.high) == (yours.low, yours.high) == both
    assert difference.low == -difference.high


def test_a_tensor_of_the_input_s_own_leading_shape_is_shown_beside_the_very_same_slice() -> None:
    call = Call("pad2d", (Sample((2, 3, 4, 5), seed=1), 1))
    wrong = ORACLE.answer(call).float()
    wrong[1, 2, 0, 0] = 9
    assert panels(call, ORACLE.answer(call), plain(wrong))[0].subtitle == "slice [1, 2] of (2, 3, 4, 5)"


def test_of_a_tuple_the_first_wrong_item_is_shown() -> None:
    call = Call("sobel_kernels")
    gx, gy = ORACLE.answer(call)
    _, expected, yours, _ = panels(call, (gx, gy), plain((gx.float(), -gy.float())))
    assert expected.subtitle == yours.subtitle == "item 1, shape (3, 3)"
    assert yours.values is not None
    assert torch.equal(yours.values, -gy)


def test_a_wrong_shape_is_drawn_as_it_came_and_named() -> None:
    _, expected, yours, difference = panels(CALL, RIGHT, plain(RIGHT[..., 1:].float()))
    assert expected.subtitle == "slice [0, 0] of (2, 4, 5, 8)"
    assert yours.subtitle == "slice [0, 0] of (2, 4, 5, 7)"
    assert difference.sentence == "shapes differ:\n(2, 4, 5, 8) expected\n(2, 4, 5, 7) yours"


def test_the_colour_of_nan_appears_only_where_there_is_one(tmp_path: Path) -> None:
    wrong = RIGHT.float()
    wrong[0, 0, 0, 0] = 4
    assert pixels(picture(CALL, RIGHT, plain(wrong), tmp_path / "number.png"), NO_NUMBER) == 0
    wrong[0, 0, 1, 1] = torch.nan
    wrong[0, 0, 2, 2] = -torch.inf
    assert pixels(picture(CALL, RIGHT, plain(wrong), tmp_path / "nan.png"), NO_NUMBER) > 1000
    assert panels(CALL, RIGHT, plain(wrong))[3].marked == (1, 1)


def test_too_large_is_red_and_too_small_is_blue(tmp_path: Path) -> None:
    call = Call("sobel_edges", (Sample((20, 30), seed=1, uniform=True),))
    wrong = ORACLE.answer(call).float()
    wrong[3, 3] += 50
    path = picture(call, ORACLE.answer(call), plain(wrong), tmp_path / "red.png")
    assert pixels(path, BLUE_TO_RED[-1]) > 50 > pixels(path, BLUE_TO_RED[0])
    wrong[3, 3] -= 100
    path = picture(call, ORACLE.answer(call), plain(wrong), tmp_path / "blue.png")
    assert pixels(path, BLUE_TO_RED[0]) > 50 > pixels(path, BLUE_TO_RED[-1])


def test_the_background_is_opaque_and_light_so_that_it_reads_on_dark_pages(tmp_path: Path) -> None:
    with Image.open(picture(CALL, RIGHT, plain(RIGHT.float()), tmp_path / "a.png")) as image:
        assert image.mode == "RGB"
        assert image.getpixel((0, 0)) == PAPER


@pytest.mark.parametrize(
    ("call", "expected", "got"),
    [
        (Call("output_size", (30, 5)), 26, 25),
        (Call("output_size", (30, 5)), 26, None),
        (Call("same_padding", ((3, 5), 1)), (1, 2), (2, 1)),
        (CALL, RIGHT, None),
        (CALL, RIGHT, "a string that is long enough to need more than a single line in a panel " * 9),
        (CALL, RIGHT, Opaque("numpy.ndarray")),
        (CALL, RIGHT, plain(torch.zeros(()))),
        (CALL, RIGHT, plain(torch.zeros(3))),
        (CALL, RIGHT, plain(torch.zeros(0, 4, 5, 8))),
        (CALL, RIGHT, plain(torch.full((2, 4, 5, 8), torch.nan))),
        (CALL, RIGHT, plain(torch.zeros(2, 4, 5, 8, dtype=torch.int64))),
        (CALL, RIGHT, plain(torch.zeros(2, 4, 5, 8, dtype=torch.complex64))),
        (CALL, RIGHT, plain(RIGHT.float() * 1e30)),
        (CALL, RIGHT, (1, 2)),
        (Call("sobel_kernels"), ORACLE.answer(Call("sobel_kernels")), ()),
        (Call("sobel_kernels"), ORACLE.answer(Call("sobel_kernels")), None),
        (
            Call("box_blur_kernel", (1,)),
            ORACLE.answer(Call("box_blur_kernel", (1,))),
            plain(torch.zeros(1, 1)),
        ),
        (
            Call("conv2d_valid", (Sample((0, 3, 7, 9), 1), Sample((4, 3, 3, 2), 2))),
            RIGHT[:0],
            plain(RIGHT[:0]),
        ),
        (Call("f", ("—" * 500,)), 1, 2),
    ],
)
def test_whatever_comes_back_there_is_a_picture(call: Call, expected: Any, got: Any, tmp_path: Path) -> None:
    path = picture(call, expected, got, tmp_path / "new" / "folder" / "a.png")
    assert pixels(path, INK) > 50


def test_a_layer_s_input_is_handed_in_apart(tmp_path: Path) -> None:
    call = Call("Conv2d", (3, 4, (3, 2)))
    assert panels(call, RIGHT, plain(RIGHT.float()))[0].sentence == "this call has no tensor to draw"
    shown = panels(call, RIGHT, plain(RIGHT.float()), shown=CALL.real_args[0])
    assert shown[0].subtitle == "slice [0, 0] of (2, 3, 7, 9)"


def test_a_large_picture_is_thinned_out(tmp_path: Path) -> None:
    call = Call("sobel_edges", (Sample((700, 1100), seed=1, uniform=True),))
    start = time.process_time()
    path = picture(call, ORACLE.answer(call), plain(ORACLE.answer(call).float() + 1), tmp_path / "large.png")
    assert time.process_time() - start < 10
    with Image.open(path) as image:
        assert image.width < 1400
        assert image.height < 500


def test_what_is_thinned_out_keeps_its_worst_place_where_differences_are_shown() -> None:
    difference = torch.zeros(700, 1100)
    difference[501, 803] = -7
    kept, step = shrunk(difference, worst=True)
    assert step == (4, 4)
    assert kept.shape == (175, 275)
    assert float(kept[501 // 4, 803 // 4]) == -7
    assert int(kept.count_nonzero()) == 1
    every_fourth, _ = shrunk(difference, worst=False)
    assert not every_fourth.any()
    assert shrunk(difference[:1], worst=True)[1] == (1, 4)


def test_what_belongs_together_shares_one_scale_and_a_curve_begins_at_zero() -> None:
    small, large = torch.tensor([[0.0, 1.0]]), torch.tensor([[-3.0, 2.0]])
    of_small, of_large, curve = development_panels(
        [Detail("a", "", small), Detail("b", "", large), Detail("c", "", torch.tensor([8.0, 2.0]))]
    )
    assert (of_small.low, of_small.high) == (of_large.low, of_large.high) == (-3, 2)
    assert (curve.low, curve.high) == (0, 8)


@pytest.mark.parametrize(
    "numbers", [[3.0, 2.0, 1.0], [1.0], [0.0, 0.0], [float("inf"), 1.0, float("nan"), 2.0]]
)
def test_a_curve_is_drawn_wherever_it_is_finite(numbers: list[float], tmp_path: Path) -> None:
    path = development("", [Detail("", "", torch.tensor(numbers))], tmp_path / "new" / "curve.png")
    left, top = paint.GAP, paint.GAP + 2 * paint.TEXT + paint.TITLE
    with Image.open(path) as image:
        inside = image.crop((left, top, left + paint.SIDE, top + paint.SIDE))
        assert INK in {colour for _, colour in inside.getcolors(maxcolors=1 << 14) or []}


def test_a_falling_curve_falls(tmp_path: Path) -> None:
    path = development("", [Detail("", "", torch.tensor([9.0, 1.0, 0.0]))], tmp_path / "falling.png")
    left, top = paint.GAP, paint.GAP + 2 * paint.TEXT + paint.TITLE
    reach = paint.SIDE - paint.INSET
    with Image.open(path) as image:
        assert image.getpixel((left + paint.INSET, top + paint.INSET)) == INK
        assert image.getpixel((left + reach, top + reach)) == INK
        assert image.getpixel((left + reach, top + paint.INSET)) == PAPER


@pytest.mark.parametrize("module", [draw, paint])
def test_pillow_is_not_imported_before_the_first_picture(module: ModuleType) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert imports
    assert not any("PIL" in ast.unparse(node) for node in imports)
