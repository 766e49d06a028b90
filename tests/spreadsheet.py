"""A CSV file as spreadsheets open it, for the tests of all that is written as one."""

from __future__ import annotations

import csv
import io
import re

SIGNS = "=+-@＝＋－＠"
SEPARATORS = ",;|\t"
_NUMBER = re.compile(r'[+-]?[0-9]+([.,][0-9]+)?"?|-"?')


def formulas(text: str) -> list[str]:
    """The cells that a spreadsheet would compute, at each separator, with and without an eye for quotation marks."""
    found = []
    for separator in SEPARATORS:
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, quoting=quoting):
                cells = [cell.strip().removeprefix('"').strip() for cell in row]
                found += [c for c in cells if c.startswith(tuple(SIGNS)) and not _NUMBER.fullmatch(c)]
    return found
