"""Runs the hidden suites against one submission after another.

A submission pays for the test functions alone: a fresh session per hand-in, or pytest's own protocol around every
case, would cost more than the checks.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from autograder.grading.collecting import SuiteError, collected
from autograder.grading.sandboxed import SandboxedStudent, SandboxedSubmission
from autograder.grading.vocabulary import Draw
from autograder.sandbox.handle import SandboxError
from exercises.feedback.catalogue import Exercise, earlier
from exercises.feedback.categories import CATEGORIES
from exercises.feedback.course import Course
from exercises.feedback.failures import CheckFailure
from exercises.feedback.follow import (
    Apart,
    Assumed,
    assumptions,
    is_about_numbers,
    undecided,
)
from exercises.feedback.kinds import FailureKind
from exercises.feedback.misconception import Misconception
from exercises.feedback.oracle import NoReference
from exercises.paths import COURSE, from_checkout

# Categories of lines that every course has; what else its lines can be about, it says itself.
ABOUT_VALUES = frozenset({"values", "sizes"})
# Categories of lines that are about other things than values: they are judged under the misconception that explains
# wrong values (follow-through). Where none does, those of the second set are judged apart from the values.
FOLLOWING = frozenset(CATEGORIES) - ABOUT_VALUES
JUDGED_APART = frozenset({"errors", "manners", "precision", "devices", "state"})


@dataclass(frozen=True)
class RubricLine:
    """One line of the rubric: a test function. `cases` counts its parametrised cases over all devices."""

    module: str
    name: str
    sentence: str
    category: str
    points: float
    cases: int


@dataclass(frozen=True)
class CaseResult:
    """What one case of a rubric line came to.

    `carried` where it passed with corrected earlier exercises, `followed` where it passed against the answers of a
    misconception, and `apart` where it passed without a look at numbers that are wrong.
    """

    line: str
    module: str
    case: str
    device: str
    failure: CheckFailure | None
    carried: bool = False
    followed: bool = False
    apart: bool = False

    @property
    def untouched(self) -> bool:
        """Whether it came to the exercise's own stub: no other exercise, right or wrong, can change that."""
        failure = self.failure
        if failure is None or failure.kind != FailureKind.NOT_WRITTEN or not failure.trace:
            return False
        return failure.trace[-1][0] == f"{self.module}.py"


@dataclass(frozen=True)
class Case:
    """One parametrised case of a rubric line, ready to be called."""

    exercise: Exercise
    line: str
    category: str
    name: str
    device: str
    function: Callable[..., None]
    arguments: dict[str, Any]
    draws: str

    def run(
        self, sandboxed: SandboxedSubmission, seed: int, assumed: Assumed | None = None
    ) -> CheckFailure | None:
        """Puts the question to a submission; None if the answer is right, or what was assumed of it.

        Raises:
            SuiteError: if the suite itself fails, in a way that no submission can cause.
        """
        given = dict(self.arguments)
        if "student" in given:
            given["student"] = SandboxedStudent(sandboxed, self.exercise, self.device, assumed or {})
        if "draw" in given:
            given["draw"] = Draw(seed, self.draws)
        try:
            self.function(**given)
        except CheckFailure as failure:
            return failure
        except SandboxError:
            raise
        except NoReference as error:
            raise SuiteError(f"{self.exercise.module}.py, {self.name}: {error}") from error
        except Exception as error:
            raise SuiteError(f"{self.exercise.module}::{self.name}: {error!r}") from error
        return None


