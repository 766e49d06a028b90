"""Reads off a frame and its source what a line of a student's code worked on when it raised.

This is for where the code runs, and for no other process: it parses the student's text. Nothing of the student's own
is called: values are looked up in plain dicts, and of tensors, numbers, tuples and lists alone is more told than
their type.
"""

from __future__ import annotations

import ast
import linecache
import opcode
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path, PurePath
from types import TracebackType
from typing import Any

from exercises.feedback.expression import MAX_PART_CHARS, MAX_PARTS, Expression, Part
from exercises.feedback.names import Names, Unknown, kind_of, shape_of

MAX_FILE_CHARS = 200
_RAISE = opcode.opmap["RAISE_VARARGS"]
_NOT_TOLD = ("module", "function", "type", "builtin_function_or_method")
_OURS = tuple(f"{Path(file).parent}{os.sep}" for file in (os.__file__, __file__))


def expression_of(error: BaseException) -> Expression | None:
    """What the student's own last line worked on; None where that cannot be told."""
    try:
        last = _own(error.__traceback__)
        # what is raised on purpose, as most refusals are, says itself why
        found = None if last.tb_frame.f_code.co_code[last.tb_lasti] == _RAISE else _told(error, last)
        return found and replace(found, within=last.tb_next is not None)
    except Exception:  # no source, no positions, a tree too deep, a type that answers no question
        return None


def _own(trace: TracebackType | None) -> TracebackType:
    """The last frame of the student's."""
    found: TracebackType | None = None
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        # where texts run that lie in no folder, as where they are graded, what lies in one is not the student's
        bare = found is not None and not PurePath(found.tb_frame.f_code.co_filename).is_absolute()
        ours = file.startswith(("<frozen", *_OURS)) or "site-packages" in file
        if not ours and not (bare and PurePath(file).is_absolute()):
            found = trace
        trace = trace.tb_next
    if found is None:
        raise Unknown
    return found


Lines = Sequence[str]
Position = tuple[int | None, int | None, int | None, int | None]  # lines and columns, first and last


@lru_cache(maxsize=16)
def _nodes(source: str) -> dict[Position, ast.expr | ast.stmt]:
    """The nodes of a file by where they stand; an expression, where a statement holds nothing else."""
    found: dict[Position, ast.expr | ast.stmt] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.expr | ast.stmt):
            found[node.lineno, node.end_lineno, node.col_offset, node.end_col_offset] = node
        for child in ast.iter_child_nodes(node):
            vars(child)["parent"] = node
    return found


def _told(error: BaseException, last: TracebackType) -> Expression | None:
    frame, code = last.tb_frame, last.tb_frame.f_code
    source = "".join(linecache.getlines(code.co_filename))
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    node = _nodes(source).get(next(islice(code.co_positions(), last.tb_lasti // 2, None)))
    if node is None:
        return None
    name = code.co_filename.replace("\\", "/").rsplit("/", 1)[-1][:MAX_FILE_CHARS]
    asked = Names({**frame.f_globals, **frame.f_locals}, frame.f_locals)
    parts = tuple(islice(_parts(node, asked, lines), MAX_PARTS))
    close = asked.close(str(error), node)
    return Expression(_told_text(node, lines), parts, (name, last.tb_lineno), close)


def _parent(node: ast.AST) -> ast.AST | None:
    parent: ast.AST | None = vars(node).get("parent")
    return parent


def _told_text(node: ast.AST, lines: Lines) -> str:
    """The expression as it stands; of a loop or a branch its first line."""
    parent = _parent(node)
    loop = parent if isinstance(parent, ast.For) and parent.iter is node else node
    if isinstance(loop, ast.For):
        head = f"for {_text(lines, loop.target)} in {_text(lines, loop.iter)}"
        return head if len(head) <= MAX_PART_CHARS else f"{head[: MAX_PART_CHARS - 1]}…"
    if isinstance(node, ast.If | ast.While | ast.Assert):
        return _text(lines, node.test)
    return _text(lines, _whole(node))


def _whole(node: ast.AST) -> ast.AST:
    """The assignment that an expression is the target of, or else itself."""
    parent = _parent(node)
    stored = isinstance(getattr(node, "ctx", None), ast.Store)
    return parent if stored and isinstance(parent, ast.Assign | ast.AugAssign) else node


def _parts(node: ast.AST, asked: Names, lines: Lines) -> Iterator[Part]:
    told: set[str] = set()
    for each in _operands(node):
        found = _known(each, asked)
        text = _text(lines, found[0]) if found else ""
        if not found or text in told:
            continue
        told.add(text)
        kind = kind_of(found[1])
        if kind not in _NOT_TOLD:
            counted = _counted(found[0], lines) if isinstance(found[0], ast.Name) else ""
            yield Part(text, kind, shape_of(found[1]), counted)


def _known(node: ast.expr, asked: Names) -> tuple[ast.expr, Any] | None:
    """An operand with its value; what a part is taken of, where nothing tells which part."""
    while not isinstance(node, ast.Constant):
        try:
            return node, asked.value(node)
        except Unknown:
            if not isinstance(node, ast.Subscript):
                break
            node = node.value
    return None


def _operands(node: ast.AST) -> Iterator[ast.expr]:
    """What an expression combines."""
    stored = isinstance(getattr(node, "ctx", None), ast.Store)
    parent = _parent(node)
    match node:
        case ast.Tuple() | ast.List() if stored:
            if isinstance(parent, ast.Assign):
                yield parent.value
            elif isinstance(parent, ast.For | ast.comprehension):
                yield parent.iter
        case ast.BinOp(left=left, right=right):
            yield from (left, right)
        case ast.AugAssign(target=target, value=value):
            yield from (target, value)
        case ast.Compare(left=left, comparators=others):
            yield from (left, *others)
        case ast.Call(func=function, args=arguments, keywords=named):
            yield function.value if isinstance(function, ast.Attribute) else function
            for each in (*arguments, *(argument.value for argument in named)):
                yield from each.elts if isinstance(each, ast.List | ast.Tuple) else [each]
        case ast.Subscript(value=value, slice=index):
            if stored and isinstance(parent, ast.Assign):
                yield from (node, parent.value)
            else:
                yield value
            yield from (each for each in ast.walk(index) if isinstance(each, ast.Name))
        case ast.Attribute(value=value) | ast.FormattedValue(value=value):
            yield value
        case ast.UnaryOp(operand=value):
            yield value
        case ast.For(iter=value):
            yield value
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) | ast.Assert(test=test):
            yield from _operands(test)
        case ast.BoolOp(values=values):
            yield from values
        case ast.expr():
            yield node


def _counted(name: ast.Name, lines: Lines) -> str:
    """What the loop around a name goes through, if the name is the one that counts."""
    above = _parent(name)
    while above is not None:
        loops = [above] if isinstance(above, ast.For) else getattr(above, "generators", [])
        for loop in loops:
            if isinstance(loop.target, ast.Name) and loop.target.id == name.id:
                return _text(lines, loop.iter)
        above = _parent(above)
    return ""


def _text(lines: Lines, node: ast.AST) -> str:
    """What stands in the source, on one line; offsets count bytes, and the standard library's way takes 2 ms."""
    first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)
    parts = [line.encode() for line in lines[first - 1 : last]]
    if not parts:
        return ""
    parts[-1] = parts[-1][: getattr(node, "end_col_offset", 0)]
    parts[0] = parts[0][getattr(node, "col_offset", 0) :]
    text = " ".join(b"\n".join(parts).decode(errors="replace").split())
    return text if len(text) <= MAX_PART_CHARS else f"{text[: MAX_PART_CHARS - 1]}…"
