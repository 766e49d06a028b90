"""Graders at work: the function that any executor can run, and executors on this machine.

    with ProcessPool(4) as executor:
        future = executor.submit(grade_one, job)

`grade_one` is a plain function of plain data, so that other executors with the semantics of
`concurrent.futures` can run it on other machines. A process that runs it keeps one grader warm.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from multiprocessing import connection, get_context, parent_process
from multiprocessing.util import Finalize
from typing import Any

from autograder.grading.collecting import SuiteError
from autograder.grading.grade import Grader
from autograder.grading.sandboxed import TimeLimits
from autograder.report.faults import Faults, fault
from autograder.report.marking import Circumstances, marked
from autograder.report.model import Report
from autograder.report.reading import Row, row
from autograder.report.rendered import rendered
from autograder.sandbox import forkserver
from autograder.sandbox.confine import Limits
from autograder.sandbox.handle import SandboxError
from autograder.submissions.submission import Submission
from exercises.feedback.course import Course

# the problem of a hand-in at which the grader failed; why is for the instructor, since it may tell of hidden inputs
FAILED = "could not be graded: the autograder itself failed at it, which says nothing about the work"
TIDY_SECONDS = 30.0  # seconds for a worker process to end in order once its parent is gone


@dataclass(frozen=True)
class Settings:
    """How a class is graded, and in which course. `timeout` in seconds for a call, `memory` in MiB."""

    course: Course
    devices: tuple[str, ...]
    seed: int
    timeout: float
    memory: int
    sandbox: str | None = None

    def grader(self) -> Grader:
        """A grader with these settings."""
        return Grader(
            self.course,
            devices=self.devices,
            seed=self.seed,
            time_limits=replace(TimeLimits(), call=self.timeout),
            limits=replace(Limits(), memory=self.memory << 20),
            sandbox=self.sandbox,
        )

    def options(self) -> dict[str, Any]:
        """Those that can change a report and have no field of their own in it."""
        return {"timeout": self.timeout, "memory": self.memory}


@dataclass(frozen=True)
class ReportDetails:
    """What a report says besides what grading came to: notes on how the hand-in was found, and what it rests on.

    `show_calls` lets students see hidden calls, and `circumstances` make a grade of points. The others are fields of
    `Provenance`.
    """

    notes: tuple[str, ...] = ()
    circumstances: Circumstances = field(default_factory=Circumstances)
    show_calls: bool = False
    code: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""

    def added_to(self, report: Report, broken: bool) -> Report:
        """The report with them; where the grader failed it gets no key, and the next run tries again."""
        key = "" if broken else self.key
        made = replace(report.provenance, code=self.code, options=dict(self.options), key=key)
        return marked(
            replace(report, notes=(*self.notes, *report.notes), provenance=made), self.circumstances
        )


@dataclass(frozen=True)
class GradingJob:
    """One hand-in to grade under a name, with the details that its report shall have.

    One that cannot be graded has a `problem` and no submission, and is `broken` if that is the grader's fault; so has
    one that is not there, and then `handed_in` is false.
    `again` where a worker died with it before: it should share its next one with no other.
    """

    name: str
    settings: Settings
    submission: Submission | None = None
    problem: str = ""
    handed_in: bool = True
    broken: bool = False
    again: bool = False
    details: ReportDetails = field(default_factory=ReportDetails)


@dataclass(frozen=True)
class GradingResult:
    """What a job came to, ready to be written; `broken` where the grader failed, and not the hand-in.

    `row` is the report as tables need it, None where the grader failed at that; `files` are as `rendered` made them.
    `spent` has the seconds by `clock.PHASES`. `faults` has what the grader failed at, as words that follow the
    hand-in's name and why; for the instructor alone.
    """

    earned: float
    seconds: float
    problem: str
    row: Row | None
    files: Mapping[str, bytes]
    broken: bool = False
    spent: Mapping[str, float] = field(default_factory=dict)
    faults: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class _Graded:
    report: Report
    broken: bool = False
    spent: Mapping[str, float] = field(default_factory=dict)
    faults: Sequence[tuple[str, str]] = ()


_warm: dict[Settings, Grader] = {}  # at most one


def grade_one(job: GradingJob) -> GradingResult:
    """Grades one hand-in with this process's warm grader, and makes the files of its report.

    Raises:
        SuiteError, SandboxError: if there cannot be a grader at all.
    """
    graded = _graded(job)
    begin = time.perf_counter()
    faults = Faults()
    report = job.details.added_to(graded.report, graded.broken)
    files = rendered(report, job.details.show_calls, faults)
    in_tables = None
    with faults.kept_to(" in all tables"):
        in_tables = row(report)
    seconds = time.perf_counter() - begin
    return GradingResult(
        report.earned,
        report.seconds,
        report.problem,
        in_tables,
        files,
        graded.broken,
        {**graded.spent, "compare": graded.spent.get("compare", 0.0) + seconds},
        [*graded.faults, *faults.found],
    )


def _graded(job: GradingJob) -> _Graded:
    begin = time.perf_counter()
    grader = _grader(job.settings)
    start = time.perf_counter() - begin
    if job.submission is None:
        return _Graded(grader.unreadable(job.name, job.problem, job.handed_in), job.broken)
    try:
        report = grader.grade(job.submission).named(job.name)
        seconds = grader.clock.seconds
        return _Graded(
            report, spent=seconds | {"start": seconds["start"] + start}, faults=grader.faults.found
        )
    except (SuiteError, SandboxError) as error:  # it must not cost the others their grades
        return _Graded(grader.unreadable(job.name, f"could not be graded: {error}"), broken=True)
    except Exception as error:
        report = grader.unreadable(job.name, FAILED)
        close()  # the next one gets a grader at which nothing has failed
        return _Graded(report, broken=True, faults=[("", fault(error))])


def unconfined(settings: Settings) -> tuple[str, ...]:
    """The layers of confinement that the machine of this process does not give."""
    return _grader(settings).unconfined()


def _grader(settings: Settings) -> Grader:
    if settings not in _warm:
        close()
        _warm[settings] = settings.grader()
    return _warm[settings]


def close() -> None:
    """Ends this process's warm grader, if there is one."""
    while _warm:
        _warm.popitem()[1].close()


