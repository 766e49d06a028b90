"""A student at work: a folder as it is given out, code that is written into it, and what a run says."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.release.stubs import RUN
from exercises.feedback.catalogue import exercises

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = exercises()
MODULES = [e.module for e in CATALOGUE]


@dataclass(frozen=True)
class Seen:
    """A run as a student sees it; `seconds` of CPU time."""

    code: int
    text: str
    seconds: float

    def row(self, name: str) -> str:
        """The line of an exercise in the table."""
        return next(line for line in self.text.split("\n") if line.startswith(f"  {name}  "))

    @property
    def flowing(self) -> str:
        """The text without line breaks."""
        return " ".join(self.text.split())


def run_python(folder: Path, *arguments: str, encoding: str = "utf-8") -> Seen:
    left_out = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "FORCE_COLOR", "PY_COLORS", "PYTHONPATH", "CI")
    environment = {k: v for k, v in os.environ.items() if k not in left_out}
    environment |= {"PYTHONIOENCODING": encoding, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Seen(done.returncode, done.stdout.decode(encoding), seconds)


def run_pytest(folder: Path, *arguments: str, encoding: str = "utf-8") -> Seen:
    return run_python(folder, "-m", "pytest", *(arguments or ("exercises",)), encoding=encoding)


def solve(folder: Path, *modules: str) -> None:
    """Puts solutions where stubs are, all of them or those that are named."""
    for module in modules or MODULES:
        text = (ROOT / "solutions" / f"{module}.py").read_text(encoding="utf-8")
        (folder / "exercises" / f"{module}.py").write_text(text + RUN, encoding="utf-8")


def given_out(folder: Path) -> Path:
    """The folder with a copy of what a student gets."""
    shutil.copytree(ROOT / "exercises", folder / "exercises", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def write(folder: Path, module: str, function: str, code: str) -> None:
    """Puts code where a stub raises."""
    path = folder / "exercises" / f"{module}.py"
    text = path.read_text(encoding="utf-8")
    stub = next(line for line in text.split("\n") if f": {function} is not written yet" in line)
    body = "\n".join(f"    {line}" for line in code.split("\n"))
    path.write_text(text.replace(stub, body), encoding="utf-8")


def exchange(folder: Path, module: str, old: str, new: str) -> None:
    path = folder / "exercises" / f"{module}.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
