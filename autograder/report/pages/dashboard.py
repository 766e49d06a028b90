"""The dashboard of a class: one page for the instructor, a single file that needs no network.

The words are here, the layout is in `dashboard.html`, and `dashboard.js` sorts, filters and hides names; without it
all is there to read. The page is made from the reports in a folder, what is known of the students, and the history
of the folder, so that a run that was resumed makes the same page.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from autograder.paths import PAGES
from autograder.report.class_statistics import (
    SLOWEST,
    Cause,
    ClassStatistics,
    Compared,
    ExerciseCount,
    LineCount,
    Spread,
    ranked,
    statistics_of,
)
from autograder.report.faults import Entry, Faults, Made
from autograder.report.files import write_text
from autograder.report.history import HISTORY, kept_history
from autograder.report.item_statistics import MIN_EITHER, MIN_STUDENTS, Item, item_of
from autograder.report.model import Report
from autograder.report.pages import charts
from autograder.report.pages.alike import MAX_GROUPS, groups_shown
from autograder.report.pages.charts import NoCharts, Spec
from autograder.report.pages.markup import template
from autograder.report.pages.students import (
    FILTERS,
    MAX_DECISIONS,
    SPARK_HEIGHT,
    SPARK_WIDTH,
    Records,
    decision_rows,
    remark_rows,
    student_rows,
)
from autograder.report.pages.who import Who, cut, quotes_student
from autograder.report.pseudonyms import Pseudonyms, key_in
from autograder.report.reading import DamagedReport, Reports
from autograder.report.text import first_of
from exercises.feedback.sentence import capital
from exercises.feedback.tutorial import section_title
from exercises.paths import TUTORIAL_PAGE

# Not `.html`: no student's page can have this name, and whoever hands out `*.html` does not hand out this.
DASHBOARD = "dashboard.htm"
MAX_CHARTED = 10  # misconceptions
MAX_OPEN = 8  # that are told at once; the others are a click away
MAX_LINES = 15  # of the rubric, likewise
MAX_NOTES = 30
MAX_PLACES = 4  # lines of a student's own code
BANDS = 10
PARTS = ("no points", "up to half", "more than half", "all points")


def write_dashboard(
    folder: Path, reports: Reports, compared: Compared, faults: Faults, records: Records | None = None
) -> list[str]:
    """Writes the dashboard of the reports in a folder; gives remarks on what it had to leave out.

    Args:
        folder: of the reports; it keeps the history and the key of the pseudonyms.
        reports: of the class.
        compared: which hand-ins look alike.
        faults: takes what is left out of it.
        records: what else is known of the class; its history and key are taken from the folder.
    """
    records = records or Records()
    damaged: list[str] = []
    statistics = statistics_of(_read(reports, damaged), faults)
    remarks = [*filter(None, [compared.remark]), *compared.notes]
    remarks += first_of(damaged, "{} more cannot be read back")
    drawn: list[str] = []
    with faults.kept_to(f"{DASHBOARD}, the charts"):
        try:
            # one hand-in is no class: its own page says it all, and to draw takes a second
            drawn = charts.drawn(chart_specs(statistics)) if statistics.graded > 1 else []
        except NoCharts as error:
            remarks.append(str(error))
    with faults.kept_to(f"{DASHBOARD}, the pseudonyms of other runs"):
        records = replace(records, key=key_in(folder))
    with faults.kept_to(HISTORY):
        graded = {n: row.earned for n, row in statistics.rows.items() if row is not None and not row.problem}
        records = replace(records, history=kept_history(folder, graded, remarks))
    tutorial = _link_to(TUTORIAL_PAGE, folder)
    write_text(folder / DASHBOARD, dashboard(statistics, compared, faults, drawn, tutorial, records))
    return remarks


def _read(reports: Reports, damaged: list[str]) -> Iterator[tuple[str, Report | None]]:
    for name in reports:
        report = None
        try:
            report = reports.read(name)
        except DamagedReport as error:  # since it was written
            damaged.append(f"{name}.json {error}")
        yield name, report


def _link_to(path: Path, folder: Path) -> str:
    """The way from a folder to a file; empty where there is none."""
    try:
        return quote(Path(os.path.relpath(path, folder.resolve())).as_posix()) if path.is_file() else ""
    except ValueError:  # another drive
        return ""


def dashboard(
    statistics: ClassStatistics,
    compared: Compared,
    faults: Faults,
    drawn: Sequence[str] = (),
    tutorial: str = "",
    records: Records | None = None,
) -> str:
    """The page as HTML.

    Args:
        statistics: the class.
        compared: which hand-ins look alike.
        faults: takes what is left out of it.
        drawn: SVGs of `chart_specs`, or none.
        tutorial: the address of the tutorial, or empty.
        records: what else is known of the class.
    """
    records = records or Records()
    pseudonyms = Pseudonyms(records.key, statistics.rows)
    who = Who(DASHBOARD, statistics.rows, pseudonyms, records.anonymous, faults)

    def each(
        entries: Iterable[Entry], name: Callable[[Entry], str], make: Callable[[Entry], Made]
    ) -> list[Made]:
        return faults.each(DASHBOARD, entries, name, make)

    lines = sorted(statistics.lines.values(), key=lambda line: -line.rate)
    failed = [line for line in lines if line.failed]
    misconceptions = ranked(statistics.misconceptions.values())
    causes = each(misconceptions, _whose, lambda cause: _told(cause, statistics, tutorial, who))
    alike = groups_shown(DASHBOARD, compared.pairs, who, faults)
    problems, unusual = dict(statistics.problems), dict(statistics.unusual)
    svgs = list(drawn) + [""] * 3
    text: str = template("dashboard.html").render(
        it=statistics,
        anonymous=records.anonymous,
        script=Markup(_script()),
        script_hash=_hash(_script()),
        students=student_rows(statistics, records, who),
        filters=FILTERS,
        spark=(SPARK_WIDTH, SPARK_HEIGHT),
        runs=[run.when[:10] for run in records.history.runs],
        decisions=decision_rows(statistics, records, who),
        most_decisions=MAX_DECISIONS,
        remarks=remark_rows(statistics, who),
        compared=compared,
        compared_notes=[who.personal(note) for note in compared.notes],
        groups=alike[:MAX_GROUPS],
        more_groups=len(alike[MAX_GROUPS:]),
        total_chart=svgs[0],
        parts_chart=svgs[1],
        causes_chart=svgs[2],
        parts=PARTS,
        quartiles=_quartiles(statistics.total),
        mean=_short(statistics.total.mean),
        exercises=[_exercise(each) for each in statistics.exercises.values()],
        causes=causes[:MAX_OPEN],
        more_causes=causes[MAX_OPEN:],
        others=each(
            ranked(statistics.unexplained.values()), _whose, lambda cause: _other(cause, statistics, who)
        ),
        lines=[_line(each) for each in failed[:MAX_LINES]],
        more_lines=[_line(each) for each in failed[MAX_LINES:]],
        passed_by_all=len([line for line in lines if line.checked and not line.failed]),
        items=_items(statistics.lines.values()),
        fewest=(MIN_STUDENTS, MIN_EITHER),
        slowest=[
            (student, seconds) for seconds, name in statistics.slowest if (student := who(name)) is not None
        ],
        problems=[(student, who.personal(problems[name])) for name, student in who.all_of(problems)],
        missing=[student for _, student in who.all_of(statistics.missing)],
        unusual=[
            (student, [who.personal(told) for told in unusual[name]]) for name, student in who.all_of(unusual)
        ],
        notes=[
            (who.personal(note), n)
            for note, n in sorted(statistics.notes.items(), key=lambda e: (-e[1], e[0]))
        ],
        most_notes=MAX_NOTES,
        most_slow=SLOWEST,
        made_by=sorted(statistics.made_by.items(), key=lambda each: (-each[1], each[0])),
        percent=percent,
    )
    return text


@cache
def _script() -> str:
    """The page's own script: the same on every page, with nothing of the class in it."""
    return (PAGES / "dashboard.js").read_text(encoding="utf-8")


