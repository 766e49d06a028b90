"""`prairielearn.zip`: built, unpacked and run as the platform runs it."""

from __future__ import annotations

import io
import json
import re
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from autograder.course import COURSE
from autograder.grading.grade import Grader
from autograder.platforms.prairielearn import FAILED
from autograder.release import prairielearn as release
from autograder.release.audit import Audit
from autograder.release.edition import Edition, ReleaseError
from autograder.release.known import KnownSubmission, known_submissions
from autograder.release.package import with_manifest, zipped
from autograder.report import gradescope, prairielearn
from autograder.report.model import Finding, Report
from autograder.submissions.submission import read_submission
from exercises.feedback.kinds import FailureKind

pytestmark = pytest.mark.platforms
ROOT = Path(__file__).resolve().parents[1]
PROVED = ("stubs", "solutions", "corpus1")

# what the platform's documentation names, and nothing else
RESULTS = {
    "gradable": bool,
    "score": float,
    "message": str,
    "output": str,
    "format_errors": list,
    "tests": list,
}
TEST = {
    "name": str, "description": str, "points": float, "max_points": float, "message": str, "output": str,
}  # fmt: skip
INFO = {
    "uuid": str, "title": str, "topic": str, "tags": list, "type": str, "singleVariant": bool,
    "showCorrectAnswer": bool, "gradingMethod": str, "externalGradingOptions": dict,
}  # fmt: skip
OPTIONS = {"enabled": bool, "image": str, "entrypoint": str, "timeout": int}
ELEMENTS = {
    "pl-question-panel": set(), "pl-submission-panel": set(), "pl-file-preview": set(),
    "pl-external-grader-results": set(), "pl-file-upload": {"optional-file-names"},
    "pl-file-download": {"file-name"},
}  # fmt: skip


def typed(data: dict[str, Any], kinds: dict[str, type]) -> None:
    assert set(data) <= set(kinds), f"unknown: {set(data) - set(kinds)}"
    for name, value in data.items():
        assert type(value) is kinds[name], f"{name} is {value!r}"


def valid(results: dict[str, Any]) -> dict[str, Any]:
    """The results, which must be what the platform can read, show and keep."""
    typed(results, RESULTS)
    assert {"gradable", "score"} <= set(results)
    assert 0 <= results["score"] <= 1
    assert results["gradable"] or all(type(line) is str and line for line in results["format_errors"])
    for test in results["tests"]:
        typed(test, TEST)
        assert set(test) == set(TEST)
        assert 0 <= test["points"] <= test["max_points"]
    text = json.dumps(results, indent=1, allow_nan=False)
    assert len(text) < 1_000_000
    # no NUL for the database, no control codes for the page, no half characters for either
    assert not re.search(r"\\u00[01][0-9a-f]|\\ud[89ab]..(?!\\ud[c-f])|\\u007f|\\u009", text)
    return results


@pytest.fixture(scope="module")
def edition() -> Edition:
    return Edition(COURSE, ROOT)


@pytest.fixture(scope="module")
def content(edition: Edition) -> bytes:
    (package,) = release.packages(edition)
    return zipped(with_manifest(package, edition), package.executables)


