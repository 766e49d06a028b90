"""Hidden checks beside the hand-in, in one process: what a grader without a sandbox would do.

As a pytest plugin, it runs a hand-in through the hidden suites in a pytest of its own:

    python -m pytest -p tests.benchmarks.in_process --hand-in PATH --device cpu autograder/course/suites
"""

from __future__ import annotations

import importlib.util
import math
import os
import sys
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.course import COURSE
from autograder.grading.grade import DEFAULT_SEED
from autograder.grading.sandboxed import SandboxedStudent, SandboxedSubmission
from autograder.grading.vocabulary import Draw
from autograder.sandbox import devices
from autograder.submissions.submission import Submission, read_submission
from exercises.feedback.catalogue import Exercise
from exercises.feedback.failures import Outcome
from exercises.feedback.script import Step

_STATUS = pytest.StashKey[int]()


def imported(submission: Submission) -> dict[str, types.ModuleType]:
    """The hand-in's modules, imported into this process; what cannot be is left out."""
    for name in [n for n in sys.modules if n.removeprefix("exercises.") in submission.modules]:
        del sys.modules[name]
    modules = {}
    for name in submission.modules:
        spec = importlib.util.spec_from_loader(f"exercises.{name}", loader=None)
        assert spec is not None
        module = modules[name] = importlib.util.module_from_spec(spec)
        sys.modules[f"exercises.{name}"] = module
        exec(compile(submission.modules[name], f"{name}.py", "exec"), module.__dict__)
    return modules


def run(modules: Mapping[str, types.ModuleType], module: str, device: str, asked: Sequence[Step]) -> Outcome:
    """Runs steps with a hand-in's own functions."""
    lookup = vars(modules[module]).__getitem__
    return Outcome(*devices.run(asked, device, lookup))


class InProcess(SandboxedSubmission):
    """A submission whose code runs here: no worker, no wire, no limits."""

    def __init__(self, submission: Submission) -> None:
        super().__init__(None, submission, COURSE)  # type: ignore[arg-type]
        self._modules = imported(submission)

    def finish(self, exercise: Exercise) -> None:
        """Nothing: there is no worker to end."""

    def run(self, exercise: Exercise, device: str, steps: Sequence[Step], cpu: float = math.inf) -> Outcome:
        """Runs steps at once, however long they take."""
        if not self.has(exercise):
            return super().run(exercise, device, steps, cpu)
        return run(self._modules, exercise.module, device, steps)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--hand-in", type=Path)
    parser.addoption("--device", default="cpu")


def pytest_configure(config: pytest.Config) -> None:
    torch.set_num_threads(1)
    devices.prepare_pretended()
    config.addinivalue_line("markers", "points(n): what the rubric line is worth")
    config.addinivalue_line("markers", "category(name): what kind of check it is")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[_STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends without Python's own end, at which torch aborts now and then, after gradients on the pretended GPU."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(config.stash[_STATUS])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.fixturenames.append("device")
    metafunc.parametrize("device", metafunc.config.getoption("--device").split(","))


@pytest.fixture(scope="session")
def sandboxed(pytestconfig: pytest.Config) -> InProcess:
    return InProcess(
        read_submission(pytestconfig.getoption("--hand-in"), [e.module for e in COURSE.exercises])
    )


@pytest.fixture
def student(sandboxed: InProcess, request: pytest.FixtureRequest, device: str) -> SandboxedStudent:
    module = Path(request.module.__file__).stem
    exercise = next(e for e in COURSE.exercises if e.module == module)
    return SandboxedStudent(sandboxed, exercise, device)


@pytest.fixture
def draw(request: pytest.FixtureRequest) -> Any:
    return Draw(DEFAULT_SEED, request.node.name)
