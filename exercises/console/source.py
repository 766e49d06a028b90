"""What a student's file says before it runs: which functions are still stubs, and where each one stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from exercises.feedback.stub import stub_in
from exercises.paths import EXERCISES

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_notebook: list[str] = []  # the text of the notebook that the checks run in
_DEFINITION = re.compile(r"(?:async\s+)?(?:def|class)\s+(\w+)")


def in_notebook(cells: Iterable[str]) -> None:
    """From here on the student's code is what these cells, run in this order, leave behind."""
    statements: list[tuple[str, str]] = []  # the name that a statement defines, or "", and its text
    for cell in cells:
        try:
            tree = ast.parse(cell)
        except (SyntaxError, ValueError):
            continue
        for node in tree.body:
            name = node.name if isinstance(node, _Definition) else ""
            # a cell that is run again replaces what it defined before
            statements = [s for s in statements if not name or s[0] != name]
            statements.append((name, ast.get_source_segment(cell, node) or ""))
    _notebook[:] = ["\n\n".join(text for _, text in statements)]


def notebook_text() -> str | None:
    """The notebook's code; None where the student works in files."""
    return _notebook[0] if _notebook else None


def path_of(module: str) -> Path:
    """The file of an exercise module."""
    return EXERCISES / f"{module}.py"


def text_of(module: str) -> str:
    """The module's text; empty if there is none to read."""
    try:
        return path_of(module).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def stubs(text: str) -> dict[str, int]:
    """Name and line of every function that does nothing but say that it is not written yet.

    A forgotten `raise` below written code does not count.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return {}
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
            stub = stub_in(ast.unparse(body[0])) if body and isinstance(body[0], ast.Raise) else None
            if stub:
                found[stub.what] = body[0].lineno
    return found


def definitions(text: str) -> dict[str, int]:
    """Name and line of every function and class at the top level, in code that is not Python too."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        match = _DEFINITION.match(line)
        if match:
            found.setdefault(match.group(1), number)
    return found
