"""What a line of a student's code worked on when it raised: the expression, and the names in it, as plain data.

It is made where the code runs (see `raised_at`), and travels from there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_PARTS = 4  # names of an expression that are told
MAX_PART_CHARS = 80
MAX_AXES = 16  # of a shape that is told
TENSOR, METHOD = "tensor", "method"
NO_ATTRIBUTE = re.compile(r".{0,200}has no attribute '(\w+)'")  # how Python and torch say so


@dataclass(frozen=True)
class Part:
    """A name in an expression.

    `kind` is "tensor", "method" or the type's name; `shape` that of a tensor, or the length of a tuple or list;
    `source` what a loop over it counts through, such as "range(3)".
    """

    text: str
    kind: str
    shape: tuple[int, ...] | None = None
    source: str = ""


@dataclass(frozen=True)
class Expression:
    """What raised: its text, the names in it, and the (file, line) where it stands.

    `close` is a name that exists and looks like one that does not. `within` says that the exception came from Python
    code of somebody else's, which the line had called.
    """

    text: str
    parts: tuple[Part, ...]
    place: tuple[str, int]
    close: str = ""
    within: bool = False
