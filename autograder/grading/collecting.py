"""Collects the hidden suites: pytest finds and parametrises their test functions, once, and runs none."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest


class SuiteError(RuntimeError):
    """A hidden suite is itself wrong: grading with it would be unfair."""


class _Collector:
    """A pytest plugin that keeps what is collected."""

    def __init__(self, devices: Sequence[str]) -> None:
        self._devices = devices
        self.items: list[pytest.Function] = []
        self.errors: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", "points(n): what the rubric line is worth")
        config.addinivalue_line("markers", "category(name): what kind of check it is")

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        metafunc.fixturenames.append("device")
        metafunc.parametrize("device", self._devices)

    @pytest.fixture
    def student(self) -> None:
        """Given to the test function by `Case.run`."""

    @pytest.fixture
    def draw(self) -> None:
        """Given to the test function by `Case.run`."""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.errors.append(str(report.longrepr).strip().splitlines()[-1])

    # a Ctrl-C, or a SystemExit of a process that is told to end, is no matter of pytest's
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if type(excinfo.value) is KeyboardInterrupt:  # pytest stops with one of its own kind at errors
            raise excinfo.value

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if isinstance(excinfo.value, SystemExit):
            raise excinfo.value

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = [item for item in session.items if isinstance(item, pytest.Function)]


def collected(suites: Path, devices: Sequence[str]) -> list[pytest.Function]:
    """The test functions of a folder of suites, one for each case and device.

    Raises:
        SuiteError: if a suite cannot be imported, or there is none.
    """
    collector = _Collector(devices)
    options = ["--collect-only", "-c", os.devnull, "--rootdir", str(suites.parent), "--import-mode=importlib"]
    options += [
        "--noconftest",
        "--assert=plain",
        "--disable-plugin-autoload",
        "-o",
        "python_files=ex*.py",
        "-s",
    ]
    for plugin in ("terminal", "cacheprovider", "faulthandler"):
        options += ["-p", f"no:{plugin}"]
    with _without_environment("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        pytest.main([*options, str(suites)], plugins=[collector])
    if collector.errors or not collector.items:
        raise SuiteError("; ".join(collector.errors) or f"{suites}: no hidden suites found")
    return collector.items


@contextlib.contextmanager
def _without_environment(*names: str) -> Iterator[None]:
    saved = {n: os.environ.pop(n) for n in names if n in os.environ}
    try:
        yield
    finally:
        os.environ.update(saved)
