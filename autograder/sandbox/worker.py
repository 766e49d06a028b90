"""The confined side: takes in one submission and answers requests about it.

A worker answers two kinds of request. "load" hands it the source texts; before any of it runs, the worker
looks through the syntax trees for forbidden calls, and puts them out of reach. "run" runs steps (see
`exercises.feedback.steps`).

Whatever is in this process, student code can find (by frames, say). So nothing is here that it should not have:
an answer counts by its values alone, what is banned cannot be allowed again, and stand-ins for earlier exercises
hold no answer to the one that is asked for.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import socket
import sys
import time
import types
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.sandbox import devices, wire
from autograder.sandbox.ban import PACKAGES, Ban
from exercises.feedback import calls, forbidden, steps

NOTEBOOK = "notebook"
# what a failing public check tells a student to import
_SERVED = {"feedback": "", "feedback.calls": Path(calls.__file__).read_text(encoding="utf-8")}


class Submitted:
    """A submission inside the worker: its modules, imported when first asked for."""

    def __init__(self, request: Mapping[str, Any], ban: Ban) -> None:
        self.ban = ban
        self.modules: dict[str, str] = request["modules"]
        self.extras: dict[str, str] = request["extras"]
        self.cells: list[str] | None = request["notebook"]
        self.substitutes: dict[str, list[str]] = request["substitutes"]
        self.unsafe: list[str] = request["unsafe"]
        self.stand_ins: dict[str, str] = request["stand_ins"]
        self._namespace: types.ModuleType | None = None
        self._loaded: dict[str, types.ModuleType | BaseException] = {}
        self._first: dict[str, object] = {}  # what came of a module before it was run statement by statement
        self._forgiving = False

    def find_forbidden(self, exercises: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """One sentence per exercise whose code can reach a forbidden call."""
        found = {}
        for exercise in exercises:
            name = exercise["module"]
            sources = {**self.extras, **self.modules}
            if self.cells is not None:
                name, sources = NOTEBOOK, {NOTEBOOK: self._parsable()}
            if name in sources:
                # in a notebook all exercises share a source; each answers for its own code alone
                others = [n for e in exercises if e is not exercise for n in e["exports"]]
                findings = forbidden.find_forbidden(
                    sources, name, exercise["exports"], exercise["forbids"], not_followed=others
                )
                if findings:
                    found[exercise["module"]] = findings[0].sentence
        return found

    def _parsable(self) -> str:
        """The notebook's cells that parse, as one text."""
        kept = []
        for cell in self.cells or ():
            with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                compile(cell, NOTEBOOK, "exec", 0x400)  # 0x400: ast.PyCF_ONLY_AST
                kept.append(cell)
        return "\n\n".join(kept)

    def install(self) -> None:
        """Makes `import exercises.ex3_conv2d` and the like find this submission and nothing else."""
        package = types.ModuleType("exercises")
        package.__path__ = []
        sys.modules["exercises"] = package
        sys.meta_path.insert(0, _Finder(self))

    def source_of(self, name: str) -> str | None:
        """The source text of an importable module of the submission."""
        short = name.removeprefix("exercises.")
        if name.startswith("exercises."):
            return {**_SERVED, **self.extras, **self.modules}.get(short)
        return {**self.modules, **self.extras}.get(name)

    def load(self, module: str) -> None:
        """Runs a module that was not run before.

        What a file does at its top is its own affair. One that compares itself with torch there meets the ban, and
        one may draw with a package that is not here; it is then run again statement by statement, leaving out those
        that fail.
        """
        if module not in self._loaded:
            self.ban.clear()
            self._try(module)
            failed = self.cells is not None or isinstance(self._loaded[module], BaseException)
            if failed and (self.ban.calls or self._lacks_a_package(self._loaded[module])):
                self._first[module] = self._loaded[module]
                self._forget()
                self._forgiving = True
                self._try(module)
        self.ban.clear()

    def _lacks_a_package(self, error: object) -> bool:
        if not isinstance(error, ModuleNotFoundError):
            return False
        first = str(error.name).split(".")[0]
        return first not in ("exercises", *self.modules, *self.extras)

    def _try(self, module: str) -> None:
        try:
            if self.cells is not None and module not in self.substitutes:
                self._loaded[module] = self.notebook()
            else:
                self._loaded[module] = importlib.import_module(f"exercises.{module}")
        except BaseException as error:
            self._loaded[module] = error

    def execute(self, source: str, filename: str, namespace: dict[str, Any]) -> None:
        """Runs a source text of the submission in a namespace."""
        # tracebacks and torch.jit read source lines through linecache
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        if not self._forgiving:
            exec(compile(source, filename, "exec", dont_inherit=True), namespace)
            return
        tree = ast.parse(source, filename)
        future = [s for s in tree.body if isinstance(s, ast.ImportFrom) and s.module == "__future__"]
        for statement in tree.body:
            alone = ast.Module([*future, statement], [])
            try:
                exec(compile(alone, filename, "exec", dont_inherit=True), namespace)
            except BaseException as error:
                why = steps.raised(error)
                print(f"{filename}, line {statement.lineno} is left out: {why.kind}: {why.message}")

    def _forget(self) -> None:
        self._namespace = None
        self._loaded.clear()
        own = {NOTEBOOK, *self.extras, *self.modules}
        for name in [n for n in sys.modules if n.startswith("exercises.") or n in own]:
            del sys.modules[name]

    def lookup(self, module: str, name: str) -> Any:
        """A function or class of a loaded exercise.

        Raises:
            Unloadable: if the exercise could not be loaded, or lacks the name.
        """
        loaded = self._loaded[module]
        if isinstance(loaded, BaseException):
            raise steps.Unloadable from loaded
        if name in vars(loaded):
            return vars(loaded)[name]
        before = self._first.get(module)
        if isinstance(before, BaseException):  # why the definition was not reached
            raise steps.Unloadable from before
        where = "the notebook" if self.cells is not None else f"{module}.py"
        missing = MissingName(f"{where} defines no {name}: was it renamed or deleted?")
        raise steps.Unloadable from missing

    def own(self, raised: steps.Raised | None) -> steps.Raised | None:
        """An exception with those lines alone that lie in the hand-in."""
        if raised is None:
            return None
        files = {f"{name}.py" for name in (*self.modules, *self.extras)}
        trace = [place for place in raised.trace if place[0] in files or place[0].startswith("cell ")]
        return replace(raised, trace=tuple(trace))

    def notebook(self) -> types.ModuleType:
        """The notebook's namespace after all cells ran; a cell that raises does not stop the next."""
        if self._namespace is None:
            namespace = self._namespace = types.ModuleType(NOTEBOOK)
            namespace.__dict__["__builtins__"] = builtins
            sys.modules[NOTEBOOK] = namespace
            for number, cell in enumerate(self.cells or (), 1):
                with contextlib.suppress(BaseException):  # sys.exit() ends a cell too
                    self.execute(cell, f"cell {number}", namespace.__dict__)
            for module, names in self.substitutes.items():
                stand_in = importlib.import_module(f"exercises.{module}")
                namespace.__dict__.update({name: getattr(stand_in, name) for name in names})
        return self._namespace


