"""`nbgrader.zip` with nbgrader's own commands: one course, built and graded once, that all tests look at."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import pytest

from autograder.course import COURSE
from autograder.grading.grade import Grader
from autograder.platforms import gradebook
from autograder.platforms import nbgrader as runtime
from autograder.platforms.gradebook import GradebookError
from autograder.platforms.nbgrader import NotGraded
from autograder.platforms.single_upload import points
from autograder.release import nbgrader
from autograder.release.edition import Edition, ReleaseError
from autograder.release.known import KnownSubmission, known_submissions
from autograder.release.nbgrader import ASSIGNMENT, SOURCE, hand_over
from autograder.release.notebook import NAME
from autograder.report.model import Report
from autograder.submissions.submission import SubmissionError, read_submission

pytestmark = pytest.mark.platforms
ROOT = Path(__file__).resolve().parents[1]
EDITION = Edition(COURSE, ROOT)
MODULES = [e.module for e in EDITION.catalogue]
CLASS = ("solutions", "corpus1", "corpus2")  # building a release takes five, see test_releases_page
FULL = {e.name: 0.0 if e.extra else float(e.points) for e in EDITION.catalogue}
NOTHING = dict.fromkeys(FULL, 0.0)
HIDDEN_WORDS = (
    "HIDDEN TESTS",
    "_runpy",
    "points_of",
    "CONVOLUTIONS_",
    "autograder.course.suites",
    "convolutions_graded",
)

FORGER = """\
import runpy
runpy.run_path = lambda *a, **k: {"points" + "_of": lambda exercise: float(FULL[exercise])}
"""
NOISE = """\
import sys, warnings
warnings.warn("careful")
print("something on stderr", file=sys.stderr)
sys.addaudithook(lambda event, _: print(event, file=sys.stderr) if event == "subprocess.Popen" else None)
os = json = subprocess = None
"""
SHADOW = "raise SystemExit('a file of a hand-in was imported')\n"

Points = dict[str, dict[str, float]]


def in_gradebook(report: Report) -> dict[str, float]:
    """What nbgrader has of a report: a cell for each exercise, also where nobody went further."""
    return NOTHING | points(report)


@dataclass(frozen=True)
class Course:
    """The course folder after both ways, and what was seen on the way."""

    folder: Path
    reports: Mapping[str, Report]
    by_kernel: Points
    beside_answers: Points
    safe: Points
    notes: list[str]
    pages: list[str]
    feedback_by_kernel: Mapping[str, str]
    log: str

    def page(self, student: str) -> str:
        return self.path("feedback", student, "convolutions.html").read_text(encoding="utf-8")

    def path(self, step: str, student: str, name: str = NAME) -> Path:
        return self.folder / step / student / ASSIGNMENT / name


def edited(path: Path, first_cell: str, tag: str = "") -> None:
    """Puts a cell of the student's own in front, and a tag on every cell."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["metadata"] |= {"tags": [tag]} if tag else {}
    notebook["cells"].insert(0, new_cell(first_cell))
    path.write_text(json.dumps(notebook), encoding="utf-8")


def new_cell(source: str) -> dict[str, Any]:
    empty: dict[str, Any] = {"cell_type": "code", "execution_count": None, "outputs": [], "metadata": {}}
    return {**empty, "id": "own", "source": source}


def graded(course: Path, hand_ins: Iterable[KnownSubmission]) -> dict[str, Report]:
    """What `autograder grade` says of the class, and of who else has handed in."""
    reports = {}
    with Grader(COURSE, seed=EDITION.seed) as grader, TemporaryDirectory() as scratch:
        for hand_in in hand_ins:
            path = Path(scratch) / hand_in.name / NAME
            path.parent.mkdir()
            path.write_text(json.dumps(hand_in.notebook(EDITION)), encoding="utf-8")
            reports[hand_in.name] = grader.grade(read_submission(path, MODULES)).named(hand_in.name)
        forged = course / "submitted" / "forger" / ASSIGNMENT / NAME
        reports["forger"] = grader.grade(read_submission(forged, MODULES)).named("forger")
    return reports


def run_answers(course: Path, yes: bool) -> None:
    path = course / "nbgrader_config.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f"RUN_ANSWERS = {not yes}\n", f"RUN_ANSWERS = {yes}\n"), encoding="utf-8")


