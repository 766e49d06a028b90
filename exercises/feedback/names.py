"""What names in a frame of a student's code stand for, found without running any of it.

Values are looked up in plain dicts; of tensors, numbers, tuples and lists alone is more worked out than their type.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from exercises.feedback.expression import MAX_AXES, MAX_PART_CHARS, METHOD, NO_ATTRIBUTE, TENSOR

MAX_ITEMS = 64  # of a tuple or list that is looked into
MAX_NUMBER = 1 << 40
_TENSORS = (Tensor, nn.Parameter)
_NO_NAME = re.compile(r"name '(\w+)' is not defined")
_SIMILAR = 0.7  # of two names, by difflib's ratio


@dataclass(frozen=True)
class _Shaped:
    """A tensor of which the shape alone is known."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class _Method:
    """A method that nobody has called."""


class Unknown(Exception):
    """A value that cannot be told without running code."""


def kind_of(value: Any) -> str:
    if type(value) is _Shaped or type(value) in _TENSORS:
        return TENSOR
    if type(value) is _Method:
        return METHOD
    kind = type(value)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return name[:MAX_PART_CHARS]


def shape_of(value: Any) -> tuple[int, ...] | None:
    if type(value) in (tuple, list, torch.Size):
        return (len(value),)
    if type(value) is not _Shaped:
        if type(value) not in _TENSORS:
            return None
        value = _Shaped(_sizes(value))
    return value.shape if len(value.shape) <= MAX_AXES else None


def _sizes(tensor: Any) -> tuple[int, ...]:
    with torch._C.DisableTorchFunction():
        return tuple(int(size) for size in tensor.shape)


@dataclass(frozen=True)
class Names:
    """The names of a frame, `own` those of its function."""

    names: Mapping[str, Any]
    own: Mapping[str, Any]

    def value(self, node: ast.expr) -> Any:
        """What an expression stands for.

        Raises:
            Unknown: if it takes more than looking things up to tell.
        """
        match node:
            case ast.Constant(value=constant):
                return constant
            case ast.Name(id=name) if name in self.names:
                return self.names[name]
            case ast.Attribute(value=of, attr=name):
                return _attribute(self.value(of), name)
            case ast.Subscript(value=of, slice=index):
                return _entry(self.value(of), self._index(index))
            case ast.Tuple(elts=items):
                return tuple(self.value(item) for item in items)
            case ast.UnaryOp(op=ast.USub(), operand=of):
                return -_number(self.value(of))
            case ast.BinOp(left=left, op=operator, right=right):
                return _worked(_number(self.value(left)), operator, _number(self.value(right)))
        raise Unknown

    def _index(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Tuple):
            return tuple(self._index(item) for item in node.elts)
        if isinstance(node, ast.Slice):
            return slice(*(each and self.value(each) for each in (node.lower, node.upper, node.step)))
        return self.value(node)

    def close(self, message: str, node: ast.AST) -> str:
        """A name that exists and is like the one that an error says does not."""
        unknown = _NO_NAME.match(message)
        if unknown:
            name, holder = unknown[1], self.own.get("self")
            if holder is not None and name in _held(holder):
                return f"self.{name}"[:MAX_PART_CHARS]
            return _like(name, self.names)
        missing = NO_ATTRIBUTE.match(message)
        if missing and isinstance(node, ast.Attribute) and node.attr == missing[1]:
            try:
                holder = self.value(node.value)
            except Unknown:
                return ""
            return _like(node.attr, _held(holder))
        return ""


def _like(name: str, known: Mapping[str, Any]) -> str:
    public = [each for each in known if type(each) is str and not each.startswith("_") and each != name]
    return next(iter(difflib.get_close_matches(name, public, 1, _SIMILAR)), "")[:MAX_PART_CHARS]


def _held(holder: Any) -> Mapping[str, Any]:
    """What stands under names in an object, without asking it."""
    if type(holder) is ModuleType:
        return vars(holder)
    found: dict[str, Any] = {}
    for kind in reversed((Tensor if type(holder) is _Shaped else type(holder)).__mro__):
        found |= type.__dict__["__dict__"].__get__(kind)
    if issubclass(type(holder), nn.Module):
        own = object.__getattribute__(holder, "__dict__")
        for part in (own, *(own.get(name) for name in ("_parameters", "_buffers", "_modules"))):
            found |= part if type(part) is dict else {}
    return found


def _attribute(holder: Any, name: str) -> Any:
    if type(holder) in _TENSORS or type(holder) is _Shaped:
        if name == "shape":
            return _sizes(holder) if type(holder) is not _Shaped else holder.shape
        if name == "ndim":
            return len(_attribute(holder, "shape"))
        if name in ("size", "dim", "numel", "t"):
            return _Method()
        raise Unknown
    if type(holder) is not ModuleType and not issubclass(type(holder), nn.Module):
        raise Unknown
    held = _held(holder)
    if name not in held or (type(holder) is not ModuleType and callable(held[name])):
        raise Unknown
    return held[name]


def _entry(holder: Any, index: Any) -> Any:
    if type(holder) in (tuple, list, torch.Size) and len(holder) <= MAX_ITEMS and type(index) in (int, slice):
        try:
            return tuple(holder)[index]
        except (IndexError, TypeError, ValueError):
            raise Unknown from None
    shape = shape_of(holder) if kind_of(holder) == TENSOR else None
    if shape is None:
        raise Unknown
    return _Shaped(_indexed(shape, index if isinstance(index, tuple) else (index,)))


def _indexed(shape: tuple[int, ...], index: tuple[Any, ...]) -> tuple[int, ...]:
    """The shape of what an index takes out of a tensor."""
    taken = [each for each in index if each is not None and each is not Ellipsis]
    if len(taken) > len(shape) or index.count(Ellipsis) > 1:
        raise Unknown
    rest = len(shape) - len(taken)
    full = [slice(None)] * rest
    at = index.index(Ellipsis) if Ellipsis in index else len(index)
    found: list[int] = []
    sizes = iter(shape)
    for each in (*index[:at], *full, *index[at + 1 :]):
        if each is None:
            found.append(1)
            continue
        size = next(sizes)
        if type(each) is slice and all(end is None or type(end) is int for end in _ends(each)):
            found.append(len(range(*each.indices(size))))
        elif type(each) is not int:
            raise Unknown
    return tuple(found)


def _ends(part: slice) -> tuple[Any, Any, Any]:
    return part.start, part.stop, part.step


def _number(value: Any) -> Any:
    if type(value) not in (int, float) or abs(value) > MAX_NUMBER:
        raise Unknown
    return value


def _worked(left: Any, operator: ast.operator, right: Any) -> Any:
    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.FloorDiv() if right:
            return left // right
        case ast.Div() if right:
            return left / right
    raise Unknown
