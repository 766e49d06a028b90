"""The otter zips: otter itself makes them and runs them, and the sandbox decides on the points.

That stubs, solutions and the corpus get their points from `otter run` is proved whenever a release is built,
which `test_releases_page` does.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from autograder.course import COURSE
from autograder.grading.grade import Grader
from autograder.platforms import otter as runtime
from autograder.platforms import otter_run
from autograder.platforms.single_upload import points
from autograder.release import otter
from autograder.release.audit import Audit
from autograder.release.edition import CPU_BUILDS, Edition, ReleaseError, as_bytes
from autograder.release.known import KnownSubmission, known_submissions
from autograder.release.notebook import NAME, cells
from autograder.release.package import Package, with_manifest, zipped
from autograder.submissions.submission import read_submission

if find_spec("otter") is None:  # to import it takes seconds, which `make test` has no need to spend
    pytest.skip("otter is not installed here", allow_module_level=True)

pytestmark = pytest.mark.platforms
ROOT = Path(__file__).resolve().parents[1]
EDITION = Edition(COURSE, ROOT)
MODULES = [e.module for e in EDITION.catalogue]
HAND_INS = {h.name: h for h in known_submissions(EDITION)}
PARTIAL = "corpus1"
FULL = {e.name: 0.0 if e.extra else float(e.points) for e in EDITION.catalogue}

# what works where tests and answers share a kernel
FORGERY = """
import atexit, glob, json, os, sys
perfect = {"score": 100, "tests": [{"name": name, "score": 20, "max_score": 20} for name in FULL]}
def forge():
    for path in ["../results/results.json", "results.json", *glob.glob("/tmp/*/autograder/results/results.json")]:
        try:
            open(path, "w").write(json.dumps(perfect))
        except OSError:
            pass
forge()
atexit.register(forge)
try:
    from otter.test_files import GradingResults, TestFile
    TestFile.score = property(lambda self: self.possible)
    GradingResults.total = 100
except Exception:
    pass
print(json.dumps(perfect))
sys.exit(0)
"""


class Touch:
    """Pickled, it makes a file where it is revived."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self.path),)


@dataclass
class Built:
    """Both zips, and the autograder's unpacked."""

    edition: Edition
    packages: dict[str, Package]
    contents: dict[str, bytes]
    unpacked: Path
    archive: Path


def contents(edition: Edition, packages: list[Package]) -> dict[str, bytes]:
    return {p.name: zipped(with_manifest(p, edition), p.executables) for p in packages}


