"""`otter-student.zip` and `otter-autograder.zip`, made by otter-grader's own tools from a master notebook.

The checks in otter's test files always fail: they stand for points and nothing else. What grades is the
plugin in `autograder.platforms.otter`, which travels in the autograder zip with the sandbox and the suites.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_raw_cell

from autograder.platforms.otter import SUPPORT
from autograder.release.edition import CPU_BUILDS, Edition, ReleaseError
from autograder.release.known import KnownSubmission
from autograder.release.notebook import NAME, NotebookCell, as_file, as_notebook, cells
from autograder.release.package import Package, zipped
from autograder.release.student import notebook_support
from autograder.release.tools import python_m

STUDENT, AUTOGRADER = "otter-student.zip", "otter-autograder.zip"
PLUGIN = "autograder.platforms.otter.SandboxedGrading"
PYTHON = "3.11"  # of the grading image: the versions below were tested with it
MAX_RUN_SECONDS = 900  # seconds for one run of a tool
# Named so that otter's Dockerfile, which knows `requirements.*`, has it where pip looks for it
CONSTRAINTS = "requirements.constraints.txt"

_RUN_OTTER = f'''\
"""Starts otter with the hand-in out of its reach, and with the sandboxed grader to ask for points."""

import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent
sys.path.insert(0, str(SOURCE / "files" / "{SUPPORT}"))
sys.dont_write_bytecode = True

from autograder.platforms.otter import run_on_platform

if __name__ == "__main__":
    sys.exit(run_on_platform(SOURCE.parent))
'''
_MORE_SETUP = """

# what the sandbox filters system calls with
apt-get install -y --no-install-recommends libseccomp2 || echo "setup.sh: libseccomp2 could not be installed" >&2
"""
_NEVER_RIGHT = """\
# HIDDEN
def graded_in_the_sandbox():
    raise AssertionError("the sandboxed grader did not run")"""


def packages(edition: Edition) -> list[Package]:
    """The two zips, from one run of `otter assign`, which runs `otter generate`.

    Raises:
        ReleaseError: if otter fails.
    """
    notebook, made = _assign(edition)
    student = {**notebook_support(edition), NAME: as_file(notebook)}
    support = {f"files/{SUPPORT}/{name}": content for name, content in edition.grader_files().items()}
    autograder = {
        **made,
        **support,
        "run_otter.py": _RUN_OTTER.encode(),
        "setup.sh": made["setup.sh"].rstrip() + _MORE_SETUP.encode(),
        CONSTRAINTS: edition.constraints,
    }
    executables = frozenset({"run_autograder", "setup.sh"})
    return [
        Package(STUDENT, "students", student),
        Package(AUTOGRADER, "otter / Gradescope", autograder, executables=executables, hidden=True),
    ]


def _assign(edition: Edition) -> tuple[NotebookNode, dict[str, bytes]]:
    """The student's notebook and the content of the autograder zip, as otter makes them."""
    with tempfile.TemporaryDirectory(prefix="otter-") as scratch:
        folder = Path(scratch)
        (folder / NAME).write_bytes(as_file(master(edition)))
        # otter loads the plugin even while it makes the zip
        _otter(folder, edition.root, "assign", NAME, "dist", "--no-pdfs", "--no-run-tests")
        notebook = nbformat.read(folder / "dist" / "student" / NAME, as_version=4)
        found = list((folder / "dist" / "autograder").glob("*.zip"))  # its name tells the time
        if len(found) != 1:
            raise ReleaseError(f"otter assign made {len(found)} autograder zips, not one")
        with zipfile.ZipFile(io.BytesIO(found[0].read_bytes())) as archive:
            made = {name: archive.read(name) for name in archive.namelist()}
    return _steady(notebook), made


def master(edition: Edition) -> NotebookNode:
    """otter's master notebook: one question per exercise. Places for answers hold the stubs, as they are."""
    made = cells(edition)
    notebook = as_notebook(made)
    pairs = zip(made, notebook.cells, strict=True)
    points = {e.module: (e.name, 0 if e.extra else e.points) for e in edition.catalogue}
    found = [_raw("assignment", "# ASSIGNMENT CONFIG\n" + json.dumps(_config(edition), indent=1))]
    for module, group in groupby(pairs, key=lambda pair: pair[0].exercise):
        inside = [each for cell, plain in group for each in _marked(cell, plain)]
        found += _question(*points[module], inside) if module else inside
    notebook.cells = found
    return notebook


