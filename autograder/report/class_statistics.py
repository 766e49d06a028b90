"""What the reports of a class say together: counts, shares and examples, as plain data.

    statistics = statistics_of(reports.items(), faults)

One pass; of each report its points are kept and nothing of its lines, so that a class of thousands stays small. Three
groups are told apart: who handed in nothing, whose hand-in could not be graded, and the graded, of whom shares are
shares.
"""

from __future__ import annotations

import heapq
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from autograder.report.faults import Faults
from autograder.report.item_statistics import Correlation
from autograder.report.model import ExerciseReport, Finding, Line, Provenance, Report
from autograder.report.reading import Row, row
from exercises.feedback.kinds import UNCALLED, UNWRITTEN, FailureKind

SLOWEST = 10
MAX_NAMES = 200  # of those not graded, and of those who handed in nothing
MAX_NOTES = 1_000  # different ones; names of files make any number


@dataclass(frozen=True)
class Pair:
    """Two hand-ins that look alike: in which exercises, by how many per cent, and how many tokens that is."""

    one: str
    other: str
    exercises: tuple[tuple[str, float], ...]
    tokens: int


@dataclass(frozen=True)
class Group:
    """Hand-ins of which each looks like another of them: a connected component of the pairs."""

    members: tuple[str, ...]
    pairs: tuple[Pair, ...]


def groups(pairs: Iterable[Pair]) -> list[Group]:
    """The pairs put together, the largest group first; in a group, the pair with the most code first."""
    above: dict[str, str] = {}

    def top(name: str) -> str:
        above.setdefault(name, name)
        while above[name] != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    pairs = sorted(pairs, key=lambda pair: (-pair.tokens, pair.one, pair.other))
    for pair in pairs:
        above[top(pair.one)] = top(pair.other)
    within: dict[str, list[Pair]] = {}
    for pair in pairs:
        within.setdefault(top(pair.one), []).append(pair)
    found = [
        Group(tuple(sorted({name for pair in each for name in (pair.one, pair.other)})), tuple(each))
        for each in within.values()
    ]
    return sorted(found, key=lambda group: (-len(group.members), -group.pairs[0].tokens, group.members))


@dataclass(frozen=True)
class Compared:
    """What comparing the code of a class came to.

    `common` counts, by exercise, the answers that so many share that they say nothing; `left_out` the hand-ins that
    cannot be parsed or have too little code. `remark` says why nothing was compared, `notes` what else was not.
    `alike` is the share in per cent from which on answers are alike, and `crowd` how many others make one common.
    """

    pairs: tuple[Pair, ...] = ()
    common: tuple[tuple[str, int], ...] = ()
    students: int = 0
    left_out: int = 0
    remark: str = ""
    notes: tuple[str, ...] = ()
    alike: float = 0.0
    crowd: int = 0


@dataclass(frozen=True)
class Spread:
    """How values are spread: value → how many students have it."""

    counts: Counter[float]

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Lower quartile, median and upper quartile, by linear interpolation; zeros where there is nobody."""
        values = sorted(self.counts.elements())
        if len(values) < 2:
            only = values[0] if values else 0.0
            return only, only, only
        low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
        return low, middle, high

    @property
    def mean(self) -> float:
        """The mean; 0 where there is nobody."""
        number = self.counts.total()
        return sum(value * count for value, count in sorted(self.counts.items())) / number if number else 0.0


@dataclass(frozen=True)
class Example:
    """One student's finding: where to read it, and what the student was told."""

    student: str
    exercise: str
    finding: Finding


@dataclass
class Cause:
    """A misconception, or a kind of failure that none explains; `students` have it, in any of `exercises`."""

    name: str
    students: int = 0
    exercises: dict[str, None] = field(default_factory=dict)
    example: Example | None = None
    _clearest: int = 0

    @property
    def title(self) -> str:
        """What it is called for people."""
        return self.example.finding.words if self.example else self.name

    def count(self, student: str, found: Sequence[tuple[str, Finding]], others: int) -> None:
        """One more student, with the findings by exercise; who has the fewest `others` is the clearest example."""
        self.students += 1
        self.exercises.update(dict.fromkeys(exercise for exercise, _ in found))
        if self.example is None or others < self._clearest:
            exercise, finding = next((each for each in found if each[1].where), found[0])
            self.example, self._clearest = Example(student, exercise, finding), others


@dataclass
class LineCount:
    """A rubric line over the class: of `checked` students, `failed` did not pass all of it, `wholly` nothing of it.

    Whose exercise is missing, the stub, cannot be loaded or uses what is forbidden was not checked by this line: that
    says nothing about what it asks for; nor does a line that could not be judged while values are wrong. What passes
    with correct earlier exercises, or with a known mistake taken as it is, has passed.
    """

    exercise: str
    sentence: str
    points: float
    checked: int = 0
    failed: int = 0
    wholly: int = 0
    with_rest: Correlation = field(default_factory=Correlation)  # of its points with all others of a student

    @property
    def rate(self) -> float:
        """The share of those checked that failed."""
        return self.failed / self.checked if self.checked else 0.0


@dataclass
class ExerciseCount:
    """An exercise over the class: `spread` has the points of all graded students, `carried` counts those helped.

    `unwritten` handed in nothing for it, or the stub. Of an `extra` exercise, `spread` has those who began it.
    """

    name: str
    title: str
    points: float
    spread: Spread = field(default_factory=lambda: Spread(Counter()))
    unwritten: int = 0
    carried: int = 0
    extra: bool = False


