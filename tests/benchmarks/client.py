"""What a class's client takes for a hand-in where nobody waits for grading: to read it, to give it out, to write.

    autograder grade CLASS -o graded --workers 1
    python -m tests.benchmarks.client CLASS graded --hand-ins 2000

The hand-ins are those of the class, again and again, and each comes back at once with the report that it got there.
So what is measured is the rate at which the client is what all others wait for. In everything else it is the client
of `autograder grade`, and writes to the disk on which the folder of reports is.
"""

from __future__ import annotations

import argparse
import pickle
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.classes.batch import ClassReports, _Class
from autograder.classes.decided import Decided
from autograder.classes.options import GradingOptions
from autograder.classes.workers import Graders, GradingJob, GradingResult, Settings
from autograder.course import COURSE
from autograder.report.reading import read_report, row
from autograder.report.rendered import ENDINGS, REPORT
from autograder.submissions.downloads import ClassSubmission, classes_of
from autograder.submissions.downloads.exported import Exported

SETTINGS = Settings(COURSE, ("cpu",), 1, 10.0, 4096)
WIDTH = 64  # hand-ins that are out


class Ready(Graders):
    """Has graded everything before; what would go to another process and come from it is pickled as for one."""

    def __init__(self, known: Mapping[str, bytes]) -> None:
        self._known = known

    def width(self) -> int:
        """As many as on a cluster of some size."""
        return WIDTH

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Gives the report of the hand-in that this one is a copy of."""
        job: GradingJob = args[0]
        pickle.dumps((fn, job))
        future: Future[Any] = Future()
        future.set_result(pickle.loads(self._known[job.name.partition("-")[2]]))
        return future


class Client(_Class):
    """A run without the files of the class, which come once at its end."""

    def _write_class(self, *_: object) -> list[str]:
        return []


def graded(folder: Path, student: str) -> GradingResult:
    """What a worker gave for a hand-in that was graded into a folder."""
    report = read_report(folder / f"{student}{REPORT}")
    assert report is not None, f"{folder} has no report on {student}"
    files = {ending: (folder / f"{student}{ending}").read_bytes() for ending in ENDINGS}
    return GradingResult(report.earned, report.seconds, report.problem, row(report), files)


def measure(class_: Sequence[ClassSubmission], reports: Path, hand_ins: int) -> tuple[float, float]:
    """Seconds for each hand-in, on the clock and of the client's own process."""
    known = {each.student: pickle.dumps(graded(reports, each.student)) for each in class_}
    copies = [class_[n % len(class_)] for n in range(hand_ins)]
    copies = [replace(each, student=f"{n:06}-{each.student}") for n, each in enumerate(copies)]
    out = Path(tempfile.mkdtemp(prefix=".client-", dir=reports))
    try:
        client = Client(copies, GradingOptions(SETTINGS), out, lambda event: None, Exported(), Decided())
        begin, cpu = time.perf_counter(), time.process_time()
        done: ClassReports = client.grade(Ready(known))
        seconds, spent = time.perf_counter() - begin, time.process_time() - cpu
        assert not done.broken
        assert len(list(out.iterdir())) == len(ENDINGS) * hand_ins
    finally:
        shutil.rmtree(out)
    return seconds / hand_ins, spent / hand_ins


def main() -> int:
    """Prints what was measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("hand_ins_of", type=Path, metavar="CLASS")
    parser.add_argument("reports", type=Path, metavar="GRADED", help="what the command made of it")
    parser.add_argument("--hand-ins", type=int, default=2000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        modules = [exercise.module for exercise in COURSE.exercises]
        class_ = classes_of([options.hand_ins_of], modules, None, Path(scratch))
        seconds, cpu = measure(class_, options.reports, options.hand_ins)
    print(f"the client takes {seconds * 1e3:.1f} ms for a hand-in ({cpu * 1e3:.1f} ms of processor time)")
    return 0


if __name__ == "__main__":
    main()
