"""Structured data out of plain bytes, so that one engine can vary anything.

Each choice takes bytes off the input. Where they run out every choice is the first one, so that a target is
best written with the plain, honest case first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# each has been somebody's trouble: terminals, pages, spreadsheets, databases, parsers
NASTY = (
    "",
    "a",
    "ex3_conv2d",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\x1b[2J\x1b[31m",
    "\x1b]0;title\x07",
    "\x07\x08\x7f",
    "\x85\u2028\u2029",
    "\u202egnp.exe",
    "\u200b\ufeff",
    "\ud800",
    "\udcff",
    "\U0001f600",
    "e\u0301\u0301\u0301",
    "\N{LATIN SMALL LETTER DOTLESS I}\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}ß",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt;&#x3c;",
    "</pre></td><a href=javascript:alert(1)>",
    "[x](javascript:alert(1))",
    "![x](http://example.org/x.png)",
    "<http://example.org>",
    "http://example.org/?a=1",
    "`code` **bold** _it_ ~~no~~ | a | b |",
    "\n\n# heading\n\n- a\n\n    <b>code</b>\n",
    "```\n<b>\n```",
    "$x$ $$y$$ \\(z\\) \\begin{equation}<b>\\end{equation}",
    "[red]red[/red]",
    "[/]",
    "[link=file:///etc/passwd]x[/link]",
    "\\[",
    "{0} {x!r} %s %(x)s",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\rX",
    '=cmd|"/c calc"!A1',
    ",;'\"",
    '"',
    "../../etc/passwd",
    "C:\\x",
    "a/b",
    "CON",
    ".",
    "..",
    "NaN",
    "x" * 5000,
    "\N{PILE OF POO}" * 300,
    " is not written yet",
    "view size is not compatible",
)  # fmt: skip


class Choices:
    """Choices taken one by one from bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self._data) - self._at

    def byte(self) -> int:
        """0 to 255."""
        if self._at >= len(self._data):
            return 0
        self._at += 1
        return self._data[self._at - 1]

    def bytes(self, count: int) -> bytes:
        """At most so many bytes."""
        taken = self._data[self._at : self._at + count]
        self._at += len(taken)
        return taken

    def below(self, end: int) -> int:
        """0 to end - 1."""
        number, room = self.byte(), 256
        while room < end:
            number, room = number << 8 | self.byte(), room << 8
        return number % end

    def flag(self, one_in: int = 2) -> bool:
        """True for one byte in so many; False where bytes have run out."""
        return self.below(one_in) == 1

    def pick(self, options: Sequence[Any]) -> Any:
        """One of several."""
        return options[self.below(len(options))]

    def text(self, longest: int = 4) -> str:
        """Some nasty pieces, and some letters that nobody thought of."""
        pieces = []
        for _ in range(self.below(longest + 1)):
            kind = self.below(4)
            if kind < 3:
                pieces.append(self.pick(NASTY))
            else:
                pieces.append("".join(chr(self.below(0x110000)) for _ in range(self.below(4) + 1)))
        return "".join(pieces)
