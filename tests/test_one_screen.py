"""What is told of wrong checks fits onto one screen: the first in full, and of the others what there is room for."""

from __future__ import annotations

import pytest

from exercises.console.one_screen import FRAME, GIVES_WAY, Block, fitted, height
from exercises.console.progress import Check

MORE = "-v shows all"


def block(name: str, lines: int, about: str = "printed") -> Block:
    check = Check("ex3_conv2d", name, "A sentence.", "wrong", parts=(("what", f"{name} is wrong.\nMore."),))
    text = "\n".join(f"line {number}" for number in range(lines))
    return Block(check, [("what", [("it is wrong", "")]), (about, [(text, "")]), ("why", [("why", "")])])


def taken(shown: list[Block], in_short: list[tuple[str, str]]) -> int:
    return sum(height(each.lines) + FRAME for each in shown) + height(in_short)  # type: ignore[arg-type]


@pytest.mark.parametrize("room", [20, 26, 30, 40])
@pytest.mark.parametrize("sizes", [(5,), (60,), (5, 5), (9, 30, 2), (60, 60, 60, 60), (3,) * 12])
def test_it_fits(sizes: tuple[int, ...], room: int) -> None:
    blocks = [block(f"test_{number}", size) for number, size in enumerate(sizes)]
    shown, in_short = fitted(blocks, room, MORE)
    assert taken(shown, in_short) <= room
    assert shown[0].check.name == "test_0"
    told = "".join(text for text, _ in in_short)
    assert len(shown) == len(blocks) or f"{len(blocks) - len(shown)} of ex3 (-v shows all)" in told


def test_what_fits_is_shown_in_full() -> None:
    blocks = [block("test_a", 5), block("test_b", 5)]
    assert fitted(blocks, 40, MORE) == (blocks, [])


@pytest.mark.parametrize("about", GIVES_WAY)
def test_of_what_is_too_long_a_part_is_left_out_that_nobody_needs(about: str) -> None:
    [shown], in_short = fitted([block("test_a", 50, about)], 20, MORE)
    lines = [text for text, _ in shown.lines]
    assert lines[0] == "it is wrong" and "line 0" in lines and "why" in lines
    left_out = 50 - sum(line.startswith("line ") for line in lines)
    assert lines[-1] == f"({left_out} lines left out: -v shows all)"
    assert in_short == []


def test_expected_and_yours_stay_however_little_room_there_is() -> None:
    [shown], _ = fitted([block("test_a", 20, "compared")], 2, MORE)
    told = [text for text, _ in shown.lines]
    assert told == ["it is wrong", "", *(f"line {number}" for number in range(20)), "", "why"]


def test_what_says_nothing_alone_goes_too() -> None:
    printed = ("printed", [("Your code printed:", ""), ("1\n2\n3", "")])
    long = block("test_a", 10, "compared")
    [shown], _ = fitted([Block(long.check, [*long.paragraphs, printed])], 18, MORE)
    assert [text for text, _ in shown.lines][-1] == "(4 lines left out: -v shows all)"


def test_others_are_named_in_a_line_each() -> None:
    shown, in_short = fitted([block("test_a", 10), block("test_b", 30)], 24, MORE)
    assert [each.check.name for each in shown] == ["test_a"]
    assert ("  ex3 test_b: test_b is wrong.", "") in in_short


def test_a_line_that_is_wider_than_the_terminal_takes_two() -> None:
    assert height([("x" * 80, ""), ("x" * 81, ""), ("a\nb", ""), ("", "")]) == 1 + 2 + 2 + 1
