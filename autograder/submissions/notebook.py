"""The code cells of a notebook, as Python with its line numbers kept, and the files that its cells write.

The file is plain JSON and read as such; nothing is executed. What only IPython understands (`%magic`
lines, `!shell` lines, `help?` lines, `%%cell` magics) becomes a comment.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from autograder.submissions.archive import SubmissionError, shown
from autograder.submissions.statements import Lines

MAX_CODE_CHARACTERS = 1024 * 1024
MAX_CODE_CELLS = 10_000

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
_WRITES = re.compile(r"\s*%%(?:writefile|file)[ \t]+(?P<options>(?:--?\w+[ \t]+)*)(?P<name>.+)")


@dataclass(frozen=True)
class WrittenFile:
    """A Python file that a cell writes: its name without folders, and its text, on the lines it has in the cell."""

    cell: int
    name: str
    text: str
    appends: bool = False


@dataclass(frozen=True)
class Notebook:
    """The code cells in order, the files that some of them write, and one note for each cell that is not run."""

    cells: tuple[str, ...]
    files: tuple[WrittenFile, ...]
    notes: tuple[str, ...]


def read_notebook(content: bytes, label: str) -> Notebook:
    """Reads a notebook.

    Every code cell keeps its place, one that is not run as comments, so that "cell 3" means the same to
    everyone. Raises SubmissionError, naming `label`, for what is not a notebook.
    """
    sources = [_without_surprises(source) for source in _code_sources(content, label)]
    if not sources:
        raise SubmissionError(f"{label}: the notebook has no code cell; hand in the one with your answers")
    if len(sources) > MAX_CODE_CELLS:
        raise SubmissionError(
            f"{label}: more than {MAX_CODE_CELLS:,} code cells; take out what is not an answer"
        )
    if sum(map(len, sources)) > MAX_CODE_CHARACTERS:
        raise SubmissionError(f"{label}: more than 1 MiB of code; take out what is not an answer")
    cells: list[str] = []
    files: list[WrittenFile] = []
    notes: list[str] = []
    for number, source in enumerate(sources, start=1):
        lines = source.split("\n")
        magic = _cell_magic(lines)
        if magic is None:
            cells.append(_without_magic_lines(lines))
            continue
        cells.append("\n".join(_comment(line) for line in lines))
        file = _written_file(number, lines)
        if file is None:
            notes.append(f"code cell {number} of {label} starts with %%{magic} and is not run")
        else:
            files.append(file)
            notes.append(f"code cell {number} of {label} is read as the file {shown(file.name)}")
    return Notebook(tuple(cells), tuple(files), tuple(notes))


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


def _cell_magic(lines: list[str]) -> str | None:
    """The cell magic that makes a cell something else than the notebook's code; transparent ones are commented."""
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        match = _CELL_MAGIC.match(line)
        if match is None:
            return None
        if match[1] not in _TRANSPARENT_MAGICS:
            return match[1]
        lines[index] = _comment(line)
    return None


def _written_file(cell: int, lines: list[str]) -> WrittenFile | None:
    """The Python file that a cell with a cell magic writes, if that is what it does."""
    first = next(index for index, line in enumerate(lines) if _CELL_MAGIC.match(line))
    match = _WRITES.match(lines[first].rstrip())
    if match is None:
        return None
    name = re.split(r"[/\\]", match["name"].strip("\"' "))[-1]
    if not name.lower().endswith(".py"):
        return None
    text = "\n".join([*(_comment(line) for line in lines[: first + 1]), *lines[first + 1 :]])
    return WrittenFile(cell, name, text, appends="-a" in match["options"])


def _without_magic_lines(lines: list[str]) -> str:
    """Turn magic lines into comments, but never a line inside a string or a bracket."""
    kept: list[str] = []
    where = Lines()
    in_magic = False
    for line in lines:
        if in_magic or (where.start(line) and _MAGIC_LINE.match(line)):
            in_magic = line.endswith("\\")
            kept.append(_placeholder(line))
            continue
        where.code(line)
        kept.append(line)
    return "\n".join(kept)


def _comment(line: str) -> str:
    return f"# {line}" if line.strip() else line


def _placeholder(line: str) -> str:
    """A comment; in an indented block `pass` too, since the line may be the only one there."""
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}pass  # {line.lstrip()}" if indent else f"# {line}"
