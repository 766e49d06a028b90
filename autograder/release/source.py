"""Reads a solution module: header, cells and solution regions.

A solution is a Python file in jupytext's percent format. It starts with a YAML header in a comment
block, goes on with `# %%` code cells and `# %% [markdown]` cells, and marks what a student has to
write with `### BEGIN SOLUTION` and `### END SOLUTION`. Everything else (stubs, notebooks, releases) is
made from the `Source` that `read_source` returns. Nothing of the module is executed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from autograder.release.header import Header, SourceError, read_header

__all__ = [
    "MARKER",
    "Cell",
    "Header",
    "Region",
    "Source",
    "SourceError",
    "cells_of_stub",
    "read_source",
    "read_sources",
]

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"

# Wider than the two markers, so that a misspelt one is an error and not a leaked solution.
MARKER = re.compile(r"#+\s*(BEGIN|END)\s+SOLUTION", re.IGNORECASE)

_CELL = re.compile(r"# %%(?P<rest>.*)$")
_FunctionDef = (ast.FunctionDef, ast.AsyncFunctionDef)
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Cell:
    """One cell. `line` is the file's line (from 1) on which `text` starts.

    The text of a markdown cell is without its leading "# "; blank lines at both ends are left out.
    """

    kind: Literal["markdown", "code"]
    text: str
    line: int


@dataclass(frozen=True)
class Region:
    """One solution region; `begin` and `end` are the lines of its markers, from 1.

    `owner` is the dotted name of the function or class whose body holds it, "" at the top level.
    `in_function` tells the regions that a stub replaces from those that it only leaves out.
    """

    begin: int
    end: int
    indent: str
    owner: str
    in_function: bool


@dataclass(frozen=True)
class Source:
    """A solution module as read: nothing here was imported."""

    path: Path
    module: str
    header: Header
    text: str
    cells: tuple[Cell, ...]
    regions: tuple[Region, ...]
    header_lines: Mapping[str, range]  # the lines that each header field takes up


def read_sources(solutions: Path) -> list[Source]:
    """Read every `ex*_*.py` of a folder, by exercise number.

    Besides the rules for one file, a number and an export may occur only once: in the notebook all
    exercises share one namespace.
    """
    sources = sorted(
        (read_source(path) for path in sorted(solutions.glob("ex*_*.py"))),
        key=lambda source: source.header.exercise,
    )
    numbers: dict[int, Source] = {}
    exports: dict[str, Source] = {}
    for source in sources:
        other = numbers.setdefault(source.header.exercise, source)
        if other is not source:
            line = source.header_lines["exercise"].start
            raise SourceError(
                source.path, line, f"{other.path.name} is exercise {source.header.exercise} too"
            )
        for name in source.header.exports:
            other = exports.setdefault(name, source)
            if other is not source:
                line = source.header_lines["exports"].start
                raise SourceError(source.path, line, f"{other.path.name} exports {name} too")
    return sources


def read_source(path: Path) -> Source:
    """Read and check one solution module.

    Raises SourceError, with file and line, for whatever an author has to fix.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SourceError(path, 1, "not UTF-8 text") from error
    lines = text.split("\n")
    header, header_lines, header_end = read_header(path, lines)
    pairs = list(_marker_pairs(path, lines))
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise SourceError(path, error.lineno or 1, f"not valid Python: {error.msg}") from error
    regions = _Placement(path, lines, pairs).place(tree)
    _check_exports(path, header, header_lines["exports"].start, tree, regions)
    cells = tuple(_cells(path, lines, header_end, pairs))
    return Source(path, path.stem, header, text, cells, regions, header_lines)


