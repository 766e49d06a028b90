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
import builtins
import contextlib
import re
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from exercises.feedback.bindings import NOTHING, Binding, Scope, Source, local_names
from exercises.feedback.branches import reachable, taken, truth
from exercises.feedback.rule import Rule

# A file of the hand-in with such a name is not what an import of it means.
_OUTSIDE = re.compile(r"(torch|numpy|PIL|scipy|cv2|skimage|torchvision|kornia|tensorflow|jax|keras)(\.|$)")
_EXERCISE = re.compile(r"ex\d+_\w+")
_MAX_NAME_CHARS = 200
_MODULE = {"torch.nn.Module", "torch.nn.modules.Module", "torch.nn.modules.module.Module"}
_METHOD_KINDS = {f"builtins.{name}" for name in ("property", "staticmethod", "classmethod")}

# One module seen from another: `F.torch`, `torch.nn.modules.loss.F`
_DETOURS = (
    (re.compile(r"\Atorch\.(\w+\.)*torch(?=\.|$)"), "torch"),
    (re.compile(r"\Atorch\.nn(\.\w+)*\.F(?=\.|$)"), "torch.nn.functional"),
)


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
    return _Search(sources, _plain_name(module), exports, forbids, answers, not_followed).findings()


def _plain_name(module: str) -> str:
    return module.removeprefix("exercises.")


_Names = frozenset[str]  # dotted names from outside, and "file:name" for definitions of the hand-in
_NONE: _Names = frozenset()


