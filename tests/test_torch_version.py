"""A torch that cannot grade: one sentence before anything is graded, and a score from no platform."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from autograder.course import COURSE
from autograder.paths import ROOT, SOLUTIONS
from autograder.release.edition import package_name
from autograder.sandbox.torch_version import NEEDED, OLDEST, refuse_unfit_torch

REAL = Path(torch.__file__).parent
OLD, LACKING = "2.6.0+cpu", "9.1.0"
SENTENCES = {
    OLD: rf"torch 2\.6\.0\+cpu is installed here, and grading needs {re.escape(OLDEST)} or newer: "
    rf"pip install 'torch>={re.escape(OLDEST)}' .+",
    LACKING: rf"torch 9\.1\.0 is installed here, and grading needs one that has \S+\.{NEEDED}, as "
    rf"{re.escape(OLDEST)} has: pip install 'torch=={re.escape(OLDEST)}\.\*'",
    "": rf"torch is not installed here, and grading needs {re.escape(OLDEST)} or newer: pip install .+",
}
Program = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module", params=[OLD, LACKING])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def with_torch(tmp_path_factory: pytest.TempPathFactory, version: str) -> Program:
    """Runs Python with this torch, but for its number and, if that is new, without what the grader needs."""
    pretended = tmp_path_factory.mktemp("packages") / "torch"
    pretended.mkdir()
    for entry in REAL.iterdir():
        if entry.name not in ("version.py", "utils", "__pycache__"):
            (pretended / entry.name).symlink_to(entry)
    text = (REAL / "version.py").read_text(encoding="utf-8")
    (pretended / "version.py").write_text(text.replace(repr(str(torch.__version__)), repr(version)))
    (pretended / "utils").mkdir()
    for entry in (REAL / "utils").iterdir():
        if entry.name != "backend_registration.py":
            (pretended / "utils" / entry.name).symlink_to(entry)
    text = (REAL / "utils" / "backend_registration.py").read_text(encoding="utf-8")
    kept = text if version == OLD else text.replace(NEEDED, "_gone")
    (pretended / "utils" / "backend_registration.py").write_text(kept, encoding="utf-8")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(pretended.parent), str(ROOT)])
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=pretended.parent,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
        )

    assert run("-c", "import torch; print(torch.__version__)").stdout.strip() == version
    return run


def test_pyproject_asks_for_the_oldest_that_can_grade() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    [needed] = [line for line in extras["grader"] if package_name(line) == "torch"]
    assert needed == f"torch>={OLDEST}"


def test_the_torch_of_this_suite_can_grade() -> None:
    refuse_unfit_torch()


@pytest.mark.parametrize("command", ["grade", "check", "release"])
def test_a_command_ends_before_it_does_anything(
    with_torch: Program, version: str, command: str, tmp_path: Path
) -> None:
    out = [] if command == "check" else ["--out", str(tmp_path / "out")]
    hand_in = [str(SOLUTIONS)] if command == "grade" else []
    done = with_torch("-m", "autograder", command, *hand_in, *out)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(f"autograder: {SENTENCES[version]}\n", done.stderr), done.stderr
    assert not (tmp_path / "out").exists()


def test_without_any_torch_it_says_so(tmp_path: Path) -> None:
    for entry in REAL.parent.iterdir():
        if not entry.name.startswith("torch") and entry.name != "__pycache__":
            (tmp_path / entry.name).symlink_to(entry)
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-S", "-m", "autograder", "check"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert re.fullmatch(f"autograder: {SENTENCES['']}\n", done.stderr), done.stderr


@pytest.mark.parametrize("version", [OLD], indirect=True)
@pytest.mark.parametrize("platform", ["gradescope", "prairielearn"])
def test_a_platform_has_no_score_and_its_log_the_sentence(
    with_torch: Program, version: str, platform: str, tmp_path: Path
) -> None:
    for name in ("submission", "student"):
        (tmp_path / name).symlink_to(SOLUTIONS)
    done = with_torch("-m", "autograder.start", f"autograder.platforms.{platform}", str(tmp_path))
    assert done.returncode == 0
    assert re.fullmatch(f"autograder: {SENTENCES[version]}\n", done.stderr), done.stderr
    found = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    if platform == "gradescope":
        assert "score" not in found and found["tests"] == []
        assert found["output"].startswith("The autograder itself failed, which is not your fault")
    else:
        assert found["gradable"] is False  # and so its score counts for nothing


@pytest.mark.parametrize("version", [OLD], indirect=True)
@pytest.mark.parametrize("platform", ["nbgrader", "otter"])
def test_a_process_apart_tells_whoever_waits_for_it(
    with_torch: Program, version: str, platform: str, tmp_path: Path
) -> None:
    """Those take the last line for the reason, and an exit code for no grade."""
    (tmp_path / "hand-in").mkdir()
    for exercise in COURSE.exercises:
        (tmp_path / "hand-in" / f"{exercise.module}.py").write_bytes(
            (SOLUTIONS / f"{exercise.module}.py").read_bytes()
        )
    given = {
        "nbgrader": [str(tmp_path / "hand-in" / "convolutions.ipynb")],
        "otter": [str(tmp_path / "hand-in"), str(tmp_path / "graded.json")],
    }
    done = with_torch("-m", "autograder.start", f"autograder.platforms.{platform}", *given[platform])
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(f"autograder: {SENTENCES[version]}\n", done.stderr), done.stderr
    assert not (tmp_path / "graded.json").exists()
