"""What nbgrader runs of this project: points for its hidden cells, and what its configuration calls.

A course's `nbgrader_config.py` and its hidden cells read this file by its path, in processes that know nothing
of the autograder's packages. So only the standard library is imported up here, and the grading itself is a
process of its own: `python -m autograder.start autograder.platforms.nbgrader NOTEBOOK` prints points and remarks as
JSON. No name of a student is ever imported by nbgrader's kernel or by this file.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.report.model import ExerciseReport, Report

RUNTIME_VARIABLE = "EXERCISES_RUNTIME"  # where hidden cells find this file
NOTEBOOK_VARIABLE = "EXERCISES_NOTEBOOK"  # the hand-in that a kernel was started for
GRADER = Path(__file__).resolve().parents[2]
ANSWER_SECONDS = 60
POINTS_SECONDS = 900  # more than the grader gives a hand-in that hangs everywhere

_POINTS_CELL = re.compile(r"ex\d+-points")
# to the end of the cell where the last line is missing; written so that this line itself is no mark
_HIDDEN_LINES = re.compile(
    r"^[^\n]*BEGIN HIDDEN[ ]TESTS.*?(?:END HIDDEN[ ]TESTS[^\n]*(?:\n|\Z)|\Z)", re.DOTALL | re.MULTILINE
)
_SKIP = "skip-execution"
_SCHEMA = 3  # of nbgrader's metadata in the notebooks that students get

Graded = Mapping[str, Mapping[str, Any]]
Preprocessor = Callable[[Any, Any], tuple[Any, Any]]


class NotGraded(Exception):
    """A hand-in that could not be graded, which must never look like one that earned 0."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks for this; its own traceback would quote the hidden cell
        return [f"NotGraded: {self}"]


# --- inside nbgrader's kernel ---------------------------------------------------------------------------------


def points_of(exercise: str) -> float:
    """The points of one exercise, for the last line of a hidden cell; prints what was found.

    Raises:
        NotGraded: if the grader could not say; nbgrader counts the cell as failed.
    """
    try:
        # nbgrader gives 0 for anything on stderr, be it a warning
        with contextlib.redirect_stderr(io.StringIO()):
            found = _once(Path(os.environ[NOTEBOOK_VARIABLE]))[exercise]
    except NotGraded:
        raise
    except BaseException as error:
        raise NotGraded(f"{type(error).__name__}: {error}") from None
    print(found["found"])
    return float(found["points"])


def _once(notebook: Path) -> Graded:
    """All hidden cells ask, one grading answers.

    The answer is kept in the kernel, under the notebook's digest. Student code that runs in the same kernel
    could put its own there, just as it could replace this function: that is nbgrader's design. Where it
    counts, let no student cell run (`RUN_ANSWERS = False`), or use `autograder grade --nbgrader`.
    """
    kept: dict[str, Graded | str] = vars(sys).setdefault("_exercises_graded", {})
    digest = hashlib.sha256(notebook.read_bytes()).hexdigest()
    if digest not in kept:
        try:
            kept[digest] = _grade_in_a_process(notebook)
        except NotGraded as error:  # nor is a grader that fails asked once for each cell
            kept[digest] = str(error)
    found = kept[digest]
    if isinstance(found, str):
        raise NotGraded(found)
    return found


def _grade_in_a_process(notebook: Path) -> Graded:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {"PYTHONPATH": str(GRADER), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "autograder.start", "autograder.platforms.nbgrader", str(notebook)],
        cwd=GRADER,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        raise NotGraded(f"the grader ended with {done.returncode}: {last}")
    answer: dict[str, Any] = json.loads(done.stdout)
    if "problem" in answer:
        raise NotGraded(answer["problem"])
    return answer


# --- inside nbgrader, called by nbgrader_config.py ------------------------------------------------------------


def tidied(notebook: Any, resources: Any) -> tuple[Any, Any]:
    """Takes nbgrader's marks off copies of cells, and sets right what it reads as another version's.

    A student who copies or splits a cell copies its marks. nbgrader empties those, finds that empty ones are of an
    old version, and stops: the class after this student is not graded. Of several cells the last keeps them.
    """
    seen: set[str] = set()
    for cell in reversed(notebook.cells):
        if "nbgrader" not in cell.metadata:
            continue
        about = cell.metadata["nbgrader"]
        name = about.get("grade_id") if isinstance(about, dict) else None
        if not isinstance(name, str) or name in seen:
            del cell.metadata["nbgrader"]
        else:
            seen.add(name)
            about["schema_version"] = _SCHEMA
    return notebook, resources


def hidden_lines_back(notebook: Any, resources: Any) -> tuple[Any, Any]:
    """Puts the hidden lines back into the cells with points that are as students got them.

    nbgrader does it after this, and warns of each such cell of each hand-in that it "has changed". Now it warns of
    those alone that somebody did change.
    """
    about = resources["nbgrader"]
    path = GRADER.parent / "source" / about["assignment"] / f"{about['notebook']}.ipynb"
    if not path.is_file():
        return notebook, resources
    names = points_cells()
    whole = {
        cell["metadata"].get("nbgrader", {}).get("grade_id"): "".join(cell["source"])
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    }
    for cell in notebook.cells:
        text = whole.get(_grade_id(cell), "") if _grade_id(cell) in names else ""
        if text and cell.source.strip() == without_hidden_lines(text).strip():
            cell.source = text
    return notebook, resources


def without_hidden_lines(source: str) -> str:
    """A cell's text as students may read it."""
    return _HIDDEN_LINES.sub("", source)