def unpacked(folder: Path) -> Path:
    for name, content in package().files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def package() -> Any:
    [one] = nbgrader.packages(EDITION)
    return one


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = unpacked(tmp_path_factory.mktemp("nbgrader") / "course")
    known = {h.name: h for h in known_submissions(EDITION)}
    hand_ins = {name: known[name] for name in CLASS}
    nbgrader.nbgrader(folder, "generate_assignment", ASSIGNMENT)

    # somebody who earns nothing and wants all, and the class
    forged = hand_over(EDITION, folder, replace(known["stubs"], name="forger"))
    edited(forged, f"FULL = {FULL}\n{FORGER}", "skip-execution")
    for name in ("contextlib", "runpy", "json", "subprocess", "sitecustomize"):
        forged.with_name(f"{name}.py").write_text(SHADOW, encoding="utf-8")
    with ThreadPoolExecutor() as pool:
        running = pool.submit(nbgrader.graded, EDITION, folder, list(hand_ins.values()))
        reports = graded(folder, hand_ins.values())
        by_kernel = running.result()
    feedback = {path.parent.parent.name: path.read_text(encoding="utf-8") for path in pages(folder)}

    # the same with the students' cells running beside those with points
    edited(hand_over(EDITION, folder, replace(hand_ins["solutions"], name="noisy")), NOISE)
    for extra in forged.parent.glob("*.py"):
        extra.unlink()
    run_answers(folder, True)
    log = nbgrader.nbgrader(folder, "autograde", ASSIGNMENT, "--force", "--student", "[fn]o*")
    run_answers(folder, False)
    beside = gradebook.read_scores(folder, ASSIGNMENT)

    # the safe way
    late = folder / "submitted" / "unreadable" / ASSIGNMENT / NAME
    late.parent.mkdir(parents=True)
    late.write_text('{"no": "notebook <b>at all</b>"}', encoding="utf-8")
    (folder / "submitted" / "absent" / ASSIGNMENT).mkdir(parents=True)
    enter_by_hand(folder, "corpus1", "ex5", 7.0)
    with Grader(COURSE, seed=EDITION.seed) as grader:
        reports["noisy"] = reports["solutions"].named("noisy")
        reports["unreadable"] = unreadable(grader, late)
    notes = gradebook.write_scores(folder, ASSIGNMENT, reports)
    missing = gradebook.write_pages(folder, ASSIGNMENT, reports)
    log += nbgrader.nbgrader(folder, "generate_feedback", ASSIGNMENT, "--force")
    safe = gradebook.read_scores(folder, ASSIGNMENT)
    return Course(folder, reports, by_kernel, beside, safe, notes, missing, feedback, log)


def unreadable(grader: Grader, path: Path) -> Report:
    with pytest.raises(SubmissionError) as caught:
        read_submission(path, MODULES)
    return grader.unreadable("unreadable", str(caught.value))


def pages(course: Path) -> list[Path]:
    return sorted((course / "feedback").glob(f"*/{ASSIGNMENT}/*.html"))


def enter_by_hand(course: Path, student: str, exercise: str, score: float) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        grade = book.find_grade(f"{exercise}-points", "convolutions", ASSIGNMENT, student)
        grade.manual_score = score
        book.db.commit()


def test_the_zip_names_the_only_file_that_may_hold_markers() -> None:
    made = package()
    assert made.name == "nbgrader.zip" and made.hidden and made.audience == "instructors"
    assert made.markers == {SOURCE}
    assert [name for name, content in made.files.items() if b"BEGIN HIDDEN TESTS" in content] == [SOURCE]
    assert not [name for name in made.files if re.search(r"exercises/ex\d|solutions", name)]


def test_every_cell_has_the_metadata_that_nbgrader_wants() -> None:
    kinds = {"answer": (False, True, False), "points": (True, False, True)}
    names = []
    for cell in json.loads(package().files[SOURCE])["cells"]:
        about = cell["metadata"]["nbgrader"]
        kind = about["grade_id"].split("-")[1] if "-" in about["grade_id"] else ""
        wanted = kinds.get(kind, (False, False, True))
        assert (about["grade"], about["solution"], about["locked"]) == wanted, about
        assert set(about) <= {"schema_version", "grade_id", "grade", "solution", "locked", "task", "points"}
        assert about["schema_version"] == 3
        names += [(about["grade_id"], about["points"])] if about["grade"] else []
    assert dict(names) == {f"{exercise}-points": worth for exercise, worth in FULL.items()}


