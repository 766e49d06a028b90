"""`student.zip`: what a student unpacks, installs with pip and works in; and the same as one notebook."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.release.edition import Edition, ReleaseError
from autograder.release.known import KnownSubmission, copies
from autograder.release.notebook import NAME, as_file, as_notebook, cells
from autograder.release.package import Package
from autograder.release.tools import python_m
from exercises.paths import TUTORIAL, TUTORIAL_PAGE

Points = dict[str, dict[str, float]]  # by hand-in and exercise


def packages(edition: Edition) -> list[Package]:
    """`student.zip` and `notebook-student.zip`."""
    files = {
        **edition.exercise_files(),
        **edition.pictures(),
        "pyproject.toml": pyproject(edition),
        "START.md": edition.page("student/START.md", install=install(edition)),
    }
    page = f"exercises/{TUTORIAL_PAGE.name}"  # where links of feedback pages lead to
    notebook = {
        **notebook_support(edition),
        **edition.pictures(),
        page: edition.exercise_files()[page],
        NAME: as_file(as_notebook(cells(edition))),
        "pyproject.toml": pyproject(edition),
        "START.md": edition.page("student/START-notebook.md", install=install(edition, " jupyterlab")),
    }
    return [
        Package("student.zip", "students", files),
        Package("notebook-student.zip", "students", notebook),
    ]


def notebook_support(edition: Edition) -> Mapping[str, bytes]:
    """What lies beside the notebook: all of `exercises/` but the stubs and the tutorial, which are in it."""
    own = {f"exercises/{e.module}.py" for e in edition.catalogue}
    own |= {f"exercises/{path.name}" for path in (TUTORIAL, TUTORIAL_PAGE)}
    files = {name: content for name, content in edition.exercise_files().items() if name not in own}
    photograph = {name: content for name, content in edition.pictures().items() if name == "img/cat.png"}
    return files | photograph  # the playground's


def install(edition: Edition, more: str = "") -> str:
    """How to install what a student needs, as step 2 of a list; `more` names packages that are needed besides."""
    return edition.page("student/install.md", more=more).decode("utf-8")


def pyproject(edition: Edition) -> bytes:
    """The least that `pip install .` and `pytest` need: dependencies, no code to install."""
    needs = ", ".join(json.dumps(line) for line in edition.student_dependencies())
    return f"""\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "{edition.course.info.slug}-to-do"
version = "{edition.provenance["version"]}"
requires-python = ">=3.11"
dependencies = [{needs}]

[tool.setuptools]
packages = []

[tool.pytest.ini_options]
testpaths = ["exercises"]
""".encode()


def prove_files(edition: Edition, unpacked: Path, submissions: Sequence[KnownSubmission]) -> Points:
    """What `pytest exercises` says of the unpacked `student.zip`: with its stubs, and with solutions in it."""
    found = {}
    for submission, root in copies(unpacked, submissions):
        if submission.name == "solutions":
            submission.write_files(root / "exercises")
        # extra exercises have a row where no others are done only with -v
        command = [sys.executable, "-m", "pytest", "exercises", "-v", "-p", "no:cacheprovider"]
        done = subprocess.run(command, cwd=root, env=_plain_environment(root), capture_output=True)
        said = done.stdout.decode("utf-8", "replace")
        if done.returncode != (0 if submission.name == "solutions" else 1) or "Traceback" in said:
            raise ReleaseError(f"student.zip: pytest exercises with {submission.name}: {_last(said)}")
        found[submission.name] = _points_on_screen(said)
    return found


def prove_notebook(edition: Edition, unpacked: Path, submissions: Sequence[KnownSubmission]) -> Points:
    """What the cells of `check` say when the notebook is run from end to end."""
    found = {}
    for submission, root in copies(unpacked, submissions):
        if submission.name == "solutions":
            (root / NAME).write_bytes(as_file(submission.notebook(edition)))
        command = python_m("nbconvert", "--to", "notebook", "--execute", "--allow-errors")
        command += ["--output", "executed.ipynb", NAME]
        environment = _plain_environment(root) | {
            "IPYTHONDIR": str(root),
            "JUPYTER_CONFIG_DIR": str(root),
        }
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace")
            raise ReleaseError(f"notebook-student.zip: running it with {submission.name}: {_last(said)}")
        executed = json.loads((root / "executed.ipynb").read_text(encoding="utf-8"))
        outputs = [o for cell in executed["cells"] for o in cell.get("outputs", ())]
        errors = [str(o.get("evalue")) for o in outputs if o["output_type"] == "error"]
        if errors:
            raise ReleaseError(f"notebook-student.zip: a cell with {submission.name} raises: {errors[0]}")
        found[submission.name] = _points_on_screen("".join("".join(o.get("text", "")) for o in outputs))
    return found


def _points_on_screen(said: str) -> dict[str, float]:
    """Each exercise's points as its share of passed public checks, read off the progress screens."""
    rows = re.findall(r"^  (ex\d+)  .* (\d+)/(\d+) +(\d+)  ", said, re.MULTILINE)
    return {name: float(points) * int(right) / int(total) for name, right, total, points in rows}


def _plain_environment(home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return kept | {"HOME": str(home), "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}


def _last(said: str) -> str:
    return " / ".join(line.strip() for line in said.strip().splitlines()[-3:])