def before_running(run_answers: bool) -> Preprocessor:
    """Tells the kernel which hand-in it is for, and lets only the cells with points run unless told otherwise."""

    def preprocess(notebook: Any, resources: Any) -> tuple[Any, Any]:
        about = resources["nbgrader"]
        course = GRADER.parent
        path = course / "submitted" / about["student"] / about["assignment"] / f"{about['notebook']}.ipynb"
        os.environ[NOTEBOOK_VARIABLE] = str(path)
        if not run_answers:
            # files that came with a hand-in must not be importable either
            resources["metadata"]["path"] = str(GRADER)
        for cell in notebook.cells:
            # students can write tags too: a skipped cell with points would earn them all
            tags = [tag for tag in cell.metadata.get("tags", []) if tag != _SKIP]
            if not run_answers and not _POINTS_CELL.fullmatch(_grade_id(cell)):
                tags.append(_SKIP)
            cell.metadata["tags"] = tags
        return notebook, resources

    return preprocess


def after_running(notebook: Any, resources: Any) -> tuple[Any, Any]:
    """Stops nbgrader from taking a cell without a number for a right answer, or for a 0.

    Raises:
        NotGraded: nbgrader names the student, goes on with the others, and ends with exit code 1.
    """
    cells = {_grade_id(cell): cell for cell in notebook.cells}
    for name in points_cells():
        student = resources["nbgrader"]["student"]
        if name not in cells:
            raise NotGraded(f"{student}: the cell {name} is missing in the notebook")
        outputs = cells[name].get("outputs", [])
        if not any(output.output_type == "execute_result" for output in outputs):
            said = [str(output.get("evalue", "")) for output in outputs if output.output_type == "error"]
            raise NotGraded(
                f"{student}: the cell {name} gave no points: {' '.join(said) or 'it did not run'}"
            )
    for cell in notebook.cells:
        cell.metadata["tags"] = [tag for tag in cell.metadata.get("tags", []) if tag != _SKIP]
    return notebook, resources


def for_feedback(notebook: Any, resources: Any) -> tuple[Any, Any]:
    """Takes hidden lines out of all cells, and out of those with points tracebacks, which may quote them.

    nbgrader's own ClearHiddenTests would do the first, and warns in each run of a setting that it does not know.
    """
    for cell in notebook.cells:
        cell.source = without_hidden_lines(cell.source)
        if _POINTS_CELL.fullmatch(_grade_id(cell)) and "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if output.output_type != "error"]
    return notebook, resources


def seconds_for(cell: Any) -> int:
    """How long a cell may run."""
    return POINTS_SECONDS if _POINTS_CELL.fullmatch(_grade_id(cell)) else ANSWER_SECONDS


def points_cells() -> list[str]:
    """The names of the cells with points, from the catalogue beside this file."""
    manifest = json.loads((GRADER / "exercises" / "manifest.json").read_text(encoding="utf-8"))
    return [f"ex{exercise['number']}-points" for exercise in manifest["exercises"]]


def _grade_id(cell: Any) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


# --- the grading process --------------------------------------------------------------------------------------


def remarks(report: Report) -> dict[str, str]:
    """What a student is told, by exercise, as plain text; what concerns the whole hand-in comes first."""
    from autograder.report.text import plain

    first = [report.problem] * bool(report.problem) + list(report.notes)
    told = {}
    for exercise in report.exercises:
        told[exercise.name] = plain("\n".join([*first, *_remark(exercise)]))
        first = []
    return told


def _remark(exercise: ExerciseReport) -> Iterator[str]:
    from autograder.report.text import line_counted, line_found
    from exercises.feedback.kinds import UNWRITTEN, FailureKind

    yield f"{exercise.name}: {exercise.earned:g} of {exercise.points:g} {'extra ' * exercise.extra}points"
    if exercise.carried_from:
        yield f"Checked with correct answers in place of {', '.join(exercise.carried_from)}."
    findings = list(exercise.findings)  # none where all is right, or where nothing could be read
    # these say all there is to say about an exercise
    if {finding.kind for finding in findings} <= UNWRITTEN | {FailureKind.FORBIDDEN}:
        yield from dict.fromkeys(f"- {finding.headline}." for finding in findings)
        return
    said: set[str] = set()
    for line in exercise.lines:
        if line.passed < line.cases:
            new = [paragraph for paragraph in line_found(line) if paragraph not in said]
            said.update(new)
            yield "\n".join([" ".join([f"- {line.sentence}", *line_counted(exercise, line)]), *new])


def main(arguments: Sequence[str] | None = None) -> int:
    """Grades the hand-in that a notebook belongs to; prints {"ex1": {"points": 10.0, "found": "…"}, …}.

    Where it cannot be graded, {"problem": "…"}.
    """
    (notebook,) = sys.argv[1:] if arguments is None else arguments
    from autograder.platforms.single_upload import graded
    from autograder.report.files import for_student
    from autograder.sandbox.torch_version import UnfitTorch
    from autograder.submissions.downloads.names import submission_in

    try:
        report = for_student(graded(submission_in(Path(notebook).parent)), show_calls=False)
    except UnfitTorch as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2
    told = remarks(report)
    answer: dict[str, Any] = {e.name: {"points": e.counted, "found": told[e.name]} for e in report.exercises}
    if report.problem:
        answer = {"problem": report.problem}
    # ASCII, since a kernel may live under any locale
    print(json.dumps(answer))
    return 0
