"""nbgrader's gradebook, filled from the sandbox: no kernel is started, and no student code runs beside a score.

    for student, submission in submitted(course, assignment).items(): ...grade it...
    write_scores(course, assignment, reports)
    write_pages(course, assignment, reports)

nbgrader itself is imported only here and only when it is needed: those who grade without it need not have it.
"""

from __future__ import annotations

import glob
import html
import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.platforms import nbgrader as runtime
from autograder.platforms.nbgrader import remarks
from autograder.report.files import for_student
from autograder.report.model import ExerciseReport, Report
from autograder.submissions.archive import shown
from autograder.submissions.downloads.names import NOTEBOOK, submission_in

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

_ID = Path(NOTEBOOK).stem
_POINTS = "-points"
_MARKDOWN = re.compile(r"([\\`*_\[\]$#~|]|:(?=//))")
# all that nbgrader's autograde does but running the notebook and believing its outputs
_WITHOUT_KERNEL = ("IgnorePattern", "LimitOutput", "AssignLatePenalties", "CheckCellMetadata")
# and before that, so that no notebook stops the run for others: see nbgrader_config.py of the release
_TIDY = f"{runtime.__name__}.{runtime.tidied.__name__}"
_SANITIZE = (_TIDY, "ClearOutput", "OverwriteKernelspec", "OverwriteCells", _TIDY, "CheckCellMetadata")
# in nbgrader's log: how a traceback ends, or what it says itself
_REASON = re.compile(
    r"\s{0,40}(?:[\w.]{0,200}(?:Error|Exception)|\[\w{1,40} \| ERROR\]): ?(.{1,300})", re.DOTALL
)


class GradebookError(Exception):
    """A course folder or gradebook that cannot be worked with, in one line."""


def assignment_in(course: Path, wanted: str = "") -> str:
    """The assignment whose hand-ins are meant: the one named, or the only one with this notebook.

    Raises:
        GradebookError: if there is no such assignment, or more than one and none is named.
    """
    with _open(course) as book:
        known = [str(each.name) for each in book.assignments if any(n.name == _ID for n in each.notebooks)]
    found = [name for name in known if wanted in ("", name)]
    if not found:
        which = f"no assignment {wanted!r}" if wanted else f"no assignment with a notebook {NOTEBOOK}"
        raise GradebookError(
            f"{course / 'gradebook.db'}: {which}; run nbgrader generate_assignment in {course} first"
        )
    if len(found) > 1:
        raise GradebookError(f"{course}: {', '.join(found)} have a notebook {NOTEBOOK}; name one of them")
    return found[0]


def submitted(course: Path, assignment: str) -> dict[str, Path]:
    """What to grade, by student: the notebook, or the whole folder where it lies among other files.

    Raises:
        GradebookError: if nobody has handed in anything.
    """
    found = {}
    for folder in _folders(course, assignment):
        names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        if names - {"timestamp.txt"}:
            found[folder.parent.name] = submission_in(folder)
    if not found:
        raise GradebookError(f"{course / 'submitted'}: no hand-in; expected STUDENT/{assignment}/{NOTEBOOK}")
    return found


def without_submission(course: Path, assignment: str) -> list[str]:
    """The students that the course knows and that have handed in nothing."""
    with _open(course) as book:
        known = {student.id for student in book.students}
    if (course / "submitted").is_dir():
        known |= {path.name for path in (course / "submitted").iterdir() if path.is_dir()}
    return sorted(known - set(submitted(course, assignment)))


