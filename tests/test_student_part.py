"""The student's part as a fork's workflow tries it on each system, and the workflow itself."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from exercises.paths import ROOT
from tests import student_part

WORKFLOW = ROOT / ".github" / "workflows" / "student.yml"


@pytest.fixture(scope="module")
def workflow() -> Mapping[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def job(workflow: Mapping[str, Any]) -> Mapping[str, Any]:
    [found] = workflow["jobs"].values()
    return dict(found)


def test_the_students_part_is_right_here(tmp_path: Path) -> None:
    assert student_part.problems(tmp_path / "Å b") == []


def test_each_part_that_is_broken_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout whose stubs raise, whose solutions are wrong, and whose playground draws nothing."""
    broken = tmp_path / "checkout"
    for name in ("exercises", "solutions", "img"):
        shutil.copytree(ROOT / name, broken / name, ignore=shutil.ignore_patterns("__pycache__"))
    with (broken / "exercises" / "ex1_output_size.py").open("a") as file:
        file.write("\nraise OSError\n")
    with (broken / "solutions" / "ex2_padding.py").open("a") as file:
        file.write("\npad2d = None\n")
    (broken / "exercises" / "conv2d.py").write_text("")
    monkeypatch.setattr(student_part, "ROOT", broken)
    monkeypatch.setattr(student_part, "EXERCISES", broken / "exercises")
    monkeypatch.setattr(student_part, "PLAYGROUND_SCRIPT", broken / "exercises" / "conv2d.py")
    found = student_part.problems(tmp_path / "work")
    assert [each.partition(":")[0] for each in found] == [
        "stubs",
        "solutions",
        str(Path("exercises/conv2d.py")),
    ]


def test_the_workflow_runs_on_what_students_have(job: Mapping[str, Any]) -> None:
    matrix = job["strategy"]["matrix"]
    assert {system.split("-")[0] for system in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert job["runs-on"] == "${{ matrix.os }}"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = SpecifierSet(project["requires-python"])
    others = [each["python"] for each in matrix["include"]]
    assert all(isinstance(each, str) and wanted.contains(each) for each in [*matrix["python"], *others])
    assert min(matrix["python"]) == project["requires-python"].removeprefix(">=")


def test_the_workflow_may_read_and_nothing_else(workflow: Mapping[str, Any], job: Mapping[str, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"} and "permissions" not in job
    # YAML takes the key "on" for true
    assert set(workflow[True]) == {"push", "pull_request", "workflow_dispatch"}  # type: ignore[index]
    assert "secrets" not in WORKFLOW.read_text(encoding="utf-8")
    for step in job["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@(v\d+|[0-9a-f]{40})", step["uses"])
            if step["uses"].startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_what_the_workflow_runs_is_there(job: Mapping[str, Any]) -> None:
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert [command.split()[:3] for command in commands] == [
        ["python", "-m", "pip"], ["python", "-m", "pip"], ["python", "-m", student_part.__name__]
    ]  # fmt: skip
    for module in (command.split()[2] for command in commands):
        assert find_spec(module)
    install = commands[0].split()
    assert install[-1] == "." and "https://download.pytorch.org/whl/cpu" in install
    for step in job["steps"]:
        assert (ROOT / step.get("with", {}).get("cache-dependency-path", "pyproject.toml")).is_file()
        # an expression in a command would let a branch's name run code
        assert "${{" not in step.get("run", "")


def test_it_needs_only_what_a_student_installs() -> None:
    text = Path(student_part.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE)) <= {
        "__future__", "collections", "exercises", "os", "pathlib", "re", "shutil", "subprocess", "sys", "tempfile"
    }  # fmt: skip