def test_two_builds_are_alike() -> None:
    assert package() == package()


def test_every_warning_that_nbgrader_prints_is_explained_to_instructors(course: Course) -> None:
    page = (ROOT / "docs" / "releases.md").read_text(encoding="utf-8")
    section = page.split("\n## nbgrader\n")[1].split("\n## ")[0]
    table = section.split("| it says")[1]
    explained = re.findall(r"^\| `([^`]+)` +\|", table, re.MULTILINE)
    assert len(explained) > 2
    warnings = [line for line in course.log.splitlines() if re.search(r"warning\b", line, re.IGNORECASE)]
    assert any("TCP" in line for line in warnings), "nothing was looked at"
    assert [line for line in warnings if not any(text in line for text in explained)] == []
    assert "has changed" not in course.log, "of cells that nobody changed"


def test_a_cell_with_points_that_a_student_changed_is_left_for_nbgrader_to_warn_of(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "GRADER", course.folder / "grader")
    resources = {"nbgrader": {"student": "anna", "assignment": ASSIGNMENT, "notebook": Path(NAME).stem}}
    notebook = nbformat.read(course.folder / "release" / ASSIGNMENT / NAME, as_version=4)
    cells = {runtime._grade_id(cell): cell for cell in notebook.cells}
    cells["ex2-points"].source = changed = "10.0"
    runtime.hidden_lines_back(notebook, resources)
    assert "points_of" in cells["ex1-points"].source
    assert cells["ex2-points"].source == changed


@pytest.mark.parametrize("student", CLASS)
def test_nbgrader_gives_the_points_that_the_autograder_gives(course: Course, student: str) -> None:
    assert course.by_kernel[student] == in_gradebook(course.reports[student])


def test_the_class_is_exported(course: Course) -> None:
    with (course.folder / "grades.csv").open(encoding="utf-8") as file:
        totals = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert totals["solutions"] == sum(FULL.values()) and totals["forger"] == 0
    assert totals["corpus2"] == pytest.approx(course.reports["corpus2"].earned)


def test_no_cell_of_a_student_runs_in_the_kernel_unless_told(course: Course) -> None:
    assert course.by_kernel["forger"] == NOTHING
    assert "careful" not in course.feedback_by_kernel["forger"]


def test_beside_running_answers_points_can_be_forged_and_the_safe_way_sets_them_right(course: Course) -> None:
    assert course.beside_answers["forger"] == FULL  # else this test proves nothing
    assert course.safe["forger"] == in_gradebook(course.reports["forger"]) == NOTHING


def test_what_lands_on_stderr_costs_no_points(course: Course) -> None:
    assert course.beside_answers["noisy"] == FULL


def test_the_safe_way_gives_the_points_that_the_autograder_gives(course: Course) -> None:
    for student, report in course.reports.items():
        if student != "corpus1":
            assert course.safe[student] == in_gradebook(report), student


def test_a_score_entered_by_hand_stays_and_is_said(course: Course) -> None:
    assert course.safe["corpus1"] == in_gradebook(course.reports["corpus1"]) | {"ex5": 7.0}
    [note] = [note for note in course.notes if "no score was entered" not in note]
    assert note == "corpus1, ex5: 7, entered by hand, stays; the autograder gives 0"


def test_release_and_feedback_tell_nothing_of_what_is_hidden(course: Course) -> None:
    for step in ("release", "feedback"):
        files = [path for path in (course.folder / step).rglob("*") if path.is_file()]
        assert len(files) > 40
        for path in files:
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not [word for word in HIDDEN_WORDS if word in text], path
    for student, text in course.feedback_by_kernel.items():
        assert not [word for word in HIDDEN_WORDS if word in text], student
        assert "points of exercise 3" in text


def test_students_get_the_public_checks_whole(course: Course) -> None:
    released = course.folder / "release" / ASSIGNMENT
    source = course.folder / "source" / ASSIGNMENT
    names = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    assert {path.relative_to(released) for path in released.rglob("*") if path.is_file()} == names
    assert Path("exercises/feedback/catalogue.py") in names


def test_feedback_says_what_was_found(course: Course) -> None:
    (ex3,) = (e for e in course.reports["corpus2"].exercises if e.name == "ex3")
    assert 0 < ex3.earned < ex3.points
    for page in (course.feedback_by_kernel["corpus2"], course.page("corpus2")):
        assert "The kernel seems to be turned upside down" in page
        assert f"ex3: {ex3.earned:g} of {ex3.points:g} points" in page
    # no kernel ran for this page, so the words come from the gradebook
    assert "output_stdout" not in course.page("corpus2")


