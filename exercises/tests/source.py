"""What a student's file says before it runs: which functions are still stubs, and where each one stands."""

from __future__ import annotations

import ast
import re
from pathlib import Path

EXERCISES = Path(__file__).resolve().parents[1]

STUB_MESSAGE = re.compile(r"ex(\d+): (\S+) is not written yet")
_DEFINITION = re.compile(r"(?:async\s+)?(?:def|class)\s+(\w+)")


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
            says = (
                STUB_MESSAGE.search(ast.unparse(body[0])) if body and isinstance(body[0], ast.Raise) else None
            )
            if says:
                found[says.group(2)] = body[0].lineno
    return found


def definitions(text: str) -> dict[str, int]:
    """Name and line of every function and class at the top level, in code that is not Python too."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        match = _DEFINITION.match(line)
        if match:
            found.setdefault(match.group(1), number)
    return found
