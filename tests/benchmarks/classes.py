"""Whole classes, by the command line: beside other ways to grade them, with more workers, and for long."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from autograder.course import COURSE
from autograder.paths import SUITES
from autograder.release import nbgrader, otter, student
from autograder.release.edition import Edition
from autograder.release.known import KnownSubmission, known_submissions
from autograder.release.notebook import NAME
from autograder.release.package import zipped
from tests.benchmarks.command import BLOCK, grade, scratch
from tests.benchmarks.core import CORE
from tests.benchmarks.row import AT_LEAST, AT_MOST, ROOT, Row, in_turn, seconds_of

CLASS = 30  # hand-ins, where a whole command is timed
LONG = 5000
WRONG = ROOT / "tests" / "submissions" / "wrong"


@cache
def hand_ins() -> list[KnownSubmission]:
    """What all are compared with: stubs, solutions, and three flawed hand-ins."""
    return known_submissions(Edition(CORE, ROOT))


def make_class(folder: Path, number: int) -> Path:
    """Copies of these under new names."""
    for n in range(number):
        hand_ins()[n % len(hand_ins())].write_files(folder / f"{n:05}")
    return folder


def _corpus(folder: Path, number: int) -> Path:
    """The corpus of mistakes, again and again under new names."""
    sources = sorted(WRONG.iterdir())
    for n in range(number):
        shutil.copytree(sources[n % len(sources)], folder / f"{n:05}")
    return folder


def fresh_pytest(rounds: int, devices: tuple[str, ...]) -> Iterator[Row]:
    """Submissions per second against a new pytest for each of them, with the same checks."""
    with scratch() as folder:
        small = make_class(folder / "class", len(hand_ins()))
        whole = make_class(folder / "whole", CLASS)

        def pytests() -> float:
            each = [seconds_of(partial(_pytest, path, devices)) for path in small.iterdir()]
            return statistics.mean(each)

        ours = _whole(whole, devices)
        yield Row(f"a fresh pytest for each / ours, {CLASS} hand-ins", *in_turn(rounds, pytests, ours, "pytest"),
                  AT_LEAST, 12.0)  # fmt: skip


def _pytest(hand_in: Path, devices: tuple[str, ...]) -> None:
    options = ["-q", "--no-header", "-p", "no:cacheprovider", "-p", "tests.benchmarks.in_process"]
    options += [
        "-c",
        os.devnull,
        "--rootdir",
        str(ROOT),
        "--import-mode=importlib",
        "-o",
        "python_files=ex*.py",
    ]
    options += [
        f"--hand-in={hand_in}",
        f"--device={','.join(devices)}",
        *(str(SUITES / f"{exercise.module}.py") for exercise in CORE.exercises),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr  # checks that fail, and nothing worse


def _whole(hand_ins: Path, devices: tuple[str, ...]) -> Any:
    number = len(list(hand_ins.iterdir()))
    device = "cuda" if "cuda" in devices else "cpu"
    return lambda: grade(hand_ins, "--workers", "1", "--device", device).seconds / number


def by_nbgrader(rounds: int, devices: tuple[str, ...]) -> Iterator[Row]:
    """Submissions per second against `nbgrader autograde` of our own nbgrader.zip."""
    edition = Edition(COURSE, ROOT)
    with scratch() as folder:
        course = folder / "course"
        [package] = nbgrader.packages(edition)
        for name, content in package.files.items():
            (course / name).parent.mkdir(parents=True, exist_ok=True)
            (course / name).write_bytes(content)
        nbgrader.nbgrader(course, "generate_assignment", nbgrader.ASSIGNMENT)
        for hand_in in hand_ins():
            nbgrader.hand_over(edition, course, hand_in)

        def theirs() -> float:
            command = ("autograde", nbgrader.ASSIGNMENT, "--force")
            return seconds_of(lambda: nbgrader.nbgrader(course, *command)) / len(hand_ins())

        ours = _whole(_notebooks(folder / "class", edition), devices)
        yield Row(f"nbgrader autograde / ours, {CLASS} hand-ins", *in_turn(rounds, theirs, ours, "nbgrader"),
                  AT_LEAST, 20.0)  # fmt: skip


def by_otter(rounds: int, devices: tuple[str, ...]) -> Iterator[Row]:
    """Submissions per second against `otter run` with our own otter-autograder.zip."""
    edition = Edition(COURSE, ROOT)
    with scratch() as folder:
        package = next(p for p in otter.packages(edition) if p.hidden)
        zip_file = folder / package.name
        zip_file.write_bytes(zipped(package.files))
        notebooks = _notebooks(folder / "class", edition)
        few = sorted(notebooks.iterdir())[: len(hand_ins())]

        def theirs() -> float:
            return statistics.mean(seconds_of(partial(_otter, each / NAME, zip_file)) for each in few)

        ours = _whole(notebooks, devices)
        yield Row(f"otter run / ours, {CLASS} hand-ins", *in_turn(rounds, theirs, ours, "otter"),
                  AT_LEAST, 40.0)  # fmt: skip


def _notebooks(folder: Path, edition: Edition) -> Path:
    texts = [json.dumps(hand_in.notebook(edition)) for hand_in in hand_ins()]
    for n in range(CLASS):
        path = folder / f"{n:05}" / NAME
        path.parent.mkdir(parents=True)
        path.write_text(texts[n % len(texts)], encoding="utf-8")
    return folder


def _otter(notebook: Path, zip_file: Path) -> None:
    with scratch() as out:
        otter.run(notebook, zip_file, out / "results")


def two_workers(rounds: int, devices: tuple[str, ...]) -> Iterator[Row]:
    """What a second worker process brings, once both are warm; and what the machine itself has to give."""
    with scratch() as folder:
        hand_ins = make_class(folder / "class", CLASS)

        def each(workers: int) -> float:
            return grade(hand_ins, "--workers", str(workers), "--device", "cpu").each

        yield Row(
            "1 / 2 local workers",
            *in_turn(rounds, lambda: each(1), lambda: each(2), "workers"),
            AT_LEAST,
            1.9,
        )
        one, two = in_turn(rounds, lambda: _busy(1), lambda: _busy(2) / 2, "machine")
        yield Row("the same of plain processes that do the same", one, two)


def _busy(processes: int) -> float:
    program = "import sys; from tests.benchmarks.one import own_functions; own_functions(int(sys.argv[1]))"
    command = [sys.executable, "-c", program, "20"]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(processes)
    ]
    return max(float(process.communicate()[0]) for process in started)


def on_dask(rounds: int, devices: tuple[str, ...]) -> Iterator[Row]:
    """Two workers of a Dask cluster on this machine against two of our own, once all are warm."""
    with scratch() as folder, _cluster(folder) as address:
        hand_ins = make_class(folder / "class", CLASS)

        def local() -> float:
            return grade(hand_ins, "--workers", "2", "--device", "cpu").each

        def dask() -> float:
            return grade(hand_ins, "--scheduler", address, "--device", "cpu").each

        yield Row(
            "a local pool of two / Dask, two workers", *in_turn(rounds, local, dask, "dask"), AT_LEAST, 0.95
        )


@contextmanager
def _cluster(folder: Path) -> Iterator[str]:
    log = folder / "log"
    dask = str(Path(sys.executable).with_name("dask"))
    with log.open("wb") as file, ExitStack() as ends:

        def start(*command: str) -> None:
            process = subprocess.Popen(
                [dask, *command, "--no-dashboard"], cwd=folder, stdout=file, stderr=file
            )
            ends.callback(process.wait)
            ends.callback(process.terminate)

        start("scheduler", "--port", "0", "--host", "127.0.0.1")
        while not (found := re.search(r"Scheduler at: +(tcp://\S+)", log.read_text())):
            time.sleep(0.1)
        start("worker", found[1], "--nworkers", "2", "--nthreads", "1")
        yield found[1]


def students_run(rounds: int, devices: tuple[str, ...]) -> Iterator[Row]:
    """A student's first run: all public checks on the stubs, in the package as it is handed out."""
    edition = Edition(COURSE, ROOT)
    [package] = [each for each in student.packages(edition) if each.name == "student.zip"]
    with scratch() as folder:
        for name, content in package.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)

        def run(*arguments: str) -> float:
            command = [sys.executable, *arguments]
            # students have none of the plugins that are installed here and that pytest loads by itself
            plain = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
            # and their Python keeps what it has compiled, as it does unless told otherwise
            plain.pop("PYTHONDONTWRITEBYTECODE", None)
            # the checks fail, since nothing is written yet
            return seconds_of(
                lambda: subprocess.run(command, cwd=folder, env=plain, capture_output=True, check=False)
            )

        yield Row(
            "pytest exercises on the stubs / import torch and pytest",
            *in_turn(
                rounds,
                lambda: run("-m", "pytest", "exercises"),
                lambda: run("-c", "import torch, pytest"),
                "student",
            ),
            AT_MOST,
            1.1,
        )


def for_long(rounds: int, devices: tuple[str, ...]) -> Iterator[Row]:
    """Thousands in one run: time for a hand-in, and memory, at the end over the start."""
    with scratch() as folder:
        run = grade(_corpus(folder / "class", LONG), "--device", "cpu")
    # the class repeats itself, so that parts as long as the corpus have the same hand-ins
    part = len(list(WRONG.iterdir()))
    ends = run.moments[part - 1 :: part]
    spans = [(after - before) / part for before, after in pairwise(ends)]
    name = f"the last {rounds * part} of {LONG} / the first, after {part}"
    yield Row(name, spans[-rounds:], spans[:rounds], AT_MOST, 1.05)
    memory = f"resident memory after {LONG} / after {BLOCK}"
    yield Row(memory, [run.memory[-1]], [run.memory[0]], AT_MOST, 1.1)
    yield Row(f"open files after {LONG} / after {BLOCK}", [run.files[-1]], [run.files[0]], AT_MOST, 1.1)