def _hash(script: str) -> str:
    """By which the page's policy lets this script run, and no other."""
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def chart_specs(statistics: ClassStatistics) -> list[Spec]:
    """The charts of the page: totals, points by exercise, misconceptions if there are any."""
    width = statistics.points / BANDS
    bands = [0] * (BANDS + 1)
    for value, count in statistics.total.counts.items():
        bands[min(int(value / width + 1e-9), BANDS) if width else 0] += count
    low, middle, high = _quartiles(statistics.total)
    specs = [
        charts.totals(
            [(f"{index * width:g}", count) for index, count in enumerate(bands)],
            f"Histogram of the total points of {statistics.graded} students: "
            f"half of them have {low} to {high} points, the median is {middle}.",
        ),
        charts.shares(
            [
                (
                    f"{each.name}, n = {each.spread.counts.total()}",
                    list(zip(PARTS, _parts(each), strict=True)),
                )
                for each in statistics.exercises.values()
            ],
            f"For each exercise, the shares of students with {', '.join(PARTS)}; the table has the numbers.",
            room_for_names=130,
        ),
    ]
    causes = ranked(statistics.misconceptions.values())[:MAX_CHARTED]
    titles = _titles(causes)
    if causes:
        rows = [
            (
                titles[c.name],
                c.students / statistics.graded,
                f"{percent(c.students, statistics.graded)} ({c.students} of {statistics.graded})",
            )
            for c in causes
        ]
        told = "; ".join(f"{name}: {label}" for name, _, label in rows)
        specs.append(charts.bars(rows, f"The most frequent misconceptions: {told}."))
    return specs