@pytest.fixture(scope="module")
def unpacked(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prairielearn")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def hand_ins(edition: Edition) -> dict[str, KnownSubmission]:
    return {hand_in.name: hand_in for hand_in in known_submissions(edition)}


@pytest.fixture
def root(unpacked: Path, tmp_path: Path) -> Path:
    return release.lay_out(tmp_path / "grade", unpacked)


def test_the_zip_leaks_nothing_and_two_builds_are_alike(edition: Edition, content: bytes) -> None:
    (package,) = release.packages(edition)
    assert Audit(edition).findings(package, content) == []
    assert zipped(with_manifest(package, edition), package.executables) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        mode = archive.getinfo("convolutions/tests/run.sh").external_attr >> 16
        assert mode & stat.S_IXUSR
        for name in ("student.zip", "notebook-student.zip"):
            inner = archive.read(f"convolutions/clientFilesQuestion/{name}")
            assert zipfile.ZipFile(io.BytesIO(inner)).testzip() is None


def test_info_json_has_the_documented_fields(unpacked: Path, edition: Edition) -> None:
    info = json.loads((unpacked / "convolutions" / "info.json").read_text(encoding="utf-8"))
    typed(info, INFO)
    typed(info["externalGradingOptions"], OPTIONS)
    assert set(info) == set(INFO)
    assert info["type"] == "v3" and info["gradingMethod"] == "External"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", info["uuid"])
    assert info["uuid"] == release.info(Edition(COURSE, ROOT, seed=1))["uuid"], (
        "a new release is the same question"
    )
    options = info["externalGradingOptions"]
    assert options["enabled"] is True and options["timeout"] <= 600
    assert options["image"] == release.image(edition)
    assert options["image"] in (unpacked / "README.md").read_text(encoding="utf-8")
    entry = options["entrypoint"].removeprefix("/grade/")
    assert (unpacked / "convolutions" / entry).is_file()
    # the platform's limit must not come first, or nothing would be told
    script = (unpacked / "convolutions" / entry).read_text(encoding="utf-8")
    assert int(re.search(r"GRADE_SECONDS:-(\d+)", script)[1]) < options["timeout"]  # type: ignore[index]


class Elements(HTMLParser):
    """The elements of a page, with their attributes; every one must be closed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_question_html_takes_the_files_and_leads_to_the_rest(unpacked: Path, edition: Edition) -> None:
    page = Elements()
    page.feed((unpacked / "convolutions" / "question.html").read_text(encoding="utf-8"))
    page.close()
    assert page.open == []
    own = [(tag, attributes) for tag, attributes in page.found if tag.startswith("pl-")]
    assert {tag for tag, _ in own} == set(ELEMENTS)
    for tag, attributes in own:
        assert set(attributes) == ELEMENTS[tag]
    names = next(a["optional-file-names"] for tag, a in own if tag == "pl-file-upload") or ""
    assert names.split(",")[:-1] == [f"{e.module}.py" for e in edition.catalogue]
    for tag, attributes in own:
        if tag == "pl-file-download":
            path = unpacked / "convolutions" / "clientFilesQuestion" / str(attributes["file-name"])
            assert path.is_file()


def test_the_image_is_built_from_pinned_versions(unpacked: Path) -> None:
    docker = (unpacked / "image" / "Dockerfile").read_text(encoding="utf-8")
    copied = re.search(r"COPY (.+) /tmp/", docker)
    assert copied
    for name in copied[1].split():
        assert (unpacked / "image" / name).is_file()
    requirements = (unpacked / "image" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert requirements and all("==" in line for line in requirements)
    assert any(re.fullmatch(r"torch==[\d.]+\+cpu; sys_platform == 'linux'", line) for line in requirements)
    assert "https://download.pytorch.org/whl/cpu" in docker and "libseccomp2" in docker


def test_known_hand_ins_get_points_from_the_unpacked_zip(
    edition: Edition, unpacked: Path, hand_ins: dict[str, KnownSubmission]
) -> None:
    # that they are those of this checkout, for all known hand-ins, is for the gates of a release to say
    found = release.prove(edition, unpacked, [hand_ins[name] for name in PROVED])
    assert list(found) == list(PROVED)
    assert set(found["stubs"].values()) == {0.0}
    assert found["solutions"] == {e.name: float(e.points) for e in edition.catalogue}
    assert 0 < sum(found["corpus1"].values()) < sum(found["solutions"].values())
    assert found["corpus1"]["ex3"] == 20.0 and 0 < found["corpus1"]["ex4"] < 10


def test_a_hand_in_that_kills_everything_gets_all_its_tests_and_no_points(
    root: Path, edition: Edition
) -> None:
    for exercise in (edition.catalogue[0], edition.catalogue[2]):
        (root / "student" / f"{exercise.module}.py").write_text(
            "import os, sys\nprint('\\0\\x1b[31m::')\nos._exit(0)\n", encoding="utf-8"
        )
    results = valid(release.run(root))
    assert results["gradable"] is True and results["score"] == 0
    counted = [e for e in edition.catalogue if not e.extra]  # nobody went further
    assert {t["name"].split()[0] for t in results["tests"]} == {e.name for e in counted}
    whole = sum(e.points for e in counted)
    assert sum(t["max_points"] for t in results["tests"]) == pytest.approx(whole)
    assert all("0 of" in t["message"] and t["output"] for t in results["tests"])


def test_an_unreadable_hand_in_is_not_gradable_and_told_why(root: Path) -> None:
    (root / "student" / "work.zip").write_bytes(b"PK\x03\x04 and no more")
    results = valid(release.run(root))
    assert results["gradable"] is False
    assert "work.zip" in results["format_errors"][0]


def test_an_endless_loop_ends_with_the_time_and_leaves_results(root: Path, edition: Edition) -> None:
    for exercise in edition.catalogue:
        (root / "student" / f"{exercise.module}.py").write_text("while True: pass\n", encoding="utf-8")
    start = time.monotonic()
    with pytest.raises(ReleaseError, match=r"prairielearn\.zip: the grader failed"):
        release.run(root, seconds=5)
    assert time.monotonic() - start < 30
    assert written(root)["gradable"] is False
    assert list(still_running(root)) == []


def written(root: Path) -> dict[str, Any]:
    found = valid(json.loads((root / "results" / "results.json").read_text(encoding="utf-8")))
    assert found["message"] == FAILED == found["format_errors"][0]
    return found


def still_running(root: Path) -> Iterator[str]:
    deadline = time.monotonic() + 5
    while True:
        left = [text for path in Path("/proc").glob("[0-9]*/cmdline") if str(root) in (text := read(path))]
        if not left or time.monotonic() > deadline:
            return iter(left)
        time.sleep(0.1)


def read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""  # it ended meanwhile


@pytest.mark.parametrize("broken", ["release.json", "autograder/grading/grade.py", "run.sh"])
def test_a_grader_that_fails_itself_says_so_and_costs_no_try(root: Path, broken: str) -> None:
    path = root / "tests" / broken
    if broken == "run.sh":  # as if the image had no such Python
        path.write_text(path.read_text(encoding="utf-8").replace("PYTHON:-", "NONE:-/no/"), encoding="utf-8")
    else:
        path.write_text('{"seed": "x"}' if broken.endswith("json") else "import nothing_of_that_name\n")
    with pytest.raises(ReleaseError, match="the grader failed"):
        release.run(root)
    assert written(root)["gradable"] is False


def test_the_entry_point_alone_leaves_results_too(root: Path) -> None:
    (root / "tests" / "release.json").write_text("[", encoding="utf-8")
    command = [sys.executable, "-m", "autograder.start", "autograder.platforms.prairielearn", str(root)]
    done = subprocess.run(command, cwd=root / "tests", capture_output=True, text=True)
    assert done.returncode == 0
    assert "JSONDecodeError" in done.stderr, "the instructor's log tells what failed"
    assert written(root)["gradable"] is False


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A report on a hand-in whose texts are as bad as texts can be."""
    folder = tmp_path_factory.mktemp("long")
    (folder / "ex1_output_size.py").write_text("def output_size(*a, **k): return 1\n", encoding="utf-8")
    with Grader(COURSE) as grader:
        found = grader.grade(read_submission(folder, [e.module for e in grader.catalogue]))
    bad = Finding("", "cpu", FailureKind.VALUE, "\0\x1b[31m\ud800" + "🦉" * 20_000, explanation="x" * 20_000)
    return replace(
        found,
        notes=("a \x9b note\x7f",),
        exercises=tuple(
            replace(e, lines=tuple(replace(line, findings=(bad, bad)) for line in e.lines))
            for e in found.exercises
        ),
    )


def test_long_and_strange_texts_become_small_and_plain(report: Report) -> None:
    results = valid(prairielearn.results(report, COURSE.meanings))
    assert len(results["tests"]) == sum(len(e.lines) for e in report.begun)
    assert all("🦉" in t["output"] for t in results["tests"])
    assert results["score"] == report.earned / report.points
    problem = valid(prairielearn.results(replace(report, problem="no \0 zip" * 1_000_000), COURSE.meanings))
    assert problem["gradable"] is False


def test_both_platforms_say_the_same(report: Report) -> None:
    ours, theirs = prairielearn.results(report, COURSE.meanings)["tests"], gradescope.results(report)["tests"]
    assert [t["name"] for t in ours] == [t["name"] for t in theirs]
    assert [t["points"] for t in ours] == [t["score"] for t in theirs]
    for mine, other in zip(ours, theirs, strict=True):
        assert other["output"].startswith(mine["message"])
