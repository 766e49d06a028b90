"""Takes ready-made code out of a process before student code runs in it, for good.

An operator of torch, by whatever Python name it is reached, ends in torch's dispatcher. Here a function of ours is
put in front of each that a course names, which notes the call and raises. It costs other operators nothing.

Student code shares this process, so nothing here can be undone: the handles that could take our functions out
again are given to nobody, and what does not go through the dispatcher is overwritten where it stands.
What is noted in `Ban.calls` is for the message alone; to empty it allows nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import inspect
import os
import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy
import torch

from autograder.sandbox.traps import functions, take_out
from exercises.feedback.rule import Operators

# Wherever an operator can have code that computes. The composite ones are there because Python code can ask for
# them by their key; "MkldnnCPU" because a tensor can be turned into one of oneDNN's.
_KEYS = (
    "CompositeImplicitAutograd", "CompositeExplicitAutograd", "CompositeExplicitAutogradNonFunctional",
    "CompositeImplicitAutogradNestedTensor", "CPU", "CUDA", "Meta", "MkldnnCPU", "QuantizedCPU",
    "QuantizedCUDA", "SparseCPU", "SparseCUDA", "SparseCsrCPU", "SparseCsrCUDA", "NestedTensorCPU",
    "NestedTensorCUDA", "AutogradCPU", "AutogradCUDA", "AutogradOther", "AutogradNestedTensor",
)  # fmt: skip

_DEREGISTER = "_ZN5torch3jit18deregisterOperatorERKN3c1014FunctionSchemaE"  # torch::jit::deregisterOperator


class Ban:
    """What may not be called in this process.

    `calls` lists what was called in spite of it, since the last `clear`; `packages` cannot be imported, `files` not
    be run again; `taken` counts the functions that have no machine code left.

    Args:
        families: what may be forbidden, by name.
        code: whether to take away the machine code too, where it can be found.
    """

    def __init__(self, families: Mapping[str, Operators], code: bool = True) -> None:
        self.calls: list[str] = []
        self.taken = 0
        self.packages = frozenset(name for family in families.values() for name in family.packages)
        self.files = files_of(families.values())
        self._families = families
        self._forbidden: set[str] = set()
        self._code = code
        names = torch._C._dispatch_get_all_op_names()
        self._operators = {name: operators_of(family, names) for name, family in families.items()}
        self.forbid([name for name, family in families.items() if family.always])

    def forbid(self, names: Iterable[str]) -> None:
        """Forbids families from now on; what is no name of one is not seen while running."""
        for name in sorted((set(names) & self._families.keys()) - self._forbidden):
            self._forbidden.add(name)
            family = self._families[name]
            # looked for only now, since it takes a while, and before numpy's names lead elsewhere
            spans = functions({name: family}).get(name, ()) if self._code else ()
            self._replace_operators(self._operators[name])
            for function in family.functions:
                _exchange(function)
            for class_, told in family.classes.items():
                self._overwrite_class(class_, told)
            self._overwrite_numpy(family.of_numpy)
            _forget_script_operators(family.script)
            with contextlib.suppress(OSError):  # a system that lets nobody exchange code: then reports say so
                take_out(spans)
                self.taken += len(spans)

    def clear(self) -> None:
        """Forgets the calls noted so far."""
        self.calls.clear()

    def note(self, name: str) -> RuntimeError:
        """Writes a call down; gives what to raise."""
        self.calls.append(name)
        return RuntimeError(f"{name} is not allowed in this exercise")

    def _refusing(self, name: str) -> Callable[..., NoReturn]:
        def refuse(*_args: object, **_kwargs: object) -> NoReturn:
            raise self.note(name)

        return refuse

    def _replace_operators(self, operators: Iterable[str]) -> None:
        libraries: dict[str, Any] = {}
        with warnings.catch_warnings():
            # torch warns that something of its own is replaced: that is what is wanted here
            warnings.simplefilter("ignore")
            for operator in operators:
                namespace = operator.split("::")[0]
                if namespace not in libraries:
                    libraries[namespace] = _endless(torch._C._dispatch_library("IMPL", namespace, ""))
                refuse = self._refusing(operator)
                for key in _KEYS:
                    libraries[namespace].impl(operator, key, refuse, False)

    def _overwrite_class(self, name: str, told: str) -> None:
        # a subclass could borrow these without ever calling an operator
        for method in ("__init__", "reset_parameters", "extra_repr"):
            setattr(_found(name), method, self._refusing(told))

    def _overwrite_numpy(self, names: Collection[str]) -> None:
        if not names:  # to go through the modules would copy a worker's pages for nothing
            return
        numpy = [module for name, module in sys.modules.items() if name.split(".")[0] == "numpy"]
        for name in names:
            for module in numpy:
                if callable(vars(module).get(name)):
                    setattr(module, name, self._refusing(f"numpy.{name}"))


def operators_of(family: Operators, names: Iterable[str]) -> tuple[str, ...]:
    """Those of torch's operators that belong to a family."""
    unfair = [name for name in names if not any(word in name for word in family.fair)]
    return tuple(name for name in unfair if any(word in name for word in family.words))


def files_of(families: Collection[Operators]) -> tuple[str, ...]:
    """Where the Python code stands that a ban changes, as the ends of paths: run again, it would be as it was."""
    modules = {name.rpartition(".")[0] for each in families for name in (*each.functions, *each.classes)}
    found = [inspect.getfile(importlib.import_module(module)) for module in modules]
    for family in families:
        functions = [inspect.unwrap(getattr(numpy, name, _refused)) for name in family.of_numpy]
        found += [f.__code__.co_filename for f in functions if f is not _refused]
    packages = [Path(inspect.getfile(package)).parent.parent for package in (torch, numpy)]
    return tuple(
        {os.sep + str(Path(f).relative_to(p)) for f in found for p in packages if Path(f).is_relative_to(p)}
    )


def _refused(*_args: object, **_kwargs: object) -> NoReturn:
    raise RuntimeError("a ready-made implementation is not allowed in this exercise")


def _found(name: str) -> Any:
    """What a dotted name stands for; a stand-in that refuses, where this torch has it no more."""
    module, _, own = name.rpartition(".")
    return getattr(importlib.import_module(module), own, _refused)


def _exchange(name: str) -> None:
    """Gives a Python function other code, wherever it is known under whatever name."""
    function = inspect.unwrap(_found(name))
    function.__code__ = _refused.__code__


def _forget_script_operators(names: Iterable[str]) -> None:
    """Takes operators that call their own code directly out of TorchScript's registry; no Python function does."""
    library = Path(torch.__file__).parent / "lib" / "libtorch_cpu.so"
    if not library.exists():  # another system: the search in the source has to do
        return
    deregister = getattr(ctypes.CDLL(str(library)), _DEREGISTER)
    deregister.restype, deregister.argtypes = None, [ctypes.c_void_p]
    for name in names:
        for schema in torch._C._jit_get_schemas_for_operator(name):
            # a pybind11 object holds the address of its C++ object behind its own head of two words
            head = object.__basicsize__
            deregister(ctypes.c_void_p.from_address(id(schema) + head).value)


def _endless(library: Any) -> Any:
    """A handle that lives as long as the process: when it dies, so do the functions registered with it."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(library))
    return library