def _titles(causes: Iterable[Cause]) -> dict[str, str]:
    """What causes are called, by their names; two that are called alike are told apart by their exercises."""
    causes = list(causes)
    count = Counter(cause.title for cause in causes)
    return {
        cause.name: cause.title
        + (f" ({', '.join(sorted(cause.exercises))})" if count[cause.title] > 1 else "")
        for cause in causes
    }


def percent(part: int, whole: int) -> str:
    """A share in per cent; nothing but none is 0, nothing but all is 100."""
    if not whole:
        return "–"
    if 0 < part < whole:
        share = 100 * part / whole
        return "< 1 %" if share < 1 else "> 99 %" if share > 99 else f"{round(share)} %"
    return "100 %" if part else "0 %"


def _quartiles(spread: Spread) -> tuple[str, str, str]:
    low, middle, high = spread.quartiles
    return _short(low), _short(middle), _short(high)


def _short(value: float) -> str:
    """Points with one decimal: a mean of many means no more."""
    return f"{round(value, 1):g}"


def _parts(exercise: ExerciseCount) -> tuple[int, int, int, int]:
    """How many students have how much of an exercise, in the order of `PARTS`."""
    parts = [0, 0, 0, 0]
    for earned, count in exercise.spread.counts.items():
        most = exercise.points
        parts[0 if earned <= 0 else 3 if earned >= most else 1 if earned <= most / 2 else 2] += count
    return parts[0], parts[1], parts[2], parts[3]


def _exercise(each: ExerciseCount) -> Mapping[str, Any]:
    return {
        "it": each,
        "quartiles": _quartiles(each.spread),
        "mean": _short(each.spread.mean),
        "parts": _parts(each),
    }


def _whose(cause: Cause) -> str:
    """What a cause is called where it cannot be told."""
    return f"{cause.title} of {cause.example.student}" if cause.example else cause.title


def _told(cause: Cause, statistics: ClassStatistics, tutorial: str, who: Who) -> Mapping[str, Any]:
    example = cause.example
    assert example is not None
    finding = example.finding
    own = quotes_student(finding)
    return {
        "name": cause.title,
        "share": percent(cause.students, statistics.graded),
        "students": cause.students,
        "exercises": sorted(cause.exercises),
        "student": who(example.student, example.exercise),
        "exercise": example.exercise,
        "personal": own,
        "headline": "" if own and who.anonymous else cut(capital(finding.headline)),
        "explanation": "" if own and who.anonymous else cut(finding.explanation),
        "where": [who.personal(place) for place in finding.where[-MAX_PLACES:] if not who.anonymous],
        "title": section_title(finding.section) if finding.section else "",
        "address": f"{tutorial}{finding.section}" if tutorial and finding.section else "",
    }


def _other(cause: Cause, statistics: ClassStatistics, who: Who) -> Mapping[str, Any]:
    example = cause.example
    assert example is not None
    own = quotes_student(example.finding)
    return {
        "name": cause.title,
        "share": percent(cause.students, statistics.graded),
        "students": cause.students,
        "exercises": sorted(cause.exercises),
        "student": who(example.student, example.exercise),
        "personal": own,
        "headline": "" if own and who.anonymous else cut(example.finding.headline),
    }


def _line(line: LineCount) -> Mapping[str, Any]:
    return {"it": line, "share": percent(line.failed, line.checked)}


def _items(lines: Iterable[LineCount]) -> list[tuple[LineCount, Item]]:
    """Lines that say something about students, those first that tell them apart least."""
    found = [(line, item_of(line.checked, line.failed, line.with_rest)) for line in lines]
    known = [(line, item) for line, item in found if item is not None]
    return sorted(known, key=lambda each: each[1].discrimination)
