"""Keeps student code in Python: no calls into libraries by address, no compiled modules of its own.

What a hand-in may not call (see `ban`) is decided inside its own process, and whoever can write to that
process's memory can undo the decision. The system's confinement does not depend on this.
"""

from __future__ import annotations

import _ctypes
import ctypes
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import torch

# what reads, writes or runs memory by its address; the types (c_int, Structure, sizeof) stay
_BY_ADDRESS = (
    "CDLL", "PyDLL", "LibraryLoader", "cdll", "pydll", "pythonapi", "CFUNCTYPE", "PYFUNCTYPE", "CFuncPtr",
    "_CFuncPtr", "memmove", "memset", "cast", "_cast", "string_at", "_string_at", "wstring_at", "_wstring_at",
    "py_object", "PyObj_FromPtr", "dlopen", "dlsym", "_dlopen", "call_function", "call_cdeclfunction",
    "_memmove_addr", "_memset_addr", "_string_at_addr", "_wstring_at_addr", "_cast_addr",
)  # fmt: skip

# A hook holds for one interpreter, so there is only one; and what the collector lists leads to all that this process
# hides from student code, the hook's own variables among it.
_REFUSED_EVENTS = frozenset(
    {"cpython.PyInterpreterState_New", "gc.get_objects", "gc.get_referrers", "gc.get_referents"}
)
_REFUSED_MODULES = frozenset({"_tkinter", "_xxsubinterpreters", "_interpreters", "_testcapi"})


@cache
def loaded_files() -> frozenset[str]:
    """The files of the modules that are loaded; asked for once, in the zygote: it takes a while."""
    return frozenset(str(getattr(module, "__file__", "")) for module in list(sys.modules.values()))


def refuse_machine_code(once: tuple[str, ...]) -> None:
    """From now on and for good, in this process: Python keeps no way to take an audit hook out again.

    `once` has the ends of paths to code that must not run again, since something in it was changed.
    """
    installed = tuple(f"{Path(place)}{os.sep}" for place in (sys.prefix, sys.base_prefix))
    # a compiled module that is loaded a second time brings its functions back
    loaded = loaded_files()

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event.startswith("ctypes.") or event in _REFUSED_EVENTS:
            raise RuntimeError(f"{event} is not available to a hand-in")
        if event == "import" and (args[0] in _REFUSED_MODULES or (args[1] is not None and not own(args[1]))):
            raise ImportError("a hand-in cannot bring or reload compiled modules")
        if event == "exec" and args[0].co_filename.endswith(once):
            raise ImportError("a hand-in cannot load this module again")
        if event == "object.__setattr__" and args[1] == "__code__":
            raise RuntimeError("a hand-in cannot exchange the code of a function")

    def own(path: object) -> bool:
        if type(path) is not str or path in loaded:
            return False
        return path.startswith(installed) and f"{os.sep}..{os.sep}" not in path

    for module in (ctypes, _ctypes):
        for name in _BY_ADDRESS:
            vars(module).pop(name, None)
    for name in [n for n in vars(torch._C._aoti) if "Runner" in n]:  # they load libraries by themselves
        delattr(torch._C._aoti, name)
    sys.addaudithook(hook)
