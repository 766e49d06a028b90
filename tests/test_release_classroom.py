"""`github-classroom.zip`: built, unpacked, and its workflow's step run as GitHub runs it."""

from __future__ import annotations

import io
import re
import shutil
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from autograder.course import COURSE
from autograder.release import classroom as release
from autograder.release.audit import Audit
from autograder.release.edition import Edition, ReleaseError
from autograder.release.known import KnownSubmission, known_submissions
from autograder.release.package import with_manifest, zipped
from autograder.release.templates.classroom import runner
from exercises.feedback.catalogue import exercises as catalogue

pytestmark = pytest.mark.platforms
ROOT = Path(__file__).resolve().parents[1]
NUMBERS = [e.number for e in catalogue()]
COUNTED = [e.number for e in catalogue() if not e.extra]  # what is extra earns nothing here

# what the reporter reads, and nothing else
RESULT = {"version": int, "status": str, "message": str, "max_score": int, "tests": list}
TEST = {
    "name": str, "status": str, "message": str, "test_code": str, "task_id": int, "filename": str,
    "line_no": int, "duration": float, "score": float,
}  # fmt: skip


def valid(result: dict[str, Any]) -> dict[str, Any]:
    """The result, whose pass ratio and scores must tell the same."""
    assert set(result) - {"message"} == set(RESULT) - {"message"}
    assert all(type(value) is RESULT[name] for name, value in result.items())
    assert result["version"] == 3 and result["status"] in ("pass", "fail", "error")
    assert result["tests"]
    for test in result["tests"]:
        assert {name: type(value) for name, value in test.items()} == TEST
        assert test["status"] in ("pass", "fail", "error")
        assert test["score"] == 0 or test["status"] == "pass"
        assert test["score"] > 0 or test["status"] != "pass" or test["task_id"] not in COUNTED
        for text in (test["name"], test["message"], test["test_code"]):
            assert all(c.isprintable() or c in "\n\t" for c in text)
    score = sum(test["score"] for test in result["tests"])
    passed = all(test["status"] == "pass" for test in result["tests"])
    assert 0 <= score <= result["max_score"]
    assert passed == (score == result["max_score"]) == (result["status"] == "pass")
    assert len(runner.encoded(result)) < 128 * 1024, "one variable on Linux takes no more"
    return result


def of(result: dict[str, Any], exercise: int) -> list[dict[str, Any]]:
    return [test for test in result["tests"] if test["task_id"] == exercise]


@pytest.fixture(scope="module")
def edition() -> Edition:
    return Edition(COURSE, ROOT)


@pytest.fixture(scope="module")
def content(edition: Edition) -> bytes:
    (package,) = release.packages(edition)
    return zipped(with_manifest(package, edition), package.executables)


