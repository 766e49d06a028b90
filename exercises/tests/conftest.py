"""Makes pytest speak to a student: to do instead of tracebacks, and one screen at the end.

If other tests run as well, only the reports of these checks are changed.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from exercises.console.local import LocalStudent
from exercises.console.outcome import check_of, exercise_of
from exercises.console.reporter import Reporter
from exercises.course import COURSE
from exercises.feedback.failures import CheckFailure
from exercises.paths import CHECKS


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--hint`, `--picture` and `--watch`."""
    group = parser.getgroup("exercises", COURSE.info.title)
    group.addoption(
        "--hint", action="store_true", help="one more hint for the first function that is not right"
    )
    group.addoption(
        "--picture",
        action="store_true",
        help="draw what is wrong, and what is learnt, into the folder pictures",
    )
    group.addoption("--watch", action="store_true", help="run again each time that a file is saved")
    group.addoption(
        "--first", default="", metavar="EXERCISE", help="tell of this exercise first, such as ex3"
    )
    group.addoption("--keys", action="store_true", help=argparse.SUPPRESS)  # says --watch to its runs


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """With `--watch` there is a run at each save, by another Python, and none here."""
    if not config.getoption("watch"):
        return None
    gc.enable()  # which conftest.py turned off for the import of torch, and only runs turn on again
    from exercises.console.watch import watch

    capture: Any = config.pluginmanager.get_plugin("capturemanager")
    if capture is not None:
        capture.suspend_global_capture(in_=True)  # or no key would ever come
    arguments = [str(each) for each in config.invocation_params.args if each != "--watch"]
    return watch(arguments, config.invocation_params.dir)


def pytest_configure(config: pytest.Config) -> None:
    """Registers what shows the results."""
    config.pluginmanager.register(Reporter(config, COURSE.meanings), "exercise-reporter")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leaves out the checks of exercises that are not given."""
    of_exercise = collection_path.parent == CHECKS and collection_path.name.startswith("test_ex")
    given = {f"test_{exercise.name}" for exercise in COURSE.exercises}
    return True if of_exercise and collection_path.stem not in given else None


@pytest.fixture
def student(request: pytest.FixtureRequest) -> LocalStudent:
    """Your code, asked by the checks of one exercise."""
    exercise = exercise_of(request.node)
    assert exercise, "the name of a file of public checks is test_ex and the exercise's number"
    reporter = request.config.pluginmanager.get_plugin("exercise-reporter")
    assert isinstance(reporter, Reporter)
    return LocalStudent(COURSE, exercise, session=reporter.session)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds how the check ended, as plain data, to pytest's report.

    pytest never sees a failed check: the traceback that it would make takes long, and nobody wants to read it.
    """
    exercise = exercise_of(item)
    if exercise is None or call.when != "call":
        return (yield)
    info = call.excinfo
    failure = info.value if info is not None and isinstance(info.value, CheckFailure) else None
    if failure is not None:
        call.excinfo = None
    report = yield
    call.excinfo = info
    check = check_of(COURSE, exercise, item, failure, broken=report.failed)
    vars(report)["exercise_check"] = dict(vars(check))
    if check.status == "wrong" and failure is not None:
        report.outcome, report.longrepr = "failed", check.text
    elif check.status == "to do":
        path, line, _ = report.location
        report.outcome, report.longrepr = "skipped", (path, line or 0, f"write {check.what}")
    return report
