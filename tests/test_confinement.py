"""Each layer of confinement stops something that no other layer stops, and with none of the kernel's features
hidden checks stay hidden all the same.

The grader runs from a copy of the package in a folder that anybody may read, as an installed one lies.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox.confine import LAYERS
from tests.attack_corpus import EXPECTED, hand_in, sample, wanted_points
from tests.test_sandbox import fully_confined

ROOT = Path(__file__).resolve().parents[1]
as_root = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="only root can give hand-ins a uid of their own"
)
GRADING = """
import json, sys
from pathlib import Path
from autograder.grading.sandboxed import TimeLimits
from autograder.course import COURSE
from autograder.grading.grade import Grader
from autograder.report.files import as_json
from autograder.sandbox.confine import Limits
from autograder.submissions.submission import read_submission
found = []
for layers, folders in json.loads(sys.argv[1]):
    with Grader(COURSE, limits=Limits(layers=tuple(layers)), time_limits=TimeLimits(call=3.0)) as grader:
        modules = [e.module for e in grader.catalogue]
        found.append([as_json(grader.grade(read_submission(Path(f), modules))) for f in folders])
print(json.dumps(found))
"""
# what is seen to happen where one layer is missing and all others are on
ONLY_STOPPED_BY = {
    "landlock": {
        "reading/hidden_in_a_tensor": "DONE reading",
        "reading/classmates": "DONE what lies at the top",
        "reading/processes": "DONE all processes",
    },
    "seccomp": {
        "network/netlink_and_raw": "DONE netlink",
        "staying/double_fork": "DONE forking",
        "staying/shared_memory": "DONE a file in memory",
    },
    "uid": {
        "reading/hidden_suites": "DONE reading hidden suites",
        "reading/solutions": "DONE reading a solution",
    },
    "limits": {"breaking/one_large_file": "DONE a large file"},
    "traps": {"borrowed/kernel_at_its_address": "EARNED in ex3"},
}


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Path]:
    """A copy of the package, solutions included, that every user can read."""
    with tempfile.TemporaryDirectory(prefix="package-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("autograder", "exercises", "solutions"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        yield folder


def grade(
    package: Path, tries: Sequence[tuple[Sequence[str], Sequence[str]]], room: Path
) -> list[dict[str, dict[str, Any]]]:
    """The reports on attacks, graded by a package with some layers of confinement: one graded class for each try.

    All tries are one process, since each would load torch.
    """
    asked = [
        (list(layers), [str(hand_in(name, room / str(number) / name)) for name in attacks])
        for number, (layers, attacks) in enumerate(tries)
    ]
    command = [sys.executable, "-c", GRADING, json.dumps(asked)]
    run = subprocess.run(command, cwd=package, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    return [dict(zip(attacks, each, strict=True)) for (_, attacks), each in zip(tries, found, strict=True)]


@pytest.fixture(scope="module")
def without(elsewhere: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """By layer, the reports on its attacks where all layers are on but this one.

    A uid of its own is for machines without Landlock: there it is tried.
    """
    tries = [
        ([name for name in LAYERS if name != layer and (layer, name) != ("uid", "landlock")], list(attacks))
        for layer, attacks in ONLY_STOPPED_BY.items()
    ]
    graded = grade(elsewhere, tries, tmp_path_factory.mktemp("without"))
    return dict(zip(ONLY_STOPPED_BY, graded, strict=True))


@fully_confined
@as_root
@pytest.mark.parametrize("layer", ONLY_STOPPED_BY)
def test_no_layer_is_decoration(without: dict[str, dict[str, Any]], layer: str) -> None:
    """Without the layer these attacks succeed, whatever the others do; with it they do not (test_attacks)."""
    attacks = ONLY_STOPPED_BY[layer]
    assert set(without[layer]) == set(attacks)
    for name, found in without[layer].items():
        earned = "".join(f"EARNED in {e['name']}\n" for e in found["exercises"] if e["earned"])
        assert attacks[name] in found["printed"] + earned
        assert layer in found["provenance"]["unconfined"]


# what works in the student's own process, wherever that is confined
WITHIN = [name for name in sample() if name.startswith("forging/")]
READING = ["reading/hidden_suites", "reading/solutions", "reading/source_of_the_worker", "reading/own_memory"]


@pytest.fixture
def closed_checkout() -> Iterator[None]:
    """Closes the checkout that the tests themselves run in: it is no part of what is graded from `elsewhere`."""
    folders = [ROOT / name for name in ("autograder", "exercises", "solutions", "tests")]
    modes = [folder.stat().st_mode for folder in folders]
    for folder in folders:
        folder.chmod(0o700)
    yield
    for folder, mode in zip(folders, modes, strict=True):
        folder.chmod(mode)


@as_root
@pytest.mark.usefixtures("closed_checkout")
def test_without_any_feature_of_the_kernel_nothing_is_forged_and_no_hidden_check_is_read(
    elsewhere: Path, tmp_path: Path
) -> None:
    """As in an old container: no Landlock, no seccomp; a uid of its own and file modes are left."""
    [reports] = grade(elsewhere, [(["session", "limits", "uid", "traps"], [*WITHIN, *READING])], tmp_path)
    for name in WITHIN:
        wanted = wanted_points(name)
        points = {e["name"]: e["earned"] for e in reports[name]["exercises"] if e["name"] in wanted}
        assert points == pytest.approx(wanted, abs=0.006), name
    for name in READING:
        assert "DONE reading" not in reports[name]["printed"], name
        assert "STOPPED" in reports[name]["printed"], name
    provenance = reports["reading/hidden_suites"]["provenance"]
    assert provenance["unconfined"] == ["landlock", "seccomp"]
    assert "autograder" in provenance["confinement"]["files"]


def test_the_attacks_named_here_are_in_the_corpus() -> None:
    named = {name for attacks in ONLY_STOPPED_BY.values() for name in attacks}
    assert named | set(READING) <= set(EXPECTED)


def test_where_something_is_missing_grading_can_be_refused(elsewhere: Path, tmp_path: Path) -> None:
    """`--require-confinement` on a machine without Landlock: one line, and nothing is graded."""
    hand_in("network/tcp", tmp_path / "class" / "one")
    (elsewhere / "landlockpy.py").write_text("raise ImportError\n")
    command = [
        sys.executable,
        "-m",
        "autograder",
        "grade",
        str(tmp_path / "class"),
        "--require-confinement",
    ]
    command += ["-o", str(tmp_path / "out"), "--device", "cpu"]
    try:
        run = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=False)
    finally:
        (elsewhere / "landlockpy.py").unlink()
    assert run.returncode == 2
    assert "no landlock: hand-ins can read" in run.stderr
    assert run.stderr.count("\n") == 1
    assert list((tmp_path / "out").glob("*.json")) == []
