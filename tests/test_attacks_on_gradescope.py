"""Attacks through the zip for Gradescope, as it runs them.

Each hand-in costs it a process of its own, so the suite sends a part of the corpus; `make attacks` sends all.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autograder.course import COURSE
from autograder.platforms import single_upload
from autograder.release import gradescope
from autograder.release.build import unpack
from autograder.release.edition import Edition
from autograder.release.package import with_manifest, zipped
from autograder.submissions.submission import read_submission
from exercises.feedback.catalogue import exercises
from tests.attack_corpus import ALL, hand_in, names, wanted_points

ROOT = Path(__file__).resolve().parents[1]
EDITION = Edition(COURSE, ROOT)
MODULES = [e.module for e in exercises()]
ON_GRADESCOPE = names() if ALL else [
    "borrowed/operator_by_key", "breaking/exit_while_loading", "forging/results_at_exit",
    "reading/hidden_suites", "writing/results",
]  # fmt: skip
pytestmark = [
    pytest.mark.platforms,
    pytest.mark.skipif(sys.platform != "linux", reason="confinement is Linux's"),
]


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
