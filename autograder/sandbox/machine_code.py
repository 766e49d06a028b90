"""Keeps student code in Python: no calls into libraries by address, no compiled modules of its own.

What a hand-in may not call (see `ban`) is decided inside its own process, and whoever can write to that
process's memory can undo the decision. The system's confinement does not depend on this.
"""

from __future__ import annotations

import _ctypes
import contextlib
import ctypes
import importlib
import locale
import re
import sys
import warnings
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import numpy
import PIL
import torch

# what reads, writes or runs memory by its address; the types (c_int, Structure, sizeof) stay
_BY_ADDRESS = (
    "CDLL", "PyDLL", "LibraryLoader", "cdll", "pydll", "pythonapi", "CFUNCTYPE", "PYFUNCTYPE", "CFuncPtr",
    "_CFuncPtr", "memmove", "memset", "cast", "_cast", "string_at", "_string_at", "wstring_at", "_wstring_at",
    "py_object", "PyObj_FromPtr", "dlopen", "dlsym", "_dlopen", "call_function", "call_cdeclfunction",
    "_memmove_addr", "_memset_addr", "_string_at_addr", "_wstring_at_addr", "_cast_addr",
)  # fmt: skip

_NOT_LOADED = re.compile(r"test|^_?xx|^_interp|tk")


def do_without_more() -> None:
    """Prepares this process for having no machine code but what is loaded now.

    Loads the compiled modules that hand-ins may import, Python's, numpy's and Pillow's, and the locale; makes torch
    do without oneDNN, which writes its code when it is first called, and without NVML.
    """
    torch.backends.mkldnn.enabled = False  # type: ignore[assignment]
    # how many GPUs there are is asked of NVML, by ctypes, unless that fails: then CUDA itself is asked
    vars(torch.cuda)["_device_count_nvml"] = lambda: -1
    with contextlib.suppress(locale.Error):
        before = locale.setlocale(locale.LC_ALL)
        locale.setlocale(locale.LC_ALL, "C.UTF-8")
        locale.setlocale(locale.LC_ALL, before)
    places = [(Path(place), "") for place in sys.path if Path(place).name == "lib-dynload"]
    places += [(Path(str(package.__file__)).parent, package.__name__) for package in (numpy, PIL)]
    for place, package in places:
        for file in sorted(each for suffix in EXTENSION_SUFFIXES for each in place.rglob(f"*{suffix}")):
            *folders, name = file.relative_to(place).parts
            if not _NOT_LOADED.search(name):
                with warnings.catch_warnings(), contextlib.suppress(ImportError):
                    warnings.simplefilter("ignore")
                    importlib.import_module(".".join(filter(None, (package, *folders, name.split(".")[0]))))


def refuse_machine_code(once: tuple[str, ...]) -> None:
    """From now on and for good, in this process: Python keeps no way to take an audit hook out again.

    `once` has the ends of paths to code that must not run again, since something in it was changed.
    """

    # What it goes by stands in its own code: a variable beside it could be set anew. It holds for one interpreter, so
    # there is only one; and what the collector lists leads to all that this process hides, the hook among it.
    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event.startswith("ctypes.") or event in {
            "cpython.PyInterpreterState_New",
            "gc.get_objects",
            "gc.get_referrers",
            "gc.get_referents",
        }:
            raise RuntimeError(f"{event} is not available to a hand-in")
        # a compiled module that is loaded a second time brings its functions back
        if event == "import" and (
            args[0] in {"_tkinter", "_xxsubinterpreters", "_interpreters", "_testcapi"} or args[1] is not None
        ):
            raise ImportError(
                f"{args[0]}: of compiled modules, a hand-in has Python's own, torch, numpy and Pillow"
            )
        if event == "exec" and args[0].co_filename.endswith(once):
            raise ImportError("a hand-in cannot load this module again")
        if event == "object.__setattr__" and args[1] == "__code__":
            raise RuntimeError("a hand-in cannot exchange the code of a function")

    for module in (ctypes, _ctypes):
        for name in _BY_ADDRESS:
            vars(module).pop(name, None)
    for name in [n for n in vars(torch._C._aoti) if "Runner" in n]:  # they load libraries by themselves
        delattr(torch._C._aoti, name)
    sys.addaudithook(hook)
