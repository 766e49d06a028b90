"""A submission inside the worker: its texts, run statement by statement when they are first asked for."""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import linecache
import re
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from autograder.sandbox.alarm import Alarm, TooLong
from autograder.sandbox.ban import Ban
from autograder.sandbox.loading import Statement, modules_named, readable, statements
from autograder.sandbox.settings import TORCHS, AsAtStart, Defaults
from autograder.sandbox.unusual import unusual
from exercises.feedback import forbidden, steps
from exercises.feedback.rule import Rule

NOTEBOOK = "notebook"
MAX_LEFT_OUT = 50  # statements that are told of
_UNKNOWN_NAME = re.compile(r"name '(\w+)' is not defined")
_ABSENT = object()

Announce = Callable[[str, int, int], None]


@dataclass
class Space:
    """The names of one file, or of all cells, while its statements run.

    `lost` has, for each name that a statement should have bound and did not, what became of that statement and what
    the name stood for then; `own` the names that were bound in the text itself, not by a star import; `defaults`
    torch's settings at the time that a name was bound.
    """

    names: dict[str, Any]
    lost: dict[str, tuple[steps.Raised, object]] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    defaults: dict[str, Defaults] = field(default_factory=dict)

    def reason(self, name: str) -> steps.Raised | None:
        """Why a name does not stand for what the text meant it to; None if it does."""
        if name not in self.lost or name in self.own:
            return None
        why, before = self.lost[name]
        return why if self.names.get(name, _ABSENT) is before else None


