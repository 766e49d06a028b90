"""What the names in a file of a hand-in stand for, read off its syntax tree.

`Source` holds the bindings of a whole file in order, `Scope` those that can be seen from one place in it.
"""

from __future__ import annotations

import ast
import itertools
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from exercises.feedback import trees

MAX_BINDINGS = 1000  # of one name that are looked at, so that no file takes for ever


@dataclass(frozen=True, eq=False)
class Binding:
    """What a name stands for: an imported dotted name, or a definition or value in the tree.

    `adds` says that earlier bindings may still hold (it stands in an `if`, say), `part` that only a part of
    the thing is set (`Class.method = …`).
    """

    number: int
    line: int
    dotted: str = ""
    node: ast.AST | None = None
    adds: bool = False
    part: bool = False


NOTHING = Binding(0, 0)


@dataclass(eq=False)
class Scope:
    """The names that can be seen from a place in a file."""

    source: Source
    parent: Scope | None = None
    names: dict[str, list[Binding]] = field(default_factory=dict)
    before: int | None = None
    is_class: bool = False

    @property
    def later(self) -> Scope:
        """What the body of a function sees that is defined here: it runs when all is defined."""
        if self.parent is None:
            return self.source.scope(None)
        return self.parent.later if self.is_class else self

    def owner_of(self, name: str) -> Scope:
        """The scope that a name belongs to; the file's own if no function or class here binds it."""
        scope = self
        while scope.parent and name not in scope.names:
            scope = scope.parent
        return scope


class Source:
    """One file: what its names stand for, in order; star imports stand under "*".

    `declared_global` are the names that some function may set, `given` the arguments that calls give by keyword.
    """

    def __init__(self, key: str, text: str) -> None:
        self.key = key
        self.bindings = by_name(trees.tree(text).body)
        nodes = trees.nodes(text)
        self.declared_global = {name for n in nodes if isinstance(n, ast.Global) for name in n.names}
        # what is given by keyword in some call, so that a default is not all that a parameter is
        self.given = {n.arg for n in nodes if isinstance(n, ast.keyword) and n.arg}
        self._imported = {name for name, found in self.bindings.items() if any(b.dotted for b in found)}
        self._scopes: dict[int | None, Scope] = {}

    def scope(self, before: int | None) -> Scope:
        """The file's scope while it is being run, up to a binding; None: after."""
        return self._scopes.setdefault(before, Scope(self, before=before))

    def standing(self, name: str, before: int | None = None) -> list[Binding]:
        """The bindings of a name that may hold at a place, the last one first."""
        found = self.bindings.get(name, [])
        end = len(found) if before is None else bisect_left(found, before, key=lambda b: b.number)
        standing = []
        for binding in reversed(found[max(0, end - MAX_BINDINGS) : end]):
            # `torch.manual_seed(0)` and the like set no part of this file
            if not (binding.part and name in self._imported):
                standing.append(binding)
            if not (binding.adds or binding.part):
                break
        return standing


@lru_cache(trees.KEPT)
def source(key: str, text: str) -> Source:
    """A file by its module name and its text; the same object for each exercise that comes by.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: if the text is no Python.
    """
    return Source(key, text)


def by_name(statements: Iterable[ast.stmt]) -> dict[str, list[Binding]]:
    """The bindings of each name in a block, in order."""
    numbers = itertools.count(1)
    names: dict[str, list[Binding]] = {}
    for statement in statements:
        for name, binding in _bindings(statement, False, numbers):
            names.setdefault(name, []).append(binding)
    return names


def local_names(statements: Iterable[ast.stmt]) -> dict[str, list[Binding]]:
    """The names that belong to a function or class itself: to set a part of something takes no name."""
    return {name: found for name, found in by_name(statements).items() if not all(b.part for b in found)}


def _bindings(node: ast.stmt, adds: bool, numbers: Iterator[int]) -> Iterator[tuple[str, Binding]]:
    """What a statement and the blocks in it bind; not what functions and classes bind within."""
    line = node.lineno
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.split(".")[0]
            dotted = alias.name if alias.asname else first
            yield alias.asname or first, Binding(next(numbers), line, dotted, adds=adds)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            inside = f"{node.module}.{alias.name}" if node.module else alias.name
            dotted = (node.module or "") if alias.name == "*" else inside
            yield alias.asname or alias.name, Binding(next(numbers), line, dotted, adds=adds)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name, Binding(next(numbers), line, node=node, adds=adds)
    else:
        for target, value, part in _assignments(node):
            yield target, Binding(next(numbers), line, node=value, adds=adds, part=part)
        for block in _blocks(node):
            for statement in block:
                yield from _bindings(statement, True, numbers)


_Assigned = Iterator[tuple[str, ast.expr, bool]]  # name, value, whether only a part of the thing is set


def _assignments(node: ast.stmt) -> _Assigned:
    """What a statement itself assigns."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _pairs(target, node.value)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
        yield from _pairs(node.target, node.value, isinstance(node, ast.AugAssign))
    elif isinstance(node, ast.For | ast.AsyncFor):
        yield from _pairs(node.target, node.iter)
    elif isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            if item.optional_vars is not None:
                yield from _pairs(item.optional_vars, item.context_expr)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value  # `table.append(…)`, `setattr(Class, "method", …)`
        if isinstance(call.func, ast.Attribute):
            yield from _pairs(call.func, call)
        elif isinstance(call.func, ast.Name) and call.func.id == "setattr" and call.args:
            yield from _pairs(call.args[0], call, True)
    if not hasattr(node, "body"):
        for inner in trees.below(node):
            if isinstance(inner, ast.NamedExpr):
                yield from _pairs(inner.target, inner.value)


def _pairs(target: ast.expr, value: ast.expr, part: bool = False) -> _Assigned:
    if isinstance(target, ast.Tuple | ast.List):
        values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
        for number, inner in enumerate(target.elts):
            same = len(values) == len(target.elts)
            yield from _pairs(inner, values[number] if same else value, part)
    elif isinstance(target, ast.Name):
        yield target.id, value, part
    elif isinstance(target, ast.Attribute | ast.Subscript | ast.Starred):
        yield from _pairs(target.value, value, True)


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    guarded = isinstance(node, ast.If) and _is_main_guard(node.test)
    for name in ("body", "orelse", "finalbody"):
        if not (guarded and name == "body"):
            yield getattr(node, name, [])
    for handler in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield handler.body


def _is_main_guard(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    return {ast.unparse(test.left), ast.unparse(test.comparators[0])} == {"__name__", "'__main__'"}
