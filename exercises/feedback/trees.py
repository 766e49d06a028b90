"""The syntax trees of texts: each is parsed once and walked once, however many look at it."""

from __future__ import annotations

import ast
import warnings
from functools import lru_cache

KEPT = 256  # texts; a hand-in has fewer


@lru_cache(KEPT)
def tree(text: str) -> ast.Module:
    """The tree of a text, which nobody may change.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: if the text is no Python.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # strange escapes in a string are the student's affair
        return ast.parse(text)


@lru_cache(KEPT)
def nodes(text: str) -> list[ast.AST]:
    """All nodes of a text's tree that have parts, in the order of `ast.walk`.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: if the text is no Python.
    """
    return below(tree(text))


def below(node: ast.AST) -> list[ast.AST]:
    """A node and all nodes below it that have parts, in the order of `ast.walk`."""
    found = [node]
    for each in found:  # it grows meanwhile
        found += children(each)
    return found


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below a node that have parts: `ast.Load` and the like say nothing."""
    found = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            if value._fields:
                found.append(value)
        elif isinstance(value, list):
            found += [each for each in value if isinstance(each, ast.AST) and each._fields]
    return found