def _marker_pairs(path: Path, lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The lines of each BEGIN and its END, in order."""
    begin: int | None = None
    for number, line in enumerate(lines, start=1):
        if MARKER.search(line) is None:
            continue
        marker = line.strip()
        if marker not in (BEGIN, END):
            raise SourceError(path, number, f"a marker stands alone on its line, as {BEGIN!r} or {END!r}")
        if marker == BEGIN:
            if begin is not None:
                raise SourceError(path, number, f"{BEGIN} inside the region that starts on line {begin}")
            begin = number
        else:
            if begin is None:
                raise SourceError(path, number, f"{END} without {BEGIN}")
            yield begin, number
            begin = None
    if begin is not None:
        raise SourceError(path, begin, f"{BEGIN} without {END}")


class _Placement:
    """Finds whose body each region stands in, and refuses code of a solution outside of one."""

    def __init__(self, path: Path, lines: Sequence[str], pairs: Sequence[tuple[int, int]]) -> None:
        self.path = path
        self.lines = lines
        self.pairs = pairs
        self.found: dict[tuple[int, int], Region] = {}

    def place(self, tree: ast.Module) -> tuple[Region, ...]:
        self._visit_scope(tree.body, "")
        for begin, end in self.pairs:
            if (begin, end) not in self.found:
                message = "this region holds no whole statement of a function, a class or the module"
                raise SourceError(self.path, begin, message)
        return tuple(self.found[pair] for pair in self.pairs)

    def _visit_scope(self, body: Sequence[ast.stmt], owner: str) -> None:
        """Visit the body of the module or of a class."""
        for statement in body:
            if self._claim(statement, owner, in_function=False):
                continue
            if isinstance(statement, ast.ClassDef):
                self._visit_scope(statement.body, _dotted(owner, statement.name))
            elif isinstance(statement, _FunctionDef):
                self._visit_function(statement, _dotted(owner, statement.name))
            else:
                for node in ast.walk(statement):
                    if isinstance(node, _FunctionDef):
                        message = f"{node.name} has to be defined directly in the module or in a class"
                        raise SourceError(self.path, node.lineno, message)

    def _visit_function(self, function: ast.FunctionDef | ast.AsyncFunctionDef, owner: str) -> None:
        regions: set[Region] = set()
        for index, statement in enumerate(function.body):
            region = self._claim(statement, owner, in_function=True)
            if region is not None:
                regions.add(region)
                if len(regions) > 1:
                    raise SourceError(self.path, region.begin, f"a second region in {owner}: make it one")
            elif not _is_empty(statement, first=index == 0):
                raise SourceError(self.path, statement.lineno, f"code of {owner} outside a solution region")

    def _claim(self, statement: ast.stmt, owner: str, in_function: bool) -> Region | None:
        """The region that holds the whole statement; it is new or has the same owner as before."""
        first, last = _first_line(statement), statement.end_lineno or statement.lineno
        for begin, end in self.pairs:
            if not begin < first <= last < end:
                continue
            indent = self._indent(begin)
            region = self.found.setdefault((begin, end), Region(begin, end, indent, owner, in_function))
            if region.owner != owner or region.in_function != in_function:
                whose = region.owner or "the module"
                raise SourceError(self.path, end, f"the region that starts in {whose} ends in another body")
            if {indent, self._indent(end)} != {self._indent(first)}:
                raise SourceError(self.path, begin, "markers have the indentation of the code between them")
            return region
        return None

    def _indent(self, number: int) -> str:
        line = self.lines[number - 1]
        return line[: len(line) - len(line.lstrip())]


def _check_exports(
    path: Path, header: Header, exports_line: int, tree: ast.Module, regions: Sequence[Region]
) -> None:
    defined: dict[str, _Definition] = {
        node.name: node for node in tree.body if isinstance(node, (*_FunctionDef, ast.ClassDef))
    }
    for name in header.exports:
        if name not in defined:
            raise SourceError(path, exports_line, f"exports: {name} is not defined in this module")
        first = defined[name].lineno
        if any(region.begin < first < region.end for region in regions):
            raise SourceError(
                path, first, f"{name} is exported, so its signature has to be outside the region"
            )
        if not any(region.owner == name or region.owner.startswith(f"{name}.") for region in regions):
            raise SourceError(path, first, f"{name} is exported but has no solution region")


def cells_of_stub(path: Path, text: str) -> list[Cell]:
    """The cells of a stub: what follows its header."""
    lines = text.split("\n")
    return list(_cells(path, lines, lines.index("# ---", 1) + 1, ()))


def _cells(
    path: Path, lines: Sequence[str], header_end: int, pairs: Sequence[tuple[int, int]]
) -> Iterator[Cell]:
    """The cells after the header; text before the first `# %%` is a code cell, as in jupytext."""
    starts: list[tuple[int, Literal["markdown", "code"]]] = [(header_end, "code")]
    for number in range(header_end + 1, len(lines) + 1):
        match = _CELL.match(lines[number - 1])
        if match is None:
            continue
        if any(begin < number < end for begin, end in pairs):
            raise SourceError(path, number, "a cell starts inside a solution region")
        markdown = "[markdown]" in match["rest"] or "[md]" in match["rest"]
        starts.append((number, "markdown" if markdown else "code"))
    ends = [number for number, _ in starts[1:]] + [len(lines) + 1]
    for (start, kind), end in zip(starts, ends, strict=True):
        body = list(lines[start : end - 1])
        if kind == "markdown":
            body = [_uncomment(path, start + 1 + index, line) for index, line in enumerate(body)]
        filled = [index for index, line in enumerate(body) if line.strip()]
        if filled:
            text = "\n".join(body[filled[0] : filled[-1] + 1])
            yield Cell(kind, text, start + 1 + filled[0])


def _uncomment(path: Path, number: int, line: str) -> str:
    if line.strip() and not line.startswith("#"):
        raise SourceError(
            path, number, "a line of a markdown cell starts with '#'; code needs a '# %%' first"
        )
    return line.removeprefix("#").removeprefix(" ")


def _is_empty(statement: ast.stmt, first: bool) -> bool:
    """Whether a stub may keep the statement: a docstring, `...` or `pass`."""
    if isinstance(statement, ast.Pass):
        return True
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
        return False
    return statement.value.value is ... or (first and isinstance(statement.value.value, str))


def _first_line(statement: ast.stmt) -> int:
    """The statement's first line; a definition starts with its decorators."""
    decorators = statement.decorator_list if isinstance(statement, _Definition) else []
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _dotted(owner: str, name: str) -> str:
    return f"{owner}.{name}" if owner else name
