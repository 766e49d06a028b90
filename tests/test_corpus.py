"""The sample hand-ins: each loses points on exactly the lines it should, and is told why.

`submissions/wrong/NAME/` holds only the files that its student got wrong; the other exercises are those of
`submissions/class/amara/`, who has everything right. What must come out stands in `submissions/expected.toml`,
and what is true of the code, line by line, in `submissions/truth.toml`: the student's page is held against that.

That a mistake costs nothing in the exercises that build on it is tried with every eighth; `make seeds` tries all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from autograder.course import COURSE
from autograder.grading.grade import Grader
from autograder.grading.judge import CaseResult
from autograder.grading.sandboxed import SandboxedSubmission, TimeLimits
from autograder.report.files import for_student
from autograder.report.model import ExerciseReport, Report
from autograder.report.pages.feedback import ADVICE, ALONE, BESIDE, NOT_TRIED, feedback_page
from autograder.submissions.submission import Submission, find_submissions, read_submission, student_names
from exercises.course.causes import CAUSES
from exercises.course.crash_causes import CRASH_CAUSES
from exercises.course.misconceptions import MISCONCEPTIONS
from exercises.feedback.kinds import FailureKind
from tests.feedback_page import Part, read_page
from tests.parallel import ALL, CATALOGUE, MODULES, at_a_time, building_on, overlaid

HERE = Path(__file__).parent / "submissions"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((HERE / "expected.toml").read_text("utf-8"))
TRUTH: dict[str, dict[str, list[str]]] = tomllib.loads((HERE / "truth.toml").read_text("utf-8"))
CLASS, WRONG = EXPECTED["class"], EXPECTED["wrong"]
EVERY = 8  # the exercises that build on a wrong one cost more than half of all
SAYS = {  # of a line that is so, the page says one of these
    "right": {"Passed"},
    "wrong": {"Wrong values", "Not yet", "In part", "Not judged"},
    "open": {"Not judged", "In part"},
}
# what an exception says of its line is often what a mistake led to
STOPPED = {cause.name for cause in CRASH_CAUSES} - {entry.name for entry in MISCONCEPTIONS}
UNTRIED = ("missing", "not-written")
TOLD = (
    *UNTRIED,
    "not-defined",
    "not-loadable",
    "forbidden",
    "timeout",
)  # kinds of failure that are their own cause


class PartGrader(Grader):
    """Grades what a hand-in can have got wrong; of the rest, which is Amara's, the results are known."""

    def grade_part(self, submission: Submission, modules: Collection[str]) -> Report:
        sandboxed = SandboxedSubmission(self._sandbox, submission, self.course, self.time_limits)
        results = self._judge.examine(sandboxed, modules)
        printed = sandboxed.keep_printed()
        self._sandbox.end_workers()
        known = [result for result in self._of_amara if result.module not in modules]
        report = self._report(submission, sandboxed, [*results, *known], printed)
        # nobody has said yet what the corpus is worth in an exercise that it has no answers to
        return replace(report, exercises=tuple(e for e in report.exercises if e.module in MODULES))

    @cached_property
    def _of_amara(self) -> list[CaseResult]:
        amara = read_submission(HERE / "class" / "amara", MODULES)
        results = self._judge.examine(
            SandboxedSubmission(self._sandbox, amara, self.course, self.time_limits)
        )
        self._sandbox.end_workers()
        return results


@pytest.fixture(scope="module")
def reports() -> Iterator[dict[str, Report]]:
    """All hand-ins graded; a grader mostly waits for its sandbox, so there are several."""
    names = student_names(find_submissions(HERE / "class", MODULES))
    tasks: list[tuple[Submission, Collection[str]]] = [
        (replace(read_submission(path, MODULES), student=name), MODULES) for path, name in names.items()
    ]
    for number, name in enumerate(WRONG):
        submission, own = overlaid(HERE / "wrong" / name)
        asked = building_on(own) if ALL or number % EVERY == 0 else own
        tasks.append((replace(submission, student=name), asked))
    with ExitStack() as stack:
        free: SimpleQueue[PartGrader] = SimpleQueue()
        workers = at_a_time()
        for _ in range(workers):
            free.put(stack.enter_context(PartGrader(COURSE, time_limits=TimeLimits(call=3.0))))

        def graded(task: tuple[Submission, Collection[str]]) -> Report:
            grader = free.get()
            try:
                return grader.grade_part(*task)
            finally:
                free.put(grader)

        with ThreadPoolExecutor(workers) as pool:
            yield {report.student: report for report in pool.map(graded, tasks)}


def lost(report: Report) -> list[str]:
    """The rubric lines that lose points."""
    return [f"{e.name}.{line.name}" for e in report.exercises for line in e.lines if line.passed < line.cases]


