"""Where statements begin in a text that may be Python: line by line, in linear time, parsing nothing.

What decides is whether a line starts inside a string, a bracket or a continued line. A stranger's text is never
handed to Python's own parser here, which a text can be made to stop.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PIECE = re.compile(r"#|\"\"\"|'''|[\"'()\[\]{}]")
_UNTIL = {quote: re.compile(rf"(?:\\.|[^\\])*?{quote}") for quote in ('"""', "'''", '"', "'")}
# no line within brackets begins like this, so that a bracket left open ends here
_SURELY_NEW = re.compile(r"(?:async\s+def|def|class)\s+\w|@\w")


class Lines:
    """Told the lines of a text one after the other, it knows where the next one stands."""

    def __init__(self) -> None:
        self.depth = 0
        self.quote = ""
        self.continued = False

    def start(self, line: str) -> bool:
        """Whether the next line starts a statement, or is blank between two."""
        if self.depth and not self.quote and _SURELY_NEW.match(line):
            self.depth, self.continued = 0, False
        return not (self.depth or self.quote or self.continued)

    def code(self, line: str) -> str:
        """Takes in the next line; gives it without comments, and with every string empty."""
        kept: list[str] = []
        at = 0
        self.continued = False
        while True:
            if self.quote:
                end = _UNTIL[self.quote].match(line, at)
                if end is None:
                    if len(self.quote) == 1 and not _goes_on(line):
                        self.quote = ""
                    break
                at, self.quote = end.end(), ""
            piece = _PIECE.search(line, at)
            if piece is None:
                self.continued = _goes_on(line)
                kept.append(line[at : len(line) - self.continued])
                break
            kept.append(line[at : piece.start()])
            at = piece.end()
            if piece[0] == "#":
                break
            if piece[0] in _UNTIL:
                self.quote = piece[0]
                kept.append('""')
                continue
            kept.append(piece[0])
            self.depth = self.depth + 1 if piece[0] in "([{" else max(self.depth - 1, 0)
        return "".join(kept)


def _goes_on(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


@dataclass(frozen=True)
class Statement:
    """A statement that is no block, or the first line of a block.

    `lines` are counted from 0. `code` has all of it in one line, without comments and with every string empty.
    `is_open` says that the text ended inside one of its strings.
    """

    lines: range
    indent: int
    code: str
    is_open: bool = False


def statements(text: str) -> list[Statement]:
    """The statements of a text with line feeds only; blank lines and comments are none."""
    found: list[Statement] = []
    where = Lines()
    first, indent = 0, 0
    parts: list[str] = []

    def end(before: int) -> None:
        if parts:
            is_open = bool(where.quote)
            found.append(Statement(range(first, before), indent, " ".join(parts).strip(), is_open))
            parts.clear()

    number = 0
    for number, line in enumerate(text.split("\n")):
        if where.start(line):
            end(number)
            code = where.code(line)
            if code.strip() or not where.start(""):
                first, indent = number, len(line.expandtabs()) - len(line.expandtabs().lstrip())
                parts.append(code.strip())
        else:
            parts.append(where.code(line).strip())
    end(number + 1)
    return found
