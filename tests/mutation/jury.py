"""Puts mutants to the hidden suites, with a warm grader's sandbox and cases.

Grading a mutant whole would ask it about all seven exercises. Here only those of its own are asked, and the
first case that fails ends the trial: it costs points, and that is what "killed" means.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from autograder.course import COURSE
from autograder.grading.grade import DEFAULT_SEED, Grader
from autograder.grading.judge import Case
from autograder.grading.sandboxed import SandboxedSubmission, TimeLimits
from autograder.submissions.submission import Submission, read_submission

ROOT = Path(__file__).resolve().parents[2]
SHORT = TimeLimits(call=2.0)  # so that a loop without end ends
LONG = TimeLimits(
    call=10.0
)  # what a student gets; asked where the short one ran out, since machines are busy


class Jury:
    """The solutions, with one of them replaced by a mutant at a time."""

    def __init__(self, seed: int = DEFAULT_SEED) -> None:
        self._grader = Grader(COURSE, seed=seed)
        self._internals: Any = self._grader
        self.modules = tuple(e.module for e in self._grader.catalogue)
        self.solutions = read_submission(ROOT / "solutions", self.modules)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._grader.close()

    def killed_by(self, module: str, source: str) -> str | None:
        """The first case that this source for the module fails, and how; None if it survives them all."""
        mutant = replace(self.solutions, modules={**self.solutions.modules, module: source})
        found, kind = self._trial(module, mutant, SHORT)
        if kind == "timeout":
            found, _ = self._trial(module, mutant, LONG)
        return found

    def failed_by(self, module: str, source: str) -> set[str]:
        """All cases that this source for the module fails; those before the end, where one has none."""
        mutant = replace(self.solutions, modules={**self.solutions.modules, module: source})
        sandboxed = self._sandboxed(mutant, SHORT)
        failed = set()
        for case in self._cases(module):
            failure = case.run(sandboxed, self._grader.seed)
            if failure:
                failed.add(case.name)
                if failure.kind == "timeout":  # so would many others, for as long
                    break
        self._internals._sandbox.end_workers()
        return failed

    def _cases(self, module: str) -> list[Case]:
        return [case for case in self._internals._judge._cases if case.exercise.module == module]

    def _sandboxed(self, submission: Submission, time_limits: TimeLimits) -> SandboxedSubmission:
        return SandboxedSubmission(self._internals._sandbox, submission, self._grader.course, time_limits)

    def _trial(self, module: str, mutant: Submission, time_limits: TimeLimits) -> tuple[str | None, str]:
        sandboxed = self._sandboxed(mutant, time_limits)
        try:
            for case in self._cases(module):
                failure = case.run(sandboxed, self._grader.seed)
                if failure:
                    return f"{case.name}: {failure.headline}", failure.kind
            return None, ""
        finally:
            self._internals._sandbox.end_workers()