def causes(exercise: ExerciseReport) -> list[str]:
    """What an exercise's findings are put down to, the most frequent first, what an exception says last."""
    known = [cause for cause in exercise.causes if cause in TOLD or cause not in list(FailureKind)]
    return sorted(known, key=lambda cause: cause in STOPPED)


def misdiagnosed(report: Report, wanted: dict[str, list[str]]) -> str:
    """Where the causes named first are not those that are there; empty if they are."""
    wrong = []
    for exercise in report.exercises:
        expected, found = wanted.get(exercise.name, []), causes(exercise)
        if set(found[: max(len(expected), 1)]) != set(expected):
            wrong.append(f"{exercise.name} has {expected or 'no mistake'}, found {found or 'nothing'}")
    return f"{report.student}: {'; '.join(wrong)}" if wrong else ""


def test_every_hand_in_is_expected() -> None:
    on_disk = student_names(find_submissions(HERE / "class", MODULES)).values()
    assert sorted(on_disk) == sorted(CLASS)
    assert sorted(p.name for p in (HERE / "wrong").iterdir()) == sorted(WRONG)


def test_there_are_enough_wrong_ones_for_every_exercise() -> None:
    several = [name for name, each in WRONG.items() if sum(map(len, each["causes"].values())) > 1]
    assert len(WRONG) >= 30
    assert len(several) >= 5
    for exercise in CATALOGUE:
        assert sum(exercise.name in each["causes"] for each in WRONG.values()) >= 4, exercise.name


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_hand_in_holds_only_what_is_wrong(name: str) -> None:
    full = read_submission(HERE / "class" / "amara", MODULES).modules
    changed = read_submission(HERE / "wrong" / name, MODULES)
    assert not changed.extras
    assert {module.partition("_")[0] for module in changed.modules} >= set(WRONG[name]["causes"])
    assert all(source != full[module] for module, source in changed.modules.items())


@pytest.mark.parametrize("name", WRONG)
def test_points_are_lost_on_exactly_the_right_lines(name: str, reports: dict[str, Report]) -> None:
    report, expected = reports[name], WRONG[name]
    assert lost(report) == expected["lost"]
    assert report.earned == pytest.approx(expected["total"], abs=0.006)
    extra = report.extra
    extra_lost = extra.points - extra.earned if extra else 0
    assert extra_lost == pytest.approx(expected.get("extra_lost", 0), abs=0.006)


def test_at_least_nine_in_ten_are_diagnosed_right(reports: dict[str, Report]) -> None:
    misses = [text for name, each in WRONG.items() if (text := misdiagnosed(reports[name], each["causes"]))]
    ratio = 1 - len(misses) / len(WRONG)
    assert ratio >= 0.9, "\n".join([f"{ratio:.0%} are diagnosed right, not these:", *misses])


def test_every_rubric_line_fails_for_a_wrong_answer(reports: dict[str, Report]) -> None:
    failed = {
        f"{e.name}.{line.name}"
        for name in WRONG
        for e in reports[name].exercises
        for line in e.lines
        if any(f.kind not in UNTRIED for f in line.findings)
    }
    rubric = [f"{e.name}.{line.name}" for e in next(iter(reports.values())).exercises for line in e.lines]
    assert [line for line in rubric if line not in failed] == []


@pytest.mark.parametrize("name", CLASS)
def test_the_class_gets_its_points_and_its_diagnoses(name: str, reports: dict[str, Report]) -> None:
    expected = CLASS[name]
    # nobody has to go further; that Amara has that right too is seen wherever her answers fill a wrong hand-in up
    report = replace(reports[name], exercises=tuple(e for e in reports[name].exercises if not e.extra))
    earned = [e.earned for e in report.exercises]
    assert earned == pytest.approx(expected["points"], abs=0.006)
    assert report.earned == pytest.approx(expected["total"], abs=0.006)
    assert expected["total"] == pytest.approx(sum(expected["points"]), abs=0.02)
    assert not misdiagnosed(report, expected["causes"])
    # who hands in what is extra has it right
    assert all(e.earned in (0, pytest.approx(e.points)) for e in reports[name].exercises if e.extra)


def test_no_device_check_is_left_open(reports: dict[str, Report]) -> None:
    left = [name for name, each in reports.items() if any("device check" in note for note in each.notes)]
    assert left == []


