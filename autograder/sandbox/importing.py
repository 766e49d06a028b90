"""How a submission's modules are imported: from memory, with what students are given, and nothing of the grader."""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import sys
import types
from pathlib import Path
from typing import Any

from autograder.sandbox import given
from autograder.sandbox.submitted import NOTEBOOK, Submitted

_SERVED = given.served()


def install(submitted: Submitted) -> None:
    """Makes `import exercises.ex3_name` and the like find this submission and nothing else."""
    package = types.ModuleType("exercises")
    package.__path__ = []
    sys.modules["exercises"] = package
    sys.meta_path.insert(0, _Finder(submitted))
    given.add_builtins()


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a submission's modules from memory, and nothing of the package around them."""

    def __init__(self, submitted: Submitted) -> None:
        self._submitted = submitted

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        first, _, short = name.partition(".")
        own = self._submitted
        known = own.source_of(name) is not None and first in ("exercises", name)
        if known or (first == "exercises" and (short in _SERVED or self._is_answer(short))):
            return importlib.machinery.ModuleSpec(name, self, is_package=_is_package(short))
        if first == "exercises":
            raise ModuleNotFoundError(f"{short}.py was not handed in", name=name)
        if first == given.DRAWING:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        if first in ("autograder", "solutions"):
            raise ImportError(f"{name} is not part of what a submission can import")
        if first in own.ban.packages:
            own.ban.note(name)
            raise ImportError(f"{name} is not there: the exercises ask you to do without it")
        return None

    def _is_answer(self, short: str) -> bool:
        """Whether a module below `exercises` is a stand-in, or in the notebook, whatever its name is."""
        own = self._submitted
        return short in own.substitutes or (own.in_notebook(short) and "." not in short)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        first, _, short = spec.name.partition(".")
        own = self._submitted
        if (
            first == "exercises"
            and short not in _SERVED
            and own.source_of(short) is None
            and own.in_notebook(short)
        ):
            return own.notebook()
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        if module.__name__ == NOTEBOOK:
            return
        own = self._submitted
        first, _, short = module.__name__.partition(".")
        if first == given.DRAWING:
            exec(compile(given.drawing(module.__name__), module.__name__, "exec"), module.__dict__)
            return
        if first != "exercises":
            short = module.__name__
        elif short in _SERVED and own.source_of(short) is None:
            inside = Path(*short.split("."), *["__init__"] * _is_package(short))
            module.__file__ = str(Path.cwd() / "exercises" / f"{inside}.py")
            exec(compile(_SERVED[short], module.__file__, "exec", dont_inherit=True), module.__dict__)
            return
        source = own.source_of(module.__name__)
        # the worker's own folder, so that what is written beside the file can be
        module.__file__ = str(Path.cwd() / f"{short}.py")
        if short not in own.substitutes:
            assert source is not None
            own.execute(source, f"{short}.py", own.space_of(module))
            return
        if source is not None and short not in own.unsafe:
            # what else the file defines may be needed by the later exercise
            with contextlib.suppress(BaseException):
                own.execute(source, f"{short}.py", own.space_of(module))
        stand_in: dict[str, Any] = {}
        exec(compile(own.stand_ins[short], "stand-in", "exec", dont_inherit=True), stand_in)
        module.__dict__.update({name: stand_in[name] for name in own.substitutes[short]})


def _is_package(short: str) -> bool:
    return any(name.startswith(f"{short}.") for name in _SERVED)
