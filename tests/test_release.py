"""Releases: two builds are alike, planted leaks are found, and what fails is not written."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import mistune
import pytest

from autograder.course import COURSE
from autograder.release import gradescope, notebook, student
from autograder.release.audit import MAX_ZIP_BYTES, Audit
from autograder.release.build import PLATFORMS, PROOFS, differences, release
from autograder.release.edition import Edition, ReleaseError
from autograder.release.package import MANIFEST, Package, with_manifest, zipped
from exercises.feedback.catalogue import exercises

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("autograder", "exercises", "solutions", "img", "constraints.txt", "pyproject.toml")


@pytest.fixture(scope="module")
def edition() -> Edition:
    return Edition(COURSE, ROOT)


@pytest.fixture(scope="module")
def audit(edition: Edition) -> Audit:
    return Audit(edition)


@pytest.fixture(scope="module")
def handout(edition: Edition) -> Package:
    return student.packages(edition)[0]


def copy_of_checkout(folder: Path) -> Path:
    """The files that a release is made of, elsewhere."""
    skip = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=skip)
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "tests" / "submissions" / "class", folder / "tests" / "submissions" / "class")
    return folder


def built_elsewhere(folder: Path, umask: int, zone: str) -> dict[str, str]:
    """Hashes of all zips, built in another folder by another process with other habits."""
    code = (
        "import hashlib, json, os, sys\n"
        "from pathlib import Path\n"
        f"os.umask({umask})\n"
        "from autograder.course import COURSE\n"
        "from autograder.release import build, edition\n"
        f"made = build.build(edition.Edition(COURSE, Path({str(folder)!r})), lambda line: None)\n"
        "print(json.dumps({b.package.name: b.sha256 for b in made}))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(folder), "TZ": zone, "PYTHONHASHSEED": str(umask)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.platforms
def test_two_builds_in_other_folders_with_other_habits_are_byte_identical(tmp_path: Path) -> None:
    first = built_elsewhere(copy_of_checkout(tmp_path / "one"), 0o077, "Asia/Tokyo")
    second = built_elsewhere(copy_of_checkout(tmp_path / "another" / "place"), 0o002, "America/Lima")
    assert set(first) == set(PROOFS)
    assert first == second


def test_a_zip_has_no_times_no_owners_and_its_order_is_that_of_names(handout: Package) -> None:
    backwards = dict(reversed(handout.files.items()))
    assert zipped(handout.files) == zipped(backwards)
    with zipfile.ZipFile(BytesIO(zipped({"b": b"", "a/run": b""}, frozenset({"a/run"})))) as archive:
        assert [e.filename for e in archive.infolist()] == ["a/run", "b"]
        assert [oct(e.external_attr >> 16) for e in archive.infolist()] == ["0o100755", "0o100644"]


def test_every_zip_of_ours_is_clean_and_the_students_are_small(edition: Edition, audit: Audit) -> None:
    for package in [*student.packages(edition), *gradescope.packages(edition)]:
        content = zipped(with_manifest(package, edition), package.executables)
        assert audit.findings(package, content) == []
        assert package.hidden or len(content) < MAX_ZIP_BYTES


def test_the_pages_of_a_students_zip_name_only_what_is_in_it(handout: Package) -> None:
    pages = [name for name in handout.files if name.endswith(".md")]
    assert {"START.md", "exercises/README.md", "img/README.md"} <= set(pages)
    for page in pages:
        text, folder = handout.files[page].decode("utf-8"), PurePosixPath(page).parent
        for target in re.findall(r"\]\(([^)#]+)", text):
            inside = posixpath.normpath((folder / target).as_posix())
            assert target.startswith("https://") or inside in handout.files, (page, target)
    text = handout.files["img/README.md"].decode("utf-8")
    named = set(re.findall(r"(?<![/\w])[\w-]+\.(?:py|md|png|gif)\b", text))
    assert len(named) > 10 and {f"img/{name}" for name in named} <= set(handout.files)


def test_no_list_of_a_task_swallows_a_drawing_in_the_notebook(edition: Edition) -> None:
    """In Markdown, what is indented below a list belongs to its last item, and loses its spaces there."""
    drawings = 0
    for cell in notebook.cells(edition):
        if cell.is_code or not cell.exercise:
            continue
        drawn = re.findall(r"(?:(?<=\n\n)|\A)((?:    .*(?:\n|\Z))+)", cell.source)
        blocks = [token["raw"] for token in as_tokens(cell.source) if token["type"] == "block_code"]
        assert [textwrap.dedent(text).strip("\n") for text in drawn] == [raw.strip("\n") for raw in blocks]
        drawings += len(drawn)
    assert drawings > 8


def as_tokens(markdown: str) -> list[dict[str, Any]]:
    """The blocks of a page one below the other, by the library that Jupyter's own converter uses."""
    tokens = mistune.create_markdown(renderer=None)(markdown)
    assert isinstance(tokens, list)
    return tokens


