"""Mutants of a solution: its source with one small change, as cosmic-ray's operators and `mistakes` make it.

A mutant is known by what changed and where, not by a line number, so that the list of survivors outlives
edits elsewhere in the file. Types, docstrings and the words of errors are left alone: no check is about them.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tests.mutation.mistakes import mistakes


@dataclass(frozen=True, order=True)
class Key:
    """What a mutant is known by: module, enclosing function, the lines before and after the change."""

    module: str
    function: str
    before: str
    after: str

    def __str__(self) -> str:
        return (
            f"{self.module}, {self.function}: {self.before or '(nothing)'}  ->  {self.after or '(nothing)'}"
        )


@dataclass(frozen=True)
class Mutant:
    """A changed source, and the operator that changed it."""

    key: Key
    operator: str
    source: str


def mutants(module: str, source: str) -> list[Mutant]:
    """All mutants of a module, each once, whichever operators make it."""
    seen = {meaning(source)}
    times: Counter[Key] = Counter()
    found = []
    for operator, changed in (*mistakes(source), *_by_cosmic_ray(source)):
        means = meaning(changed)
        if means is None or means in seen:
            continue
        seen.add(means)
        key = key_of(module, source, changed)
        times[key] += 1
        if times[key] > 1:
            key = Key(module, f"{key.function} ({times[key]})", key.before, key.after)
        found.append(Mutant(key, operator, changed))
    return found


def key_of(module: str, source: str, changed: str) -> Key:
    """Compares two sources line by line."""
    old, new = source.splitlines(), changed.splitlines()
    start = next(i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
    shortest = min(len(old), len(new)) - start
    pairs = zip(reversed(old), reversed(new), strict=False)
    end = next((i for i, (a, b) in enumerate(pairs) if a != b or i == shortest), shortest)
    before, after = (" ".join(" ".join(t[start : len(t) - end]).split()) for t in (old, new))
    return Key(module, _function_at(source, start + 1), before, after)


def _function_at(source: str, line: int) -> str:
    def inside(node: ast.AST, names: list[str]) -> list[str]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt) and child.lineno <= line <= (child.end_lineno or 0):
                own = [child.name] if isinstance(child, ast.FunctionDef | ast.ClassDef) else []
                return inside(child, names + own)
        return names

    return ".".join(inside(ast.parse(source), [])) or "module"


class _Meaning(ast.NodeTransformer):
    """Takes away what no check is about: types, docstrings, and what an error says."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign | ast.Pass:
        if node.value is None:
            return ast.Pass()
        node.annotation = ast.Constant("a type")
        self.generic_visit(node)
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        if isinstance(node.exc, ast.Call):
            node.exc = node.exc.func
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | ast.Pass:
        if isinstance(node.value, ast.Constant):
            return ast.Pass()
        self.generic_visit(node)
        return node


def meaning(source: str) -> str | None:
    """What a source does, in a normal form; None for one that is no Python."""
    try:
        return ast.unparse(_Meaning().visit(ast.parse(source)))
    except SyntaxError:
        return None


def _by_cosmic_ray(source: str) -> Iterator[tuple[str, str]]:
    # here, since only the whole run needs the tool
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.operators.provider import OperatorProvider

    provider = OperatorProvider()
    nodes = list(ast_nodes(get_ast(source)))
    for name in sorted(provider):
        if provider[name].arguments():
            continue  # VariableReplacer and VariableInserter draw random numbers: no two runs are alike
        operator = provider[name]()
        positions = sum(1 for node in nodes for _ in operator.mutation_positions(node))
        for occurrence in range(positions):
            changed = mutate_code(source, operator, occurrence)
            if changed is not None:
                yield name, changed