class MissingName(Exception):
    """The submission does not define what it should."""


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports a submission's modules from memory, and nothing of the package around them."""

    def __init__(self, submitted: Submitted) -> None:
        self._submitted = submitted

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        short = name.removeprefix("exercises.")
        own = self._submitted
        known = own.source_of(name) is not None or (name != short and short in own.substitutes)
        if known or (name != short and short not in _SERVED and own.cells is not None):
            return importlib.machinery.ModuleSpec(name, self, is_package=short == "feedback")
        first = name.split(".")[0]
        if first == "exercises":
            raise ModuleNotFoundError(f"{short}.py was not handed in", name=name)
        if first in ("autograder", "solutions"):
            raise ImportError(f"{name} is not part of what a submission can import")
        if first in PACKAGES:
            own.ban.note(name)
            raise ImportError(f"{name} is not there: the exercises ask you to do without it")
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        short = spec.name.removeprefix("exercises.")
        if self._submitted.cells is not None and short not in self._submitted.substitutes:
            return self._submitted.notebook()
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        if module.__name__ == NOTEBOOK:
            return
        own = self._submitted
        short = module.__name__.removeprefix("exercises.")
        source = own.source_of(module.__name__)
        # the worker's own folder, so that what is written beside the file can be
        module.__file__ = str(Path.cwd() / f"{short}.py")
        if short not in own.substitutes:
            assert source is not None
            own.execute(source, f"{short}.py", module.__dict__)
            return
        if source is not None and short not in own.unsafe:
            # what else the file defines may be needed by the later exercise
            with contextlib.suppress(BaseException):
                own.execute(source, f"{short}.py", module.__dict__)
        stand_in: dict[str, Any] = {}
        exec(compile(own.stand_ins[short], "stand-in", "exec", dont_inherit=True), stand_in)
        module.__dict__.update({name: stand_in[name] for name in own.substitutes[short]})


def serve(sock: socket.socket, confined: Mapping[str, str], ban: Ban) -> None:
    """Says hello, then answers requests until the grader hangs up."""
    sock.settimeout(None)
    out, err = sys.stdout, sys.stderr
    sock.sendall(wire.frame(b"\0" * 16, wire.encode({"confined": dict(confined)})))
    submitted: Submitted | None = None
    while True:
        try:
            nonce, request = wire.receive(sock, None, wire.LARGEST_REQUEST)
        except wire.WireClosed:
            return
        reply: dict[str, Any] = {}
        if request["do"] == "load":
            submitted = Submitted(request, ban)
            reply["forbidden"] = submitted.find_forbidden(request["exercises"])
            submitted.install()
        elif submitted is not None:
            reply |= _run(submitted, request)
            for stream in (out, err):  # the worker is killed in the end, and what is buffered dies with it
                with contextlib.suppress(Exception):
                    stream.flush()
        sock.sendall(wire.frame(nonce, wire.encode(reply)))
        # a traceback keeps the call's tensors alive: let them go before the next request
        del request, reply


def _run(submitted: Submitted, request: Mapping[str, Any]) -> dict[str, Any]:
    module, device = request["module"], request["device"]
    submitted.load(module)

    def lookup(name: str) -> Any:
        return submitted.lookup(module, name)

    asked = request["steps"]
    start = time.perf_counter()
    results, raised = devices.run(asked, device, lookup)
    seconds = time.perf_counter() - start
    reply = {"results": results, "raised": submitted.own(raised), "banned": submitted.ban.calls[:1]}
    return reply | {"seconds": seconds}  # a measurement, which no grade rests on


def forget_grader() -> None:
    """Takes the grader's modules out of reach of `import`; what runs keeps its references."""
    linecache.clearcache()
    for name in list(sys.modules):
        if name.split(".")[0] in ("autograder", "exercises", "landlockpy", "pyseccomp"):
            del sys.modules[name]
    sys.path[:] = [
        p for p in sys.path if p.endswith(("site-packages", "dist-packages", ".zip")) or "python" in p
    ]
