"""What students are given at home is there where their work is graded, here and on the platforms."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from autograder.course import COURSE
from autograder.course.operators import OPERATORS
from autograder.grading.sandboxed import SandboxedSubmission
from autograder.release import gradescope, nbgrader, otter, prairielearn, student
from autograder.release.build import unpack
from autograder.release.edition import Edition
from autograder.release.package import Package, zipped
from autograder.sandbox.host import Sandbox
from autograder.submissions.submission import Submission
from exercises.feedback.catalogue import exercises

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = exercises()
EX1 = CATALOGUE[0]


@pytest.fixture(scope="module")
def edition() -> Edition:
    return Edition(COURSE, ROOT)


def parsed(files: Mapping[str, bytes]) -> dict[str, ast.Module]:
    """The modules below `exercises` of a student's zip, by dotted name."""
    found = {}
    for name, content in files.items():
        if name.startswith("exercises/") and name.endswith(".py"):
            dotted = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            found[dotted] = ast.parse(content)
    return found


def imported(tree: ast.Module) -> Iterator[str]:
    """What a module imports as soon as it is imported itself; it may be names of modules or of what is in them."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def mentionable(modules: Mapping[str, ast.Module]) -> list[str]:
    """What students are told to use, and what it needs: the playground and `check`, which needs nothing there."""
    waiting = [name for name in modules if name.startswith(("exercises.playground", "exercises.conv2d"))]
    found = ["exercises.notebook"]
    while waiting:
        name = waiting.pop()
        if name in modules and name not in found:
            found.append(name)
            waiting += imported(modules[name])
    return sorted(found)


def public_names(tree: ast.Module) -> list[str]:
    """The functions, classes and constants that a module itself defines."""
    names: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
    return [name for name in names if not name.startswith("_")]


def names_to_use(modules: Mapping[str, ast.Module]) -> dict[str, list[str]]:
    """Public names by module. Of the module of `check`, students are told of nothing else."""
    names = {name: public_names(modules[name]) for name in mentionable(modules)}
    return names | {"exercises.notebook": ["check"]}


def left_out(body: str) -> tuple[list[str], Sequence[object]]:
    """What failed at the top of a hand-in, and what its `output_size` gives."""
    hand_in = Submission("probe", Path("probe"), {EX1.module: body}, {}, None, (), "")
    with Sandbox(OPERATORS) as sandbox:
        sandboxed = SandboxedSubmission(sandbox, hand_in, COURSE)
        outcome = sandboxed.run(EX1, "cpu", [{"do": "call", "name": "output_size", "args": ()}])
        return sandboxed.left_out, outcome.results


def test_every_public_name_of_the_students_zip_can_be_imported_in_a_worker(edition: Edition) -> None:
    names = names_to_use(parsed(student.packages(edition)[0].files))
    lines = [f"from {module} import {', '.join(found)}" for module, found in names.items() if found]
    lines += [f"import {module}" for module in names]
    assert len(lines) > 20 and sum(map(len, names.values())) > 50
    body = "\n".join([*lines, "def output_size():", "    return [check('ex1'), callable(named)]"])
    assert left_out(body) == ([], [[None, True]])


def test_a_name_that_is_not_there_would_be_noticed() -> None:
    body = "from exercises.playground.kernels import named, nothing_like_it\ndef output_size(): return 1"
    failed, _ = left_out(body)
    assert len(failed) == 1 and "nothing_like_it" in failed[0]


def test_modules_that_hold_answers_are_not_there(edition: Edition) -> None:
    names = parsed(student.packages(edition)[0].files)
    kept = [
        n
        for n in names
        if n not in mentionable(names) and n.startswith(("exercises.feedback.", "exercises.course."))
    ]
    assert "exercises.course.oracle" in kept
    body = "\n".join([*(f"import {name}" for name in kept[:4]), "def output_size(): return 1"])
    failed, _ = left_out(body)
    assert len(failed) == 4


AUTOGRADERS: dict[str, tuple[Callable[[Edition], Sequence[Package]], str]] = {
    "gradescope": (gradescope.packages, "gradescope-autograder.zip"),
    "nbgrader": (nbgrader.packages, "nbgrader.zip"),
    "otter": (otter.packages, "otter-autograder.zip"),
    "prairielearn": (prairielearn.packages, "prairielearn.zip"),
}
ASK = (
    "import json\n"
    "from autograder.sandbox import given\n"
    "from exercises.paths import PICTURES\n"
    "print(json.dumps([sorted(given.served()), sorted(path.name for path in PICTURES.iterdir())]))\n"
)


@pytest.mark.platforms
@pytest.mark.parametrize("platform", AUTOGRADERS)
def test_the_platforms_autograder_has_what_students_are_given(
    platform: str, edition: Edition, tmp_path: Path
) -> None:
    make, name = AUTOGRADERS[platform]
    [package] = [package for package in make(edition) if package.name == name]
    unpacked = unpack(zipped(package.files), tmp_path / "unpacked")
    [given] = unpacked.rglob("autograder/sandbox/given.py")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(given.parents[2]), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    served, pictures = json.loads(done.stdout)
    files = student.packages(edition)[0].files
    assert {f"exercises.{each}" for each in served} >= set(mentionable(parsed(files)))
    wanted = {Path(n).name for n in files if n.startswith("img/") and n.endswith((".png", ".gif"))}
    assert set(pictures) >= wanted > {"cat.png"}