class _Search:
    """Walks from definition to definition."""

    def __init__(
        self,
        sources: Mapping[str, str],
        module: str,
        exports: Sequence[str],
        forbids: Mapping[str, Rule],
        answers: Collection[str],
        not_followed: Collection[str],
    ) -> None:
        self._texts = {_plain_name(key): text for key, text in sources.items()}
        self._module = module
        self._rules = {
            name: (re.compile("|".join(f"(?:{p})" for p in rule.patterns)), rule.reason)
            for name, rule in forbids.items()
        }
        self._answers = set(answers)
        self._not_followed = set(not_followed)
        self._sources: dict[str, Source | None] = {}
        self._queue = [(module, name) for name in exports]
        self._reached: set[tuple[str, str]] = set()
        self._found: dict[tuple[str, int, str], Finding] = {}
        self._mentioned: set[str] = set()
        self._idle: list[tuple[str, ast.AST, Scope]] = []  # methods that nobody mentioned yet
        # Each expression is resolved once in each scope, or an alias of aliases of … would take for ever.
        self._resolved: dict[tuple[ast.expr, Scope], _Names] = {}
        self._globals: dict[tuple[str, str, int | None], _Names] = {}
        self._folded: dict[tuple[ast.expr, Scope], str | None] = {}

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

    def _source(self, key: str) -> Source | None:
        if key not in self._sources:
            self._sources[key] = None
            unreadable = (KeyError, SyntaxError, ValueError, RecursionError, MemoryError)
            with contextlib.suppress(*unreadable), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # strange escapes in a string are the student's affair
                self._sources[key] = Source(key, ast.parse(self._texts[key]))
        return self._sources[key]

    def _reach(self, key: str, name: str) -> None:
        source = self._source(key)
        if source is None:
            return
        for binding in (*source.standing(name), *self._stars(source, name, None)):
            if binding.dotted:
                self._judge(self._expand(binding.dotted), key, binding.line)
            elif binding.node:
                self._walk(binding.node, source.scope(binding.number))

    def _judge(self, names: _Names, key: str, line: int) -> bool:
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
        if isinstance(node, ast.Attribute | ast.Name):
            self._mentioned.add(node.attr if isinstance(node, ast.Attribute) else node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            self._mentioned.add(node.value)  # for getattr
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            self._walk_function(node, scope)
        elif isinstance(node, ast.ClassDef):
            inside = Scope(scope.source, scope, local_names(node.body), is_class=True)
            self._walk_all((*node.decorator_list, *node.bases, *node.keywords), scope)
            # what else a class is made of may call its methods in ways of its own
            plain = not node.decorator_list and all(self._resolve(b, scope) & _MODULE for b in node.bases)
            for inner in node.body:
                if plain and isinstance(inner, ast.FunctionDef) and self._is_idle(inner, inside):
                    self._idle.append((inner.name, inner, inside))
                else:
                    self._walk(inner, inside)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            return  # what counts is where the name is used
        elif isinstance(node, ast.AnnAssign):
            self._walk_all([n for n in (node.target, node.value) if n], scope)
        elif isinstance(node, ast.Attribute) and node.attr == "__doc__":
            return
        elif not (
            isinstance(node, ast.expr)
            and self._judge(self._resolve(node, scope), scope.source.key, node.lineno)
        ):
            self._walk_all(self._children(node, scope), scope)

    def _is_idle(self, method: ast.FunctionDef, scope: Scope) -> bool:
        """Whether a method is called by none but those who mention it: not by Python, nor by torch."""
        kinds = all(self._resolve(d, scope) & _METHOD_KINDS for d in method.decorator_list)
        return kinds and not method.name.startswith("__") and not hasattr(nn.Module, method.name)

    def _walk_all(self, nodes: Iterable[ast.AST], scope: Scope) -> None:
        for node in nodes:
            self._walk(node, scope)

    def _children(self, node: ast.AST, scope: Scope) -> Iterable[ast.AST]:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("isinstance", "issubclass"):
                return node.args[:1]  # to ask for a type is not to use it
            if node.func.id in ("eval", "exec") and node.args:
                return [*ast.iter_child_nodes(node), *_parsed(self._fold(node.args[0], scope), node.lineno)]
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
            outside = self._resolve(default, scope) if default else _NONE
            names[argument.arg] += [Binding(0, 0, name) for name in outside if ":" not in name]
        self._walk_all(reachable(body), Scope(scope.source, scope.later, names))

    def _resolve(self, node: ast.expr, scope: Scope) -> _Names:
        """What an expression stands for, as far as names tell."""
        key = (node, scope)
        if key not in self._resolved:
            self._resolved[key] = _NONE  # a name that stands for itself stands for nothing
            self._resolved[key] = self._meaning(node, scope)
        return self._resolved[key]

    def _meaning(self, node: ast.expr, scope: Scope) -> _Names:
        if isinstance(node, ast.Name):
            return self._lookup(node.id, scope)
        if isinstance(node, ast.Attribute):
            return self._attribute(self._resolve(node.value, scope), node.attr)
        if isinstance(node, ast.NamedExpr):
            return self._resolve(node.value, scope)
        if isinstance(node, ast.IfExp):
            holds = truth(node.test, scope)
            parts = (node.body,) * (holds is not False) + (node.orelse,) * (holds is not True)
            return _NONE.union(*(self._resolve(part, scope) for part in parts))
        if isinstance(node, ast.BoolOp):
            values = [value for value in taken(node, scope) if isinstance(value, ast.expr)]
            return _NONE.union(*(self._resolve(value, scope) for value in values))
        if isinstance(node, ast.Call):
            return self._call(node, scope)
        if isinstance(node, ast.Subscript):
            owner, attribute = node.value, self._fold(node.slice, scope)
            if attribute is None:
                return _NONE
            if "sys.modules" in self._resolve(owner, scope):
                return frozenset({attribute})
            if isinstance(owner, ast.Attribute) and owner.attr == "__dict__":
                return self._attribute(self._resolve(owner.value, scope), attribute)
            if isinstance(owner, ast.Call) and "builtins.vars" in self._resolve(owner.func, scope):
                return self._attribute(_NONE.union(*(self._resolve(a, scope) for a in owner.args)), attribute)
        return _NONE

    def _call(self, node: ast.Call, scope: Scope) -> _Names:
        function = self._resolve(node.func, scope)
        if "builtins.getattr" in function and len(node.args) >= 2:
            attribute = self._fold(node.args[1], scope)
            return self._attribute(self._resolve(node.args[0], scope), attribute) if attribute else _NONE
        if function & {"builtins.__import__", "importlib.import_module"} and node.args:
            name = self._fold(node.args[0], scope)
            if name:
                first = "builtins.__import__" in function and len(node.args) + len(node.keywords) == 1
                return self._expand(name.split(".")[0] if first else name.lstrip("."))
        return _NONE

    def _fold(self, node: ast.expr, scope: Scope) -> str | None:
        """A string that is put together from constants."""
        key = (node, scope)
        if key not in self._folded:
            self._folded[key] = None
            text = self._constant(node, scope)
            self._folded[key] = text if text is None or len(text) <= _MAX_NAME_CHARS else None
        return self._folded[key]

    def _constant(self, node: ast.expr, scope: Scope) -> str | None:
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        parts: Sequence[ast.expr] = ()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            parts = (node.left, node.right)
        elif isinstance(node, ast.JoinedStr):
            parts = [p.value if isinstance(p, ast.FormattedValue) else p for p in node.values]
        elif isinstance(node, ast.Name):
            place = scope.owner_of(node.id)
            bindings = place.names[node.id] if place.parent else place.source.standing(node.id, place.before)
            values = [(b.node, b.number) for b in bindings if isinstance(b.node, ast.expr)]
            if values:
                value, number = values[0]
                return self._fold(value, place if place.parent else place.source.scope(number))
        texts = [self._fold(part, scope) for part in parts]
        known = [text for text in texts if text is not None]
        return "".join(known) if parts and len(known) == len(texts) else None

    def _lookup(self, name: str, scope: Scope) -> _Names:
        place = scope.owner_of(name)
        if place.parent:
            return self._stand_for(place.names[name], place)
        return self._global(place.source, name, place.before)

    def _global(self, source: Source, name: str, before: int | None) -> _Names:
        key = (source.key, name, before)
        if key not in self._globals:
            self._globals[key] = _NONE  # files may import from each other
            found = [*source.standing(name, before), *self._stars(source, name, before)]
            if found and name not in self._not_followed:
                names = self._stand_for(found, source.scope(before))
                self._globals[key] = names | {f"{source.key}:{name}"}
            elif not found and hasattr(builtins, name):
                self._globals[key] = frozenset({f"builtins.{name}"})
        return self._globals[key]

    def _stand_for(self, bindings: Iterable[Binding], scope: Scope) -> _Names:
        names = _NONE
        for binding in bindings:
            if binding.dotted:
                names |= self._expand(binding.dotted)
            elif isinstance(binding.node, ast.expr) and not binding.part:
                place = scope if scope.parent else scope.source.scope(binding.number)
                names |= self._resolve(binding.node, place)
        return names

    def _stars(self, source: Source, name: str, before: int | None) -> list[Binding]:
        """What a name may mean by `from … import *`, unless it is bound in another way after that."""
        if "*" not in source.bindings or hasattr(builtins, name):
            return []
        last = max((b.number for b in source.standing(name, before)), default=0)
        stars = [b for b in source.bindings["*"] if b.number > last and (before is None or b.number < before)]
        return [Binding(b.number, b.line, f"{b.dotted}.{name}", adds=True) for b in stars]

    def _attribute(self, owners: _Names, attribute: str) -> _Names:
        names = _NONE
        for owner in owners:
            names |= {owner} if ":" in owner else self._expand(f"{owner}.{attribute}")
        return names

    def _expand(self, dotted: str) -> _Names:
        """A dotted name, followed into the hand-in's other files."""
        for detour, way in _DETOURS:
            dotted = detour.sub(way, dotted)
        parts = _plain_name(dotted).split(".")
        if _OUTSIDE.match(dotted) or len(dotted) > _MAX_NAME_CHARS:
            return frozenset({dotted})
        for length in range(len(parts), 0, -1):
            source = self._source(".".join(parts[:length]))
            if source is None:
                continue
            if length == len(parts):
                break
            name, *rest = parts[length:]
            if source.key != self._module and _EXERCISE.fullmatch(source.key) and name in self._answers:
                return _NONE
            names = self._global(source, name, None)
            for attribute in rest:
                names = self._attribute(names, attribute)
            return names
        return frozenset({dotted})


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