def test_the_manifest_of_a_students_zip_tells_no_seed(edition: Edition, handout: Package) -> None:
    manifest = json.loads(with_manifest(handout, edition)[MANIFEST])
    assert manifest["commit"] == edition.commit
    assert "seed" not in json.dumps(manifest)


SOLUTION_LINE = "    padded = x.new_zeros(*leading, height + 2 * pad_h, width + 2 * pad_w)\n"
HIDDEN_LINE = "    must_return(student, conv(draw(2, 2, *image), draw(3, 2, *kernel)))\n"
LEAKS: dict[str, tuple[Mapping[str, bytes], str]] = {
    "solution": (
        {"exercises/ex2_padding.py": SOLUTION_LINE.encode()},
        "holds a line of the solution ex2_padding",
    ),
    "solution in a comment, other blanks": (
        {"notes.md": b"// padded = x.new_zeros(*leading,height+2*pad_h,  width+2*pad_w)"},
        "holds a line of the solution ex2_padding",
    ),
    "solution in a notebook": (
        {"n.ipynb": json.dumps({"cells": [{"source": [SOLUTION_LINE]}]}).encode()},
        "holds a line of the solution ex2_padding",
    ),
    "solution in base64": (
        {"n.ipynb": base64.b64encode(SOLUTION_LINE.encode() * 2)},
        "the solution ex2_padding",
    ),
    "solution in a zip inside": (
        {"more.zip": zipped({"answer.py": SOLUTION_LINE.encode()})},
        "more.zip!answer.py holds a line of the solution",
    ),
    "hidden test": (
        {"exercises/tests/more.py": HIDDEN_LINE.encode()},
        "holds a line of the hidden suite ex3_conv2d.py",
    ),
    "solution marker": ({"a.py": b"### BEGIN SOLUTION\n"}, "a.py holds a solution marker"),
    "another marker": ({"a.py": b"# end  solution\n"}, "a.py holds a solution marker"),
    "hidden marker": ({"a.py": b"### BEGIN HIDDEN TESTS\n"}, "a.py holds a marker of hidden tests"),
    "bytecode": ({"exercises/ex1.cpython-311.pyc": b""}, "was left behind"),
    "cache": ({"exercises/__pycache__/x.txt": b""}, "was left behind"),
    "a Mac's folder": ({"__MACOSX/._a": b""}, "was left behind"),
    "an editor's file": ({"exercises/.ex1.py.swp": b""}, "was left behind"),
    "a backup": ({"exercises/ex1.py~": b""}, "was left behind"),
    "version control": ({".git/config": b""}, "was left behind"),
    "a hidden file": ({".env": b"TOKEN"}, "is a hidden file"),
    "the building machine": (
        {"a.txt": f"made in {ROOT}/exercises".encode()},
        "names a folder of the building machine",
    ),
    "outside": ({"../a.txt": b""}, "would be unpacked outside"),
    "an absolute name": ({"/etc/a.txt": b""}, "would be unpacked outside"),
}


@pytest.mark.thorough(every=3)
@pytest.mark.parametrize("kind", LEAKS)
def test_a_planted_leak_is_found(edition: Edition, audit: Audit, handout: Package, kind: str) -> None:
    extra, told = LEAKS[kind]
    leaking = replace(handout, files={**handout.files, **extra})
    findings = audit.findings(leaking, zipped(with_manifest(leaking, edition)))
    assert findings and all(line.startswith("student.zip: ") for line in findings)
    assert any(told in line for line in findings), findings


def test_every_long_line_of_every_solution_and_suite_would_be_found(edition: Edition, audit: Audit) -> None:
    for source in edition.sources:
        assert any(source.module in whose for whose in audit._solution_lines.values()), source.module
    assert {f"{e.module}.py" for e in edition.catalogue} == set(audit._hidden_lines.values())
    text = (ROOT / "autograder" / "course" / "suites" / "ex5_dilation.py").read_bytes()
    package = Package("student.zip", "students", {"a.txt": text})
    assert audit.findings(package, zipped(with_manifest(package, edition)))


@pytest.mark.parametrize("change", ["unlisted", "missing", "changed", "no manifest", "no zip"])
def test_a_zip_that_is_not_as_its_manifest_says_is_found(
    edition: Edition, audit: Audit, handout: Package, change: str
) -> None:
    files = with_manifest(handout, edition)
    told = {
        "unlisted": "extra.txt is not listed in MANIFEST.json",
        "missing": "START.md is listed in MANIFEST.json and missing",
        "changed": "START.md is not what MANIFEST.json says",
        "no manifest": "MANIFEST.json is missing",
        "no zip": "not a readable zip",
    }[change]
    changes: dict[str, Callable[[], object]] = {
        "unlisted": lambda: files.update({"extra.txt": b"hello"}),
        "missing": lambda: files.pop("START.md"),
        "changed": lambda: files.update({"START.md": b"hello"}),
        "no manifest": lambda: files.pop(MANIFEST),
        "no zip": lambda: None,
    }
    changes[change]()
    content = b"PK nonsense" if change == "no zip" else zipped(files)
    assert any(told in line for line in audit.findings(handout, content))


