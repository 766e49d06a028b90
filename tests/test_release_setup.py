"""Gradescope's setup.sh on images with other Pythons, and what pip makes of our requirements without an index."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.course import COURSE
from autograder.release.edition import CPU_BUILDS, Edition

ROOT = Path(__file__).resolve().parents[1]
SETUP = ROOT / "autograder" / "release" / "templates" / "gradescope" / "setup.sh"
# an image has these, and of Python, apt-get and pip what a test says
SYSTEM = ("bash", "sh", "cat", "chmod", "dirname", "grep", "ln", "mkdir")


class Image:
    """A machine as setup.sh sees it: its Pythons and apt-get are scripts that write down what they are asked."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.root, self.log = folder / "bin", folder / "autograder", folder / "log"
        self.bin.mkdir()
        (self.root / "source").mkdir(parents=True)
        shutil.copy(SETUP, self.root / "source")
        for name in SYSTEM:
            (self.bin / name).symlink_to(shutil.which(name) or "")
        self._script(self.bin / "ldconfig", "echo libseccomp.so.2")
        self.log.touch()

    def _script(self, path: Path, text: str) -> Path:
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    def python(self, version: str, name: str = "python3", venv: bool = True, pip_ends: int = 0) -> Path:
        """A Python in a folder of its own; `bin/` gets a link to it where it is installed from the start."""
        folder = self.bin.parent / name
        folder.mkdir(exist_ok=True)
        return self._script(
            folder / name,
            f"""
case "$1 $2" in
    --version*) echo "Python {version}" ;;
    *%d*) echo "python{version.rpartition(".")[0]}-venv" ;;
    *ensurepip*version_info*) {"exit 0" if venv and _new(version) else "exit 1"} ;;
    *version_info*) {"exit 0" if _new(version) else "exit 1"} ;;
    *"-m venv") echo "{name} -m venv" >> "{self.log}"; mkdir -p "$3/bin"; ln -s "$0" "$3/bin/python" ;;
    *"-m pip") echo "pip $*" >> "{self.log}"; exit {pip_ends} ;;
    *) echo "torch is there" ;;
esac""",
        )

    def has(self, python: Path) -> None:
        """The image comes with it."""
        (self.bin / python.name).symlink_to(python)

    def apt_gets(self, *pythons: Path) -> None:
        """`apt-get install` brings these, or fails where there are none."""
        links = "".join(f'ln -sf "{path}" "{self.bin}/{path.name}"; ' for path in pythons)
        self._script(
            self.bin / "apt-get",
            f'echo "apt-get $*" >> "{self.log}"\n[ "$1" != install ] || {{ {links or "exit 100; "}}}',
        )

    def set_up(self) -> tuple[int, str, list[str]]:
        """Runs setup.sh: its exit code, what it says last, and what was asked of whom."""
        environment = {"PATH": str(self.bin), "AUTOGRADER_ROOT": str(self.root)}
        command = [self.bin / "bash", self.root / "source" / "setup.sh"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        said = (done.stdout + done.stderr).strip().splitlines()
        return done.returncode, said[-1] if said else "", self.log.read_text(encoding="utf-8").splitlines()


def _new(version: str) -> bool:
    return tuple(map(int, version.split("."))) >= (3, 11)


@pytest.fixture
def image(tmp_path: Path) -> Image:
    return Image(tmp_path)


def installed(asked: list[str]) -> list[str]:
    """What apt-get was to install."""
    return [each.split("--no-install-recommends ")[1] for each in asked if each.startswith("apt-get install")]


def test_on_ubuntu_22_04_it_installs_the_python_3_11_that_is_beside_its_3_10(image: Image) -> None:
    image.has(image.python("3.10.12"))
    image.apt_gets(image.python("3.11.0", "python3.11"))
    code, said, asked = image.set_up()
    assert (code, said) == (0, "torch is there")
    assert installed(asked) == ["python3.11 python3.11-venv"]
    assert "python3.11 -m venv" in asked
    assert f"--extra-index-url {CPU_BUILDS} --requirement" in asked[-1]


def test_where_python_is_new_enough_and_lacks_venv_it_installs_that_alone(image: Image) -> None:
    image.has(image.python("3.12.3", venv=False))
    image.apt_gets(image.python("3.12.3", "python3.12"))
    code, _, asked = image.set_up()
    assert code == 0
    assert installed(asked) == ["python3.12-venv"]
    assert "python3.12 -m venv" in asked


def test_a_python_that_is_good_as_it_is_needs_nothing_of_the_system(image: Image) -> None:
    image.has(image.python("3.13.1"))
    code, _, asked = image.set_up()
    assert code == 0
    assert not any(each.startswith("apt-get") for each in asked)


def test_where_no_python_is_to_be_had_one_line_says_what_is_there_and_what_to_do(image: Image) -> None:
    image.has(image.python("3.10.12"))
    image.apt_gets()
    code, said, _ = image.set_up()
    assert code == 1
    assert "Python 3.11 or newer" in said and "Python 3.10.12" in said and "newer base image" in said


def test_a_missing_index_is_named(image: Image) -> None:
    image.has(image.python("3.12.3", pip_ends=1))
    code, said, _ = image.set_up()
    assert code == 1 and CPU_BUILDS in said


def test_with_a_folder_of_wheels_no_index_is_asked_and_the_folder_is_named(image: Image) -> None:
    image.has(image.python("3.12.3", pip_ends=1))
    (image.root / "source" / "wheels").mkdir()
    code, said, asked = image.set_up()
    assert code == 1 and "folder wheels" in said and "Python 3.12.3" in said
    assert "--no-index --find-links" in asked[-1] and CPU_BUILDS not in asked[-1]


def index(folder: Path, name: str, version: str, needs: str = "") -> None:
    """Puts a wheel with nothing in it into a folder that pip takes for an index."""
    place = folder / name
    place.mkdir(parents=True)
    about = f"{name.replace('-', '_')}-{version}.dist-info"
    file = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(place / file, "w") as wheel:
        needed = f"Requires-Dist: {needs}\n" if needs else ""
        wheel.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needed}"
        )
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
    (place / "index.html").write_text(f'<a href="{file.replace("+", "%2B")}">{file}</a>', encoding="utf-8")


