"""Jobs to an executor and results back, as they come; what a hand-in takes along costs no other its grade."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import replace
from queue import Empty, SimpleQueue

from autograder.classes.options import BatchError
from autograder.classes.workers import GradingJob, GradingResult, grade_one

TRIES = 2  # times that a hand-in may take its worker along
POLL_SECONDS = 1.0  # seconds after which the number of graders is asked anew


def results(
    jobs: Iterator[GradingJob], executor: Executor, width: Callable[[], int], started: Callable[[str], None]
) -> Iterator[tuple[str, GradingResult]]:
    """What comes of each job, as it comes; at most `width()` are out at a time, asked anew again and again.

    A job whose worker dies is given to another once more; one that takes two along becomes a report that
    says so.

    Raises:
        BatchError: if workers die without a hand-in.
    """
    running: dict[Future[GradingResult], tuple[GradingJob, int]] = {}
    ended: SimpleQueue[Future[GradingResult]] = SimpleQueue()  # to look through thousands that run takes long

    def give(job: GradingJob, tries: int) -> None:
        future = executor.submit(grade_one, job)
        running[future] = (job, tries)
        future.add_done_callback(ended.put)

    more = True
    while more or running:
        while more and len(running) < max(width(), 1):
            job = next(jobs, None)
            if job is None:
                more = False
            else:
                started(job.name)
                give(job, 1)
        try:
            future = ended.get(timeout=POLL_SECONDS)
        except Empty:
            continue
        job, tries = running.pop(future)
        try:
            yield job.name, future.result()
        except BrokenExecutor as error:
            if tries < TRIES:
                give(replace(job, again=True), tries + 1)
            elif job.submission is not None:
                problem = f"could not be graded: {TRIES} grader processes died of it"
                give(replace(job, submission=None, problem=problem, broken=True), 1)
            else:
                raise BatchError(f"graders die as soon as they start: {error}") from error
