"""Tries the student's part on this machine: `.github/workflows/student.yml` of a fork runs it on each system.

    python -m tests.student_part

Needs what a student installs and no more, on any system. Puts stubs and then solutions into a folder with blanks and
letters beyond ASCII in its name, and runs `pytest exercises` and the tutorial's playground there. Ends with 0 if the
stubs are to do and the solutions right.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from exercises.feedback.catalogue import exercises
from exercises.paths import EXERCISES, PLAYGROUND_SCRIPT, ROOT

MAX_SECONDS = 900.0
_LEFT_OUT = re.compile(r"PYTEST_|PYTHON(?!UTF8)|FORCE_COLOR$|PY_COLORS$|CI$")


def environment() -> Mapping[str, str]:
    """A student's: 80 columns, and nothing that tells Python or pytest how to run."""
    kept = {name: value for name, value in os.environ.items() if not _LEFT_OUT.match(name)}
    return {**kept, "COLUMNS": "80"}


def seen(python: Path, folder: Path) -> tuple[int, str]:
    """Exit code and words of `pytest exercises`."""
    # in their order, where a developer has the plugin that shuffles them
    alike = ("-p", "no:cacheprovider", "-p", "no:randomly")
    return _run(python, folder, "-m", "pytest", "exercises", *alike)


def _run(python: Path, folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [python, *arguments],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=MAX_SECONDS,
    )
    return done.returncode, done.stdout.decode(errors="replace").replace("\r\n", "\n")


def problems(folder: Path) -> list[str]:
    """What is wrong with the student's part, tried in a folder that is empty."""
    found = []
    shutil.copytree(EXERCISES, folder / EXERCISES.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "img", folder / "img")
    python = Path(sys.executable)
    code, text = seen(python, folder)
    to_do = sum(not exercise.extra for exercise in exercises())
    if code != 1 or len(re.findall(r"  to do$", text, re.MULTILINE)) != to_do or "Traceback" in text:
        found.append(f"stubs: not all {to_do} exercises are to do, exit code {code}\n{text}")
    for exercise in exercises():
        name = f"{exercise.module}.py"
        shutil.copyfile(ROOT / "solutions" / name, folder / EXERCISES.name / name)
    code, text = seen(python, folder)
    if code != 0:
        found.append(f"solutions: not all is right, exit code {code}\n{text}")
    script = str(PLAYGROUND_SCRIPT.relative_to(ROOT))
    code, text = _run(python, folder, script, "--no-show")
    if code != 0 or not any(folder.glob("*.png")):
        found.append(f"{script}: drew no picture, exit code {code}\n{text}")
    return found


def main() -> int:
    """Prints what is wrong."""
    with tempfile.TemporaryDirectory() as scratch:
        found = problems(Path(scratch) / "Åsa Öberg" / "03 卷积 #1")
    for problem in found:
        print(problem.encode("ascii", "backslashreplace").decode())  # whatever console this is
    print("The student's part is", "NOT right here." if found else "right here.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
