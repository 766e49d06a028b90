"""Whole classes, by the command line: beside other ways to grade them, with more workers, and for long."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

from autograder.course import COURSE
from autograder.paths import SUITES
from autograder.release import nbgrader, otter, student
from autograder.release.edition import Edition
from autograder.release.known import KnownSubmission, known_submissions
from autograder.release.notebook import NAME
from autograder.release.package import zipped
from tests.benchmarks.row import AT_LEAST, AT_MOST, ROOT, Row, in_turn, seconds_of

CLASS = 30  # hand-ins, where a whole command is timed
LONG = 5000
WRONG = ROOT / "tests" / "submissions" / "wrong"
BLOCK = 500  # resident memory is first looked at after so many


@cache
def hand_ins() -> list[KnownSubmission]:
    """What all are compared with: stubs, solutions, and three flawed hand-ins."""
    return known_submissions(Edition(COURSE, ROOT))


def make_class(folder: Path, number: int) -> Path:
    """Copies of these under new names."""
    for n in range(number):
        hand_ins()[n % len(hand_ins())].write_files(folder / f"{n:05}")
    return folder


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that the sandbox's user can pass through."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@dataclass(frozen=True)
class Run:
    """What was seen of one `autograder grade`.

    `moments` are the seconds since the command was given at which a report was done. When a `BLOCK` was done, the
    grader, its worker processes and their sandboxes had `memory` bytes of resident memory and `files` open.
    """

    seconds: float
    moments: Sequence[float]
    memory: Sequence[int]
    files: Sequence[int]

    @property
    def each(self) -> float:
        """Seconds for a hand-in once the grader is warm."""
        return (self.moments[-1] - self.moments[0]) / (len(self.moments) - 1)


def grade(hand_ins: Path, *options: str, root: Path = ROOT) -> Run:
    """Grades a class with a command of its own, that of the checkout at `root`."""
    with scratch() as out:
        command = [sys.executable, "-m", "autograder", "grade", str(hand_ins), "-o", str(out / "graded")]
        start = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--json", *options], cwd=root, stdout=subprocess.PIPE, text=True
        )
        moments, memory, files = [], [], []
        assert process.stdout is not None
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "graded":
                moments.append(time.perf_counter() - start)
                if len(moments) % BLOCK == 0:
                    used = _used(process.pid)
                    memory.append(used[0])
                    files.append(used[1])
                    print(f"{len(moments)} graded, {memory[-1] >> 20} MiB", file=sys.stderr, flush=True)
        assert process.wait() == 0
        return Run(time.perf_counter() - start, moments, memory, files)


def _corpus(folder: Path, number: int) -> Path:
    """The corpus of mistakes, again and again under new names."""
    sources = sorted(WRONG.iterdir())
    for n in range(number):
        shutil.copytree(sources[n % len(sources)], folder / f"{n:05}")
    return folder


def _used(pid: int) -> tuple[int, int]:
    grader = psutil.Process(pid)
    processes = {process.pid: process for process in [grader, *grader.children(recursive=True)]}
    memory = files = 0
    for process in processes.values():
        # what a sandbox's parent has forked lives for one hand-in
        with suppress(psutil.NoSuchProcess), process.oneshot():
            parent = processes.get(process.ppid())
            if parent is None or "zygote" not in " ".join(parent.cmdline()):
                memory += process.memory_info().rss
                files += process.num_fds()
    return memory, files


def fresh_pytest(rounds: int, devices: tuple[str, ...]) -> Iterator[Row]:
    """Submissions per second against a new pytest for each of them, with the same checks."""
    with scratch() as folder:
        small = make_class(folder / "class", len(hand_ins()))
        whole = make_class(folder / "whole", CLASS)

        def pytests() -> float:
            return seconds_of(lambda: [_pytest(path, devices) for path in sorted(small.iterdir())]) / len(
                hand_ins()
            )

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
        str(SUITES),
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
            return seconds_of(lambda: [_otter(n / NAME, zip_file) for n in few]) / len(few)

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


def start_up(rounds: int, devices: tuple[str, ...]) -> Iterator[Row]:
    """From a command to the first report, over torch's import; with CUDA, that is where its start shows."""
    device = "cuda" if "cuda" in devices else "cpu"
    right = next(each for each in hand_ins() if each.name == "solutions")
    platform = [sys.executable, "-m", "autograder.start", "autograder.platforms.gradescope"]

    def imported() -> float:
        return seconds_of(lambda: subprocess.run([sys.executable, "-c", "import torch"], check=True))

    with scratch() as folder:
        right.write_files(folder / "class" / "one")
        right.write_files(folder / "upload" / "submission")

        def by_command() -> float:
            return grade(folder / "class", "--device", device).moments[0]

        def by_platform() -> float:
            run = [*platform, str(folder / "upload")]
            return seconds_of(lambda: subprocess.run(run, cwd=ROOT, stdout=subprocess.DEVNULL, check=True))

        for name, first in (("autograder grade", by_command), ("on Gradescope", by_platform)):
            what = f"first report, one hand-in ({name}, {', '.join(devices)}) / import torch"
            yield Row(what, *in_turn(rounds, first, imported, name), AT_MOST, 2.0)


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
