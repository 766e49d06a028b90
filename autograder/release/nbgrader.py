"""`nbgrader.zip`: a course folder that nbgrader works in as it is; and the proof, by nbgrader's own commands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.platforms import gradebook
from autograder.platforms.nbgrader import RUNTIME_VARIABLE
from autograder.release.edition import Edition, ReleaseError
from autograder.release.known import KnownSubmission
from autograder.release.notebook import NAME, NotebookCell, answered, as_file, as_notebook, cells
from autograder.release.package import Package
from autograder.release.student import notebook_support
from autograder.release.tools import python_m
from exercises.feedback.catalogue import course_info

ASSIGNMENT = course_info().slug
SOURCE = f"source/{ASSIGNMENT}/{NAME}"

# in nbgrader's log: the end of a traceback, or who is concerned
_TELLING = re.compile(
    r"\s*(?:[\w.<>]+\.)?\w*(?:Error|Exception|Entry|NotGraded)\b.*:|\[\w+ \| ERROR\] There was an error"
)

_CONFIG = f'''\
"""nbgrader's settings for this course folder. Yours may follow at the end."""

import os
import runpy
from pathlib import Path

# True lets nbgrader run the students' cells too, so that feedback pages show what those print.
# Code that runs beside the cells with points can forge them: then give the final grades with
# `autograder grade --nbgrader`.
RUN_ANSWERS = False

COURSE = Path(__file__).resolve().parent
RUNTIME = COURSE / "grader" / "autograder" / "platforms" / "nbgrader.py"
os.environ["{RUNTIME_VARIABLE}"] = str(RUNTIME)  # kernels inherit it
ours = runpy.run_path(str(RUNTIME))

c = get_config()  # noqa: F821
c.CourseDirectory.root = str(COURSE)
# nbgrader's own list has "feedback", which would drop exercises/feedback/
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", ".pytest_cache"]

