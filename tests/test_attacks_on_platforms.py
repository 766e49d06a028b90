"""Attacks through the built zips, as the platforms run them.

Each hand-in costs a platform a process of its own, so the suite sends a part of the corpus; `make attacks` sends all.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.course import COURSE
from autograder.platforms import gradebook, single_upload
from autograder.release import gradescope, nbgrader
from autograder.release.build import unpack
from autograder.release.edition import Edition
from autograder.release.known import known_submissions
from autograder.release.nbgrader import ASSIGNMENT, hand_over
from autograder.release.package import with_manifest, zipped
from autograder.submissions.submission import read_submission
from exercises.feedback.catalogue import exercises
from tests.attack_corpus import ALL, HERE, hand_in, names, wanted_points

ROOT = Path(__file__).resolve().parents[1]
EDITION = Edition(COURSE, ROOT)
MODULES = [e.module for e in exercises()]
ON_GRADESCOPE = names() if ALL else [
    "borrowed/operator_by_key", "breaking/exit_while_loading", "forging/results_at_exit",
    "reading/hidden_suites", "writing/results",
]  # fmt: skip
ON_NBGRADER = names() if ALL else [
    "breaking/exit_while_loading", "breaking/output_taken_away", "forging/patched_builtins",
    "forging/results_printed", "reading/hidden_suites", "staying/files_for_the_next",
]  # fmt: skip
pytestmark = [
    pytest.mark.platforms,
    pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's"),
]
# one course for all of them, where `make attacks` spreads the rest
TOGETHER = pytest.mark.xdist_group("nbgrader")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    [package] = gradescope.packages(EDITION)
    content = zipped(with_manifest(package, EDITION), package.executables)
    return unpack(content, tmp_path_factory.mktemp("gradescope") / "source")


@pytest.mark.parametrize("name", ON_GRADESCOPE)
def test_on_gradescope_an_attack_gets_what_it_gets_here(source: Path, tmp_path: Path, name: str) -> None:
    root = gradescope.lay_out(tmp_path / "autograder", source)
    hand_in(name, root / "submission" / "exercises")
    before = {path for path in root.rglob("*") if "submission" not in path.parts}
    wanted = wanted_points(name)
    found = gradescope.run(root)
    assert {exercise: found[exercise] for exercise in wanted} == pytest.approx(wanted, abs=0.02)
    results = (root / "results" / "results.json").read_text(encoding="utf-8")
    assert "DONE" not in results
    assert "mark.points" not in results
    after = {path for path in root.rglob("*") if "submission" not in path.parts}
    assert after - before == {root / "results", root / "results" / "results.json"}


def test_what_one_upload_saw_is_of_no_use_in_the_next(tmp_path: Path) -> None:
    """Hidden inputs are drawn anew for whatever is uploaded, and alike for the same."""
    first = hand_in("forging/recorded_inputs", tmp_path / "first")
    second = hand_in("forging/recorded_inputs", tmp_path / "second")
    third = hand_in("forging/recorded_inputs", tmp_path / "third")
    (third / "ex1_output_size.py").write_text("# one more line\n")
    seeds = [single_upload.seed_of(read_submission(path, MODULES)) for path in (first, second, third)]
    assert seeds[0] == seeds[1] != seeds[2]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A course in which attackers have written nothing but an attack, graded in both of nbgrader's ways."""
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    [package] = nbgrader.packages(EDITION)
    for name, content in package.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    nbgrader.nbgrader(folder, "generate_assignment", ASSIGNMENT)
    known = {h.name: h for h in known_submissions(EDITION)}
    students = {name: name.replace("/", "-").replace("_", "-") for name in ON_NBGRADER}
    for name, student in students.items():
        path = hand_over(EDITION, folder, replace(known["stubs"], name=student))
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"].insert(0, attack_cell(name))
        path.write_text(json.dumps(notebook), encoding="utf-8")
    hand_over(EDITION, folder, replace(known["solutions"], name="zoe"))
    command = [sys.executable, "-m", "autograder", "grade", "--nbgrader", str(folder), "--timeout", "2"]
    command += ["-o", str(folder / "reports"), "--device", "cpu"]
    by_kernel = {}
    if not ALL:  # a kernel and a grader for each hand-in: half an hour for the whole corpus
        nbgrader.nbgrader(folder, "autograde", ASSIGNMENT, "--force")
        by_kernel = gradebook.read_scores(folder, ASSIGNMENT)
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    safe = gradebook.read_scores(folder, ASSIGNMENT)
    return {"students": students, "kernel": by_kernel, "safe": safe}


def attack_cell(name: str) -> dict[str, Any]:
    """The attack as the first cell of a notebook, above answers that were never written."""
    parts = [path.read_text(encoding="utf-8") for path in sorted((HERE / name).iterdir())]
    for helper in HERE.glob("*.py"):  # in a cell, nothing lies beside an attack
        imports = re.compile(rf"^from {helper.stem} import .*\n", re.MULTILINE)
        if any(map(imports.search, parts)):
            parts = [helper.read_text(encoding="utf-8"), *(imports.sub("", part) for part in parts)]
    text = "\n".join(parts)
    return {
        "cell_type": "code", "id": "attack", "metadata": {}, "execution_count": None, "outputs": [],
        "source": text.splitlines(keepends=True),
    }  # fmt: skip


@TOGETHER
@pytest.mark.parametrize("name", ON_NBGRADER)
def test_in_nbgrader_who_has_written_nothing_gets_nothing(course: dict[str, Any], name: str) -> None:
    student = course["students"][name]
    assert sum(course["safe"][student].values()) == 0
    if course["kernel"]:
        assert sum(course["kernel"][student].values()) == 0


@TOGETHER
def test_in_nbgrader_the_honest_one_keeps_everything(course: dict[str, Any]) -> None:
    assert sum(course["safe"]["zoe"].values()) == 100
    if course["kernel"]:
        assert sum(course["kernel"]["zoe"].values()) == 100