def _config(edition: Edition) -> dict[str, Any]:
    return {
        "init_cell": False,
        "export_cell": False,
        "run_tests": False,
        "requirements": [
            f"--extra-index-url {CPU_BUILDS}",
            f"--constraint /autograder/source/{CONSTRAINTS}",
            *edition.installed,
        ],
        "python_version": PYTHON,
        "tests": {"ok_format": False},
        "generate": {
            "plugins": [PLUGIN],
            "pdf": False,
            # students see the comments on each exercise
            "show_hidden": True,
            "show_all_public": True,
            "force_public_test_summary": False,
        },
    }


def _question(name: str, points: int, inside: Sequence[NotebookNode]) -> Iterator[NotebookNode]:
    yield _raw(f"{name}-begin", f"# BEGIN QUESTION\nname: {name}\npoints: {points}\ncheck_cell: false")
    yield from inside
    yield _raw(f"{name}-begin-tests", "# BEGIN TESTS")
    yield new_code_cell(_NEVER_RIGHT, id=f"{name}-test")
    yield _raw(f"{name}-end-tests", "# END TESTS")
    yield _raw(f"{name}-end", "# END QUESTION")


def _marked(cell: NotebookCell, plain: NotebookNode) -> Iterator[NotebookNode]:
    """A cell with the marks that make it a place for an answer, if it is one."""
    if cell.role != "answer":
        yield plain
        return
    yield _raw(f"{cell.name}-begin", "# BEGIN SOLUTION")
    yield plain
    yield _raw(f"{cell.name}-end", "# END SOLUTION")


def _raw(name: str, text: str) -> NotebookNode:
    node: NotebookNode = new_raw_cell(text, id=name)
    return node


def _steady(notebook: NotebookNode) -> NotebookNode:
    """The notebook without what differs from build to build, and without traces of tests that it lacks."""
    notebook["metadata"].pop("otter", None)
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"cell-{number}"
        cell["metadata"].pop("otter", None)
    return notebook


def prove(
    edition: Edition, unpacked: Path, submissions: Sequence[KnownSubmission]
) -> dict[str, dict[str, float]]:
    """Points by exercise of each hand-in's notebook, graded by `otter run` with the unpacked zip.

    Raises:
        ReleaseError: if otter fails.
    """
    with tempfile.TemporaryDirectory(prefix="otter-") as scratch:
        archive = rezipped(unpacked, Path(scratch) / AUTOGRADER)

        def one(submission: KnownSubmission) -> dict[str, float]:
            path = Path(scratch) / f"{submission.name}.ipynb"
            path.write_bytes(as_file(submission.notebook(edition)))
            return points_of(run(path, archive, Path(scratch) / f"of-{submission.name}"))

        with ThreadPoolExecutor(2) as pool:
            found = pool.map(one, submissions)
            return {h.name: points for h, points in zip(submissions, found, strict=True)}


def rezipped(unpacked: Path, archive: Path) -> Path:
    """The zip that a folder came from; otter takes nothing else."""
    files = {p.relative_to(unpacked).as_posix(): p.read_bytes() for p in unpacked.rglob("*") if p.is_file()}
    archive.write_bytes(zipped(files))
    return archive


def run(submission: Path, archive: Path, out: Path) -> dict[str, Any]:
    """What `otter run` writes about a hand-in.

    Raises:
        ReleaseError: if it fails or writes nothing.
    """
    out.mkdir()
    # the plugin that otter loads is the one in the zip
    library = archive / "files" / SUPPORT
    _otter(out, library, "run", str(submission), "-a", str(archive), "-o", str(out), "--no-logo")
    results: dict[str, Any] = json.loads((out / "results.json").read_text(encoding="utf-8"))
    return results


def points_of(results: Mapping[str, Any]) -> dict[str, float]:
    """Points by exercise in otter's results."""
    return {t["name"]: float(t["score"]) for t in results["tests"] if re.fullmatch(r"ex\d+", t["name"])}


def _otter(folder: Path, library: Path, *arguments: str) -> None:
    """Runs otter in a folder, with its home and its temporary files there too: it leaves some behind."""
    temporary = folder / "temporary"
    temporary.mkdir()
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(temporary),
        "TMPDIR": str(temporary),
        "PYTHONPATH": str(library),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = python_m("otter", *arguments)
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=MAX_RUN_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ReleaseError(f"otter {arguments[0]} took longer than {MAX_RUN_SECONDS} s") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()[-3:]
        raise ReleaseError(f"otter {arguments[0]} ended with {done.returncode}: {' / '.join(said)}")