@dataclass
class ClassStatistics:
    """A class. `unreadable` counts reports that cannot be read back. Lists of names end somewhere, counts do not.

    `rows` has everybody in the order of the reports, None for a report that cannot be read back.
    """

    students: int = 0
    graded: int = 0
    not_graded: int = 0
    nothing: int = 0
    unreadable: int = 0
    points: float = 0.0
    total: Spread = field(default_factory=lambda: Spread(Counter()))
    exercises: dict[str, ExerciseCount] = field(default_factory=dict)
    lines: dict[tuple[str, str], LineCount] = field(default_factory=dict)
    misconceptions: dict[str, Cause] = field(default_factory=dict)
    unexplained: dict[str, Cause] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unusual: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    made_by: Counter[tuple[str, ...]] = field(default_factory=Counter)
    rows: dict[str, Row | None] = field(default_factory=dict)

    @property
    def handed_in(self) -> int:
        """Those who handed in something."""
        return self.graded + self.not_graded


def statistics_of(reports: Iterable[tuple[str, Report | None]], faults: Faults) -> ClassStatistics:
    """Counts a class, in the order of its reports; None for a report that cannot be read."""
    found = ClassStatistics()
    for student, report in reports:
        found.students += 1
        counted = False
        found.rows[student] = None
        with faults.kept_to(f"the statistics, {student}"):
            if report is not None:
                # by itself first: where that fails, no half of it is left among the class's numbers
                _count(ClassStatistics(), student, report)
                _count(found, student, report)
                found.rows[student] = row(report)
                counted = True
        found.unreadable += not counted
    found.slowest.sort(key=lambda each: (-each[0], each[1]))
    return found


def ranked(causes: Iterable[Cause]) -> list[Cause]:
    """The most frequent first, and in the order of names where they are as frequent."""
    return sorted(causes, key=lambda cause: (-cause.students, cause.name))


def _count(found: ClassStatistics, student: str, report: Report) -> None:
    if not report.handed_in:
        found.nothing += 1
        found.missing += [student] if len(found.missing) < MAX_NAMES else []
    elif report.problem:
        found.not_graded += 1
        found.problems += [(student, report.problem)] if len(found.problems) < MAX_NAMES else []
    else:
        _count_graded(found, student, report)
    _count_notes(found, report)


def _count_graded(found: ClassStatistics, student: str, report: Report) -> None:
    found.graded += 1
    if report.unusual and len(found.unusual) < MAX_NAMES:
        found.unusual.append((student, report.unusual))
    found.points = max(found.points, report.points)
    found.total.counts[report.earned] += 1
    found.made_by[_made_by(report.provenance)] += 1
    (heapq.heappush if len(found.slowest) < SLOWEST else heapq.heappushpop)(
        found.slowest, (report.seconds, student)
    )
    causes: dict[str, list[tuple[str, Finding]]] = {}
    for exercise in report.exercises:
        _count_exercise(found, exercise, report.earned)
        if exercise.left_alone:
            continue
        for finding in exercise.findings:
            if finding.kind == FailureKind.UNDECIDED:
                continue
            causes.setdefault(finding.cause, []).append((exercise.name, finding))
    for name, findings in causes.items():
        _, first = findings[0]
        table = found.misconceptions if first.diagnosis else found.unexplained
        table.setdefault(name, Cause(name)).count(student, findings, len(causes) - 1)


def _count_exercise(found: ClassStatistics, exercise: ExerciseReport, total: float) -> None:
    count = found.exercises.setdefault(
        exercise.name, ExerciseCount(exercise.name, exercise.title, exercise.points, extra=exercise.extra)
    )
    if exercise.left_alone:
        count.unwritten += 1
        return
    count.spread.counts[exercise.earned] += 1
    kinds = {finding.kind for finding in exercise.findings}
    count.unwritten += bool(kinds) and kinds <= UNWRITTEN
    checked = not kinds or not kinds <= UNCALLED
    count.carried += any(line.carried for line in exercise.lines)
    for line in exercise.lines:
        _count_line(found, exercise.name, line, checked, total - (0.0 if exercise.extra else line.earned))


def _count_line(found: ClassStatistics, exercise: str, line: Line, checked: bool, rest: float) -> None:
    count = found.lines.setdefault((exercise, line.name), LineCount(exercise, line.sentence, line.points))
    if checked and not line.undecided:
        count.checked += 1
        count.failed += line.passed < line.cases
        count.wholly += line.passed == 0 and line.cases > 0
        count.with_rest.add(line.earned, rest)


def _count_notes(found: ClassStatistics, report: Report) -> None:
    for note in dict.fromkeys(report.notes):
        if note in found.notes or len(found.notes) < MAX_NOTES:
            found.notes[note] += 1


def _made_by(made: Provenance) -> tuple[str, ...]:
    """What gave a grade, in words: more than one in a class, and grades do not compare."""
    return (
        f"autograder {made.autograder}",
        f"suites {made.suites[:12]}",
        f"seed {made.seed}",
        f"torch {made.torch}",
        f"Python {made.python}",
        f"devices: {', '.join(made.devices)}",
        f"confined by: {', '.join(made.confinement) or 'nothing'}",
    )