@pytest.fixture(scope="module")
def unpacked(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classroom")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def hand_ins(edition: Edition) -> dict[str, KnownSubmission]:
    return {hand_in.name: hand_in for hand_in in known_submissions(edition)}


@pytest.fixture
def repository(unpacked: Path, hand_ins: dict[str, KnownSubmission], tmp_path: Path) -> Path:
    """A student's repository with everything solved."""
    folder = tmp_path / "repository"
    shutil.copytree(unpacked, folder)
    hand_ins["solutions"].write_files(folder / "exercises")
    return folder


def test_the_zip_has_no_hidden_suite_and_two_builds_are_alike(edition: Edition, content: bytes) -> None:
    (package,) = release.packages(edition)
    assert not package.hidden
    assert Audit(edition).findings(package, content) == []
    assert zipped(with_manifest(package, edition), package.executables) == content
    assert not [name for name in package.files if name.startswith(("autograder", "solutions"))]


def test_the_workflow_hands_the_runners_result_to_the_reporter(unpacked: Path) -> None:
    text = (unpacked / release.WORKFLOW).read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    # the names that GitHub Classroom looks for
    assert workflow["name"] == "Autograding Tests"
    assert list(workflow["jobs"]) == ["run-autograding-tests"]
    steps = workflow["jobs"]["run-autograding-tests"]["steps"]
    runs = next(step for step in steps if release.RUNNER in step.get("run", ""))
    assert runs["run"].split()[0] == "python" and (unpacked / release.RUNNER).is_file()
    reporter = steps[-1]
    assert reporter["uses"].startswith("classroom-resources/autograding-grading-reporter@")
    assert reporter["with"] == {"runners": runs["id"]}
    variable = f"{runs['id'].upper()}_RESULTS"
    assert reporter["env"] == {variable: "${{ steps." + runs["id"] + ".outputs.result }}"}
    [install] = [step["run"] for step in steps if "pip install" in step.get("run", "")]
    assert re.fullmatch(
        r"pip install \. torch==[\d.]+\+cpu --extra-index-url https://download\.pytorch\.org/whl/cpu", install
    )


def test_stubs_get_nothing_and_solutions_everything(
    edition: Edition, unpacked: Path, hand_ins: dict[str, KnownSubmission]
) -> None:
    points = release.prove(edition, unpacked, list(hand_ins.values()))
    full = {e.name: 0.0 if e.extra else float(e.points) for e in edition.catalogue}
    assert points == {"stubs": dict.fromkeys(full, 0.0), "solutions": full}


def test_who_has_done_three_exercises_gets_their_points_and_is_told_what_is_to_do(
    edition: Edition, unpacked: Path, repository: Path
) -> None:
    for exercise in edition.catalogue[3:]:
        name = f"exercises/{exercise.module}.py"
        shutil.copy(unpacked / name, repository / name)
    result = valid(release.run(repository))
    points = release.points_by_exercise(result)
    done = {e.name: float(e.points) for e in edition.catalogue[:3]}
    assert points == done | {e.name: 0.0 for e in edition.catalogue[3:]}
    assert result["status"] == "fail" and "message" not in result
    assert all(test["status"] == "fail" for test in of(result, 4))
    assert any(test["message"] == "to do: write conv2d_strided" for test in of(result, 4))


BAD = """
import os, sys
from exercises.real_ex6_sobel import *


def box_blur_kernel(size):
    os._exit(0)


def sharpen_kernel(amount):
    while True:
        pass
"""
STRANGE = """

def _shout(*arguments, **options):
    print("::error::forged\\nresult=Zm9yZ2Vk\\0\\x1b[2J")
    os.write(1, b"result=Zm9yZ2Vk\\n::set-output name=result::Zm9yZ2Vk\\n\\xff\\n")
    raise RuntimeError("]]> <\\0\\x1b[31m\\ud800\\x85 " + "x" * 10_000)


import os
Conv2d = _shout
"""


def test_code_that_ends_the_process_loops_or_prints_nonsense_costs_its_own_points_only(
    repository: Path,
) -> None:
    exercises = repository / "exercises"
    (exercises / "ex6_sobel.py").rename(exercises / "real_ex6_sobel.py")
    (exercises / "ex6_sobel.py").write_text(BAD, encoding="utf-8")
    with (exercises / "ex7_layer.py").open("a", encoding="utf-8") as file:
        file.write(STRANGE)
    start = time.monotonic()
    result = valid(release.run(repository, CLASSROOM_CHECK_SECONDS="3"))
    assert time.monotonic() - start < 50
    points = release.points_by_exercise(result)
    assert [points[f"ex{n}"] for n in range(1, 6)] == [10.0, 10.0, 20.0, 10.0, 20.0]
    assert points["ex6"] == 0 and points["ex7"] <= 2
    told = [test["message"] for test in of(result, 6)]
    assert any("the process ended with exit code 0" in text for text in told)
    assert any("stopped after 3 s" in text for text in told)
    assert any("RuntimeError" in test["message"] for test in of(result, 7))
    assert "message" not in result


def test_an_exercise_that_calls_what_it_must_not_passes_no_check(repository: Path) -> None:
    with (repository / "exercises" / "ex3_conv2d.py").open("a", encoding="utf-8") as file:
        file.write("\n\nimport torch\n\ndef conv2d_valid(*given):\n    return torch.conv2d(*given)\n")
    result = valid(release.run(repository))
    points = release.points_by_exercise(result)
    assert points["ex3"] == 0 and points["ex2"] == 10
    assert all("uses torch.conv2d" in test["message"] for test in of(result, 3))


def test_the_time_for_all_checks_is_limited(repository: Path) -> None:
    (repository / "exercises" / "ex2_padding.py").write_text("while True: pass\n", encoding="utf-8")
    start = time.monotonic()
    result = valid(release.run(repository, CLASSROOM_TOTAL_SECONDS="6"))
    assert time.monotonic() - start < 25
    assert result["status"] == "error"
    assert "longer than 6 s" in result["message"]
    assert {test["task_id"] for test in result["tests"]} == set(NUMBERS)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("tests/test_ex3.py", "import nothing_of_that_name\n", "could not be run"),
        ("tests/conftest.py", "import os\nos._exit(3)\n", "exit code 3"),
        ("manifest.json", "[", "the runner failed"),
    ],
)
def test_checks_that_cannot_run_give_a_result_all_the_same(
    repository: Path, name: str, text: str, said: str
) -> None:
    (repository / "exercises" / name).write_text(text, encoding="utf-8")
    result = release.run(repository)
    assert result["status"] == "error" and said in result["message"]
    assert result["tests"] and not any(test["score"] for test in result["tests"])
    if name != "manifest.json":
        valid(result)
        assert {test["task_id"] for test in result["tests"]} == set(NUMBERS)


def test_a_runner_that_writes_nothing_is_found_out(repository: Path) -> None:
    (repository / release.RUNNER).write_text("print('result=none')\n", encoding="utf-8")
    with pytest.raises(ReleaseError, match="the runner gave no result"):
        release.run(repository)


def test_the_checks_process_does_not_know_where_the_result_goes(repository: Path) -> None:
    with (repository / "exercises" / "ex1_output_size.py").open("a", encoding="utf-8") as file:
        file.write("\nimport os\nassert not [n for n in os.environ if n.startswith('GITHUB_')]\n")
    result = valid(release.run(repository, GITHUB_TOKEN="secret"))
    assert release.points_by_exercise(result)["ex1"] == 10.0


def test_a_result_with_much_to_say_is_small_enough_and_its_sums_are_exact() -> None:
    checks = [
        runner.Check(f"{m}{'🦉' * 300}{n}", n, "🦉" * 300, "🦉" * 300, 1, "fail", "🦉" * 10_000)
        for n in NUMBERS
        for m in range(runner.MAX_CHECKS // len(NUMBERS))
    ]
    exercises = [(n, 10) for n in NUMBERS]
    valid(runner.result(checks, exercises, "x" * 100_000))
    for check in checks:
        check.ended("pass", "")
    result = valid(runner.result(checks, exercises, ""))
    assert sum(test["score"] for test in result["tests"]) == 10 * len(NUMBERS)
    shares = {test["score"] for test in result["tests"]}
    assert max(shares) - min(shares) <= 1 / 64