def checkout(folder: Path) -> Edition:
    """A copy of all that a release is made of."""
    without = shutil.ignore_patterns("__pycache__")
    for name in ("autograder", "exercises", "solutions", "img"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=without)
    for name in ("constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return Edition(COURSE, folder)


def different(one: bytes, other: bytes) -> list[str]:
    held = []
    for content in (one, other):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            held.append({name: archive.read(name) for name in archive.namelist()})
    return sorted(name for name in held[0].keys() | held[1].keys() if held[0].get(name) != held[1].get(name))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("otter")
    edition = checkout(tmp_path_factory.mktemp("checkout"))
    packages = otter.packages(edition)
    made = contents(edition, packages)
    for name, content in made.items():
        (folder / name).write_bytes(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(folder / name.removesuffix(".zip"))
    archive_path = folder / otter.AUTOGRADER
    return Built(edition, {p.name: p for p in packages}, made, archive_path.with_suffix(""), archive_path)


@pytest.fixture(scope="module")
def graded(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """All runs of otter, two at a time: by name, points or what the run said."""
    folder = tmp_path_factory.mktemp("runs")
    script = folder / "all_of_it.py"
    script.write_text(in_one_file(HAND_INS[PARTIAL]), encoding="utf-8")
    forged = forging_zip(folder / "forged.zip", folder / "revived", folder / "started")
    jobs: dict[str, Future[Any]] = {}
    with ThreadPoolExecutor(2) as pool:
        for path in (script, forged):
            jobs[path.name] = pool.submit(otter.run, path, built.archive, folder / f"of-{path.stem}")
        jobs["platform"] = pool.submit(on_platform, folder / "autograder", built.unpacked)
    return {name: job.result() for name, job in jobs.items()} | {
        "witnesses": [p for p in (folder / "revived", folder / "started") if p.exists()]
    }


def in_one_file(hand_in: KnownSubmission) -> str:
    """As students save a notebook as a script."""
    return "\n# In[ ]:\n".join(hand_in.modules.values())


def forging_zip(path: Path, revived: Path, started: Path) -> Path:
    """Half an answer, and all the tricks there are around it."""
    notebook: Any = HAND_INS[PARTIAL].notebook(EDITION)
    code: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "forged",
        "metadata": {},
        "outputs": [],
    }
    notebook["cells"].append(code | {"source": f"FULL = {FULL}\n{FORGERY}"})
    notebook["metadata"] = {
        "kernelspec": {"name": "no-such-kernel", "display_name": "x", "language": "python"}
    }
    touch = f"import os; os.mkdir({str(started)!r})\n"
    shadow = f"{runtime.SUPPORT}/autograder"
    files = {
        "mine.ipynb": as_bytes(notebook),
        ".OTTER_LOG": pickle.dumps(Touch(revived)),
        "ipykernel_launcher.py": touch.encode(),
        "sitecustomize.py": touch.encode(),
        f"{shadow}/__init__.py": b"",
        f"{shadow}/platforms/__init__.py": b"",
        f"{shadow}/platforms/otter.py": touch.encode(),
        f"{shadow}/suites/ex1_output_size.py": HAND_INS["solutions"].modules["ex1_output_size"].encode(),
        "tests/ex1.py": touch.encode(),
        "results/results.json": b'{"score": 100, "tests": []}',
    }
    path.write_bytes(zipped(files))
    return path


def on_platform(root: Path, unpacked: Path) -> dict[str, Any]:
    """A run as on Gradescope or in otter's container, with a file per exercise, of which otter takes one at most."""
    lay_out(root, unpacked)
    HAND_INS[PARTIAL].write_files(root / "submission")
    (root / "submission" / "broken.ipynb").write_text("{", encoding="utf-8")
    return start(root)


def lay_out(root: Path, unpacked: Path) -> None:
    for name in ("submission", "results"):
        (root / name).mkdir(parents=True)
    (root / "submission_metadata.json").touch()  # empty, as in otter's containers
    for path in unpacked.rglob("*"):
        if path.is_file():
            copy = root / "source" / path.relative_to(unpacked)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())


def start(root: Path) -> dict[str, Any]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "TMPDIR": str(root)}
    command = [sys.executable, str(root / "source" / "run_otter.py")]
    done = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    return found | {"log": done.stdout + done.stderr, "left": sorted(p.name for p in root.iterdir())}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, float]]:
    """What this checkout gives for the half-done hand-in, and for the forged notebook."""
    folder = tmp_path_factory.mktemp("here")
    forged = forging_zip(folder / "forged.zip", folder / "revived", folder / "started")
    with zipfile.ZipFile(forged) as archive:
        archive.extract("mine.ipynb", folder)
    found = {}
    with Grader(COURSE, seed=EDITION.seed) as grader:
        half = HAND_INS[PARTIAL].write_files(folder / PARTIAL)
        for name, path in {PARTIAL: half, "forged": folder / "mine.ipynb"}.items():
            found[name] = points(grader.grade(read_submission(path, MODULES)))
    return found


def test_one_script_with_all_functions_is_graded_like_a_notebook(
    graded: Mapping[str, Any], here: Mapping[str, Mapping[str, float]]
) -> None:
    assert otter.points_of(graded["all_of_it.py"]) == pytest.approx(here[PARTIAL], abs=0.011)


def test_a_hand_in_that_forges_gets_what_it_earned_and_runs_nowhere_but_in_the_sandbox(
    graded: Mapping[str, Any], here: Mapping[str, Mapping[str, float]]
) -> None:
    found = otter.points_of(graded["forged.zip"])
    assert found == pytest.approx(here["forged"], abs=0.011)
    assert 0 < sum(found.values()) <= sum(here[PARTIAL].values())
    assert graded["witnesses"] == []


def test_on_a_platform_even_files_that_otter_refuses_are_graded(
    graded: Mapping[str, Any], here: Mapping[str, Mapping[str, float]]
) -> None:
    found = graded["platform"]
    assert otter.points_of(found) == pytest.approx(here[PARTIAL], abs=0.011), found["log"]
    assert runtime.ASIDE not in found["left"]


def test_students_read_why_each_point_is_missing_but_no_hidden_input(graded: Mapping[str, Any]) -> None:
    tests = [t for t in graded["platform"]["tests"] if t["name"].startswith("ex")]
    # nobody went further: nothing is said of it
    assert {t["name"]: t["max_score"] for t in tests} == {name: full for name, full in FULL.items() if full}
    for test in tests:
        assert test["visibility"] == "visible"
        assert test["score"] == test["max_score"] or "checks passed" in test["output"]
        assert "Call:" not in test["output"]
        assert "the sandboxed grader did not run" not in test["output"]
    assert "broken.ipynb" in graded["platform"]["output"]


