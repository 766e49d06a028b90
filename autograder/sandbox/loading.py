"""Takes a source text apart into its top-level statements, so that each can fail alone.

Runs in the worker. Text that is no Python costs the statement that it stands in: the lines from the one that begins
it to the next that begins another.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from exercises.feedback import trees
from exercises.feedback.bindings import by_name

MAX_REPAIRS = 40  # statements of one text that may be no Python
_DEFINITION = re.compile(r"^[ \t]*(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)
_GOES_ON = re.compile(r"(?:elif|else|except|finally|case)\b|[)\]}#]")
_EMPTY = (ast.Pass, ast.Raise)


@dataclass(frozen=True)
class Statement:
    """One statement of a text.

    `names` are those that it binds, `defines` whether by `def` or `class`; `stub` says that it defines something
    which does nothing yet. `error` is there where the text of the statement is no Python.
    """

    number: int
    line: int
    names: tuple[str, ...]
    node: ast.stmt | None = None
    defines: bool = False
    stub: bool = False
    error: SyntaxError | None = None


@dataclass(frozen=True)
class Broken:
    """Lines that are no Python; `first` and `last` count from 1."""

    first: int
    last: int
    names: tuple[str, ...]
    error: SyntaxError


def statements(source: str, filename: str) -> list[Statement]:
    """The statements of a text in their order.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: if it cannot be read even in parts.
    """
    tree, broken = _read(source, filename)
    found: list[tuple[int, Statement]] = [
        (each.first, Statement(0, each.error.lineno or each.first, each.names, error=each.error))
        for each in broken
    ]
    for node in tree.body:
        defines = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        names = tuple(name for name in by_name([node]) if name != "*")
        found.append(
            (node.lineno, Statement(0, node.lineno, names, node, defines, defines and _is_stub(node)))
        )
    found.sort(key=lambda each: each[0])
    return [
        Statement(number, s.line, s.names, s.node, s.defines, s.stub, s.error)
        for number, (_, s) in enumerate(found)
    ]


@cache
def readable(source: str) -> str:
    """The text with what is no Python taken out; what it would have defined is bound to nothing.

    Empty if it cannot be read even in parts.
    """
    try:
        tree, broken = _read(source, "")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    known = set(by_name(tree.body))
    lines = source.split("\n")
    for each in broken:
        lost = [name for name in each.names if name not in known]
        lines[each.first - 1 : each.last] = [""] * (each.last - each.first + 1)
        lines[each.first - 1] = "; ".join(f"{name} = None" for name in lost)
    return "\n".join(lines)


def _read(source: str, filename: str) -> tuple[ast.Module, Sequence[Broken]]:
    """The tree of what is Python in a text, and the rest."""
    lines = source.split("\n")
    broken: list[Broken] = []
    while True:
        try:
            return trees.tree("\n".join(lines)), broken
        except SyntaxError as error:
            error.filename = filename
            place = _around(lines, error)
            if place is None or len(broken) == MAX_REPAIRS:
                raise
            first, end = place
            names = tuple(dict.fromkeys(_DEFINITION.findall("\n".join(lines[first:end]))))
            broken.append(Broken(first + 1, end, names, error))
            lines[first:end] = [""] * (end - first)


def _around(lines: Sequence[str], error: SyntaxError) -> tuple[int, int] | None:
    """The statement around an error, as a range of lines; None if there is nothing to take out."""
    at = min(max((error.lineno or 1) - 1, 0), len(lines) - 1)
    while at > 0 and not lines[at].strip():  # an error at the end of the text is told behind its last line
        at -= 1
    first = at
    while first > 0 and not _begins(lines[first]):
        first -= 1
    while first > 0 and lines[first - 1].startswith("@"):
        first -= 1
    end = at + 1
    while end < len(lines) and not _begins(lines[end]):
        end += 1
    return (first, end) if any(line.strip() for line in lines[first:end]) else None


def _begins(line: str) -> bool:
    """Whether a line begins a statement: nothing but its first column tells, where the text is no Python."""
    return bool(line.strip()) and not line[0].isspace() and not _GOES_ON.match(line)


def _is_stub(node: ast.AST) -> bool:
    """Whether a definition does nothing but say that it is not written yet."""
    if isinstance(node, ast.ClassDef):
        methods = [each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
        rest = [each for each in node.body if each not in methods]
        return bool(methods) and all(map(_is_stub, methods)) and all(map(_says_nothing, rest))
    body = getattr(node, "body", [])
    if not all(_says_nothing(each) for each in body):
        return False
    return all("NotImplementedError" in ast.dump(each) for each in body if isinstance(each, ast.Raise))


def _says_nothing(node: ast.stmt) -> bool:
    constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return constant or isinstance(node, _EMPTY)


def modules_named(source: str, names: Iterator[str] | Sequence[str]) -> list[str]:
    """Which of some modules a text mentions, in whatever way."""
    words = set(re.findall(r"\w+", source))
    return [name for name in names if name in words]