def test_a_students_zip_over_the_limit_is_refused(edition: Edition, audit: Audit, handout: Package) -> None:
    noise = b"".join(hashlib.sha256(str(i).encode()).digest() for i in range(MAX_ZIP_BYTES // 32 + 1))
    large = replace(handout, files={**handout.files, "img/large.png": noise})
    assert "at most 5 MB" in audit.findings(large, zipped(with_manifest(large, edition)))[0]


def test_a_release_that_leaks_is_not_written(tmp_path: Path) -> None:
    root = copy_of_checkout(tmp_path / "checkout")
    shutil.copy(root / "solutions" / "ex3_conv2d.py", root / "exercises" / "ex3_conv2d.py")
    out = tmp_path / "dist"
    out.mkdir()
    (out / "student.zip").write_bytes(b"the release before")
    with pytest.raises(ReleaseError, match=r"student\.zip: exercises/ex3_conv2d\.py holds a solution marker"):
        release(Edition(COURSE, root), out, lambda line: None, ["student.zip"])
    assert [p.name for p in out.iterdir()] == ["student.zip"]
    assert (out / "student.zip").read_bytes() == b"the release before"


@pytest.mark.platforms
def test_a_release_whose_solutions_fail_the_public_checks_is_not_written(tmp_path: Path) -> None:
    root, out, told = copy_of_checkout(tmp_path / "checkout"), tmp_path / "dist", list[str]()

    def again() -> None:
        release(Edition(COURSE, root), out, told.append, ["student.zip"], tmp_path / "proofs")

    again()
    whole = (out / "student.zip").read_bytes()
    assert "proved student.zip" in told
    checks = root / "exercises" / "tests" / "test_ex1.py"
    before = checks.read_text(encoding="utf-8")
    checks.write_text(before + "\n\ndef test_x() -> None:\n    assert 1 == 2\n", encoding="utf-8")
    # what was proved before was another zip
    with pytest.raises(ReleaseError, match=r"student\.zip: pytest exercises with solutions"):
        again()
    assert (out / "student.zip").read_bytes() == whole
    checks.write_text(before, encoding="utf-8")
    again()
    assert told[-1] == "proved before, and the same since: student.zip"


def test_other_points_are_told_by_hand_in_and_exercise() -> None:
    expected = {"stubs": {"ex1": 0.0}, "solutions": {"ex1": 10.0}, "half": {"ex1": 5.0}}
    found = {"stubs": {"ex1": 0.0}, "solutions": {"ex1": 9.5}, "half": {"ex1": 5.005}}
    assert differences("x.zip", expected, found) == [
        "x.zip: gives solutions 9.5 points for ex1, where 10 are right"
    ]
    assert differences("x.zip", expected, {"solutions": {"ex1": 10.0}}) == [
        "x.zip: gives stubs no points at all for ex1, where 0 are right"
    ]


def test_every_platform_is_proved_or_goes_with_one_that_is() -> None:
    for platform in PLATFORMS:
        assert any(platform.proofs.values()), f"nothing proves {list(platform.proofs)}"


def run_checks(folder: Path) -> subprocess.CompletedProcess[str]:
    """`pytest exercises` with what is installed in the folder, and none of the options of this run."""
    command = [folder / ".venv" / "bin" / "pytest", "exercises"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True)


@pytest.mark.platforms
def test_the_students_zip_installs_and_runs_in_a_fresh_environment(tmp_path: Path, handout: Package) -> None:
    for name, content in handout.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    # START.md's command for this system, but for the address of torch's own builds
    start = handout.files["START.md"].decode("utf-8")
    [command] = re.findall(r"^ +(python3 -m venv .*) torch==.* --extra-index-url", start, re.MULTILINE)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {
        "PATH": path,
        "PIP_CONSTRAINT": str(ROOT / "constraints.txt"),
        "PIP_QUIET": "1",
    }
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    stubs = run_checks(tmp_path)
    assert stubs.returncode == 1, stubs.stderr
    assert stubs.stdout.count("to do") == sum(not e.extra for e in exercises())
    assert "Traceback" not in stubs.stdout + stubs.stderr
    for path in (ROOT / "solutions").glob("ex*.py"):
        shutil.copy(path, tmp_path / "exercises")
    solved = run_checks(tmp_path)
    assert solved.returncode == 0, solved.stdout
    assert "Well done" in solved.stdout