def course_seed(course: Path) -> int | None:
    """The seed of the course's own autograder, with which nbgrader's kernels grade; None if it has none.

    Raises:
        GradebookError: if it cannot be read: with another seed grades would be others than in the kernels.
    """
    path = course / "grader" / "release.json"
    try:
        release = json.loads(path.read_text(encoding="utf-8"))
        return int(release["seed"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        told = "names no seed; take the file from the release again, or give --seed"
        raise GradebookError(f"{path}: {told}") from error


def write_scores(course: Path, assignment: str, reports: Mapping[str, Report]) -> list[str]:
    """Writes each student's points and comments, in place of whatever a kernel left; all or nothing.

    Scores and comments that somebody entered by hand stay, as nbgrader would keep them, and stay in force.

    Args:
        course: the folder with `gradebook.db`.
        assignment: its name in the gradebook.
        reports: by student, with everything in them; students are shown no hidden inputs.

    Returns:
        One line for each score that was entered by hand and differs.

    Raises:
        GradebookError: if the gradebook is missing, or was made from another notebook, or there is no report.
    """
    if not reports:
        raise GradebookError(f"{course / 'gradebook.db'} stays as it was, since nothing could be graded")
    notes: list[str] = []
    with _open(course) as book:
        for report in reports.values():
            _check_cells(book, course, assignment, report)
        answers = [cell.name for cell in book.find_notebook(_ID, assignment).solution_cells]
        for student, report in reports.items():
            book.update_or_create_student(student)
            book.update_or_create_submission(assignment, student)
            notes += _write_points(book, assignment, student, report)
            _write_comments(book, assignment, student, report, answers)
        book.db.commit()
    return notes


def write_pages(course: Path, assignment: str, reports: Mapping[str, Report]) -> list[str]:
    """Makes `autograded/`, from which nbgrader makes feedback pages, without running anything in it.

    It is nbgrader's own command with the kernel taken out. It also reads time stamps and late penalties, so it
    comes after the scores. Whoever is left without a page is tried again alone: nbgrader may have stopped at another.

    Args:
        course: the folder with `gradebook.db`.
        assignment: its name in the gradebook.
        reports: by student; of others that have handed in, all stays as it was.

    Returns:
        One line for each student without a page, with the reason; the scores stand all the same. And for each of the
        others.
    """
    without = sorted(submitted(course, assignment).keys() - reports.keys())
    ended = _autograde(course, assignment, without=without)
    notes = [f"{student}: could not be graded, the gradebook keeps what it had" for student in without]
    for student in reports:
        made = course / "autograded" / student / assignment / NOTEBOOK
        if made.is_file():
            continue
        if not (course / "submitted" / student / assignment / NOTEBOOK).is_file():
            why = f"nbgrader makes one of a file called {NOTEBOOK} alone, and there is none"
        else:
            why = (
                _autograde(course, assignment, student) if ended else "nbgrader made none and gave no reason"
            )
            if made.is_file():
                continue
            # what is wrong with a notebook, the grader says in plainer words
            why = f"nbgrader cannot read the notebook ({reports[student].problem or shown(why)})"
        notes.append(f"{student}: no feedback page, the points stand: {why}")
    if ended and len(notes) == len(without):
        notes.append(f"nbgrader autograde, run without a kernel, did not end well: {shown(ended)}")
    return notes


def _autograde(course: Path, assignment: str, student: str = "", without: Collection[str] = ()) -> str:
    """Runs nbgrader without a kernel, for one student or all but some; gives the last reason in its log."""
    command = [sys.executable, "-m", "nbgrader", "autograde", assignment, "--force"]
    command += [f"--student={glob.escape(student)}"] if student else []
    command += [f"--CourseDirectory.student_id_exclude={','.join(without)}"] if without else []
    for step, names in (("sanitize", _SANITIZE), ("autograde", _WITHOUT_KERNEL)):
        for name in names:
            full = name if "." in name else f"nbgrader.preprocessors.{name}"
            command.append(f"--Autograde.{step}_preprocessors={full}")
    # the folder of this package, which need not be installed
    path = os.pathsep.join(filter(None, (str(runtime.GRADER), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        command,
        cwd=course,
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if not done.returncode:
        return ""
    found = [match[1].strip() for line in done.stdout.splitlines() if (match := _REASON.match(line))]
    return found[-1] if found else f"it ended with {done.returncode}"


def write_penalties(course: Path, assignment: str, reports: Mapping[str, Report]) -> None:
    """Writes what the course's policy takes off for being late, in place of what nbgrader's own plugin said.

    It comes after `write_pages`, in which that plugin runs.
    """
    with _open(course) as book:
        for student, report in reports.items():
            notebook: Any = book.find_submission_notebook(_ID, assignment, student)
            notebook.late_submission_penalty = report.counting.deducted
        book.db.commit()


def read_scores(course: Path, assignment: str) -> dict[str, dict[str, float]]:
    """Points by student and exercise, as the gradebook has them."""
    with _open(course) as book:
        return {
            each.student.id: {
                grade.name.removesuffix(_POINTS): float(grade.score)
                for notebook in each.notebooks
                for grade in sorted(notebook.grades, key=lambda grade: str(grade.name))
            }
            for each in book.assignment_submissions(assignment)
        }


@contextmanager
def _open(course: Path) -> Iterator[Gradebook]:
    """The gradebook; its errors in one line."""
    try:
        from nbgrader.api import Gradebook
        from sqlalchemy.exc import SAWarning, SQLAlchemyError
    except ImportError:
        raise GradebookError("nbgrader is not installed here; pip install nbgrader") from None
    path = course.resolve() / "gradebook.db"
    if not path.is_file():  # nbgrader would make an empty one
        raise GradebookError(f"{path}: there is none; run nbgrader generate_assignment in {course} first")
    try:
        with warnings.catch_warnings(), Gradebook(f"sqlite:///{path}") as book:
            warnings.simplefilter(
                "ignore", SAWarning
            )  # of nbgrader's own doing, whenever a submission is new
            yield book
    except SQLAlchemyError as error:
        reason = str(error).partition("\n")[0]
        raise GradebookError(f"{path}: {reason}; keep a copy, then try nbgrader db upgrade") from error


def _folders(course: Path, assignment: str) -> list[Path]:
    try:
        return sorted(path / assignment for path in (course / "submitted").iterdir() if path.is_dir())
    except OSError:
        return []


def _check_cells(book: Gradebook, course: Path, assignment: str, report: Report) -> None:
    """The gradebook has a cell for each exercise, worth as much as in the report."""
    has = {cell.name: float(cell.max_score) for cell in book.find_notebook(_ID, assignment).grade_cells}
    for exercise in report.exercises:
        points = 0.0 if exercise.extra else exercise.points
        if has.get(exercise.name + _POINTS) != points:
            raise GradebookError(
                f"{course / 'gradebook.db'}: {assignment} has no cell {exercise.name}{_POINTS} "
                f"with {points:g} points; run nbgrader generate_assignment in {course} again"
            )


def _write_points(book: Gradebook, assignment: str, student: str, report: Report) -> Iterator[str]:
    for exercise in report.exercises:
        grade: Any = book.find_grade(exercise.name + _POINTS, _ID, assignment, student)
        # what was not graded has no score, which is not a 0
        grade.auto_score = None if report.problem else exercise.counted
        by_hand = grade.manual_score
        decided = _decided(exercise, report)
        if decided is not None:
            grade.manual_score, grade.needs_manual_grade = decided, False
            if by_hand is not None and by_hand != decided:
                yield f"{student}, {exercise.name}: {by_hand:g}, entered by hand, is now {decided:g} by decisions.csv"
            continue
        # nbgrader's way to ask a human to look again
        grade.needs_manual_grade = by_hand is not None or bool(report.problem)
        if (by_hand is not None and by_hand != exercise.counted) or grade.extra_credit:
            extra = f" with {grade.extra_credit:g} extra" if grade.extra_credit else ""
            counted = exercise.counted if by_hand is None else by_hand
            gives = "no grade" if report.problem else f"{exercise.counted:g}"
            yield (
                f"{student}, {exercise.name}: {counted:g}{extra}, entered by hand, stays; "
                f"the autograder gives {gives}"
            )
    if report.problem:
        yield f"{student}: no score was entered: {report.problem}"


def _decided(exercise: ExerciseReport, report: Report) -> float | None:
    """The points of an exercise where a person has changed some of them; None where nobody has.

    Extra points are no part of nbgrader's total, whoever gave them.
    """
    if exercise.extra:
        return None
    made = [each for each in report.counting.changes if each.exercise == exercise.name]
    return exercise.counted + sum(each.points - each.automatic for each in made) if made else None


def _write_comments(
    book: Gradebook, assignment: str, student: str, report: Report, answers: Iterable[str]
) -> None:
    """Each exercise's remarks at its first answer, the others emptied."""
    told = remarks(for_student(report, show_calls=False))
    first = next(iter(told), "")
    if first:
        counting = report.counting
        told[first] = "\n".join([*counting.steps, *counting.comments, told[first]]).strip()
    for name in answers:
        exercise, _, number = name.partition("-answer-")
        comment: Any = book.find_comment(name, _ID, assignment, student)
        comment.auto_comment = _as_markdown(told[exercise]) if number == "1" and exercise in told else None


def _as_markdown(text: str) -> str:
    """Text that shows as it is on a feedback page: a student's words may hold HTML and formulas."""
    escaped = _MARKDOWN.sub(r"\\\1", html.escape(text, quote=False))
    # two blanks end a line, and a list begins after an empty one
    return escaped.replace("\n", "  \n").replace("  \n- ", "\n\n- ")
