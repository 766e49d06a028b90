"""`grade(submission) -> Report`: the way of a hand-in through sandbox and suites, in one place."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Sequence
from typing import Self

import torch

from autograder import __version__
from autograder.grading.judge import CaseResult, Judge, RubricLine
from autograder.grading.pictures import drawable, pictures, visualizer
from autograder.grading.sandboxed import SandboxedSubmission, TimeLimits
from autograder.paths import VOCABULARY
from autograder.report.faults import Faults
from autograder.report.model import ExerciseReport, Finding, Line, Picture, Provenance, Report
from autograder.sandbox.clock import Clock
from autograder.sandbox.confine import Limits, missing
from autograder.sandbox.host import Sandbox, usable_cuda
from autograder.submissions.submission import Submission
from exercises.feedback.catalogue import Exercise, earlier
from exercises.feedback.course import Course
from exercises.feedback.kinds import UNWRITTEN, FailureKind

DEFAULT_SEED = 20261122
SHOWN_FINDINGS = 3  # per rubric line


class DeviceError(Exception):
    """The device asked for is not there."""


def choose_devices(wanted: str) -> tuple[str, ...]:
    """The devices that checks run on, for "cpu", "cuda" or "auto".

    Raises:
        DeviceError: if "cuda" is wanted and there is none.
    """
    if wanted == "cpu":
        return ("cpu",)
    if usable_cuda():
        return ("cpu", "cuda")
    if wanted == "cuda":
        raise DeviceError(
            "--device cuda: torch finds no usable GPU on this machine; use --device cpu or auto"
        )
    return ("cpu",)


class Grader:
    """A sandbox and the collected suites, ready for one submission after another.

    Args:
        course: what is graded.
        devices: see `choose_devices`.
        seed: of the release: hidden inputs depend on it alone.
        time_limits: how long to wait.
        limits: what a worker may use.
        sandbox: "fork" or "subprocess"; what the system can do unless told.
    """

    def __init__(
        self,
        course: Course,
        devices: Sequence[str] = ("cpu",),
        seed: int = DEFAULT_SEED,
        time_limits: TimeLimits | None = None,
        limits: Limits | None = None,
        sandbox: str | None = None,
    ) -> None:
        # references are small, and more threads would fight the worker for the cores
        torch.set_num_threads(1)
        self.course = course
        self.catalogue = course.exercises
        self.devices = tuple(devices)
        self.seed = seed
        self.time_limits = time_limits or TimeLimits()
        self.clock = Clock()
        self.faults = Faults()
        self._sandbox = Sandbox(
            course.operators, limits, cuda="cuda" in self.devices, kind=sandbox, clock=self.clock
        )
        for exercise in self.catalogue:
            self._sandbox.warm_up(exercise.forbids)
        try:
            self._judge = Judge(course, self.devices, seed)
        except BaseException:
            self._sandbox.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the sandbox and the judge."""
        self._sandbox.close()

    @property
    def lines(self) -> tuple[RubricLine, ...]:
        """The rubric."""
        return self._judge.lines

    def unconfined(self) -> tuple[str, ...]:
        """The layers of confinement that this machine does not give."""
        try:
            return missing(self._sandbox.worker().confined)
        finally:
            self._sandbox.end_workers()

    def grade(self, submission: Submission) -> Report:
        """Grades one submission; `clock` then tells where the time went, and `faults` what could not be drawn."""
        self.clock.reset()
        self.faults = Faults()
        sandboxed = SandboxedSubmission(self._sandbox, submission, self.course, self.time_limits)
        with self.clock.phase("compare"):
            try:
                results = self._judge.examine(sandboxed)
                printed = sandboxed.keep_printed()
            finally:  # no worker is there any more when the next hand-in comes
                self._sandbox.end_workers()
            return self._report(submission, sandboxed, results, printed)

    def _report(
        self,
        submission: Submission,
        sandboxed: SandboxedSubmission,
        results: Sequence[CaseResult],
        printed: str,
    ) -> Report:
        parts = tuple(self._exercise(e, results, sandboxed) for e in self.catalogue)
        return Report(
            student=submission.student,
            points=sum(e.points for e in parts if not e.extra),
            earned=_rounded(sum(e.counted for e in parts)),
            exercises=parts,
            notes=(*submission.notes, *self._notes(sandboxed)),
            printed=printed,
            seconds=round(sandboxed.seconds, 3),
            provenance=self._provenance(submission.digest, sandboxed.confined),
            unusual=sandboxed.unusual,
        )

    def unreadable(self, student: str, problem: str, handed_in: bool = True) -> Report:
        """The report on a hand-in that could not be read, or that is not there: 0 points, and why."""
        parts = tuple(self._exercise(e, [], None) for e in self.catalogue)
        points = sum(e.points for e in parts if not e.extra)
        made = self._provenance("", {})
        return Report(student, points, 0.0, parts, (), "", 0.0, made, problem, handed_in=handed_in)

    def _notes(self, sandboxed: SandboxedSubmission) -> list[str]:
        notes = sandboxed.left_out
        if "cuda" not in self.devices:
            notes.append("CUDA: not checked, no GPU was used; devices were checked on a pretended GPU")
        if sandboxed.undecided:
            notes.append(
                f"device check not decided in {len(sandboxed.undecided)} case(s): {sandboxed.undecided[0]}"
            )
        return notes

    def _exercise(
        self, exercise: Exercise, results: Sequence[CaseResult], sandboxed: SandboxedSubmission | None
    ) -> ExerciseReport:
        mine = [r for r in results if r.module == exercise.module]
        rubric = [line for line in self._judge.lines if line.module == exercise.module]
        drawn = next((r for line in rubric for r in _shown(line, mine) if drawable(r.failure)), None)
        shown = [
            _line(self.course, line, [r for r in mine if r.line == line.name], drawn, self.faults)
            for line in rubric
        ]
        carried = any(r.carried for r in mine)
        before = earlier(exercise.module, self.catalogue)
        wrong = {r.module for r in results if r.failure}
        written = any(r.failure is None or r.failure.kind not in UNWRITTEN for r in mine)
        return ExerciseReport(
            name=exercise.name,
            module=exercise.module,
            title=exercise.title,
            points=float(exercise.points),
            earned=_rounded(sum(line.earned for line in shown)),
            carried_from=tuple(e.name for e in before if carried and e.module in wrong),
            lines=tuple(shown),
            extra=exercise.extra,
            left_alone=exercise.extra and not written,
            measured=sandboxed.measured.get(exercise.module, ()) if sandboxed else (),
        )

    def _provenance(self, digest: str, confined: dict[str, str]) -> Provenance:
        return Provenance(
            autograder=__version__,
            suites=suites_digest(self.course),
            seed=self.seed,
            torch=str(torch.__version__),
            python=platform.python_version(),
            submission=digest,
            devices=self.devices,
            confinement=dict(confined),
            unconfined=missing(confined) if confined else (),
        )


