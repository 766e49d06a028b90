"""Keeps student code in Python: no calls into libraries by address, no compiled modules of its own.

What a hand-in may not call (see `ban`) is decided inside its own process, and whoever can write to that
process's memory can undo the decision. The kernel's confinement does not depend on this.
"""

from __future__ import annotations

import _ctypes
import ctypes
import os
import sys
from pathlib import Path
from typing import Any

# what reads, writes or runs memory by its address; the types (c_int, Structure, sizeof) stay
_BY_ADDRESS = (
    "CDLL", "PyDLL", "LibraryLoader", "cdll", "pydll", "pythonapi", "CFUNCTYPE", "PYFUNCTYPE", "CFuncPtr",
    "_CFuncPtr", "memmove", "memset", "cast", "_cast", "string_at", "_string_at", "wstring_at", "_wstring_at",
    "py_object", "PyObj_FromPtr", "dlopen", "dlsym", "_dlopen", "call_function", "call_cdeclfunction",
    "_memmove_addr", "_memset_addr", "_string_at_addr", "_wstring_at_addr", "_cast_addr",
)  # fmt: skip


def refuse_machine_code() -> None:
    """From now on and for good, in this process: Python keeps no way to take an audit hook out again."""
    installed = tuple(f"{Path(place)}{os.sep}" for place in (sys.prefix, sys.base_prefix))

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event.startswith("ctypes."):
            raise RuntimeError("ctypes is not available to a hand-in")
        if event == "import" and args[1] is not None and not (type(args[1]) is str and own(args[1])):
            raise ImportError("a hand-in cannot bring compiled modules")
        if event == "object.__setattr__" and args[1] == "__code__":
            raise RuntimeError("a hand-in cannot exchange the code of a function")

    def own(path: str) -> bool:
        return path.startswith(installed) and f"{os.sep}..{os.sep}" not in path

    for module in (ctypes, _ctypes):
        for name in _BY_ADDRESS:
            vars(module).pop(name, None)
    sys.addaudithook(hook)
