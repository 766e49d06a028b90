"""One student's feedback as a web page: a single file that needs no network and no script.

The words are here, the layout is in `feedback.html`, a Jinja2 template with autoescape on: a name, an exception's
message or a line of source is a student's own text, and shows as text whatever it holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import escape

from autograder.report.model import ExerciseReport, Finding, Line, Report
from autograder.report.pages.grid import Grid, grid
from autograder.report.pages.markup import points, template
from autograder.report.text import in_points, measured, plain
from exercises.feedback.catalogue import course_info
from exercises.feedback.kinds import NUMBERS, UNCALLED, UNWRITTEN, FailureKind
from exercises.feedback.palette import INK, PAPER, css
from exercises.feedback.sentence import capital, enumerated
from exercises.feedback.tutorial import section_title

MAX_PAGE_BYTES = 300_000  # bytes of a page
# characters of a text, causes of an exercise and calls of a cause; the most that makes the page small enough
LEVELS = ((4_000, 1_000, 1_000), (1_000, 1_000, 1_000), (300, 30, 10), (100, 8, 2), (60, 2, 1))
MAX_LINES = 8  # of a student's own code for one cause

# what to do, where no diagnosis says it
ADVICE = {
    FailureKind.MISSING: "If you did write it, check the file's name and hand it in again.",
    FailureKind.NOT_WRITTEN: "The file still has its `raise NotImplementedError`. Put your code in its place.",
    FailureKind.NOT_DEFINED: "There was nothing by this name to call. If you wrote it under another one, give it the "
    "name of the task.",
    FailureKind.NOT_LOADABLE: "Because of this line there was nothing to call. Fix it first: the rest may well be "
    "right.",
    FailureKind.FORBIDDEN: f"This exercise gives points for code of your own. {course_info().allowed}",
    FailureKind.TIMEOUT: "Most often a loop never ends, or it runs over much more than it has to.",
    FailureKind.CRASHED: "The process that ran your code ended in the middle of a call, so there was no answer to "
    "look at.",
    FailureKind.RAISED: "Your code stopped with an error before it gave an answer.",
}
# and where no check has run
UNREAD = (
    "No check has run, so this says nothing about your code. If the sentence above names something in your files, "
    "fix that and hand in again; if not, tell your instructor."
)
UNSEEN = "No check has run. If you did hand something in, tell your instructor."
NOT_TRIED = "These checks were left out, because earlier calls had taken too long."
# titles over exercises that are in the same state
TO_FIX, NOT_WRITTEN, ABSENT = "What to fix", "Not written yet", "Not handed in"
COMPLETE, UNGRADED = "Complete", "What will be checked"
FURTHER = ", ".join(track.heading for track in course_info().tracks.values() if track.extra)
# a wrong answer that no diagnosis explains, by itself and beside others
ALONE = "None of the common mistakes explains it. Try a small input whose answer you can work out on paper."
BESIDE = (
    "None of the common mistakes explains this one. Fix what else is listed here first: it may go with it."
)

# a line of the rubric, the word for its result, and the name of its look
Row = tuple[Line, str, str]


@dataclass(frozen=True)
class Shown:
    """A call that failed."""

    call: str
    device: str
    expected: str
    got: str
    place: str
    visualizer: str
    same_numbers: bool
    grids: Sequence[Grid] = ()


@dataclass
class Group:
    """Exercises under a common title; where they are `folded`, only their own titles show at first."""

    title: str
    folded: bool = True
    leads: Sequence[str] = ()
    parts: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass
class Cause:
    """Findings with the same cause, told once.

    `as_in` names the exercise where the same explanation stands already, and `rows` has the lines that show it.
    """

    headline: str
    explanation: str
    section: str
    title: str
    where: Sequence[str]
    diagnosed: bool
    as_in: str = ""
    rows: list[Row] = field(default_factory=list)
    calls: list[Shown] = field(default_factory=list)


def feedback_page(report: Report) -> str:
    """The page as HTML, under 300 kB; the same for the same report.

    It shows what the report holds: hidden calls are taken out before, by `for_student`.
    """
    page = ""
    for length, causes, calls in LEVELS:
        page = _page(report, length, causes, calls)
        if len(page.encode("utf-8")) <= MAX_PAGE_BYTES:
            break
    return page


def content_digest(page: bytes, report: Report) -> str:
    """A hash over what a page tells its student: without the line on what graded it, which each version changes.

    Args:
        page: as UTF-8.
        report: that it was made from.
    """
    line = str(escape(plain(_provenance(report)))).encode("utf-8", "backslashreplace")
    before, _, after = page.rpartition(line)
    return hashlib.sha256(before + after).hexdigest()


def _page(report: Report, length: int, causes: int, calls: int) -> str:
    def cut(text: str) -> str:
        return text if len(text) <= length else f"{text[:length]} … (cut: it has {len(text)} characters)"

    parts = [_exercise(exercise, report, cut, causes) for exercise in report.exercises]
    _once(parts)
    text: str = template("feedback.html").render(
        report=report,
        most_calls=calls,
        student=cut(report.student),
        problem=cut(report.problem),
        printed=cut(report.printed),
        notes=[cut(note) for note in report.notes[:50]],
        groups=_groups(parts, bool(report.problem)),
        further=_further(report),
        total=_total(report),
        steps=[cut(step) for step in _steps(report)],
        comments=[cut(comment) for comment in report.counting.comments],
        advice=UNREAD if report.withheld else UNSEEN,
        headline=_headline(report),
        provenance=_provenance(report),
        paper=css(PAPER),
        ink=css(INK),
        samples=any("sample(" in f.call for e in report.exercises for f in e.findings),
    )
    return text


def _headline(report: Report) -> str:
    if report.problem:
        return "Your hand-in could not be graded" if report.withheld else ""
    if report.begun and all(_whole(line) for exercise in report.begun for line in exercise.lines):
        return "Every check passed: well done"
    kinds = {f.kind for e in report.exercises for f in e.findings}
    if kinds and kinds <= UNWRITTEN and not report.earned:
        return "Nothing is written yet, so there is nothing to say about your code"
    return ""


def _of(exercise: ExerciseReport, withheld: bool) -> str:
    whole = f"{points(exercise.points)} {'extra ' * exercise.extra}points"
    return whole if withheld else f"{points(exercise.earned)} of {whole}"


def _total(report: Report) -> str:
    """The grade; whoever leaves the extra points alone finds them further down."""
    if report.counting.excused:
        return "Excused"
    if report.final is None:
        return "Not graded" if report.withheld else "No grade"
    return in_points(report.final, report.points, report.extra, points)


def _steps(report: Report) -> list[str]:
    """How the points of the checks became the grade; nothing where they are it."""
    if not report.counting.steps:
        return []
    checks = (
        []
        if report.withheld
        else [f"The checks gave {points(report.earned)} of {points(report.points)} points."]
    )
    return [*checks, *report.counting.steps]


def _whole(line: Line) -> bool:
    return line.passed == line.cases


def _exercise(exercise: ExerciseReport, report: Report, cut: Any, most: int) -> Mapping[str, Any]:
    rows = [(line, *_result(line, bool(report.problem))) for line in exercise.lines]
    causes = list(_causes(exercise, rows, cut))
    kinds = {finding.kind for finding in exercise.findings}
    passed = sum(_whole(line) for line in exercise.lines)
    return {
        "it": exercise,
        "group": _group(exercise, bool(report.problem)),
        "title": f"{exercise.name} {exercise.title}: {_of(exercise, report.withheld)}",
        "helped": [text for told in (_carried, _followed, _apart, measured) if (text := told(exercise))],
        "rows": rows,
        "unexplained": [row for row in rows if row[0].undecided],
        # where one cause kept the whole exercise from being judged, its lines say no more than that
        "untried": not passed
        and (kinds == {FailureKind.TIMEOUT} or (len(causes) == 1 and kinds <= UNCALLED)),
        "passed": f"{passed} of {len(rows)} passed",
        "causes": causes[:most],
        "left_out": len(causes) - len(causes[:most]),
    }


def _once(parts: Sequence[Mapping[str, Any]]) -> None:
    """Of causes with the same explanation, the first tells it, if it can be seen."""
    told: dict[tuple[str, str], str] = {}
    for part in parts:
        for cause in part["causes"] if part["group"] == TO_FIX else ():
            name = told.setdefault((cause.explanation, cause.section), part["it"].name)
            if cause.diagnosed and name != part["it"].name:
                cause.as_in = name


def _groups(parts: Sequence[Mapping[str, Any]], ungraded: bool) -> list[Group]:
    """The exercises in the order in which a student needs them: what to fix comes first."""
    groups = {
        TO_FIX: Group(TO_FIX, folded=False),
        NOT_WRITTEN: Group(NOT_WRITTEN, leads=[ADVICE[FailureKind.NOT_WRITTEN]]),
        ABSENT: Group(ABSENT, leads=[ADVICE[FailureKind.MISSING]]),
        UNGRADED: Group(UNGRADED),
        COMPLETE: Group(COMPLETE),
    }
    for part in parts:
        if ungraded or not part["it"].left_alone:
            groups[part["group"]].parts.append(part)
    return [group for group in groups.values() if group.parts]


def _further(report: Report) -> str:
    """What there is of exercises that are extra and that nobody has begun, in a line."""
    found = [exercise for exercise in report.exercises if exercise.left_alone]
    if not found or report.problem:
        return ""
    names = enumerated([exercise.name for exercise in found])
    return f"{FURTHER}: {names}, for {points(sum(exercise.points for exercise in found))} extra points."


def _group(exercise: ExerciseReport, ungraded: bool) -> str:
    if ungraded:
        return UNGRADED
    if all(_whole(line) for line in exercise.lines):
        return COMPLETE
    kinds = {finding.kind for finding in exercise.findings}
    if not any(line.passed for line in exercise.lines):
        if kinds == {FailureKind.NOT_WRITTEN}:
            return NOT_WRITTEN
        if kinds == {FailureKind.MISSING}:
            return ABSENT
    return TO_FIX


def _result(line: Line, ungraded: bool) -> tuple[str, str]:
    """The word for a line, and the name of its look."""
    if ungraded:
        return "Not checked", "none"
    if _whole(line):
        return "Passed", "all"
    if line.undecided:
        return "Not judged", "soft"
    if line.passed:
        return "In part", "part"
    # of what the sentence asks for no more was seen than that: some of it may well be right
    return ("Wrong values" if all(f.kind in NUMBERS for f in line.findings) else "Not yet"), "none"


def _carried(exercise: ExerciseReport) -> str:
    count = sum(line.carried for line in exercise.lines)
    if not count:
        return ""
    names = enumerated(exercise.carried_from or ("earlier exercises",))
    return f"{_checks(count)} with a correct version of {names}. You get the points: no mistake counts twice."


def _followed(exercise: ExerciseReport) -> str:
    count = sum(line.followed for line in exercise.lines)
    if not count:
        return ""
    return (
        f"{_checks(count)} if the mistake in your values is taken as it is: they are about other things. You get the "
        "points: no mistake counts twice."
    )


def _apart(exercise: ExerciseReport) -> str:
    count = sum(line.apart for line in exercise.lines)
    return f"{_checks(count)} without a look at your values, which are wrong elsewhere." if count else ""


def _checks(count: int) -> str:
    return "One check of this exercise passes" if count == 1 else f"{count} checks of this exercise pass"


def _causes(exercise: ExerciseReport, rows: Sequence[Row], cut: Any) -> Iterator[Cause]:
    """The findings of an exercise, those with the same cause together."""
    groups: dict[tuple[object, ...], Cause] = {}
    told = [f for f in exercise.findings if f.kind != FailureKind.UNDECIDED]
    unknown = BESIDE if len({(f.headline, f.explanation) for f in told}) > 1 else ALONE
    for row in rows:
        for finding in row[0].findings:
            if finding.kind == FailureKind.UNDECIDED:
                continue
            # how long each call may take gets shorter from one to the next: the first says enough
            slow = finding.kind == FailureKind.TIMEOUT and finding.tried
            same = (finding.kind, finding.explanation, finding.where) if slow else finding.told
            if same not in groups:
                groups[same] = Cause(
                    cut(capital(finding.headline)),
                    cut(finding.explanation or _advice(finding, unknown)),
                    finding.section,
                    section_title(finding.section),
                    [cut(place) for place in finding.where[-MAX_LINES:]],
                    bool(finding.explanation),
                )
            _add(groups[same], row, finding, cut)
    return iter(groups.values())


def _advice(finding: Finding, unknown: str) -> str:
    return ADVICE.get(finding.kind, unknown) if finding.tried else NOT_TRIED


def _add(cause: Cause, row: Row, finding: Finding, cut: Any) -> None:
    if row not in cause.rows:
        cause.rows.append(row)
    if finding.call and finding.kind not in UNCALLED and finding.tried:
        told = finding.kind == FailureKind.RAISED and finding.got in finding.headline
        shown = Shown(
            cut(finding.call),
            "" if finding.device == "cpu" else finding.device,
            "" if told else cut(finding.expected),
            "" if told else cut(finding.got),
            cut(finding.place),
            finding.visualizer,
            "&x=" in finding.visualizer,
            [
                grid(replace(p, title=cut(p.title), subtitle=cut(p.subtitle), sentence=cut(p.sentence)))
                for p in finding.pictures
            ],
        )
        # the call with pictures in front, where it can be seen
        cause.calls.insert(0 if shown.grids else len(cause.calls), shown)


def _provenance(report: Report) -> str:
    known = report.provenance
    parts = [f"autograder {known.autograder}"]
    parts += [f"checks {known.suites[:12]}"] if known.suites else []
    parts += [f"hand-in {known.submission[:12]}"] if known.submission else []
    parts += [f"torch {known.torch}", f"Python {known.python}", f"devices: {', '.join(known.devices)}"]
    return "; ".join(parts)
