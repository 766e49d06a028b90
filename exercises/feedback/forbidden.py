"""Finds what an exercise does not allow, in the syntax tree alone: nothing of a hand-in is run.

Only code that can be reached by name from the exercise's exports counts: their definitions, whatever these
mention, and so on, through the hand-in's other files too. A test under `if __name__ == "__main__":`, a branch that
constants keep from being taken, an unused import, function or method is no offence, and neither is to read a
docstring. Earlier exercises are not followed into, so nobody pays twice for one line.

Names are resolved through imports, aliases, `getattr` and the like. A determined author can still hide a
call from this; what is really called is seen while running.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from exercises.feedback.bindings import NOTHING, Binding, Scope, local_names
from exercises.feedback.branches import reachable, taken
from exercises.feedback.meanings import NONE, Meanings, Names, plain_name
from exercises.feedback.rule import Rule

_MODULE = {"torch.nn.Module", "torch.nn.modules.Module", "torch.nn.modules.module.Module"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_IMPORTS = (ast.Import, ast.ImportFrom)
_METHOD_KINDS = {f"builtins.{name}" for name in ("property", "staticmethod", "classmethod")}


@dataclass(frozen=True)
class Finding:
    """A mention of something that is not allowed."""

    module: str
    line: int
    name: str
    rule: str
    sentence: str


def find_forbidden(
    sources: Mapping[str, str],
    module: str,
    exports: Sequence[str],
    forbids: Mapping[str, Rule],
    answers: Collection[str],
    not_followed: Collection[str] = (),
) -> list[Finding]:
    """What the exports of a module use although the exercise forbids it.

    Args:
        sources: the source text of each file of the hand-in, by module name.
        module: the exercise's module, one of `sources`.
        exports: the functions and classes it has to define.
        forbids: the rules that hold, by name.
        answers: what the exercises define: in another exercise's file, each of these is that one's own affair.
        not_followed: more names that are somebody else's affair, such as the exports of the other
            exercises in a notebook, where all share one namespace.

    Returns:
        The findings by module and line. Empty if the source cannot be parsed: that is told elsewhere.
    """
    meanings = Meanings(sources, plain_name(module), answers, not_followed)
    return _Search(meanings, plain_name(module), exports, forbids).findings()


class _Search:
    """Walks from definition to definition."""

    def __init__(
        self, meanings: Meanings, module: str, exports: Sequence[str], forbids: Mapping[str, Rule]
    ) -> None:
        self._meanings = meanings
        self._rules = {
            name: (re.compile("|".join(f"(?:{p})" for p in rule.patterns)), rule.reason)
            for name, rule in forbids.items()
        }
        self._queue = [(module, name) for name in exports]
        self._reached: set[tuple[str, str]] = set()
        self._found: dict[tuple[str, int, str], Finding] = {}
        self._mentioned: set[str] = set()
        self._idle: list[tuple[str, ast.AST, Scope]] = []  # methods that nobody mentioned yet

    def findings(self) -> list[Finding]:
        while self._queue or self._wake():
            place = self._queue.pop() if self._queue else ("", "")
            if place in self._reached:
                continue
            self._reached.add(place)
            with contextlib.suppress(RecursionError, MemoryError):  # too deep, for people as well
                self._reach(*place)
        return sorted(self._found.values(), key=lambda f: (f.module, f.line, f.name))

    def _wake(self) -> bool:
        """Walks through the methods that were mentioned meanwhile; whether there were any."""
        awake = [method for method in self._idle if method[0] in self._mentioned]
        self._idle = [method for method in self._idle if method[0] not in self._mentioned]
        for _, node, scope in awake:
            with contextlib.suppress(RecursionError, MemoryError):
                self._walk(node, scope)
        return bool(awake)

    def _reach(self, key: str, name: str) -> None:
        source = self._meanings.source(key)
        if source is None:
            return
        for binding in (*source.standing(name), *self._meanings.stars(source, name, None)):
            if binding.dotted:
                self._judge(self._meanings.expand(binding.dotted), key, binding.line)
            elif binding.node:
                self._walk(binding.node, source.scope(binding.number))

    def _judge(self, names: Names, key: str, line: int) -> bool:
        """Notes names that are not allowed; if there are none, what they stand for is reached."""
        bad = False
        for name in names:
            for rule, (pattern, reason) in self._rules.items():
                found = _longest_match(pattern, name)
                if found:
                    bad = True
                    sentence = f"{key}.py, line {line} uses {found}: {reason}"
                    self._found[key, line, found] = Finding(key, line, found, rule, sentence)
        if not bad:
            for name in names:
                file, colon, defined = name.partition(":")
                if colon:
                    self._queue.append((file, defined))
        return bad

    def _walk(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Name):
            self._mentioned.add(node.id)
        elif isinstance(node, ast.Attribute):
            self._mentioned.add(node.attr)
            if node.attr == "__doc__":
                return
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                self._mentioned.add(node.value)  # for getattr
            return
        if isinstance(node, ast.expr) and not isinstance(node, ast.Lambda):
            if not self._judge(self._meanings.resolve(node, scope), scope.source.key, node.lineno):
                self._walk_all(self._children(node, scope), scope)
        elif isinstance(node, _FUNCTIONS):
            self._walk_function(node, scope)
        elif isinstance(node, ast.ClassDef):
            inside = Scope(scope.source, scope, local_names(node.body), is_class=True)
            self._walk_all((*node.decorator_list, *node.bases, *node.keywords), scope)
            # what else a class is made of may call its methods in ways of its own
            plain = not node.decorator_list and all(
                self._meanings.resolve(b, scope) & _MODULE for b in node.bases
            )
            for inner in node.body:
                if plain and isinstance(inner, ast.FunctionDef) and self._is_idle(inner, inside):
                    self._idle.append((inner.name, inner, inside))
                else:
                    self._walk(inner, inside)
        elif isinstance(node, ast.AnnAssign):
            self._walk_all([n for n in (node.target, node.value) if n], scope)
        elif not isinstance(node, _IMPORTS):  # what counts is where the name is used
            self._walk_all(self._children(node, scope), scope)

    def _is_idle(self, method: ast.FunctionDef, scope: Scope) -> bool:
        """Whether a method is called by none but those who mention it: not by Python, nor by torch."""
        kinds = all(self._meanings.resolve(d, scope) & _METHOD_KINDS for d in method.decorator_list)
        return kinds and not method.name.startswith("__") and not hasattr(nn.Module, method.name)

    def _walk_all(self, nodes: Iterable[ast.AST], scope: Scope) -> None:
        for node in nodes:
            self._walk(node, scope)

    def _children(self, node: ast.AST, scope: Scope) -> Iterable[ast.AST]:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("isinstance", "issubclass"):
                return node.args[:1]  # to ask for a type is not to use it
            if node.func.id in ("eval", "exec") and node.args:
                return [
                    *ast.iter_child_nodes(node),
                    *_parsed(self._meanings.fold(node.args[0], scope), node.lineno),
                ]
        return taken(node, scope)

    def _walk_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope) -> None:
        given = node.args
        places = [*given.posonlyargs, *given.args]
        optional = [*places[len(places) - len(given.defaults) :], *given.kwonlyargs]
        defaults = [*given.defaults, *given.kw_defaults]
        self._walk_all((*getattr(node, "decorator_list", ()), *(d for d in defaults if d)), scope)
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        names = {} if isinstance(node, ast.Lambda) else local_names(node.body)
        for argument in (*places, *given.kwonlyargs, given.vararg, given.kwarg):
            if argument:
                names.setdefault(argument.arg, []).append(NOTHING)
        for argument, default in zip(optional, defaults, strict=True):
            off = isinstance(default, ast.Constant) and default.value is False
            if off and argument.arg not in scope.source.given:
                # a switch that nobody switches on; whoever does so by place is seen while running
                switch = Binding(0, 0, node=default)
                names[argument.arg] = [switch if b is NOTHING else b for b in names[argument.arg]]
            outside = self._meanings.resolve(default, scope) if default else NONE
            names[argument.arg] += [Binding(0, 0, name) for name in outside if ":" not in name]
        self._walk_all(reachable(body), Scope(scope.source, scope.later, names))


def _longest_match(pattern: re.Pattern[str], name: str) -> str:
    parts = name.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((p for p in prefixes if pattern.fullmatch(p)), "")


def _parsed(text: str | None, line: int) -> list[ast.stmt]:
    """The statements of a string that is handed to `eval` or `exec`."""
    try:
        tree = ast.parse((text or "").strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            node.lineno = line
    return tree.body
