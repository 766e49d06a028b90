"""What grading needs beside a machine's own torch, taken from a folder of wheels where it is missing.

Nothing of the machine's own Python is changed: where something is missing, an environment in a folder of its own
gets it, and sees whatever that Python has. This module needs Python alone, and what pytest brings.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

try:
    from packaging.requirements import Requirement
except ModuleNotFoundError:
    print(f"{sys.executable} has no pytest: python -m pip install pytest", file=sys.stderr)
    sys.exit(2)

from autograder.isolated import package_folders
from exercises.paths import ROOT

ALSO = ("psutil",)  # what the benchmarks look at processes with


class MissingError(Exception):
    """Packages are missing and cannot be had; says which, and what to do."""


def missing() -> list[str]:
    """What the student's part and the grader need and this Python has not, or has too old."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = (*project["dependencies"], *project["optional-dependencies"]["grader"], *ALSO)
    return sorted({f"{each.name}{each.specifier}" for each in map(Requirement, asked) if not _is_there(each)})


def _is_there(asked: Requirement) -> bool:
    if asked.marker is not None and not asked.marker.evaluate():
        return True
    try:
        return asked.specifier.contains(version(asked.name), prereleases=True)
    except PackageNotFoundError:
        return False


def with_wheels(folder: Path, lacking: Sequence[str], wheels: Path | None) -> Path:
    """A Python that has what this one lacks.

    Args:
        folder: where its environment goes.
        lacking: what is missing.
        wheels: a folder with those, and with what they need in turn.

    Raises:
        MissingError: if there is no such folder, or if it does not have them all.
    """
    if any(each.startswith("torch>") for each in lacking):
        raise MissingError(
            f"{sys.executable} has no torch that grades, and the GPU is tried with the torch that is there: name "
            "another Python with `make cuda PYTHON=/path/to/python`"
        )
    names = " ".join(f"'{each}'" for each in lacking)
    if wheels is None:
        here = f"--python-version {sys.version_info.major}.{sys.version_info.minor} --only-binary=:all:"
        raise MissingError(
            f"this Python, {sys.executable}, lacks {', '.join(lacking)}. Fetch them where there is a network, with "
            f"`pip download {here} --dest wheels {names}`, and run: make cuda WHEELS=wheels"
        )
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    own = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    (own / "seen.pth").write_text("".join(f"{each}\n" for each in package_folders()), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index"]
    done = subprocess.run(
        [*pip, "--find-links", str(wheels), *lacking],
        capture_output=True,
        text=True,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    if done.returncode:
        why = done.stderr.strip().splitlines()
        raise MissingError(f"{wheels} does not give {', '.join(lacking)}: {why[-1] if why else 'pip failed'}")
    return python