def test_an_unreadable_hand_in_is_told_why_and_has_no_page(course: Course) -> None:
    # nbgrader's own sum for whoever has no score
    assert course.safe["unreadable"] == NOTHING
    assert scores_entered(course, "unreadable") == {None}
    assert f"unreadable: no score was entered: {course.reports['unreadable'].problem}" in course.notes
    assert None not in scores_entered(course, "forger")
    why = course.reports["unreadable"].problem
    told = f"unreadable: no feedback page, the points stand: nbgrader cannot read the notebook ({why})"
    assert course.pages == [told]
    assert course.reports["unreadable"].problem in comment(course, "unreadable", "ex1-answer-1")


def scores_entered(course: Course, student: str) -> set[float | None]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}") as book:
        submission = book.find_submission_notebook("convolutions", ASSIGNMENT, student)
        return {grade.auto_score for grade in submission.grades}


Cells = list[dict[str, Any]]


def place_of(cells: Cells, name: str) -> int:
    return [cell["metadata"]["nbgrader"]["grade_id"] for cell in cells].index(name)


def copied(name: str) -> Callable[[Cells], object]:
    """The student copies a cell, and its marks with it."""
    return lambda cells: cells.insert(0, {**deepcopy(cells[place_of(cells, name)]), "id": "copy"})


def marked(**marks: object) -> Callable[[Cells], object]:
    return lambda cells: cells[3]["metadata"]["nbgrader"].update(marks)


# all of these once stopped nbgrader, or cost this student the page
ODD: Mapping[str, Callable[[Cells], object]] = {
    "answer copied": copied("ex3-answer-1"),
    "points copied": copied("ex3-points"),
    "points deleted": lambda cells: cells.pop(place_of(cells, "ex3-points")),
    "of another version": marked(schema_version=1),
    "of a later version": marked(schema_version=4),
    "of another course": marked(grade_id="foreign"),
    "marks emptied": lambda cells: cells[3]["metadata"].update(nbgrader={}),
    "marks broken": lambda cells: cells[3]["metadata"].update(nbgrader=[1]),
    "marks gone": lambda cells: [cell["metadata"].clear() for cell in cells],
}
NO_KERNEL = "--Autograde.autograde_preprocessors=nbgrader.preprocessors.CheckCellMetadata"


