"""Attacks through the zip for nbgrader, graded in both of its ways.

By itself it starts a kernel for each hand-in, so the suite sends a part of the corpus; `make attacks` sends all.
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
from autograder.platforms import gradebook
from autograder.release import nbgrader
from autograder.release.edition import Edition
from autograder.release.known import known_submissions
from autograder.release.nbgrader import ASSIGNMENT, hand_over
from tests.attack_corpus import ALL, HERE, names

ROOT = Path(__file__).resolve().parents[1]
EDITION = Edition(COURSE, ROOT)
ON_NBGRADER = names() if ALL else [
    "breaking/exit_while_loading", "breaking/output_taken_away", "forging/patched_builtins",
    "forging/results_printed", "reading/hidden_suites", "staying/files_for_the_next",
]  # fmt: skip
pytestmark = [
    pytest.mark.platforms,
    pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's"),
]


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


@pytest.mark.parametrize("name", ON_NBGRADER)
def test_in_nbgrader_who_has_written_nothing_gets_nothing(course: dict[str, Any], name: str) -> None:
    student = course["students"][name]
    assert sum(course["safe"][student].values()) == 0
    if course["kernel"]:
        assert sum(course["kernel"][student].values()) == 0


def test_in_nbgrader_the_honest_one_keeps_everything(course: dict[str, Any]) -> None:
    assert sum(course["safe"]["zoe"].values()) == 100
    if course["kernel"]:
        assert sum(course["kernel"]["zoe"].values()) == 100