@pytest.mark.platforms
@pytest.mark.skipif(sys.platform != "linux", reason="the usual torch of other systems has no CUDA")
@pytest.mark.parametrize("reached", [True, False], ids=["reached", "missing"])
def test_without_the_index_of_its_builds_for_the_cpu_pip_fails_and_takes_no_cuda(
    tmp_path: Path, reached: bool
) -> None:
    edition = Edition(COURSE, ROOT)
    torch = [line for line in edition.installed if line.startswith("torch")]
    version = torch[-1].partition(";")[0].removeprefix("torch==")
    index(tmp_path / "pypi", "torch", version, "cuda-gigabytes")
    index(tmp_path / "pypi", "cuda-gigabytes", "1.0")
    index(tmp_path / "cpu", "torch", f"{version}+cpu")
    (tmp_path / "requirements.txt").write_text("\n".join(torch), encoding="utf-8")
    student = edition.torch_for_cpu.split()
    for asked in (["-r", str(tmp_path / "requirements.txt"), *student[1:]], student):
        assert asked[-2:] == ["--extra-index-url", CPU_BUILDS]
        asked[-1] = (tmp_path / ("cpu" if reached else "gone")).as_uri()
        command = [sys.executable, "-m", "pip", "--isolated", "install", "--dry-run", "--ignore-installed"]
        command += ["--disable-pip-version-check", "--index-url", (tmp_path / "pypi").as_uri(), *asked]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        environment["PIP_CONFIG_FILE"] = os.devnull
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert "cuda-gigabytes" not in done.stdout.replace("_", "-")
        if reached:
            assert f"Would install torch-{version}+cpu" in done.stdout
        else:
            assert done.returncode == 1
            assert f"No matching distribution found for torch=={version}+cpu" in done.stderr