# The cells for answers hold stubs already. ClearSolutions would replace them, so it is not in this list.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# nbgrader's own list has DeduplicateIds, after which a copied cell stops the run for the whole class
c.Autograde.sanitize_preprocessors = [
    ours["tidied"],
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.OverwriteKernelspec",
    ours["hidden_lines_back"],
    "nbgrader.preprocessors.OverwriteCells",
    ours["tidied"],  # of cells that this course has not, OverwriteCells takes the name alone
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    ours["before_running"](RUN_ANSWERS),
    "nbgrader.preprocessors.Execute",
    ours["after_running"],
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# a cell with points waits for the whole grading
c.Execute.timeout_func = ours["seconds_for"]
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ours["for_feedback"],
]
'''


def packages(edition: Edition) -> list[Package]:
    """`nbgrader.zip`, the course folder."""
    files: dict[str, bytes] = {
        "README.md": edition.page("nbgrader/README.md"),
        "nbgrader_config.py": _CONFIG.encode(),
        SOURCE: as_file(source_notebook(edition)),
    }
    files |= {f"source/{ASSIGNMENT}/{name}": content for name, content in notebook_support(edition).items()}
    files |= {f"grader/{name}": content for name, content in edition.grader_files().items()}
    return [Package("nbgrader.zip", "instructors", files, hidden=True, markers=frozenset({SOURCE}))]


def source_notebook(edition: Edition) -> NotebookNode:
    """The instructor's notebook: the students' one, and after each exercise's check a cell with points."""
    # extra points are told, and are not among those that nbgrader adds up
    points = {e.module: 0 if e.extra else e.points for e in edition.catalogue}
    names = {e.module: e.name for e in edition.catalogue}
    made: list[NotebookCell] = []
    for cell in cells(edition):
        made.append(cell)
        if cell.role == "check":
            made.append(_points_cell(names[cell.exercise], cell.exercise))

    def metadata(cell: NotebookCell) -> Mapping[str, Any]:
        return {"nbgrader": _nbgrader_metadata(cell, points.get(cell.exercise, 0))}

    return as_notebook(made, metadata)


def _points_cell(exercise: str, module: str) -> NotebookCell:
    # One expression, since IPython can be set to show each of them, and nbgrader takes the first. The code says
    # nothing worth hiding; what students must not read lies in grader/.
    hidden = f'_runpy.run_path(_os.environ["{RUNTIME_VARIABLE}"])["points_of"]("{exercise}")'
    source = (
        f"# points of exercise {exercise.removeprefix('ex')}\n"
        "### BEGIN HIDDEN TESTS\n"
        "import os as _os, runpy as _runpy\n"
        f"{hidden}\n"
        "### END HIDDEN TESTS"
    )
    return NotebookCell("check", f"{exercise}-points", source, module)


def _nbgrader_metadata(cell: NotebookCell, points: int) -> dict[str, Any]:
    grade, answer = cell.name.endswith("-points"), cell.role == "answer"
    found: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": cell.name,
        "grade": grade,
        "solution": answer,
        "locked": not answer,
        "task": False,
    }
    if grade:
        found["points"] = points
    return found


def prove(
    edition: Edition, unpacked: Path, submissions: Sequence[KnownSubmission]
) -> dict[str, dict[str, float]]:
    """Points by hand-in and exercise, as nbgrader's own commands give them in a copy of the course folder.

    Raises:
        ReleaseError: if one of the commands fails.
    """
    with tempfile.TemporaryDirectory(prefix="nbgrader-") as scratch:
        course = Path(scratch) / "course"
        shutil.copytree(unpacked, course)
        return graded(edition, course, submissions)


def graded(
    edition: Edition, course: Path, submissions: Sequence[KnownSubmission]
) -> dict[str, dict[str, float]]:
    """The whole way of a class through nbgrader: points by hand-in and exercise."""
    nbgrader(course, "generate_assignment", ASSIGNMENT)
    for submission in submissions:
        hand_over(edition, course, submission)
    nbgrader(course, "autograde", ASSIGNMENT)
    nbgrader(course, "generate_feedback", ASSIGNMENT)
    nbgrader(course, "export", "--to", "grades.csv")
    return gradebook.read_scores(course, ASSIGNMENT)


def hand_over(edition: Edition, course: Path, submission: KnownSubmission) -> Path:
    """Puts a hand-in where nbgrader collects it: the released notebook with its answers filled in."""
    notebook = nbformat.read(course / "release" / ASSIGNMENT / NAME, as_version=4)
    answers = {c.name: c.source for c in answered(cells(edition), submission.modules) if c.role == "answer"}
    for cell in notebook["cells"]:
        name = cell["metadata"]["nbgrader"]["grade_id"]
        if name in answers:
            cell["source"] = answers[name]
    path = course / "submitted" / submission.name / ASSIGNMENT / NAME
    path.parent.mkdir(parents=True)
    path.write_bytes(as_file(notebook))
    return path


def nbgrader(course: Path, *arguments: str) -> str:
    """Runs nbgrader in a course folder, away from the user's own settings; gives its log.

    Raises:
        ReleaseError: with nbgrader's last lines if it fails.
    """
    with tempfile.TemporaryDirectory(prefix="nbgrader-home-") as home:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        environment |= {
            # nbgrader calls alembic by its name
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
            "HOME": home,
            "IPYTHONDIR": f"{home}/ipython",
            "JUPYTER_CONFIG_DIR": f"{home}/config",
            "JUPYTER_DATA_DIR": f"{home}/data",
            "JUPYTER_RUNTIME_DIR": f"{home}/runtime",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        done = subprocess.run(
            python_m("nbgrader", *arguments),
            cwd=course,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    if done.returncode:
        lines = done.stdout.splitlines()
        telling = [line.strip() for line in lines if _TELLING.match(line)] or lines
        raise ReleaseError(f"nbgrader {' '.join(arguments)} failed: {' | '.join(telling[-4:])}")
    return done.stdout