@pytest.fixture(scope="module")
def odd_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nobody is graded yet; whoever has an odd notebook comes before somebody who has not."""
    folder = unpacked(tmp_path_factory.mktemp("odd") / "course")
    nbgrader.nbgrader(folder, "generate_assignment", ASSIGNMENT)
    [stubs] = [each for each in known_submissions(EDITION) if each.name == "stubs"]
    for name, change in {**ODD, "zoe": lambda cells: None}.items():
        path = hand_over(EDITION, folder, replace(stubs, name=name))
        notebook = json.loads(path.read_text(encoding="utf-8"))
        change(notebook["cells"])
        path.write_text(json.dumps(notebook), encoding="utf-8")
    return folder


def test_one_students_notebook_costs_nobody_the_page_or_the_score(odd_course: Path, tmp_path: Path) -> None:
    folder = tmp_path / "course"
    shutil.copytree(odd_course, folder)
    renamed = folder / "submitted" / "renamed" / ASSIGNMENT / "convolutions (1).ipynb"
    cut, points = (folder / "submitted" / name / ASSIGNMENT / NAME for name in ("cut", "points spoilt"))
    zoe = (folder / "submitted" / "zoe" / ASSIGNMENT / NAME).read_text(encoding="utf-8")
    cells = {renamed: zoe, cut: zoe[:500], points: re.sub('"points": 20', '"points": "20?"', zoe)}
    for path, text in cells.items():
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    (folder / "submitted" / "crasher" / ASSIGNMENT).mkdir(parents=True)
    (folder / "submitted" / "crasher" / ASSIGNMENT / NAME).write_text(zoe, encoding="utf-8")
    with Grader(COURSE, seed=EDITION.seed) as grader:
        report = grader.grade(read_submission(folder / "submitted" / "zoe" / ASSIGNMENT / NAME, MODULES))
        unread = unreadable(grader, cut)
    earned = tuple(replace(each, earned=each.points / 2) for each in report.exercises)
    report = replace(report, exercises=earned, earned=50.0)
    students = [*ODD, "zoe", "renamed", "points spoilt"]
    reports = {name: report.named(name) for name in students} | {"cut": unread.named("cut")}
    gradebook.write_scores(folder, ASSIGNMENT, reports)
    told = dict(line.split(": ", 1) for line in gradebook.write_pages(folder, ASSIGNMENT, reports))
    nbgrader.nbgrader(folder, "generate_feedback", ASSIGNMENT)
    assert set(told) == {"renamed", "cut", "points spoilt", "crasher"}
    assert "nbgrader makes one of a file called convolutions.ipynb alone" in told["renamed"]
    assert unread.problem in told["cut"]
    assert "could not convert string to float: '20?'" in told["points spoilt"]
    assert told["crasher"] == "could not be graded, the gradebook keeps what it had"
    scores = gradebook.read_scores(folder, ASSIGNMENT)
    half = {name: worth / 2 for name, worth in FULL.items()}
    assert scores == dict.fromkeys(students, half) | {"cut": NOTHING}
    pages_of = {path.parent.parent.name: path.read_text(encoding="utf-8") for path in pages(folder)}
    assert set(pages_of) == {*ODD, "zoe"}
    score = f"(Score: {sum(half.values())} / {sum(FULL.values())})"
    assert all(score in page for page in pages_of.values())


def test_nbgraders_own_run_stops_at_a_copied_cell_and_not_with_our_settings(odd_course: Path) -> None:
    theirs = [
        f"--Autograde.sanitize_preprocessors=nbgrader.preprocessors.{name}"
        for name in (
            "ClearOutput",
            "DeduplicateIds",
            "OverwriteKernelspec",
            "OverwriteCells",
            "CheckCellMetadata",
        )
    ]
    with pytest.raises(ReleaseError, match="nbgrader update"):
        nbgrader.nbgrader(odd_course, "autograde", ASSIGNMENT, NO_KERNEL, *theirs)
    autograded = odd_course / "autograded"
    assert not (autograded / "zoe").exists()
    nbgrader.nbgrader(odd_course, "autograde", ASSIGNMENT, NO_KERNEL, *theirs, "--student=zoe")
    assert (autograded / "zoe" / ASSIGNMENT / NAME).is_file()
    with pytest.raises(ReleaseError):
        nbgrader.nbgrader(odd_course, "autograde", ASSIGNMENT, NO_KERNEL, *theirs, "--student=answer copied")
    nbgrader.nbgrader(odd_course, "autograde", ASSIGNMENT, NO_KERNEL, "--force")
    assert {path.name for path in autograded.iterdir()} == {*ODD, "zoe"}


def test_without_any_report_the_gradebook_stays_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(GradebookError, match="nothing could be graded"):
        gradebook.write_scores(tmp_path, ASSIGNMENT, {})


def comment(course: Course, student: str, cell: str) -> str:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}") as book:
        return str(book.find_comment(cell, "convolutions", ASSIGNMENT, student).comment)


def test_who_handed_in_nothing_is_named(course: Course) -> None:
    assert gradebook.without_submission(course.folder, ASSIGNMENT) == ["absent"]
    assert "absent" not in gradebook.submitted(course.folder, ASSIGNMENT)


def test_the_courses_own_seed_is_found(course: Course, tmp_path: Path) -> None:
    assert gradebook.course_seed(course.folder) == EDITION.seed
    assert gradebook.course_seed(tmp_path) is None


def test_a_grader_that_cannot_grade_is_no_0(course: Course, tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "course")
    (folder / "gradebook.db").write_bytes((course.folder / "gradebook.db").read_bytes())
    (folder / "grader" / "release.json").write_text("damaged", encoding="utf-8")
    path = folder / "submitted" / "solutions" / ASSIGNMENT / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(course.path("submitted", "solutions").read_bytes())
    with pytest.raises(
        ReleaseError, match=r"NotGraded: solutions: the cell ex1-points gave no points: .*JSON"
    ):
        nbgrader.nbgrader(folder, "autograde", ASSIGNMENT)
    assert not (folder / "autograded" / "solutions" / ASSIGNMENT).exists()


def test_a_folder_without_a_gradebook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GradebookError, match="run nbgrader generate_assignment"):
        gradebook.assignment_in(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_assignment_that_is_not_there_is_refused(course: Course) -> None:
    assert gradebook.assignment_in(course.folder) == ASSIGNMENT
    with pytest.raises(GradebookError, match="no assignment 'sums'; run nbgrader generate_assignment"):
        gradebook.assignment_in(course.folder, "sums")


def test_of_two_assignments_one_has_to_be_named(course: Course, tmp_path: Path) -> None:
    from nbgrader.api import Gradebook

    (tmp_path / "gradebook.db").write_bytes((course.folder / "gradebook.db").read_bytes())
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        book.add_assignment("again")
        book.add_notebook("convolutions", "again")
    with pytest.raises(GradebookError, match=r"(again, convolutions|convolutions, again) have a notebook"):
        gradebook.assignment_in(tmp_path)
    assert gradebook.assignment_in(tmp_path, "again") == "again"
    with pytest.raises(GradebookError, match="again has no cell ex1-points with 10 points"):
        gradebook.write_scores(tmp_path, "again", course.reports)


def test_what_is_no_gradebook_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "gradebook.db").write_text("not a database", encoding="utf-8")
    with pytest.raises(GradebookError, match="not a database") as caught:
        gradebook.read_scores(tmp_path, ASSIGNMENT)
    assert "\n" not in str(caught.value)


def test_nobody_handed_in_is_said(tmp_path: Path) -> None:
    with pytest.raises(GradebookError, match="no hand-in; expected STUDENT/convolutions"):
        gradebook.submitted(tmp_path, ASSIGNMENT)


def test_a_renamed_notebook_is_graded_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "submitted" / "anna" / ASSIGNMENT
    folder.mkdir(parents=True)
    (folder / "convolutions (1).ipynb").write_text("{}", encoding="utf-8")
    assert gradebook.submitted(tmp_path, ASSIGNMENT) == {"anna": folder}


@pytest.fixture
def without_nbgrader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nbgrader.api", None)


@pytest.mark.usefixtures("without_nbgrader")
def test_without_nbgrader_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(GradebookError, match="nbgrader is not installed here"):
        gradebook.assignment_in(tmp_path)


def executed(**outputs: list[Any]) -> Any:
    """A notebook with all cells for points, which gave 1.0 unless told otherwise."""
    notebook = nbformat.v4.new_notebook()
    for name in runtime.points_cells():
        cell = nbformat.v4.new_code_cell(metadata={"nbgrader": {"grade_id": name}})
        one = nbformat.v4.new_output("execute_result", {"text/plain": "1.0"})
        cell.outputs = outputs.get(name.partition("-")[0], [one])
        notebook.cells.append(cell)
    return notebook


RESOURCES = {"nbgrader": {"student": "anna"}}


def test_a_cell_without_a_number_is_neither_right_nor_wrong() -> None:
    runtime.after_running(executed(), RESOURCES)
    with pytest.raises(NotGraded, match="anna: the cell ex3-points gave no points: it did not run"):
        runtime.after_running(executed(ex3=[]), RESOURCES)
    notebook = executed()
    del notebook.cells[4]
    with pytest.raises(NotGraded, match="anna: the cell ex5-points is missing"):
        runtime.after_running(notebook, RESOURCES)


def test_feedback_shows_no_traceback_of_a_cell_with_points() -> None:
    error = nbformat.v4.new_output("error", ename="E", evalue="", traceback=["----> 1 hidden"])
    cells = runtime.for_feedback(executed(ex2=[error]), RESOURCES)[0].cells
    assert cells[1].outputs == [] and len(cells[0].outputs) == 1


@pytest.mark.parametrize("end", ["### END HIDDEN TESTS\n", "### END HIDDEN TESTS", ""])
def test_feedback_shows_no_hidden_lines_of_any_cell(end: str) -> None:
    notebook = executed()
    notebook.cells[0].source = f"# points\n### BEGIN HIDDEN TESTS\nsecret = 1\n{end}"
    notebook.cells.append(nbformat.v4.new_code_cell(f"a = 1\n  ### BEGIN HIDDEN TESTS\nsecret = 1\n{end}"))
    cells = runtime.for_feedback(notebook, RESOURCES)[0].cells
    assert [cells[0].source, cells[-1].source] == ["# points\n", "a = 1\n"]


def test_cells_with_points_have_time_for_a_hand_in_that_hangs() -> None:
    cell = executed().cells[0]
    assert runtime.seconds_for(cell) > 600 > runtime.seconds_for(nbformat.v4.new_code_cell()) > 10
