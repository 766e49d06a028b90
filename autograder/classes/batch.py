"""Grades a class: several hand-ins at a time, one report after the other, and only what is not done yet.

This process alone writes files. A report is whole or not there, so that whatever is killed at any moment,
the same command goes on where it was. A report is taken as it is if it carries the key that it would get
now: a hash over the hand-in as read, the suites, the grader, torch, seed, devices and options.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from autograder.classes.class_list import CLASS, write_class_list
from autograder.classes.decided import Decided, set_aside
from autograder.classes.dispatch import results
from autograder.classes.lms import write_imports
from autograder.classes.lookalike import compare
from autograder.classes.options import BatchError, GradingOptions
from autograder.classes.profile import PAGE, TABLE, write_profile
from autograder.classes.versions import code_digest
from autograder.classes.workers import (
    FAILED,
    Graders,
    GradingJob,
    GradingResult,
    InProcess,
    ProcessPool,
    ReportDetails,
    unconfined,
)
from autograder.report.canvas import CANVAS
from autograder.report.class_statistics import Compared
from autograder.report.faults import Faults, ends_the_run, fault
from autograder.report.files import sweep_unfinished
from autograder.report.grades import GRADES, Person, write_grades
from autograder.report.marking import Circumstances, marked
from autograder.report.model import NOT_HANDED_IN, Report
from autograder.report.moodle import MOODLE
from autograder.report.pages.dashboard import DASHBOARD, write_dashboard
from autograder.report.pages.students import Records
from autograder.report.reading import DamagedReport, Reports, Row, read_report, row
from autograder.report.rendered import ENDINGS, rendered
from autograder.report.terminal.progress import Event, Tell
from autograder.report.text import first_of
from autograder.report.writing import Writer
from autograder.sandbox.clock import PHASES, Clock
from autograder.sandbox.confine import LAYERS
from autograder.sandbox.lock import lock
from autograder.sandbox.private_folder import sweep
from autograder.submissions.downloads import ClassSubmission
from autograder.submissions.downloads.exported import Exported
from autograder.submissions.submission import SubmissionError, read_ahead, read_submission


@dataclass(frozen=True)
class ClassReports:
    """What came of a class: rows in the order of the hand-ins, and the reports in their files.

    `broken` where a hand-in could not be graded and that was not its own fault; `before` counts the reports
    of earlier runs; `notes` is about the files of the class.
    """

    rows: Sequence[tuple[str, Row]]
    reports: Reports
    broken: bool
    before: int
    notes: Sequence[str] = ()


def grade_class(
    submissions: Sequence[ClassSubmission],
    options: GradingOptions,
    out: Path,
    tell: Tell,
    workers: int = 1,
    scheduler: str = "",
    known: Exported | None = None,
    decided: Decided | None = None,
) -> ClassReports:
    """Grades hand-ins, and writes their reports and the files of the class into a folder.

    Args:
        submissions: of the class, one for each student.
        options: how to grade.
        out: the folder for the reports.
        tell: is told what happens.
        workers: processes of this machine; one grades in this process.
        scheduler: the address of a Dask cluster, whose workers grade instead.
        known: about the assignment in an LMS.
        decided: what makes grades of points.

    Raises:
        BatchError: if another grader writes into the folder, or the class cannot be graded with these options, or
            the machine stops it, as a full disk does.
        SuiteError, SandboxError: if no grader can be started.
        KeyboardInterrupt: after a Ctrl-C, with how many are done.
    """
    total = len(submissions)
    with _only_writer(out), _graders(options, min(workers, total), scheduler, tell, total) as graders:
        class_ = _Class(submissions, options, out, tell, known or Exported(), decided or Decided())
        try:
            return class_.grade(graders)
        except KeyboardInterrupt:
            command = "the same command" + (" without --force" if options.force else "")
            told = f"{class_.done} of {total} hand-ins are done, and {command} goes on from there"
            raise KeyboardInterrupt(f"stopped: {told}") from None
        except OSError as error:
            if not ends_the_run(error):
                raise
            told = f"{error.strerror}; {class_.done} of {total} hand-ins are done"
            raise BatchError(f"-o {out}: {told}, and the same command goes on from there") from error
        finally:
            sweep()


@contextlib.contextmanager
def _graders(
    options: GradingOptions, workers: int, scheduler: str, tell: Tell, total: int
) -> Iterator[Graders]:
    if scheduler:
        with _cluster(scheduler, options, lambda text: tell(Event("notice", total, text=text))) as graders:
            yield graders
        return
    with ProcessPool(workers) if workers > 1 else InProcess() as graders:
        if options.require_confinement:
            layers = graders.submit(unconfined, options.settings).result()
            if layers:
                lacks = "; ".join(f"no {layer}: {LAYERS[layer]}" for layer in layers)
                raise BatchError(f"--require-confinement: this machine cannot confine hand-ins ({lacks})")
        yield graders


def _cluster(scheduler: str, options: GradingOptions, notice: Callable[[str], None]) -> Graders:
    try:
        from autograder.classes.cluster.client import Cluster
    except ModuleNotFoundError as error:
        raise BatchError(f"--scheduler needs {error.name}: pip install '.[cluster]'") from error
    return Cluster(scheduler, options, notice)


@contextlib.contextmanager
def _only_writer(out: Path) -> Iterator[None]:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BatchError(f"-o {out}: no folder can be made there ({error.strerror})") from error
    held: int | None = None
    try:
        held = lock(out)
        if held is None:
            raise BatchError(f"-o {out}: another autograder is writing there; wait for it or give a folder")
        sweep_unfinished(out)
    except OSError:
        pass  # a file system without locks: then no two should be started
    try:
        yield
    finally:
        if held is not None:
            os.close(held)


class _Class:
    """One run over a class."""

    def __init__(
        self,
        submissions: Sequence[ClassSubmission],
        options: GradingOptions,
        out: Path,
        tell: Tell,
        known: Exported,
        decided: Decided,
    ) -> None:
        self._submissions = {each.student: each for each in submissions}
        self._options, self._out, self._tell, self._exported = options, out, tell, known
        self._modules = [e.module for e in options.settings.course.exercises]
        self._decided = decided
        self._rows: dict[str, Row] = {}
        self._before = 0
        self._damaged: list[str] = []
        self._faults = Faults()
        self._clock = Clock()
        self._read: dict[str, float] = {}  # seconds, of those that are being graded
        self._spent: dict[str, Mapping[str, float]] = {}

    @property
    def done(self) -> int:
        """How many have a report."""
        return len(self._rows)

    def grade(self, executor: Graders) -> ClassReports:
        broken = False
        with _lost_interrupts() as lost, Writer(self._out, self._faults) as writer:
            for name, graded in results(self._jobs(writer), executor, executor.width, self._started):
                broken |= graded.broken
                for entry, why in graded.faults:
                    self._faults.add(f"{name}{entry}", why)
                writer.put(name, graded.files, partial(self._written, name, graded))
                if lost:
                    raise KeyboardInterrupt
        rows = [(name, self._rows[name]) for name in self._submissions if name in self._rows]
        reports = Reports(self._out, tuple(self._submissions))
        notes = [*self._write_class(rows, reports), *self._faults.notes]
        self._tell(Event("finished", len(self._submissions)))
        return ClassReports(rows, reports, broken or bool(self._faults.notes), self._before, notes)

    def _write_class(self, rows: Sequence[tuple[str, Row]], reports: Reports) -> list[str]:
        """Writes the files of the class, each by itself; gives what the instructor has to know of them."""
        out, faults = self._out, self._faults
        notes = first_of(self._damaged, "{} more reports were not as they were written")
        notes += first_of(self._remarks(rows), "{} more remarks on what was decided")
        policy = self._decided.policy
        aside = set_aside(self._submissions, self._rows, policy)
        people = {name: _person(each, aside.get(name, "")) for name, each in self._submissions.items()}
        with faults.kept_to(GRADES, out / GRADES):
            write_grades(out / GRADES, rows, people, faults)
        with faults.kept_to(CLASS, out / CLASS):
            worksheet = self._exported.worksheet is not None
            write_class_list(out / CLASS, self._submissions.values(), worksheet, aside)
        with faults.kept_to(f"{CANVAS} and {MOODLE}", out / CANVAS, out / MOODLE):
            notes += write_imports(out, self._submissions, rows, self._exported, policy, aside, faults)
        compared = Compared(remark="Not compared: the grader failed at it")
        with faults.kept_to("look-alikes"):
            compared = compare(self._submissions.values())
        with faults.kept_to(DASHBOARD, out / DASHBOARD):
            known = Records(people, self._decided.decisions, self._options.anonymous)
            remarks = write_dashboard(out, reports, compared, faults, known)
            notes += [f"{DASHBOARD}: {remark}" for remark in remarks]
        if self._options.profile:
            with faults.kept_to(f"{TABLE} and {PAGE}", out / TABLE, out / PAGE):
                notes += [f"{PAGE}: {remark}" for remark in write_profile(out, self._spent, faults)]
        return notes

    def _remarks(self, rows: Sequence[tuple[str, Row]]) -> list[str]:
        """What the instructor should look at, of what was decided or could not be by the policy."""
        return [f"{name}: {remark}" for name, row in rows for remark in row.counting.remarks]

    def _jobs(self, writer: Writer) -> Iterator[GradingJob]:
        """What is not done yet, read when its turn comes; what is done gets a new mark where that has changed."""
        entries = list(self._submissions.items())
        paths = [entry.path for _, entry in entries[1:]]
        for (name, entry), following in zip(entries, [*paths, None], strict=True):
            job = GradingJob(name, self._options.settings, handed_in=entry.path is not None)
            self._clock.reset()
            try:
                if entry.path is None:
                    raise SubmissionError(entry.doubt or NOT_HANDED_IN)
                with self._clock.phase("read"):
                    submission = read_submission(entry.path, self._modules)
                job, key = replace(job, submission=submission), self._options.key(submission, entry.notes)
            except SubmissionError as error:
                job, key = replace(job, problem=str(error)), self._options.key(error, entry.notes)
            except Exception as error:
                if ends_the_run(error):
                    raise
                key = self._options.key(SubmissionError(FAILED), entry.notes)
                job = replace(job, problem=FAILED, broken=True)
                self._faults.add(name, fault(error))
            if following is not None:
                read_ahead(following, self._modules)
            earlier = self._earlier(name)
            circumstances = self._decided.circumstances(entry, earlier)
            known = earlier if not self._options.force and self._is_good(name, earlier, key) else None
            if known is not None:
                self._before += 1
                self._take(writer, known, marked(known, circumstances))
            else:
                self._read[name] = self._clock.seconds["read"]
                yield replace(job, details=self._details(entry, key, circumstances))

    def _earlier(self, name: str) -> Report | None:
        """The report of an earlier run, if there is one."""
        try:
            return read_report(self._out / f"{name}.json")
        except DamagedReport as error:
            self._damaged.append(f"{name}.json {error}: graded again")
            return None

    def _is_good(self, name: str, report: Report | None, key: str) -> bool:
        """Whether a report is what this run would come to, but for its mark."""
        if report is None or report.provenance.key != key:
            return False
        return all((self._out / f"{name}{ending}").is_file() for ending in ENDINGS)

    def _take(self, writer: Writer, known: Report, now: Report) -> None:
        """Takes over a report of an earlier run; one with another mark is written anew, and not graded anew."""
        name = known.student
        with self._faults.kept_to(f"{name} in all tables"):
            self._rows[name] = row(now)

        def told(_: float = 0.0) -> None:
            self._tell_of(name, now, cached=True)

        if now.mark == known.mark:
            told()
            return
        faults = Faults()
        writer.put(name, rendered(now, self._options.show_calls, faults), told)
        for entry, why in faults.found:
            self._faults.add(f"{name}{entry}", why)

    def _started(self, name: str) -> None:
        self._tell(Event("started", len(self._submissions), name))

    def _details(self, entry: ClassSubmission, key: str, circumstances: Circumstances) -> ReportDetails:
        options = self._options
        return ReportDetails(
            entry.notes, circumstances, options.show_calls, code_digest(), options.options, key
        )

    def _written(self, name: str, graded: GradingResult, seconds: float) -> None:
        """What is to be done once a report is safe; the writer's thread does it."""
        read = self._read.pop(name)
        if self._options.profile:
            self._spent[name] = _together(graded.spent, {"read": read, "report": seconds})
        if graded.row is not None:
            self._rows[name] = graded.row
        self._tell_of(name, graded)

    def _tell_of(self, name: str, report: Report | GradingResult, cached: bool = False) -> None:
        total = len(self._submissions)
        if report.problem:
            self._tell(Event("failed", total, name, cached=cached, problem=report.problem))
        else:
            self._tell(Event("graded", total, name, report.earned, report.seconds, cached))


@contextlib.contextmanager
def _lost_interrupts() -> Iterator[list[object]]:
    """Collects each Ctrl-C that comes while a destructor runs, since Python goes on after one of those."""
    lost: list[object] = []
    before = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        if unraisable.exc_type is KeyboardInterrupt:
            lost.append(unraisable.exc_type)
        else:
            before(unraisable)

    sys.unraisablehook = hook
    try:
        yield lost
    finally:
        sys.unraisablehook = before


def _person(each: ClassSubmission, aside: str) -> Person:
    number = next((each.ids[kind] for kind in ("canvas_id", "moodle_id", "sid") if kind in each.ids), "")
    login, email = each.ids.get("login", each.login), each.ids.get("email", "")
    # a time says more than the platform's mark
    return Person(number, login, email, each.doubt, aside, each.late and each.submitted is None)


def _together(*spent: Mapping[str, float]) -> dict[str, float]:
    return {phase: sum(each.get(phase, 0.0) for each in spent) for phase in PHASES}