class Judge:
    """The hidden suites, collected.

    Args:
        course: whose exercises and suites.
        devices: where value checks run: ("cpu",) or ("cpu", "cuda").
        seed: of the release; random inputs depend on it.

    Raises:
        SuiteError: if they cannot be collected, or break the rules for suites.
    """

    def __init__(
        self,
        course: Course,
        devices: Sequence[str] = ("cpu",),
        seed: int = 0,
    ) -> None:
        if course.suites is None:
            raise SuiteError(f"the course that {course.module} makes has no hidden suites")
        self.course = course
        self.seed = seed
        # of an exercise that is not given there may be a suite all the same
        given = {exercise.module for exercise in course.exercises}
        items = [item for item in collected(course.suites, devices) if item.path.stem in given]
        self._cases = [self._case(item) for item in items]
        self.lines = tuple(self._lines(items))

    def _case(self, item: pytest.Function) -> Case:
        exercise = next(e for e in self.course.exercises if e.module == item.path.stem)
        parameters = dict(item.callspec.params)
        device = str(parameters.pop("device"))
        names = inspect.signature(item.obj).parameters
        unknown = set(names) - set(parameters) - {"student", "draw"}
        if unknown:
            raise SuiteError(f"{item.path.name}, {item.name}: suites know student and draw, not {unknown}")
        line = item.originalname.removeprefix("test_")
        # the same inputs on every device
        draws = f"{exercise.module}:{line}:{sorted(parameters.items())!r}"
        arguments = {name: parameters.get(name) for name in names}
        marker = item.get_closest_marker("category")
        category = str(marker.args[0]) if marker else ""
        return Case(exercise, line, category, item.name, device, item.obj, arguments, draws)

    def _lines(self, items: Sequence[pytest.Function]) -> Iterator[RubricLine]:
        members: dict[tuple[str, str], list[pytest.Function]] = {}
        for case, item in zip(self._cases, items, strict=True):
            members.setdefault((case.exercise.module, case.line), []).append(item)
        totals = dict.fromkeys((e.module for e in self.course.exercises), 0.0)
        for (module, name), cases in members.items():
            points, category = (cases[0].get_closest_marker(m) for m in ("points", "category"))
            sentence = " ".join((cases[0].obj.__doc__ or "").split())
            if points is None or category is None or not sentence:
                raise SuiteError(f"{module}.{name} needs points, a category and a docstring")
            known = {*self.course.meanings, *self.course.follows}
            if category.args[0] not in known:
                raise SuiteError(
                    f"{module}.py, test_{name}: there is no category {category.args[0]!r}; take one of "
                    f"{', '.join(sorted(known))}, or add it to the categories of the COURSE in "
                    f"{from_checkout(COURSE / '__init__.py')}"
                )
            totals[module] += points.args[0]
            yield RubricLine(module, name, sentence, category.args[0], points.args[0], len(cases))
        for exercise in self.course.exercises:
            total = totals[exercise.module]
            if exercise.module not in {module for module, _ in members}:
                suite = (
                    from_checkout(self.course.suites / f"{exercise.module}.py") if self.course.suites else ""
                )
                raise SuiteError(f"{exercise.module} has no hidden checks: write {suite}")
            if abs(total - exercise.points) > 1e-9:
                raise SuiteError(
                    f"the rubric of {exercise.module} sums to {total:g}, not {exercise.points} points: change the "
                    "points of its lines, or those in the header of its solution"
                )

    def examine(
        self, sandboxed: SandboxedSubmission, only: Collection[str] | None = None
    ) -> list[CaseResult]:
        """Puts one submission through all checks, exercise by exercise.

        Args:
            sandboxed: the submission.
            only: modules of the exercises to check, where the others are known; all unless told.

        Raises:
            SuiteError: if a suite fails in a way that no submission can cause.
        """
        results: list[CaseResult] = []
        wrong: set[str] = set()
        for exercise in self.course.exercises:
            if only is not None and exercise.module not in only:
                continue
            mine = [case for case in self._cases if case.exercise is exercise]
            if exercise.extra and not sandboxed.has(exercise):
                # one answer tells what all come to: who goes no further need not be waited for
                failure = mine[0].run(sandboxed, self.seed)
                results += [_result(case, failure) for case in mine]
                continue
            before = earlier(exercise.module, self.course.exercises)
            # what an earlier exercise hung on would hang here too: do not wait for it again
            sandboxed.substituted = frozenset(e.module for e in before if sandboxed.unsafe(e))
            found = self._run(sandboxed, mine)
            replaceable = frozenset(e.module for e in before if e.module in wrong) | sandboxed.substituted
            failed = [case for case, result in zip(mine, found, strict=True) if result.failure]
            helped = replaceable > sandboxed.substituted and not all(r.untouched for r in found)
            if failed and helped and sandboxed.has(exercise):
                sandboxed.substituted = replaceable
                # what still fails fails for a reason of its own, and that is the one to tell
                again = {r.case: r for r in self._run(sandboxed, failed)}
                found = [again.get(r.case, r) for r in found]
            found = self._followed_through(sandboxed, mine, found)
            if any(r.failure for r in found):
                wrong.add(exercise.module)
            results += found
            sandboxed.finish(exercise)
        return results

    def _followed_through(
        self, sandboxed: SandboxedSubmission, cases: Sequence[Case], found: Sequence[CaseResult]
    ) -> list[CaseResult]:
        """The results with those lines judged anew that are about other things than the values that are wrong."""
        failures = [result.failure for result in found if result.failure]
        assumed = assumptions(failures, alive=len(failures) < len(found))
        # what shows in lines about other things alone has to cost these, or it would cost nothing
        paid = {
            result.failure.function
            for case, result in zip(cases, found, strict=True)
            if result.failure and not self._about_other_things(case, assumed.get(result.failure.function))
        }
        judged = [
            self._judged_under(sandboxed, case, result, assumed)
            if result.failure and result.failure.function in paid
            else result
            for case, result in zip(cases, found, strict=True)
        ]
        return _without_the_unseen(cases, judged)

    def _judged_under(
        self, sandboxed: SandboxedSubmission, case: Case, result: CaseResult, assumed: Assumed
    ) -> CaseResult:
        failure = result.failure
        assert failure is not None
        known = assumed.get(failure.function)
        stumbled = failure.kind == FailureKind.RAISED and (
            isinstance(known, Misconception) or (known is not None and case.category == "errors")
        )
        if not self._about_other_things(case, known) or not (is_about_numbers(failure) or stumbled):
            return result
        if known is None or (isinstance(known, Apart) and case.category not in JUDGED_APART):
            return replace(result, failure=undecided(failure.function))
        sandboxed.line = case.line
        again = case.run(sandboxed, self.seed, assumed)
        if again is not None:
            return replace(result, failure=again)
        apart = isinstance(known, Apart)
        return replace(
            result, failure=None, carried=bool(sandboxed.substituted), followed=not apart, apart=apart
        )

    def _about_other_things(self, case: Case, known: Misconception | Apart | None) -> bool:
        """Whether a line is about something else than the values that are wrong."""
        follows = self.course.follows.get(case.category)
        if follows is not None:
            return isinstance(known, Misconception) and follows(known, case.exercise.exports[-1])
        return case.category in FOLLOWING

    def _run(self, sandboxed: SandboxedSubmission, cases: Sequence[Case]) -> list[CaseResult]:
        results = []
        for case in cases:
            sandboxed.line = case.line
            failure = case.run(sandboxed, self.seed)
            results.append(_result(case, failure, bool(sandboxed.substituted) and failure is None))
        return results


