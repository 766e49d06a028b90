"""What students install: the package as pip builds it, and what START.md says about systems and versions."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autograder.course import COURSE
from autograder.release import student
from autograder.release.edition import Edition, package_name
from exercises.console.wording import WORK_ELSEWHERE
from exercises.feedback.catalogue import exercises

ROOT = Path(__file__).resolve().parents[1]
# what Python does not find by itself, and what needs it
DATA = {
    "exercises/py.typed",
    "exercises/manifest.json",
    "exercises/README.md",
    "exercises/tutorial.html",
    "exercises/tests/notebook.ini",
    "exercises/visualizer/index.html",
    "autograder/py.typed",
}


@pytest.fixture(scope="module")
def project() -> Mapping[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


# START.md


@pytest.fixture(params=[0, 1], ids=["files", "notebook"])
def start(request: pytest.FixtureRequest) -> str:
    return student.packages(Edition(COURSE, ROOT))[request.param].files["START.md"].decode("utf-8")


def test_it_names_the_oldest_torch_and_python_that_the_package_takes(
    start: str, project: Mapping[str, Any]
) -> None:
    text = " ".join(start.split())
    [torch] = [line for line in project["dependencies"] if package_name(line) == "torch"]
    assert f"The last torch for it is {torch.removeprefix('torch>=')}, which needs NumPy below 2" in text
    assert f"Install Python {project['requires-python'].removeprefix('>=')} or newer" in text
    assert "needs Python 3.11 or 3.12" in text


def test_what_it_says_of_numpy_is_what_the_package_asks_for(project: Mapping[str, Any]) -> None:
    intel = "sys_platform == 'darwin' and platform_machine == 'x86_64'"
    assert f"numpy<2; {intel}" in project["dependencies"]
    # and nothing else is asked of one system alone
    assert [line for line in project["dependencies"] if ";" in line] == [f"numpy<2; {intel}"]
    assert (
        f"numpy<2; {intel}"
        in tomllib.loads(student.pyproject(Edition(COURSE, ROOT)).decode())["project"]["dependencies"]
    )


def test_there_is_one_command_for_each_system(start: str) -> None:
    commands = dict(re.findall(r"^   (Linux|macOS|Windows)[^\n]*:\n\n {7}([^\n]+)\n", start, re.MULTILINE))
    assert list(commands) == ["Linux", "macOS", "Windows"]
    assert all(re.search(r"pip install \.( jupyterlab)?( |$)", command) for command in commands.values())
    assert commands["Linux"].startswith(commands["macOS"])
    # nobody gets gigabytes of CUDA: where the index is missing, pip finds no such torch
    assert re.search(
        r" torch==[\d.]+\+cpu --extra-index-url https://download\.pytorch\.org/whl/cpu$", commands["Linux"]
    )
    policy, make, on, _ = commands["Windows"].split("; ")
    assert policy == "Set-ExecutionPolicy -Scope Process RemoteSigned -Force" and "execution policy" in start
    assert (make, on) == ("py -m venv .venv", r".venv\Scripts\Activate.ps1")


# The package


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with sdist and wheel of a checkout that holds what git knows."""
    folder = tmp_path_factory.mktemp("built")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and not name.startswith("tests/submissions/"):
            (folder / "src" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "src" / name).write_bytes((ROOT / name).read_bytes())
    code = "from setuptools import build_meta as b; b.build_sdist('..'); b.build_wheel('..')"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder / "src", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.platforms
def test_wheel_and_sdist_hold_the_package_and_no_solution(built: Path) -> None:
    [wheel], [sdist] = built.glob("*.whl"), built.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = set(archive.namelist())
    with tarfile.open(sdist) as archive:
        in_sdist = {name.partition("/")[2] for name in archive.getnames()}
    modules = {
        path.relative_to(ROOT).as_posix()
        for package in ("exercises", "autograder")
        for path in (ROOT / package).rglob("*.py")
        if "templates" not in path.parts
    }
    pages = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "autograder" / "report" / "pages").iterdir()
        if path.suffix in (".html", ".js")
    }
    for held in (in_wheel, in_sdist):
        assert modules | DATA | pages <= held
        assert not [name for name in held if name.startswith(("solutions/", "tests/", "img/"))]


@pytest.mark.platforms
@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_the_installed_package_shows_the_checks_and_says_where_to_work(
    built: Path, tmp_path: Path, kind: str
) -> None:
    """In an environment that has what the package asks for, and nothing else of this project."""
    venv.create(tmp_path / "venv", with_pip=False)
    [site] = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    # a path in such a file is looked through, but not the links of `pip install --editable` there
    (site / "installed.pth").write_text("\n".join(p for p in sys.path if p.endswith("site-packages")))
    python = tmp_path / "venv" / "bin" / "python"
    [package] = built.glob(kind)
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    install = [*pip, "install", "--quiet", "--no-deps", "--no-build-isolation", str(package)]
    done = subprocess.run(install, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    checked = subprocess.run([*pip, "check"], capture_output=True, text=True)
    assert "conv2d-exercises" not in checked.stdout, checked.stdout
    (tmp_path / "empty").mkdir()

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        clean = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
        return subprocess.run(
            [python, *command], cwd=tmp_path / "empty", env=clean, capture_output=True, text=True
        )

    checks = run("-m", "pytest", "--pyargs", "exercises", "-p", "no:cacheprovider")
    assert checks.returncode == 1, checks.stdout + checks.stderr
    assert (
        checks.stdout.count("to do") == sum(not e.extra for e in exercises())
        and "Traceback" not in checks.stdout
    )
    assert checks.stdout.count(WORK_ELSEWHERE) == 1
    assert "Stuck?" not in checks.stdout  # the options are those of a folder's own checks
    in_cells = run("-c", "from exercises.notebook import check; check('ex1')")
    assert f" {COURSE.info.title} " in in_cells.stdout, in_cells.stderr


@pytest.mark.platforms
def test_what_installs_a_students_folder_is_no_copy_of_it(tmp_path: Path) -> None:
    """`pip install .` there brings what the checks need. A copy would be checked in place of the student's files."""
    for name, content in student.packages(Edition(COURSE, ROOT))[0].files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    code = "from setuptools import build_meta as b; b.build_wheel('out')"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    [wheel] = (tmp_path / "out").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        [metadata] = [archive.read(n).decode("utf-8") for n in archive.namelist() if n.endswith("/METADATA")]
        assert all(".dist-info/" in name for name in archive.namelist())
    needed = re.findall(r"^Requires-Dist: ([\w-]+)", metadata, re.MULTILINE)
    assert set(needed) == {"torch", "numpy", "pillow", "pytest"}