def test_results_are_written_even_when_the_grader_itself_fails(built: Built, tmp_path: Path) -> None:
    root = tmp_path / "autograder"
    lay_out(root, built.unpacked)
    HAND_INS["solutions"].write_files(root / "submission")
    (root / "source" / "files" / runtime.SUPPORT / "autograder" / "grading" / "judge.py").write_text(
        "1 / 0\n"
    )
    before = sorted(p.name for p in (root / "submission").iterdir())
    found = start(root)
    assert "score" not in found
    assert "not your fault" in found["output"]
    assert "ZeroDivisionError" in found["log"]
    assert sorted(p.name for p in (root / "submission").iterdir()) == before


def test_a_run_that_was_killed_does_not_grade_its_hand_in_twice(tmp_path: Path) -> None:
    for name in ("submission", runtime.ASIDE):
        (tmp_path / name).mkdir()
    (tmp_path / runtime.ASIDE / "old.py").touch()
    (tmp_path / "submission" / "new.py").touch()
    runtime._forget_killed_run(tmp_path)
    assert [p.name for p in tmp_path.rglob("*.py")] == ["new.py"]
    runtime.put_aside(tmp_path)
    (tmp_path / "submission" / runtime.STAND_IN).touch()
    runtime._forget_killed_run(tmp_path)
    assert [str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.*")] == ["submission/new.py"]


def test_what_otter_cannot_grade_is_an_error_and_no_grade(built: Built, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ipynb"
    broken.write_text("{", encoding="utf-8")
    with pytest.raises(ReleaseError, match="otter run ended with 1"):
        otter.run(broken, built.archive, tmp_path / "out")
    assert not (tmp_path / "out" / "results.json").exists()


def test_two_builds_are_alike_to_the_byte(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = os.umask(0o077)
    try:
        elsewhere = tmp_path / "elsewhere"
        shutil.copytree(built.edition.root, elsewhere)
        again = contents(Edition(COURSE, elsewhere), otter.packages(Edition(COURSE, elsewhere)))
    finally:
        os.umask(before)
    for name, content in again.items():
        assert different(content, built.contents[name]) == []
    assert again == built.contents


def test_neither_zip_leaks(built: Built) -> None:
    audit = Audit(built.edition)
    for name, package in built.packages.items():
        assert audit.findings(package, built.contents[name]) == []


def test_the_students_zip_holds_every_task_stub_and_check_and_nothing_hidden(built: Built) -> None:
    package = built.packages[otter.STUDENT]
    assert not package.hidden
    names = set(package.files)
    assert {NAME, "exercises/notebook.py", "exercises/tests/test_ex7.py", "exercises/manifest.json"} <= names
    assert not [n for n in names if re.match(r"autograder|solutions|files|exercises/ex\d", n)]
    notebook = json.loads(package.files[NAME])
    sources = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert sources == [cell.source for cell in cells(EDITION)]
    assert "otter" not in json.dumps(
        [notebook["metadata"], [c["metadata"].get("otter") for c in notebook["cells"]]]
    )


def test_the_autograder_is_told_to_install_what_was_tested(built: Built) -> None:
    package = built.packages[otter.AUTOGRADER]
    environment = package.files["environment.yml"].decode()
    for line in EDITION.installed:
        assert f"- {line}\n" in environment
    assert f"--extra-index-url {CPU_BUILDS}" in environment
    assert package.files[otter.CONSTRAINTS] == EDITION.constraints
    # a script on the top would make otter refuse hand-ins that are one script
    assert {n.split("/")[1] for n in package.files if n.startswith("files/")} == {runtime.SUPPORT}


def test_a_zip_of_files_is_graded_and_what_cannot_be_read_gets_one_line(
    built: Built, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """At each of these `otter run` itself ends with a traceback."""
    with zipfile.ZipFile(tmp_path / "ada.zip", "w") as archive:
        for path in sorted((ROOT / "tests" / "submissions" / "class" / "amara").glob("*.py")):
            archive.write(path, path.name)
    (tmp_path / "ben.zip").write_bytes(b"PK\3\4")
    (tmp_path / "cleo.ipynb").write_text("{")
    told = {
        "ada.zip": (0, ": 100 of 100 points, see"),
        "ben.zip": (1, "not a readable zip"),
        "cleo.ipynb": (1, "not a readable notebook"),
    }
    for name, (code, words) in told.items():
        out = tmp_path / "out" / name
        assert otter_run.main([str(tmp_path / name), "-a", str(built.archive), "-o", str(out)]) == code
        said = "".join(capfd.readouterr())
        assert said.startswith(f"{tmp_path / name}: ") and words in said and said.count("\n") == 1
        results = json.loads((out / "results.json").read_text(encoding="utf-8"))
        assert sum(each["score"] for each in results["tests"]) == (100 if code == 0 else 0)
