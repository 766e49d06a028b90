"""What an expression of a hand-in stands for, as far as names tell, followed through all of its files."""

from __future__ import annotations

import ast
import builtins
import contextlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from exercises.feedback.bindings import Binding, Scope, Source, source
from exercises.feedback.branches import taken, truth

# A file of the hand-in with such a name is not what an import of it means.
_OUTSIDE = re.compile(r"(torch|numpy|PIL|scipy|cv2|skimage|torchvision|kornia|tensorflow|jax|keras)(\.|$)")
_EXERCISE = re.compile(r"ex\d+_\w+")
_MAX_NAME_CHARS = 200

# One module seen from another: `F.torch`, `torch.nn.modules.loss.F`
_DETOURS = (
    (re.compile(r"\Atorch\.(\w+\.)*torch(?=\.|$)"), "torch"),
    (re.compile(r"\Atorch\.nn(\.\w+)*\.F(?=\.|$)"), "torch.nn.functional"),
)

Names = frozenset[str]  # dotted names from outside, and "file:name" for definitions of the hand-in
NONE: Names = frozenset()


class Meanings:
    """The files of a hand-in as names that lead to each other.

    Args:
        texts: the source text of each file, by module name.
        module: the exercise's module, one of them.
        answers: what the exercises define: in another exercise's file, each of these is that one's own affair.
        not_followed: more names that are somebody else's affair.
    """

    def __init__(
        self, texts: Mapping[str, str], module: str, answers: Collection[str], not_followed: Collection[str]
    ) -> None:
        self._texts = {plain_name(key): text for key, text in texts.items()}
        self._module = module
        self._answers = set(answers)
        self._not_followed = set(not_followed)
        self._sources: dict[str, Source | None] = {}
        # Each expression is resolved once in each scope, or an alias of aliases of … would take for ever.
        self._resolved: dict[tuple[ast.expr, Scope], Names] = {}
        self._globals: dict[tuple[str, str, int | None], Names] = {}
        self._folded: dict[tuple[ast.expr, Scope], str | None] = {}

    def source(self, key: str) -> Source | None:
        """A file by its module name; None if there is none that can be read."""
        if key not in self._sources:
            self._sources[key] = None
            unreadable = (KeyError, SyntaxError, ValueError, RecursionError, MemoryError)
            with contextlib.suppress(*unreadable):
                self._sources[key] = source(key, self._texts[key])
        return self._sources[key]

    def resolve(self, node: ast.expr, scope: Scope) -> Names:
        """What an expression stands for, as far as names tell."""
        key = (node, scope)
        if key not in self._resolved:
            self._resolved[key] = NONE  # a name that stands for itself stands for nothing
            self._resolved[key] = self._meaning(node, scope)
        return self._resolved[key]

    def _meaning(self, node: ast.expr, scope: Scope) -> Names:
        if isinstance(node, ast.Name):
            return self._lookup(node.id, scope)
        if isinstance(node, ast.Attribute):
            return self._attribute(self.resolve(node.value, scope), node.attr)
        if isinstance(node, ast.NamedExpr):
            return self.resolve(node.value, scope)
        if isinstance(node, ast.IfExp):
            holds = truth(node.test, scope)
            parts = (node.body,) * (holds is not False) + (node.orelse,) * (holds is not True)
            return NONE.union(*(self.resolve(part, scope) for part in parts))
        if isinstance(node, ast.BoolOp):
            values = [value for value in taken(node, scope) if isinstance(value, ast.expr)]
            return NONE.union(*(self.resolve(value, scope) for value in values))
        if isinstance(node, ast.Call):
            return self._call(node, scope)
        if isinstance(node, ast.Subscript):
            owner, attribute = node.value, self.fold(node.slice, scope)
            if attribute is None:
                return NONE
            if "sys.modules" in self.resolve(owner, scope):
                return frozenset({attribute})
            if isinstance(owner, ast.Attribute) and owner.attr == "__dict__":
                return self._attribute(self.resolve(owner.value, scope), attribute)
            if isinstance(owner, ast.Call) and "builtins.vars" in self.resolve(owner.func, scope):
                return self._attribute(NONE.union(*(self.resolve(a, scope) for a in owner.args)), attribute)
        return NONE

    def _call(self, node: ast.Call, scope: Scope) -> Names:
        function = self.resolve(node.func, scope)
        if "builtins.getattr" in function and len(node.args) >= 2:
            attribute = self.fold(node.args[1], scope)
            return self._attribute(self.resolve(node.args[0], scope), attribute) if attribute else NONE
        if function & {"builtins.__import__", "importlib.import_module"} and node.args:
            name = self.fold(node.args[0], scope)
            if name:
                first = "builtins.__import__" in function and len(node.args) + len(node.keywords) == 1
                return self.expand(name.split(".")[0] if first else name.lstrip("."))
        return NONE

    def fold(self, node: ast.expr, scope: Scope) -> str | None:
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
                return self.fold(value, place if place.parent else place.source.scope(number))
        texts = [self.fold(part, scope) for part in parts]
        known = [text for text in texts if text is not None]
        return "".join(known) if parts and len(known) == len(texts) else None

    def _lookup(self, name: str, scope: Scope) -> Names:
        place = scope.owner_of(name)
        if place.parent:
            return self._stand_for(place.names[name], place)
        return self._global(place.source, name, place.before)

    def _global(self, source: Source, name: str, before: int | None) -> Names:
        key = (source.key, name, before)
        if key not in self._globals:
            self._globals[key] = NONE  # files may import from each other
            found = [*source.standing(name, before), *self.stars(source, name, before)]
            if found and name not in self._not_followed:
                names = self._stand_for(found, source.scope(before))
                self._globals[key] = names | {f"{source.key}:{name}"}
            elif not found and hasattr(builtins, name):
                self._globals[key] = frozenset({f"builtins.{name}"})
        return self._globals[key]

    def _stand_for(self, bindings: Iterable[Binding], scope: Scope) -> Names:
        names = NONE
        for binding in bindings:
            if binding.dotted:
                names |= self.expand(binding.dotted)
            elif isinstance(binding.node, ast.expr) and not binding.part:
                place = scope if scope.parent else scope.source.scope(binding.number)
                names |= self.resolve(binding.node, place)
        return names

    def stars(self, source: Source, name: str, before: int | None) -> list[Binding]:
        """What a name may mean by `from … import *`, unless it is bound in another way after that."""
        if "*" not in source.bindings or hasattr(builtins, name):
            return []
        last = max((b.number for b in source.standing(name, before)), default=0)
        stars = [b for b in source.bindings["*"] if b.number > last and (before is None or b.number < before)]
        return [Binding(b.number, b.line, f"{b.dotted}.{name}", adds=True) for b in stars]

    def _attribute(self, owners: Names, attribute: str) -> Names:
        names = NONE
        for owner in owners:
            names |= {owner} if ":" in owner else self.expand(f"{owner}.{attribute}")
        return names

    def expand(self, dotted: str) -> Names:
        """A dotted name, followed into the hand-in's other files."""
        for detour, way in _DETOURS:
            dotted = detour.sub(way, dotted)
        parts = plain_name(dotted).split(".")
        if _OUTSIDE.match(dotted) or len(dotted) > _MAX_NAME_CHARS:
            return frozenset({dotted})
        for length in range(len(parts), 0, -1):
            source = self.source(".".join(parts[:length]))
            if source is None:
                continue
            if length == len(parts):
                break
            name, *rest = parts[length:]
            if source.key != self._module and _EXERCISE.fullmatch(source.key) and name in self._answers:
                return NONE
            names = self._global(source, name, None)
            for attribute in rest:
                names = self._attribute(names, attribute)
            return names
        return frozenset({dotted})


def plain_name(module: str) -> str:
    """A module's name as a file of the hand-in has it."""
    return module.removeprefix("exercises.")
