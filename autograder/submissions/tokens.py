"""What a student wrote, as tokens in which look-alikes are alike.

Code is parsed and never run. What counts is what a student wrote: text that everyone got, imports, comments,
docstrings, messages, annotations and layout do not, nor does how variables and functions are called.
"""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Iterator, Sequence
from functools import cache

from autograder.submissions.submission import Submission
from exercises.feedback.catalogue import exercises
from exercises.paths import MANIFEST

MAX_CHARS = 100_000  # of a module; a stub has 4,000
MAX_TOKENS = 3_000  # of an exercise; a solution has 400
MAX_WORD_CHARS = 40  # of a token; names are cut to it

_BUILTINS = frozenset(dir(builtins))
_MODULES = frozenset({"torch", "nn", "F", "np", "numpy", "math"})
_NO_EVIDENCE = (ast.Import, ast.ImportFrom, ast.Pass, ast.Load, ast.Store, ast.Del)
_NOT_SHOWN = frozenset({"annotation", "returns", "ctx", "type_comment", "type_params", "decorator_list"})

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def own_tokens(submission: Submission) -> dict[str, list[str]]:
    """What a student wrote, by exercise; nothing of what cannot be parsed.

    In a notebook, what stands before the answer to an exercise belongs to it.
    """
    found: dict[str, list[str]] = {}
    for exercise in exercises():
        if tree := _parsed(submission.modules.get(exercise.module, "")):
            found[exercise.name] = _own(tree.body)
    owner = {export: e.name for e in exercises() for export in e.exports}
    waiting: list[str] = []
    for cell in submission.notebook or ():
        tree = _parsed(cell)
        for statement in tree.body if tree else ():
            waiting += _own([statement])
            name = owner.get(getattr(statement, "name", ""))
            if name is not None:
                found[name] = found.get(name, []) + waiting
                waiting = []
    return {name: tokens[:MAX_TOKENS] for name, tokens in found.items()}


def _parsed(text: str) -> ast.Module | None:
    if len(text) > MAX_CHARS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _own(body: Sequence[ast.stmt]) -> list[str]:
    """The tokens of statements but for those that everyone got."""
    names, statements = _given()
    tokens: list[str] = []
    waiting = list(reversed(body))
    while waiting:
        statement = waiting.pop()
        if isinstance(statement, Definition) and statement.name in names:
            waiting += reversed(statement.body)  # its head was given
        elif (words := tuple(_tokens(statement))) not in statements:
            tokens += words
    return tokens


@cache
def _given() -> tuple[frozenset[str], frozenset[tuple[str, ...]]]:
    """What everyone got: names of functions and classes, and statements."""
    names, statements = set(), set()
    for exercise in exercises():
        stub = ast.parse((MANIFEST.parent / f"{exercise.module}.py").read_text(encoding="utf-8"))
        for node in ast.walk(stub):
            if isinstance(node, Definition):
                names.add(node.name)
            elif isinstance(node, ast.stmt):
                statements.add(tuple(_tokens(node)))
    return frozenset(names), frozenset(statements)


def _tokens(statement: ast.stmt) -> Iterator[str]:
    """The tokens of a statement, without what makes no difference to what it does; a loop, since code may be deep."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _NO_EVIDENCE) or _is_text(node):
            continue
        yield _word(node)[:MAX_WORD_CHARS]
        if isinstance(node, ast.JoinedStr):
            continue
        for field, value in reversed(list(ast.iter_fields(node))):
            if field not in _NOT_SHOWN:
                parts = reversed(value) if isinstance(value, list) else [value]
                waiting += [part for part in parts if isinstance(part, ast.AST)]


def _is_text(node: ast.AST) -> bool:
    """Whether a statement is a docstring, or another text that does nothing."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _word(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name):
            return name if name in _BUILTINS or name in _MODULES else "name"
        case ast.Attribute(value=ast.Name(id="self")):
            return "self.name"
        case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
            return f".{name}"
        case ast.Constant(value=str() | bytes()) | ast.JoinedStr():
            return "text"
        case ast.Constant(value=int(number)) if number.bit_length() > 64:
            return hex(number)[:20]  # in decimal digits Python refuses to write the longest of them
        case ast.Constant(value=value):
            return repr(value)[:20]
    return type(node).__name__
