"""The code cells of a notebook, as Python with its line numbers kept.

The file is plain JSON and read as such; nothing is executed. What only IPython understands (`%magic`
lines, `!shell` lines, `help?` lines, `%%cell` magics) becomes a comment.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from typing import Any

from autograder.archive import SubmissionError

MAX_NOTEBOOK_BYTES = 20_000_000
MAX_CODE_CHARACTERS = 1024 * 1024

# Cell magics whose cell is ordinary code of the notebook; every other one makes it something else.
_TRANSPARENT_MAGICS = frozenset({"time", "timeit", "capture"})

_CELL_MAGIC = re.compile(r"\s*%%(\w*)")
_MAGIC_LINE = re.compile(
    r"""\s*(?:
        %{1,2}[A-Za-z_]                             # %matplotlib inline
        | !                                         # !pip install ...
        | \?                                        # ?name
        | %?[\w.*]+\s*\?{1,2}\s*$                   # name? and name??
        | [A-Za-z_][\w\s,.\[\]]*=\s*(?:!|%[A-Za-z]) # files = !ls
    )""",
    re.VERBOSE,
)
# What decides whether a line starts inside of something: comments, strings and brackets.
_PIECE = re.compile(r"\#.*|\\.|\"\"\"|'''|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[()\[\]{}]")


def code_cells(content: bytes, label: str) -> tuple[tuple[str, ...], list[str]]:
    """The code cells in order, and one note for each that is not run.

    Every code cell keeps its place, an ignored one as comments, so that "cell 3" means the same to
    everyone. Raises SubmissionError, naming `label`, for what is not a notebook.
    """
    sources = [_without_surprises(source) for source in _code_sources(content, label)]
    if not sources:
        raise SubmissionError(f"{label}: the notebook has no code cell; hand in the one with your answers")
    if sum(map(len, sources)) > MAX_CODE_CHARACTERS:
        raise SubmissionError(f"{label}: more than 1 MiB of code; take out what is not an answer")
    cells: list[str] = []
    notes: list[str] = []
    for number, source in enumerate(sources, start=1):
        text, magic = _as_python(source)
        cells.append(text)
        if magic is not None:
            notes.append(f"code cell {number} of {label} starts with %%{magic} and is not run")
    return tuple(cells), notes


def _code_sources(content: bytes, label: str) -> list[str]:
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SubmissionError(
            f"{label}: not a readable notebook; save it once more and hand it in again"
        ) from error
    sources: list[str] = []
    for cell in _cells(notebook, label):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        # Version 3 of the format has "input" where version 4 has "source"; both may be a list of lines.
        source = cell.get("source", cell.get("input", ""))
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise SubmissionError(f"{label}: a code cell holds no text; save the notebook once more")
        sources.append(source)
    return sources


def _cells(notebook: Any, label: str) -> list[Any]:
    if isinstance(notebook, dict):
        cells = notebook.get("cells")
        if isinstance(cells, list):
            return cells
        sheets = notebook.get("worksheets")
        if isinstance(sheets, list):
            found = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
            return [cell for cells in found if isinstance(cells, list) for cell in cells]
    raise SubmissionError(f"{label}: a notebook without cells; save it once more and hand it in again")


def _without_surprises(text: str) -> str:
    """Line feeds only, and nothing that has no place in UTF-8."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return text.encode("utf-8", "replace").decode("utf-8")


def _as_python(text: str) -> tuple[str, str | None]:
    """The cell without IPython's own syntax, and the cell magic that made it be ignored, if any."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        match = _CELL_MAGIC.match(line)
        if match is None:
            break
        if match[1] not in _TRANSPARENT_MAGICS:
            return "\n".join(_comment(each) for each in lines), match[1]
        lines[index] = _comment(line)
    text = "\n".join(lines)
    return (text if _parses(text) else _without_magic_lines(lines)), None


def _parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _without_magic_lines(lines: list[str]) -> str:
    """Turn magic lines into comments, but never a line inside a string or a bracket."""
    kept: list[str] = []
    depth = 0
    quote: str | None = None
    continued = in_magic = False
    for line in lines:
        starts_statement = depth == 0 and quote is None and not continued
        if in_magic or (starts_statement and _MAGIC_LINE.match(line)):
            in_magic = line.endswith("\\")
            kept.append(_placeholder(line))
            continue
        depth, quote, continued = _after(line, depth, quote)
        kept.append(line)
    return "\n".join(kept)


def _after(line: str, depth: int, quote: str | None) -> tuple[int, str | None, bool]:
    """How many brackets and which triple quote are open after the line; whether a backslash continues it."""
    position = 0
    while True:
        if quote is not None:
            end = re.compile(rf"(?:\\.|[^\\])*?{quote}").match(line, position)
            if end is None:
                return depth, quote, False
            position, quote = end.end(), None
        piece = _PIECE.search(line, position)
        if piece is None:
            return depth, None, line.endswith("\\")
        position = piece.end()
        if piece[0].startswith("#"):
            return depth, None, False
        if piece[0] in ('"""', "'''"):
            quote = piece[0]
        elif piece[0] in "([{":
            depth += 1
        elif piece[0] in ")]}":
            depth = max(depth - 1, 0)


def _comment(line: str) -> str:
    return f"# {line}" if line.strip() else line


def _placeholder(line: str) -> str:
    """A comment; in an indented block `pass` too, since the line may be the only one there."""
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}pass  # {line.lstrip()}" if indent else f"# {line}"
