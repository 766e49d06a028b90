"""Fits what there is to tell onto one screen: what comes first in full, of the rest as much as there is room for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from exercises.console.progress import WIDTH, Check, Line

SCREEN = 40  # lines
FEWEST = 8  # lines of a message that are shown, however much else there is
FRAME = 2  # lines of a block beside its own: the title and a gap
MORE = "-v shows all"


@dataclass(frozen=True)
class Block:
    """What is told of one cause: `head` says what is wrong, which may be long, `tail` why.

    `others` are checks that are wrong in the same way.
    """

    check: Check
    head: Sequence[Line]
    tail: Sequence[Line] = ()
    others: Sequence[Check] = field(default=())

    @property
    def lines(self) -> list[Line]:
        """All of it."""
        return [*self.head, *self.tail]


def fitted(blocks: Sequence[Block], room: int) -> tuple[list[Block], list[Line]]:
    """The blocks that are shown, and lines about the others.

    Args:
        blocks: the most important one first, which is always shown; cut, where it is too long.
        room: lines, those of titles and gaps among them.
    """
    if not blocks:
        return [], []
    first, *rest = blocks
    shown = [_cut(first, room - FRAME - 2 * bool(rest))]
    left = room - height(shown[0].lines) - FRAME
    while rest and height(rest[0].lines) + FRAME + 2 * (len(rest) > 1) <= left:
        shown.append(rest.pop(0))
        left -= height(shown[-1].lines) + FRAME
    return shown, _in_short(rest, left - 2)


def height(lines: Sequence[Line]) -> int:
    """How many lines of a terminal they take."""
    return sum(max(1, -(-len(line) // (WIDTH + 1))) for text, _ in lines for line in text.split("\n"))


def _cut(block: Block, room: int) -> Block:
    waiting: list[Line] = [(line, style) for text, style in block.head for line in text.split("\n")]
    if height(waiting) + height(block.tail) <= room:
        return block
    kept: list[Line] = []
    enough = max(room - height(block.tail) - 1, FEWEST)
    while waiting and height([*kept, waiting[0]]) <= enough:
        kept.append(waiting.pop(0))
    while kept and (not kept[-1][0] or kept[-1][0].endswith(":")):  # what would say nothing without the rest
        waiting.insert(0, kept.pop())
    cut = f"... {len(waiting)} more line{'s' * (len(waiting) > 1)}: {MORE}"
    return replace(block, head=[*kept, (cut, "")] if waiting else kept)


def _in_short(blocks: Sequence[Block], room: int) -> list[Line]:
    """A line for each where there is room, and how many there are."""
    if not blocks:
        return []
    wrong = [each for block in blocks for each in (block.check, *block.others)]
    counts = ", ".join(f"{n} of {name}" for name, n in Counter(c.exercise for c in wrong).items())
    lines: list[Line] = [(f"Wrong too: {counts} ({MORE})", "bold")]
    for block in blocks[: max(room, 0)]:
        text = f"  {block.check.exercise} {block.check.name}: {' '.join(block.check.text.split(chr(10))[0].split())}"
        lines.append((text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}...", ""))
    return [*lines, ("", "")]