class Graders(Executor):
    """An executor that knows how many orders it can run at a time, which may change."""

    def width(self) -> int:
        """How many, as things are now."""
        return 1


class InProcess(Graders):
    """Runs everything at once in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Gives a future that is already done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends the warm grader."""
        close()


class ProcessPool(Graders):
    """Worker processes, each with a pool of its own: one that dies takes no other's work with it.

    What it had been given fails with a `BrokenProcessPool`, and a new process takes its place.
    """

    def __init__(self, workers: int) -> None:
        # not "fork": torch's threads would not survive it
        self._context = get_context("spawn")
        self._mine = threading.local()
        self._pools: set[ProcessPoolExecutor] = set()
        self._threads = ThreadPoolExecutor(workers)
        self._workers = workers
        self._orders = forkserver.to_share()

    def width(self) -> int:
        """The number of processes."""
        return self._workers

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queues a call for the next free process."""
        return self._threads.submit(self._run, fn, *args, **kwargs)

    def _run(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        pool: ProcessPoolExecutor | None = getattr(self._mine, "pool", None)
        if pool is None:
            pool = self._mine.pool = ProcessPoolExecutor(
                1, self._context, initializer=_begin, initargs=(self._orders,)
            )
            self._pools.add(pool)
        try:
            return pool.submit(_call, fn, *args, **kwargs).result()
        except BrokenProcessPool:
            self._mine.pool = None
            self._pools.discard(pool)
            pool.shutdown()
            raise

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self.stop()
        self.shutdown()

    def stop(self) -> None:
        """Ends the processes with what they run; they leave nothing behind."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in [p for pool in list(self._pools) for p in (pool._processes or {}).values()]:
            process.terminate()  # see `_begin`

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends the processes, once they are done with what they run."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        for pool in list(self._pools):
            pool.shutdown(wait, cancel_futures=cancel_futures)
        if self._orders is not None:
            self._orders.close()


def _begin(orders: socket.socket | None) -> None:
    """What a worker process does first; all of them share a fork server."""
    if orders is not None:
        forkserver.adopt(orders)
    # a Ctrl-C reaches the whole foreground; the parent alone decides what it means
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    Finalize(None, close, exitpriority=1)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _end(*_: object) -> None:
    """Ends the hand-in that runs, and leaves the sandbox to be tidied up."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not stop the tidying up
    sys.exit(1)


def _call(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Runs a call in a worker process; one that is told to end meanwhile ends."""
    try:
        return fn(*args, **kwargs)
    except SystemExit:  # the pool would hand it on like any error, and wait for the next call
        close()
        os._exit(1)


def _follow_parent() -> None:
    """Ends this process when its parent is gone, killed ones included: nobody would read what it finds."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        # Dask kills a worker that needs more than seconds to end, maybe while this process tidies up
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(TIDY_SECONDS)
        os._exit(1)  # the sandbox's parent sees it and ends its worker; the next run removes the folder