class Submitted:
    """A submission inside the worker: its modules, imported when first asked for."""

    def __init__(self, request: Mapping[str, Any], ban: Ban) -> None:
        self.ban = ban
        self.modules: dict[str, str] = request["modules"]
        self.extras: dict[str, str] = request["extras"]
        self.cells: list[str] | None = request["notebook"]
        self.substitutes: dict[str, list[str]] = request["substitutes"]
        self.exports: dict[str, list[str]] = request["exports"]
        self.unsafe: list[str] = request["unsafe"]
        self.stand_ins: dict[str, str] = request["stand_ins"]
        self.skipped: dict[str, str] = request["skipped"]  # "file:number" → why it is not run
        self.left_out: list[dict[str, Any]] = []
        self.at_start = AsAtStart()
        self._alarm = Alarm(request["statement_seconds"])
        self._namespace: types.ModuleType | None = None
        self._spaces: dict[str, Space] = {}
        self._loaded: dict[str, types.ModuleType | BaseException] = {}
        self._running: list[tuple[str, int, int]] = []
        self._announce: Announce | None = None

    def find_forbidden(self, exercises: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """One sentence per exercise whose code can reach a forbidden call."""
        found = {}
        texts = {name: readable(text) for name, text in {**self.extras, **self.modules}.items()}
        if self.cells is not None:
            texts[NOTEBOOK] = "\n\n".join(map(readable, self.cells))
        answers = [name for names in self.exports.values() for name in names]
        for exercise in exercises:
            name = exercise["module"]
            if name not in self.modules and self.cells is not None:
                name = NOTEBOOK
            if name in texts:
                # exercises may share a source or a name; each answers for its own code alone
                others = [n for e in exercises if e is not exercise for n in e["exports"]]
                rules = {key: Rule(**rule) for key, rule in exercise["forbids"].items()}
                findings = forbidden.find_forbidden(
                    texts, name, exercise["exports"], rules, answers, not_followed=others
                )
                if findings:
                    found[exercise["module"]] = findings[0].sentence
        return found

    def unusual(self) -> list[str]:
        """What an instructor may want to read (see `unusual`)."""
        files = {f"{name}.py": readable(text) for name, text in {**self.extras, **self.modules}.items()}
        cells = {f"cell {number}": readable(text) for number, text in enumerate(self.cells or (), 1)}
        return unusual(files | cells)

    def source_of(self, name: str) -> str | None:
        """The source text of an importable module of the submission, with the package's name or without."""
        return {**self.extras, **self.modules}.get(name.removeprefix("exercises."))

    def in_notebook(self, module: str) -> bool:
        """Whether an exercise is answered by the notebook."""
        return self.cells is not None and module not in {*self.modules, *self.substitutes}

    def load(self, module: str, announce: Announce | None = None) -> None:
        """Runs a module that was not run before, and what it mentions: a function may import that only when called.

        Args:
            module: of an exercise.
            announce: is told of each statement before it runs.
        """
        self._announce = announce
        waiting = [module]
        while waiting:
            name = waiting.pop()
            if name in self._loaded:
                continue
            try:
                self._loaded[name] = importlib.import_module(f"exercises.{name}")
            except BaseException as error:
                self._loaded[name] = error
            if announce is not None:
                waiting += modules_named(self._text(name), [*self.modules, *self.extras])
        self._share_names()
        self._announce = None
        self.ban.clear()

    def _text(self, module: str) -> str:
        return "\n".join(self.cells or ()) if self.in_notebook(module) else self.source_of(module) or ""

    def execute(self, source: str, filename: str, space: Space) -> None:
        """Runs a source text of the submission, statement by statement.

        Raises:
            SyntaxError, ValueError, RecursionError, MemoryError: if it cannot be read even in parts.
        """
        # tracebacks and torch.jit read source lines through linecache
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        found = statements(source, filename)
        future = [
            s.node for s in found if isinstance(s.node, ast.ImportFrom) and s.node.module == "__future__"
        ]
        before = Defaults.now()
        self.at_start.restore()
        try:
            for statement in found:
                if statement.stub and space.own.issuperset(statement.names):
                    continue  # the stub that somebody left below the work
                self._running.append((filename, statement.number, statement.line))
                try:
                    self._run(statement, filename, future, space)
                finally:
                    self._running.pop()
                    self.ban.clear()
        finally:
            self.at_start.restore()
            before.restore()
            if self._running and self._announce:  # whoever imported this goes on
                self._announce(*self._running[-1])

    def _run(self, statement: Statement, filename: str, future: Sequence[ast.stmt], space: Space) -> None:
        known = self.skipped.get(f"{filename}:{statement.number}")
        if known is not None:
            place = ((filename, statement.line, ""),)
            self._lose(statement, steps.Raised("TooLong", ("TooLong",), known, place, steps.LOADING), space)
            return
        if self._announce:
            self._announce(*self._running[-1])
        try:
            if statement.node is None:
                raise statement.error or SyntaxError
            with self._alarm:
                _execute([*future, statement.node], filename, space.names)
        except TooLong as error:
            self._alarm.stop()
            self._leave_out(filename, statement, steps.raised(error, steps.LOADING), space, late=True)
            return
        except BaseException as error:  # sys.exit() ends a statement too
            if not (
                statement.defines and self._without_annotations(error, statement, filename, future, space)
            ):
                self._leave_out(filename, statement, steps.raised(error, steps.LOADING), space)
                return
        self._note(statement, space)

    def _without_annotations(
        self,
        error: BaseException,
        statement: Statement,
        filename: str,
        future: Sequence[ast.stmt],
        space: Space,
    ) -> bool:
        """Tries a definition once more without working out its annotations, which may need a package."""
        if not isinstance(error, NameError | AttributeError | TypeError) or statement.node is None:
            return False
        unread = ast.parse("from __future__ import annotations").body
        try:
            with self._alarm:
                _execute([*future, *unread, statement.node], filename, space.names)
        except BaseException:
            return False
        return True

    def _note(self, statement: Statement, space: Space) -> None:
        now = Defaults.now()
        for name in statement.names:
            space.own.add(name)
            space.defaults[name] = now
        if isinstance(statement.node, ast.ImportFrom) and not statement.names:
            # a star import may bind anything: what it bound is not what the lost statement meant
            for name, (why, _) in space.lost.items():
                space.lost[name] = (why, space.names.get(name, _ABSENT))

    def _leave_out(
        self, filename: str, statement: Statement, why: steps.Raised, space: Space, late: bool = False
    ) -> None:
        line = next((line for name, line, _ in why.trace if name == filename), statement.line)
        why = replace(why, trace=self.own(why).trace or ((filename, line, ""),))
        self._lose(statement, why, space)
        if len(self.left_out) < MAX_LEFT_OUT:
            self.left_out.append(
                {"file": filename, "number": statement.number, "line": line, "late": late}
                | {"kind": why.kind, "message": why.message[: steps.MAX_NAME_CHARS]}
            )

    def _lose(self, statement: Statement, why: steps.Raised, space: Space) -> None:
        for name in statement.names:
            space.lost[name] = (why, space.names.get(name, _ABSENT))

    def lookup(self, module: str, name: str) -> Any:
        """A function or class of a loaded exercise.

        Raises:
            Unloadable: if the exercise could not be loaded, or lacks the name.
        """
        loaded = self._loaded[module]
        if isinstance(loaded, BaseException):
            raise steps.Unloadable from loaded
        space = self._space(module)
        lost = space.reason(name)
        if lost is not None:
            raise steps.Unloadable(lost)
        if name in vars(loaded):
            space.defaults.get(name, TORCHS).restore()
            return vars(loaded)[name]
        where = "the notebook" if self.in_notebook(module) else f"{module}.py"
        missing = MissingName(f"{where} defines no {name}: was it renamed or deleted?")
        raise steps.Unloadable from missing

    def _space(self, module: str) -> Space:
        return self._spaces.get(NOTEBOOK if self.in_notebook(module) else f"exercises.{module}") or Space({})

    def told(self, raised: steps.Raised | None, module: str) -> steps.Raised | None:
        """An exception with those lines alone that lie in the hand-in.

        A name that is not defined because of a statement that failed is told by what that statement raised.
        """
        if raised is None:
            return None
        unknown = _UNKNOWN_NAME.match(raised.message) if raised.kind == "NameError" else None
        if unknown:
            for space in (self._space(module), *self._spaces.values()):
                why = space.reason(unknown[1])
                if why is not None:
                    return why
        return self.own(raised)

    def own(self, raised: steps.Raised) -> steps.Raised:
        """An exception with those lines alone that lie in the hand-in."""
        files = {f"{name}.py" for name in (*self.modules, *self.extras)}
        trace = [place for place in raised.trace if place[0] in files or place[0].startswith("cell ")]
        worked_on = raised.expression
        if worked_on is not None and worked_on.place not in [place[:2] for place in trace]:
            worked_on = None
        return replace(raised, trace=tuple(trace), expression=worked_on)

    def notebook(self) -> types.ModuleType:
        """The notebook's namespace after all cells ran."""
        if self._namespace is None:
            namespace = self._namespace = types.ModuleType(NOTEBOOK)
            namespace.__dict__["__builtins__"] = builtins
            sys.modules[NOTEBOOK] = namespace
            space = self._spaces[NOTEBOOK] = Space(namespace.__dict__)
            for number, cell in enumerate(self.cells or (), 1):
                try:
                    self.execute(cell, f"cell {number}", space)
                except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                    whole = Statement(0, 1, ())
                    self._leave_out(f"cell {number}", whole, steps.raised(error, steps.LOADING), space)
        return self._namespace

    def _share_names(self) -> None:
        """Gives the cells what exercises define that are answered elsewhere: all share one namespace."""
        if self._namespace is None:
            return
        for module, names in self.exports.items():
            if not self.in_notebook(module):
                with contextlib.suppress(BaseException):
                    other = vars(importlib.import_module(f"exercises.{module}"))
                    self._namespace.__dict__.update({name: other[name] for name in names if name in other})

    def space_of(self, module: types.ModuleType) -> Space:
        """A new space over a module's names."""
        # by its full name: a file can be imported with the package and without it
        return self._spaces.setdefault(module.__name__, Space(module.__dict__))


def _execute(nodes: Sequence[ast.stmt], filename: str, names: dict[str, Any]) -> None:
    exec(compile(ast.Module([*nodes], []), filename, "exec", dont_inherit=True), names)


class MissingName(Exception):
    """The submission does not define what it should."""
