"""What people read is words: all that can be found has a title, and students are told no name for programs."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from autograder.course import COURSE
from autograder.grading.grade import Grader
from autograder.grading.sandboxed import TimeLimits
from autograder.platforms.nbgrader import remarks
from autograder.report import gradescope, prairielearn
from autograder.report.class_statistics import Compared, statistics_of
from autograder.report.faults import Faults
from autograder.report.files import as_json, for_student
from autograder.report.grade import Grade
from autograder.report.grades import write_grades
from autograder.report.model import Report
from autograder.report.moodle import comment
from autograder.report.pages.dashboard import chart_specs, dashboard
from autograder.report.pages.feedback import feedback_page
from autograder.report.reading import row
from autograder.report.terminal.table import show_table
from autograder.submissions.submission import read_submission
from exercises.feedback.cause import Cause
from exercises.feedback.kinds import FailureKind
from exercises.feedback.misconception import Family, Misconception
from tests.parallel import MODULES

MAX_CHARS = 50
WRONG = Path(__file__).parent / "submissions" / "wrong"
# what they come to: a misconception, a family, an exception, what is forbidden, a wrong error, a dtype, a kind alone
HAND_INS = (
    "ex1_plus_one_missing", "ex2_no_pairs", "ex2_uses_f_pad", "ex3_kernel_flipped", "ex3_negatives_clipped",
    "ex3_no_checks", "ex4_asserts", "ex6_epsilon_under_the_root", "ex7_no_repr", "ex7_same_forgets_dilation",
    "several_crashes_of_none", "several_float32_everywhere",
)  # fmt: skip
Entry = Misconception | Family | Cause
CAUSES = tuple(COURSE.causes.values())
WRONG_NUMBERS = (*COURSE.misconceptions, *COURSE.families)
NAMES = {entry.name for entry in (*CAUSES, *WRONG_NUMBERS)} | set(FailureKind)
# a name of one word may be a word of a sentence
_NAMES = re.compile(rf"(?<![\w-])({'|'.join(sorted(name for name in NAMES if '-' in name))})(?![\w-])")


@pytest.mark.parametrize("entry", [*CAUSES, *WRONG_NUMBERS], ids=lambda entry: entry.name)
def test_a_title_is_a_few_words_that_go_on_after_a_colon(entry: Entry) -> None:
    must_be_words(entry.title)
    assert entry.title != entry.name.replace("-", " ")


@pytest.mark.parametrize("kind", FailureKind)
def test_so_are_the_words_of_a_kind(kind: FailureKind) -> None:
    must_be_words(kind.words)


def must_be_words(title: str) -> None:
    assert len(title.split()) >= 2 and len(title) <= MAX_CHARS
    assert title.isprintable() and title.isascii()
    assert not _NAMES.search(title)
    # such titles are listed one after the other, in plain text
    assert not re.search(r"[,;:`]|\.$", title)
    assert title[0].islower() or title.startswith((".", "None ", "NaN "))


def test_nothing_that_one_exercise_can_be_told_has_the_title_of_something_else() -> None:
    of_any = [*(cause.title for cause in CAUSES), *(kind.words for kind in FailureKind)]
    for exercise in COURSE.exercises:
        own = [
            e.title for e in WRONG_NUMBERS if {f.split(".")[0] for f in e.functions} & set(exercise.exports)
        ]
        assert own, exercise.name
        assert [title for title, count in Counter([*own, *of_any]).items() if count > 1] == []


def test_a_member_of_a_family_is_called_like_it(reports: dict[str, Report]) -> None:
    exercises = reports["ex6_epsilon_under_the_root"].exercises
    found = {f.diagnosis: f.title for e in exercises for f in e.findings}
    (family,) = [each for each in COURSE.families if each.name in found]
    assert found[family.name] == family.title


def test_a_kind_without_words_is_none() -> None:
    with pytest.raises(TypeError, match="a kind of failure needs words: late"):
        vars(FailureKind)["__new_member__"](FailureKind, "late")


@pytest.fixture(scope="module")
def reports() -> Iterator[dict[str, Report]]:
    with Grader(COURSE, time_limits=TimeLimits(call=3.0)) as grader:
        yield {name: grader.grade(read_submission(WRONG / name, MODULES)).named(name) for name in HAND_INS}


def test_among_these_are_all_sorts_of_causes(reports: dict[str, Report]) -> None:
    found = [f for report in reports.values() for e in report.exercises for f in e.findings]
    causes = {f.cause for f in found}
    assert causes & {e.name for e in COURSE.misconceptions} and causes & {e.name for e in COURSE.families}
    assert causes & set(COURSE.causes) and {FailureKind.VALUE, FailureKind.FORBIDDEN} <= causes
    assert sum("-" in cause for cause in causes) >= 12


@pytest.mark.parametrize("name", HAND_INS)
def test_no_text_for_students_has_a_name_for_programs(name: str, reports: dict[str, Report]) -> None:
    for what, text in texts_of(reports[name]).items():
        assert not _NAMES.findall(text), what


@pytest.mark.parametrize("name", HAND_INS)
def test_what_was_found_is_told_in_titles_alone(name: str, reports: dict[str, Report]) -> None:
    report = reports[name]
    titles = {e.title for e in (*CAUSES, *WRONG_NUMBERS)} | {kind.words for kind in FailureKind}
    for part in report.found.split("; "):
        before, _, told = part.partition(": ")
        if before in ("not handed in", "not written yet"):
            continue
        assert before in [e.name for e in report.exercises]
        for title in re.sub(r" \+\d+$", "", told).split(", "):
            assert title in titles


def test_the_example_that_was_asked_for(reports: dict[str, Report]) -> None:
    assert 'ex7: padding="same" ignores dilation' in reports["ex7_same_forgets_dilation"].found


def test_programs_have_the_names_beside_the_titles(reports: dict[str, Report]) -> None:
    told = json.loads(json.dumps(as_json(reports["ex3_kernel_flipped"])))
    found = [f for e in told["exercises"] for line in e["lines"] for f in line["findings"]]
    assert ("kernel-flipped", "the kernel is flipped") in [(f["diagnosis"], f["title"]) for f in found]


def texts_of(report: Report) -> dict[str, str]:
    """Whatever is told of a report, by where: to its student, or to the instructor who may hand it on."""
    shown, in_table = for_student(report, show_calls=False), row(report)
    grade = Grade("ada", {}, report.points, report.earned, report.exercises, report.found)
    faults, screen = Faults(), io.StringIO()
    show_table(Console(file=screen, width=400), [(report.student, in_table)], Path("graded"))
    statistics = statistics_of([("ada", report)], faults)
    texts = {
        "found": report.found,
        "page": feedback_page(shown),
        "page with calls": feedback_page(report),
        "Gradescope": json.dumps(gradescope.results(shown)),
        "PrairieLearn": json.dumps(prairielearn.results(shown, COURSE.meanings)),
        "nbgrader": "\n".join(remarks(shown).values()),
        "Moodle": comment(grade),
        "table": screen.getvalue().replace(report.student, ""),
        "dashboard": dashboard(statistics, Compared(), faults),
        "charts": json.dumps(chart_specs(statistics)),
    }
    assert not faults.notes
    return texts


def test_the_table_of_grades_has_titles(tmp_path: Path, reports: dict[str, Report]) -> None:
    faults = Faults()
    write_grades(tmp_path / "grades.csv", list(reports.items()), {}, faults)
    text = (tmp_path / "grades.csv").read_text("utf-8")
    assert "the kernel is flipped" in text and not _NAMES.findall(text) and not faults.notes
