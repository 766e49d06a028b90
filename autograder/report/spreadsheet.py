"""Tables as CSV, for spreadsheets and gradebooks: no cell is a formula there, at whatever separator they split.

A spreadsheet splits a file where its language says, at a semicolon in much of Europe, or where its user says. So
quotation marks around every cell are not enough: read with a semicolon, of `"a","b;=1+1"` the second cell is `=1+1"`.
Each sign that could start a formula there gets an apostrophe in front, which spreadsheets take for "text". At blanks
nobody splits a table of names.

What a gradebook reads by its value is left as it is: a cell that is a number, with whatever sign, or a lone `-`, but
for the first of a row, which is a name.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from autograder.report.text import plain

# some spreadsheets know the full-width signs, too; a quotation mark closes or opens what another reader splits
_FORMULA = re.compile(r'(^|[,;|"])(?=\s*[=+\-@＝＋－＠])')
_GUARDED = re.compile(_FORMULA.pattern.replace(")(", ")'(", 1))
_VALUE = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?|-")


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV: first whose a row is, then texts and numbers. Each cell is quoted, in one line, and no formula."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([_text(first), *map(_cell, others)] for first, *others in rows)
    return table.getvalue()


def guarded(text: str) -> str:
    """A cell that is no formula, and otherwise as it is; `unguarded` takes the signs out again."""
    return _FORMULA.sub(r"\1'", text)


def unguarded(text: str) -> str:
    """A cell as it was before `guarded`."""
    return _GUARDED.sub(r"\1", text)


def _cell(text: str) -> str:
    return text if _VALUE.fullmatch(text) else _text(text)


def _text(text: str) -> str:
    return guarded(plain(text).replace("\n", " ").replace("\t", " "))
