"""Which parts of a statement can ever run, as far as constants tell: `if DEBUG:` under `DEBUG = False` cannot."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from exercises.feedback.bindings import Scope

_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_DEEPEST = 20  # names that stand for names

Known = dict[tuple[str, Scope], bool | None]  # of names, what they always or never are


def taken(node: ast.AST, scope: Scope) -> Iterable[ast.AST]:
    """The children of a node that can run, each block up to the statement that leaves it."""
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        holds = truth(node.test, scope)
        body, other = (reachable(part) for part in (node.body, node.orelse))
        return [node.test, *(body if holds is not False else ()), *(other if holds is not True else ())]
    if isinstance(node, ast.BoolOp):
        stops = isinstance(node.op, ast.Or)  # `or` ends at what holds, `and` at what does not
        ends = [i for i, value in enumerate(node.values) if truth(value, scope) is stops]
        return node.values[: ends[0] + 1] if ends else node.values
    children: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            if value._fields:  # `ast.Load` and the like say nothing
                children.append(value)
        elif isinstance(value, list):
            children += reachable(value)
    return children


def reachable(part: object) -> Sequence[ast.AST]:
    """A node, or those of a block up to the statement that leaves it."""
    if isinstance(part, ast.AST):
        return [part]
    nodes = [each for each in part if isinstance(each, ast.AST)] if isinstance(part, list) else []
    end = next((i for i, each in enumerate(nodes) if isinstance(each, _ENDS)), len(nodes))
    return nodes[: end + 1]


def truth(test: ast.expr, scope: Scope, depth: int = 0, known: Known | None = None) -> bool | None:
    """Whether a condition always holds, or never; None where that is not known.

    Args:
        test: the condition.
        scope: where it stands.
        depth: how many names it was reached through.
        known: the names that were looked at on the way. Each is looked at once, or several lines of
            `ok = ok and …` would take for ever.
    """
    known = {} if known is None else known
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = truth(test.operand, scope, depth, known)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        parts = {truth(value, scope, depth, known) for value in test.values}
        ends = isinstance(test.op, ast.Or)
        return ends if ends in parts else (not ends if parts == {not ends} else None)
    if isinstance(test, ast.Name) and depth < _DEEPEST:
        place = scope.owner_of(test.id)
        key = (test.id, place)
        if key not in known:
            known[key] = None  # a name that stands for itself says nothing
            known[key] = _of_name(test.id, place, depth + 1, known)
        return known[key]
    return None


def _of_name(name: str, place: Scope, depth: int, known: Known) -> bool | None:
    """What all values that a name is ever bound to in a place have in common."""
    bindings = place.names[name] if place.parent else place.source.bindings.get(name, [])
    if not place.parent and name in place.source.declared_global:
        return None  # some function sets it
    values: set[bool | None] = set()
    for binding in bindings:
        if binding.dotted == "typing.TYPE_CHECKING":
            values.add(False)
        elif isinstance(binding.node, ast.expr) and not binding.part:
            values.add(truth(binding.node, place, depth, known))
        else:
            values.add(None)
    return values.pop() if len(values) == 1 else None