def _shown(line: RubricLine, results: Sequence[CaseResult]) -> list[CaseResult]:
    """The failed cases of a line that the report tells of, those first that say something."""
    failed = [
        (r.failure.kind == FailureKind.UNDECIDED, r) for r in results if r.line == line.name and r.failure
    ]
    return [r for _, r in sorted(failed, key=lambda each: each[0])][:SHOWN_FINDINGS]


def _line(
    course: Course,
    line: RubricLine,
    results: Sequence[CaseResult],
    drawn: CaseResult | None,
    faults: Faults,
) -> Line:
    passed = sum(r.failure is None for r in results)
    return Line(
        name=line.name,
        sentence=line.sentence,
        category=line.category,
        points=float(line.points),
        earned=line.points * passed / line.cases,
        cases=line.cases,
        passed=passed,
        carried=sum(r.carried for r in results),
        followed=sum(r.followed for r in results),
        apart=sum(r.apart for r in results),
        findings=tuple(_finding(course, r, r is drawn, faults) for r in _shown(line, results)),
    )


def _finding(course: Course, result: CaseResult, draw: bool, faults: Faults) -> Finding:
    failure = result.failure
    assert failure is not None
    address = ""
    drawn: tuple[Picture, ...] = ()
    with faults.kept_to(f", the pictures of {result.module}"):
        address = visualizer(course, failure)
        drawn = pictures(failure) if draw else ()
    return Finding(
        case=result.case,
        device=result.device,
        kind=failure.kind,
        headline=failure.headline,
        diagnosis=failure.diagnosis,
        explanation=failure.explanation,
        section=failure.section,
        where=tuple(f"{name}, line {line}: {text}" for name, line, text in failure.trace),
        call=failure.call_text,
        expected=failure.expected,
        got=failure.got,
        place=failure.where,
        visualizer=address,
        pictures=drawn,
        tried=failure.tried,
        title=failure.title,
    )


def _rounded(points: float) -> float:
    return round(points + 1e-9, 2)


def suites_digest(course: Course) -> str:
    """A hash over the hidden suites and their vocabulary, so that a grade tells which of their versions gave it."""
    digest = hashlib.sha256()
    suites = sorted(course.suites.glob("*.py")) if course.suites else []
    asked = {exercise.module for exercise in course.exercises}
    # what several share is no exercise's own
    shared = [path for path in suites if path.stem in asked or not re.match(r"ex\d+_", path.stem)]
    for path in [*shared, VOCABULARY]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()
