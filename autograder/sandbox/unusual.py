"""Finds what no answer needs: for the instructor to read, never for the student, and worth no points either way.

Whoever gets past the ban reaches for the insides of Python or torch, or brings bytes along. Honest code may do so
too, in a test or for fun, so a mention says no more than where to look.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from exercises.feedback import trees

MAX_MENTIONS = 5
_LONG = 256  # bytes or escapes that are no text
# names of modules, attributes and functions, in whatever way they are written
_INSIDES = frozenset(
    {
        # torch
        "_C", "parse_ir", "_create_function_from_graph", "load_library", "cpp_extension", "TorchDispatchMode",
        "__torch_dispatch__", "_construct_storage_from_data_pointer", "from_dlpack", "data_ptr",
        # memory and machine code
        "ctypes", "_ctypes", "cffi", "mmap", "_imp", "_testcapi", "create_dynamic", "ExtensionFileLoader",
        "__array_interface__", "__array_struct__", "PyCapsule",
        # Python
        "marshal", "gc", "CodeType", "co_code", "__code__", "__closure__", "__globals__", "__builtins__",
        "__subclasses__", "__reduce_ex__", "_getframe", "f_back", "f_globals", "f_locals", "tb_frame", "gi_frame",
        "addaudithook",
    }
)  # fmt: skip
_PATHS = ("/proc/", "/dev/")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_PACKED = re.compile(r"[A-Za-z0-9+/=]+")  # as base64 and the like come out


def unusual(texts: Mapping[str, str]) -> list[str]:
    """Where texts mention what no answer needs: "file, line 3: torch._C", the first of each kind.

    Args:
        texts: by the name of the file that an instructor would open.
    """
    found: dict[str, str] = {}
    for file, text in texts.items():
        try:
            nodes = trees.nodes(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for what, line in _mentions(nodes):
            found.setdefault(what, f"{file}, line {line}: {'torch._C' if what == '_C' else what}")
    return list(found.values())[:MAX_MENTIONS]


def _mentions(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    documentation = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        for name in _names(node):
            if name in _INSIDES:
                yield name, getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and id(node) not in documentation:
            yield from ((what, node.lineno) for what in _in_constant(node.value))


def _names(node: ast.AST) -> Sequence[str]:
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        return (node.attr,)
    if isinstance(node, ast.Import):
        return [part for alias in node.names for part in alias.name.split(".")]
    if isinstance(node, ast.ImportFrom):
        return [*(node.module or "").split("."), *(alias.name for alias in node.names)]
    return ()


def _in_constant(value: object) -> Iterator[str]:
    if isinstance(value, bytes) and len(value) >= _LONG:
        yield "a long literal of bytes"
    if isinstance(value, str):
        # one name alone is what getattr takes; in a sentence it is talk
        if value.strip() in _INSIDES - {"gc"}:
            yield value.strip()
        yield from (path for path in _PATHS if value.startswith(path))
        if len(value) >= _LONG and (_CONTROL.search(value) or _PACKED.fullmatch(value)):
            yield "a long text that is not for people"
