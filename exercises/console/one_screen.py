"""Fits what there is to tell onto one screen: what comes first, and of the rest as much as there is room for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from exercises.console.progress import WIDTH, Check, Line

SCREEN = 40  # lines
FRAME = 2  # lines of a block beside its own: the title and a gap
# what gives way where a block is too long, the first of these first; nobody needs it to see what is wrong and why
GIVES_WAY = ("printed", "message", "imports", "own")

Paragraph = tuple[str, Sequence[Line]]  # what it is about, and its lines


@dataclass(frozen=True)
class Block:
    """What is told of one cause. `others` are checks that are wrong in the same way."""

    check: Check
    paragraphs: Sequence[Paragraph]
    others: Sequence[Check] = field(default=())

    @property
    def lines(self) -> list[Line]:
        """All of it, with a gap after each paragraph but imports, which belong to what comes next."""
        lines: list[Line] = []
        for kind, its in self.paragraphs:
            lines += its
            if its and kind != "imports":
                lines.append(("", ""))
        return lines[:-1]


def fitted(blocks: Sequence[Block], room: int, more: str) -> tuple[list[Block], list[Line]]:
    """The blocks that are shown, and lines about the others.

    Args:
        blocks: the most important one first, which is always shown; shortened, where it is too long.
        room: lines, those of titles and gaps among them.
        more: how to see the rest, such as "-v shows all".
    """
    if not blocks:
        return [], []
    first, *rest = blocks
    shown = [_shortened(first, room - FRAME - 2 * bool(rest), more)]
    left = room - height(shown[0].lines) - FRAME
    while rest and height(rest[0].lines) + FRAME + 2 * (len(rest) > 1) <= left:
        shown.append(rest.pop(0))
        left -= height(shown[-1].lines) + FRAME
    return shown, _in_short(rest, left - 2, more)


def height(lines: Sequence[Line]) -> int:
    """How many lines of a terminal they take."""
    return sum(max(1, -(-len(line) // (WIDTH + 1))) for text, _ in lines for line in text.split("\n"))


def _shortened(block: Block, room: int, more: str) -> Block:
    if height(block.lines) <= room:
        return block
    paragraphs = [(kind, _separate(its)) for kind, its in block.paragraphs]
    left_out = 0
    for gives in GIVES_WAY:
        for place in [i for i, (kind, _) in reversed([*enumerate(paragraphs)]) if kind == gives]:
            _, its = paragraphs[place]
            while its and height(Block(block.check, paragraphs).lines) + 2 > room:  # 2: a gap, and that it is
                its.pop()
                left_out += 1
            if its and its[-1][0].endswith(":"):  # says nothing without the rest
                its.pop()
                left_out += 1
    if left_out:
        told = f"({left_out} line{'s' * (left_out > 1)} left out: {more})"
        paragraphs.append(("left out", [(told, "")]))
    return replace(block, paragraphs=paragraphs)


def _separate(lines: Sequence[Line]) -> list[Line]:
    return [(line, style) for text, style in lines for line in text.split("\n")]


def _in_short(blocks: Sequence[Block], room: int, more: str) -> list[Line]:
    """A line for each where there is room, and how many there are."""
    if not blocks:
        return []
    wrong = [each for block in blocks for each in (block.check, *block.others)]
    counts = ", ".join(f"{n} of {name}" for name, n in Counter(c.exercise for c in wrong).items())
    lines: list[Line] = [(f"Wrong too: {counts} ({more})", "bold")]
    for block in blocks[: max(room, 0)]:
        headline = " ".join(block.check.text.split("\n")[0].split())
        text = f"  {block.check.exercise} {block.check.name}: {headline}"
        lines.append((text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}...", ""))
    return [*lines, ("", "")]
