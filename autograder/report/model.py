"""The report on one hand-in: plain typed data, made of nothing but numbers, texts and lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from exercises.feedback.kinds import UNWRITTEN, FailureKind

SCHEMA = 1
NOT_HANDED_IN = (
    "nothing handed in"  # the problem of whom nobody heard from; any other leaves open what the work is worth
)


@dataclass(frozen=True)
class Picture:
    """A slice of a tensor to draw, or a sentence where there is nothing to draw.

    `rows` has one text for each row, its numbers separated by spaces ("nan" and "inf" among them). `low` and `high`
    are the ends of the scale; `signed` is for a difference, whose scale has zero in its middle; `marked` is the
    worst place, as row and column.
    """

    title: str
    subtitle: str = ""
    sentence: str = ""
    rows: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    signed: bool = False
    marked: tuple[int, int] | None = None


@dataclass(frozen=True)
class Finding:
    """One failed case of a rubric line.

    `diagnosis` is for programs: the name of the misconception found, or empty; `title` says the same to people in a
    few words. `explanation` is for the student, with `section` as the place in the tutorial. What comes after `where`
    shows hidden inputs: `place` tells where in the answer `expected` and `got` are, `visualizer` is what stands
    behind the `#` to open the visualizer there, and `pictures` are input, expected, yours and difference of the first
    wrong tensor of an exercise. But `title` and `tried` show none; `tried` is false where the code was not asked any
    more, since it had been too slow before.
    """

    case: str
    device: str
    kind: FailureKind
    headline: str
    diagnosis: str = ""
    explanation: str = ""
    section: str = ""
    where: tuple[str, ...] = ()
    call: str = ""
    expected: str = ""
    got: str = ""
    place: str = ""
    visualizer: str = ""
    pictures: tuple[Picture, ...] = ()
    tried: bool = True
    title: str = ""

    @property
    def cause(self) -> str:
        """What it is put down to: the misconception where one is known, or else the kind of failure."""
        return self.diagnosis or self.kind

    @property
    def words(self) -> str:
        """The same for people; a report of before there were titles has none."""
        return self.title or (self.diagnosis.replace("-", " ") if self.diagnosis else self.kind.words)

    @property
    def told(self) -> tuple[object, ...]:
        """What findings share that are told once: of an exception whose cause is known, the line that raised it.

        The sizes in its message change from call to call, and what to look at does not.
        """
        if self.kind == FailureKind.RAISED and self.diagnosis and self.where:
            return self.kind, self.diagnosis, self.section, self.where
        return self.headline, self.explanation, self.section, self.where


@dataclass(frozen=True)
class Line:
    """One rubric line.

    Of the cases that passed, `carried` counts those with corrected earlier exercises, `followed` those against the
    answers of the misconception that explains the exercise's wrong values, and `apart` those that were judged without
    a look at values which are wrong elsewhere.
    """

    name: str
    sentence: str
    category: str
    points: float
    earned: float
    cases: int
    passed: int
    carried: int
    findings: tuple[Finding, ...]
    followed: int = 0
    apart: int = 0

    @property
    def undecided(self) -> bool:
        """Whether nothing that failed here says anything against the code."""
        return bool(self.findings) and all(finding.kind == FailureKind.UNDECIDED for finding in self.findings)


@dataclass(frozen=True)
class Measurement:
    """What was measured of an exercise beside its points: a number, and in `name` the words that follow it.

    `order` tells which end is the better one, "asc" where that is the small one.
    """

    name: str
    value: float
    order: Literal["asc", "desc"]


@dataclass(frozen=True)
class ExerciseReport:
    """One exercise. `carried_from` names the earlier exercises that were replaced by correct ones.

    `extra` says that its points are shown beside those of the others, and not among them; `left_alone` that it is
    extra and nobody has begun it: nothing is missing then. `measured` is no points at all, and differs a little from
    one grading to the next.
    """

    name: str
    module: str
    title: str
    points: float
    earned: float
    carried_from: tuple[str, ...]
    lines: tuple[Line, ...]
    extra: bool = False
    left_alone: bool = False
    measured: tuple[Measurement, ...] = ()

    @property
    def counted(self) -> float:
        """How much of it is in the total."""
        return 0.0 if self.extra else self.earned

    @property
    def findings(self) -> Iterator[Finding]:
        """All failed cases, in the order of the rubric."""
        for line in self.lines:
            yield from line.findings

    @property
    def causes(self) -> dict[str, str]:
        """What the findings are put down to, the most frequent first, each with its words for people.

        Without those that were not decided.
        """
        decided = [each for each in self.findings if each.kind != FailureKind.UNDECIDED]
        words = {each.cause: each.words for each in reversed(decided)}
        return {cause: words[cause] for cause, _ in Counter(each.cause for each in decided).most_common()}


@dataclass(frozen=True)
class Extra:
    """Points that are shown beside those that count."""

    points: float
    earned: float


def extra_points(exercises: Iterable[ExerciseReport]) -> Extra | None:
    """Those of the exercises that are extra; None if there are none, or all are left alone."""
    found = [each for each in exercises if each.extra]
    points, earned = sum(each.points for each in found), sum(each.earned for each in found)
    return None if all(each.left_alone for each in found) else Extra(points, round(earned, 4))


@dataclass(frozen=True)
class Provenance:
    """What gave this grade: enough to trace it, or to give it again.

    `confinement` has what confined the hand-in, by layer, and `unconfined` the layers that were missing.
    `code` is a hash over the grader, `options` has those that change reports, and `key` is a hash over
    all that a grade rests on; a class alone has them, to be resumed and compared.
    """

    autograder: str
    suites: str
    seed: int
    torch: str
    python: str
    submission: str
    devices: tuple[str, ...]
    confinement: dict[str, str] = field(default_factory=dict)
    unconfined: tuple[str, ...] = ()
    code: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True)
class Change:
    """Points that a person gave in place of those of the checks; for the whole hand-in where no exercise is named."""

    exercise: str
    line: str
    automatic: float
    points: float
    reason: str


@dataclass(frozen=True)
class Mark:
    """What counts in the end, after what a person decided and the course's policy.

    Attributes:
        final: the grade in points; None where there is none.
        before_late: the same before anything was taken off for being late.
        excused: that there is none since the student need not have one.
        days_late: begun after the hand-in was due.
        deducted: points that were taken off for that.
        changes: points that a person gave.
        steps: how the points of the checks became the grade, in sentences for the student; empty where they are it.
        comments: a person's, for the student.
        remarks: for the instructor alone.
    """

    final: float | None
    before_late: float | None
    excused: bool = False
    days_late: int = 0
    deducted: float = 0.0
    changes: tuple[Change, ...] = ()
    steps: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """The report on one hand-in.

    `points` and `earned` are those that count; see `extra` for the others.
    `notes` says what was missing, ignored or skipped; `printed` is what the code printed, capped, as text;
    `problem` is set when the hand-in could not be graded at all; `handed_in` is false where there is none.
    `unusual` is for the instructor alone: where the code mentions what no answer needs. It costs nothing.
    `mark` is what counts in the end; a hand-in that is graded by itself has none, and its points count.
    """

    student: str
    points: float
    earned: float
    exercises: tuple[ExerciseReport, ...]
    notes: tuple[str, ...]
    printed: str
    seconds: float
    provenance: Provenance
    problem: str = ""
    schema: int = SCHEMA
    handed_in: bool = True
    unusual: tuple[str, ...] = ()
    mark: Mark | None = None

    @property
    def counting(self) -> Mark:
        """What counts in the end: the mark, or the points where there is none."""
        points = None if self.withheld else self.earned
        return self.mark or Mark(points, points)

    @property
    def final(self) -> float | None:
        """The grade in points; None where there is none."""
        return self.counting.final

    @property
    def withheld(self) -> bool:
        """Whether no grade is given: 0 would say something about work that was not looked at."""
        return self.problem not in ("", NOT_HANDED_IN)

    @property
    def extra(self) -> Extra | None:
        """The points beside those that count; None where there are none, or nobody has begun to earn them."""
        return extra_points(self.exercises)

    @property
    def begun(self) -> tuple[ExerciseReport, ...]:
        """The exercises that count, and those extra ones that are begun."""
        return tuple(each for each in self.exercises if not each.left_alone)

    def named(self, student: str) -> Report:
        """The same report under another name."""
        return replace(self, student=student)

    @property
    def found(self) -> str:
        """What was found, in one line: the causes by exercise, the most frequent first."""
        if self.problem:
            return self.problem
        if all(_only(e, UNWRITTEN) for e in self.exercises):
            return "nothing written yet"
        parts = []
        for kind in (FailureKind.MISSING, FailureKind.NOT_WRITTEN):
            names = [e.name for e in self.begun if _only(e, {kind})]
            parts += [f"{kind.words}: {', '.join(names)}"] if names else []
        for exercise in self.exercises:
            causes = list(dict.fromkeys(exercise.causes.values()))
            if causes and not any(_only(exercise, {kind}) for kind in UNWRITTEN):
                more = f" +{len(causes) - 2}" if len(causes) > 2 else ""
                parts.append(f"{exercise.name}: {', '.join(causes[:2])}{more}")
        return "; ".join(parts) or "all right"


def _only(exercise: ExerciseReport, kinds: Set[FailureKind]) -> bool:
    found = {f.kind for f in exercise.findings}
    return bool(found) and found <= kinds