def page_of(report: Report) -> tuple[float, dict[str, Part]]:
    """What the student sees."""
    return read_page(feedback_page(for_student(report, show_calls=False)))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("several_crashes_of_shapes", {
            "ex2": ["In out[:, :, top:h, left:w] = x, out[:, :, top:h, left:w] has the shape (2, 3, "],
            "ex3": ["In rows @ kernels, rows has the shape ("],
            "ex4": ["In for i in height, height is an int."],
            "ex7": ["torch sets a module up in super().__init__()."],
        }),
        ("several_crashes_of_names", {
            "ex1": ["In range(steps + 1), steps + 1 is a float."],
            "ex3": ["bias is a tensor here."],
            "ex5": ["There is dilate_kernel: is that the one?"],
            "ex7": ["There is self.bias: is that the one?"],
        }),
        ("several_crashes_of_none", {
            "ex2": ["In padded.to, padded is None."],
            "ex3": ["In bias.view, bias is None."],
            "ex6": ["axes of size 1 that are too many or missing"],
            "ex7": ["The padding is a text here"],
        }),
    ],
)  # fmt: skip
def test_the_page_says_once_what_a_line_combined_when_it_stopped(
    name: str, told: dict[str, list[str]], reports: dict[str, Report]
) -> None:
    _, parts = page_of(reports[name])
    for exercise, sentences in told.items():
        for sentence in sentences:
            assert len([text for text in parts[exercise].explanations if sentence in text]) == 1


def true_of(name: str, line: str) -> str:
    return next((label for label in ("wrong", "open") if line in TRUTH[name].get(label, ())), "right")


def test_the_truth_is_told_of_enough_hand_ins() -> None:
    assert set(TRUTH) <= set(WRONG)
    assert len(TRUTH) >= 40
    for exercise in CATALOGUE:
        told = [
            name for name in TRUTH if any(line.startswith(exercise.name) for line in TRUTH[name]["wrong"])
        ]
        assert len(told) >= 4, exercise.name


@pytest.mark.parametrize("name", TRUTH)
def test_the_page_says_of_each_line_what_is_true(name: str, reports: dict[str, Report]) -> None:
    _, parts = page_of(reports[name])
    lines = {f"{e.name}.{line.name}": line for e in reports[name].exercises for line in e.lines}
    assert {line for label in ("wrong", "open") for line in TRUTH[name].get(label, ())} <= set(lines)
    said = {(ex, row.sentence): row.word for ex, part in parts.items() for row in part.rows}
    assert len(said) == len(lines)
    false = {
        line: f"{true_of(name, line)}, and the page says: {word}"
        for line, each in lines.items()
        if (word := said[line.partition(".")[0], each.sentence.replace("`", "")])
        not in SAYS[true_of(name, line)]
    }
    assert not false


@pytest.mark.parametrize("name", WRONG)
def test_the_page_puts_numbers_down_only_to_mistakes_that_are_there(
    name: str, reports: dict[str, Report]
) -> None:
    _, parts = page_of(reports[name])
    plain = {ALONE, BESIDE, NOT_TRIED, *ADVICE.values()}
    for exercise in reports[name].exercises:
        there = WRONG[name]["causes"].get(exercise.name, ())
        # what is told of errors, dtypes and the like was seen as such, and is no guess from numbers
        true = {f.explanation for f in exercise.findings if f.diagnosis in there or f.diagnosis in CAUSES}
        told = set(parts[exercise.name].explanations)
        assert told <= {text.replace("`", "") for text in plain | true}


@pytest.mark.parametrize("name", WRONG)
def test_the_page_counts_points_and_checks_as_the_report_does(name: str, reports: dict[str, Report]) -> None:
    total, parts = page_of(reports[name])
    extra = {exercise.name for exercise in reports[name].exercises if exercise.extra}
    counted = sum(part.earned for exercise, part in parts.items() if exercise not in extra)
    assert total == pytest.approx(counted, abs=0.04)
    for exercise in reports[name].exercises:
        part = parts[exercise.name]
        assert part.earned == pytest.approx(sum(row.earned for row in part.rows), abs=0.02)
        for row in part.rows:
            assert (row.word == "Passed") == (row.passed == row.checks)
            assert row.earned == pytest.approx(row.points * row.passed / row.checks, abs=0.006)
        for words, count in (
            ("correct version", sum(line.carried for line in exercise.lines)),
            ("mistake in your values", sum(line.followed for line in exercise.lines)),
            ("without a look at", sum(line.apart for line in exercise.lines)),
        ):
            told = [int(note.split()[0].replace("One", "1")) for note in part.notes if words in note]
            assert told == ([count] if count else [])


def test_the_page_tells_what_each_exercise_has() -> None:
    page = " ".join((HERE / "README.md").read_text(encoding="utf-8").split())
    for exercise in COURSE.exercises:
        wrong = len(list((HERE / "wrong").glob(f"{exercise.name}_*")))
        honest = len(list((HERE / "honest").glob(f"*/{exercise.module}.py")))
        told = [m for m in COURSE.misconceptions if not {*m.functions}.isdisjoint(exercise.exports)]
        assert f"| {exercise.name} | {wrong} | {honest} | {len(told)} |" in page
        assert min(wrong, len(told)) >= 5 and honest >= 3