def _result(case: Case, failure: CheckFailure | None, carried: bool = False) -> CaseResult:
    return CaseResult(case.line, case.exercise.module, case.name, case.device, failure, carried)


def _without_the_unseen(cases: Sequence[Case], found: Sequence[CaseResult]) -> list[CaseResult]:
    """The results, undecided where an error that lines about values have to show stopped a line about other things.

    Code that stops at every pair may keep its input's dtype all the same: nobody saw it.
    """
    errors = [_error(result.failure) for result in found]
    values = {
        error
        for case, error in zip(cases, errors, strict=True)
        # a large layer is about everything at once
        if error and case.category not in FOLLOWING and case.category != "sizes"
    }
    return [
        replace(result, failure=undecided(error.function, error.why))
        if error in values and case.category in FOLLOWING
        else result
        for case, result, error in zip(cases, found, errors, strict=True)
    ]


@dataclass(frozen=True)
class _Obstacle:
    """What keeps a function from being looked at: where it stops, with which words, or that its layer is another."""

    function: str
    why: str
    place: tuple[str, int] = ("", 0)
    words: str = ""


def _error(failure: CheckFailure | None) -> _Obstacle | None:
    if failure is not None and failure.kind == FailureKind.PARAMETERS:
        return _Obstacle(failure.function, "has other parameters than torch's")
    if failure is None or failure.kind != FailureKind.RAISED or not failure.trace:
        return None
    words = re.sub(r"\d+", "", failure.got)  # whatever the sizes in it
    return _Obstacle(failure.function, "stops with an error", failure.trace[-1][:2], words)
