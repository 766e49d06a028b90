"""What is told of wrong checks fits onto one screen: the first in full, and of the others what there is room for."""

from __future__ import annotations

import pytest

from exercises.console.one_screen import FEWEST, FRAME, Block, fitted, height
from exercises.console.progress import Check


def block(name: str, lines: int, tail: int = 1) -> Block:
    check = Check("ex3_conv2d", name, "A sentence.", "wrong", text=f"{name} is wrong.\nMore.")
    text = "\n".join(f"line {number}" for number in range(lines))
    return Block(check, [(text, "")], [("why", "")] * tail)


def taken(shown: list[Block], in_short: list[tuple[str, str]]) -> int:
    return sum(height(each.lines) + FRAME for each in shown) + height(in_short)  # type: ignore[arg-type]


@pytest.mark.parametrize("room", [20, 26, 30, 40])
@pytest.mark.parametrize("sizes", [(5,), (60,), (5, 5), (9, 30, 2), (60, 60, 60, 60), (3,) * 12])
def test_it_fits(sizes: tuple[int, ...], room: int) -> None:
    blocks = [block(f"test_{number}", size) for number, size in enumerate(sizes)]
    shown, in_short = fitted(blocks, room)
    assert taken(shown, in_short) <= room
    assert shown[0].check.name == "test_0"
    told = "".join(text for text, _ in in_short)
    assert len(shown) == len(blocks) or f"{len(blocks) - len(shown)} of ex3 (-v shows all)" in told


def test_what_fits_is_shown_in_full() -> None:
    blocks = [block("test_a", 5), block("test_b", 5)]
    assert fitted(blocks, 40) == (blocks, [])


def test_of_what_is_too_long_the_end_is_left_out_and_why_it_is_wrong_stays() -> None:
    [shown], in_short = fitted([block("test_a", 50, tail=3)], 20)
    lines = [text for text, _ in shown.lines]
    assert lines[0] == "line 0" and lines[-3:] == ["why"] * 3
    assert lines[-4] == f"... {50 - (len(lines) - 4)} more lines: -v shows all"
    assert in_short == []


def test_however_much_there_is_below_the_beginning_is_shown() -> None:
    [shown], _ = fitted([block("test_a", 50)], 2)
    assert [text for text, _ in shown.lines][:FEWEST] == [f"line {number}" for number in range(FEWEST)]


def test_others_are_named_in_a_line_each() -> None:
    shown, in_short = fitted([block("test_a", 10), block("test_b", 30)], 24)
    assert [each.check.name for each in shown] == ["test_a"]
    assert ("  ex3 test_b: test_b is wrong.", "") in in_short


def test_a_line_that_is_wider_than_the_terminal_takes_two() -> None:
    assert height([("x" * 80, ""), ("x" * 81, ""), ("a\nb", ""), ("", "")]) == 1 + 2 + 2 + 1
