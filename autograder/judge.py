"""Runs the hidden suites against one submission after another.

pytest collects the suites once, in a thread of its own whose run loop waits for examinees. That is all of
pytest that a submission pays for: a fresh session per hand-in would cost more than the checks.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.examinee import Examinee, SandboxedStudent
from autograder.suites.vocabulary import Draw
from exercises.feedback.catalogue import Exercise, earlier
from exercises.feedback.checks import CheckFailure

SUITES = Path(__file__).resolve().parent / "suites"
# Everything of pytest that is made for a terminal, or for test code nobody knows, only costs time here.
_OPTIONS = (
    [
        f"-p no:{name}"
        for name in ("terminal", "cacheprovider", "warnings", "logging", "faulthandler", "junitxml")
    ]
    + [
        f"-p no:{name}"
        for name in ("pastebin", "doctest", "unraisableexception", "threadexception", "stepwise")
    ]
    + ["-p no:python_path", "-p no:debugging", "-p no:setuponly", "-p no:setupplan"]
)


@dataclass(frozen=True)
class RubricLine:
    """One line of the rubric: a test function. `cases` counts its parametrised cases over all devices."""

    module: str
    name: str
    sentence: str
    category: str
    points: float
    cases: int


@dataclass(frozen=True)
class CaseResult:
    """What one case of a rubric line came to; `carried` where it passed with corrected earlier exercises."""

    line: str
    module: str
    case: str
    device: str
    failure: CheckFailure | None
    carried: bool = False


class SuiteError(RuntimeError):
    """A hidden suite is itself wrong: grading with it would be unfair."""


class Judge:
    """The hidden suites, collected and waiting.

    Args:
        catalogue: the exercises.
        devices: where value checks run: ("cpu",) or ("cpu", "cuda").
        seed: of the release; random inputs depend on it.
        suites: the folder of the suites.
    """

    def __init__(
        self,
        catalogue: Sequence[Exercise],
        devices: Sequence[str] = ("cpu",),
        seed: int = 0,
        suites: Path = SUITES,
    ) -> None:
        self.catalogue = tuple(catalogue)
        self._plugin = _Plugin(self.catalogue, tuple(devices), seed)
        self._suites = suites
        self._thread = threading.Thread(target=self._main, name="judge", daemon=True)
        self._thread.start()
        ready = self._plugin.results.get()
        if isinstance(ready, BaseException):
            raise SuiteError(f"the hidden suites cannot be collected: {ready}") from ready
        self.lines: tuple[RubricLine, ...] = ready

    def _main(self) -> None:
        torch.set_num_threads(
            1
        )  # references are small, and more threads would fight the worker for the cores
        options = [word for option in _OPTIONS for word in option.split()]
        arguments = [
            "-c",
            os.devnull,
            "--rootdir",
            str(self._suites.parent),
            "--import-mode=importlib",
            "--noconftest",
        ]
        arguments += ["--assert=plain", "-s", "--disable-plugin-autoload", "-o", "python_files=ex*.py"]
        try:
            with _without_environment("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
                code = pytest.main([*arguments, *options, str(self._suites)], plugins=[self._plugin])
            self._plugin.results.put(SuiteError(f"pytest stopped with {code!r}"))
        except BaseException as error:
            self._plugin.results.put(error)

    def examine(self, examinee: Examinee) -> list[CaseResult]:
        """Puts one submission through all checks.

        Raises:
            SuiteError: if a suite fails in a way that no submission can cause.
        """
        self._plugin.examinees.put(examinee)
        results = self._plugin.results.get()
        if isinstance(results, BaseException):
            raise SuiteError(f"a hidden suite is broken: {results!r}") from results
        return results  # type: ignore[no-any-return]

    def close(self) -> None:
        """Ends the thread."""
        self._plugin.examinees.put(None)
        self._thread.join(10)


@contextlib.contextmanager
def _without_environment(*names: str) -> Iterator[None]:
    saved = {n: os.environ.pop(n) for n in names if n in os.environ}
    try:
        yield
    finally:
        os.environ.update(saved)


class _Plugin:
    def __init__(self, catalogue: tuple[Exercise, ...], devices: tuple[str, ...], seed: int) -> None:
        self.catalogue = catalogue
        self.devices = devices
        self.seed = seed
        self.examinees: queue.Queue[Examinee | None] = queue.Queue()
        self.results: queue.Queue[Any] = queue.Queue()
        self.collect_errors: list[str] = []
        self._examinee: Examinee | None = None
        self._failure: BaseException | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "points(n): what the rubric line is worth")
        config.addinivalue_line("markers", "category(name): what kind of check it is")

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        metafunc.parametrize("device", self.devices)

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest, device: str) -> SandboxedStudent:
        assert self._examinee is not None
        return SandboxedStudent(self._examinee, self._exercise_of(request.node), device)

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest, device: str) -> Draw:
        # the same inputs on every device
        return Draw(self.seed, _case_name(request.node))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.collect_errors.append(str(report.longrepr))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self.collect_errors or not session.items:
            self.results.put(SuiteError("; ".join(self.collect_errors) or "no hidden suites found"))
            return True
        items = [item for item in session.items if isinstance(item, pytest.Function)]
        try:
            self.results.put(self._lines(items))
        except Exception as error:
            self.results.put(error)
            return True
        while (examinee := self.examinees.get()) is not None:
            try:
                self.results.put(self._examine(examinee, items))
            except Exception as error:
                self.results.put(error)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        # pytest's own report would print every traceback, at 50 ms each, for nobody to read
        if call.excinfo is not None:
            self._failure = call.excinfo.value
        outcome = "passed" if call.excinfo is None else "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)  # type: ignore[arg-type]

    def _exercise_of(self, item: pytest.Function) -> Exercise:
        return next(e for e in self.catalogue if e.module == item.path.stem)

    def _lines(self, items: Sequence[pytest.Function]) -> tuple[RubricLine, ...]:
        cases: dict[tuple[str, str], list[pytest.Function]] = {}
        for item in items:
            cases.setdefault((item.path.stem, _line_name(item)), []).append(item)
        lines = []
        for (module, name), members in cases.items():
            points, category = (members[0].get_closest_marker(m) for m in ("points", "category"))
            sentence = " ".join((members[0].obj.__doc__ or "").split())
            if points is None or category is None or not sentence:
                raise SuiteError(f"{module}.{name} needs points, a category and a docstring")
            lines.append(RubricLine(module, name, sentence, category.args[0], points.args[0], len(members)))
        for exercise in self.catalogue:
            total = sum(line.points for line in lines if line.module == exercise.module)
            if abs(total - exercise.points) > 1e-9:
                raise SuiteError(
                    f"the rubric of {exercise.module} sums to {total:g}, not {exercise.points} points"
                )
        return tuple(lines)

    def _examine(self, examinee: Examinee, items: Sequence[pytest.Function]) -> list[CaseResult]:
        results: list[CaseResult] = []
        wrong: set[str] = set()
        for exercise in self.catalogue:
            mine = [item for item in items if item.path.stem == exercise.module]
            before = earlier(exercise.module, self.catalogue)
            # what an earlier exercise hung on would hang here too: do not wait for it again
            examinee.substituted = frozenset(e.module for e in before if examinee.hung(e))
            first = self._run(examinee, mine)
            if examinee.substituted:
                first = [_marked(r) for r in first]
            replaceable = frozenset(e.module for e in before if e.module in wrong) | examinee.substituted
            failed = {r.case for r in first if r.failure}
            if failed and replaceable > examinee.substituted and examinee.has(exercise):
                examinee.substituted = replaceable
                again = self._run(examinee, [i for i in mine if i.name in failed])
                passed = {r.case: _marked(r) for r in again if r.failure is None}
                first = [passed.get(r.case, r) for r in first]
            if any(r.failure for r in first):
                wrong.add(exercise.module)
            results += first
        return results

    def _run(self, examinee: Examinee, items: Sequence[pytest.Function]) -> list[CaseResult]:
        self._examinee = examinee
        results = []
        for number, item in enumerate(items):
            self._failure = None
            following = items[number + 1] if number + 1 < len(items) else None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            failure = self._failure
            if failure is not None and not isinstance(failure, CheckFailure):
                raise SuiteError(f"{item.path.stem}::{item.name}: {failure!r}") from failure
            device = str(item.callspec.params["device"])
            results.append(CaseResult(_line_name(item), item.path.stem, item.name, device, failure))
        self._examinee = None
        return results


def _marked(result: CaseResult) -> CaseResult:
    if result.failure is not None:
        return result
    return CaseResult(result.line, result.module, result.case, result.device, None, carried=True)


def _line_name(item: pytest.Function) -> str:
    return str(item.originalname).removeprefix("test_")


def _case_name(item: pytest.Function) -> str:
    parameters = {k: v for k, v in item.callspec.params.items() if k != "device"}
    return f"{item.path.stem}:{_line_name(item)}:{sorted(parameters.items())!r}"
