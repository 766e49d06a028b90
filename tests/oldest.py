"""Runs the public checks with the oldest packages that pyproject.toml names, beside those that are installed here.

    python -m tests.oldest [--python OTHER] [HAND-IN ...]

Makes an environment with them in a temporary folder, unless another Python has them; torch brings 3 GB. Ends with 0
if stubs, solutions and each hand-in (those of the sample class) are told the same words by both.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from autograder.course import COURSE
from autograder.release import student
from autograder.release.edition import Edition, package_name
from autograder.submissions.submission import read_submission
from exercises.feedback.catalogue import exercises
from exercises.paths import ROOT

CLASS = ROOT / "tests" / "submissions" / "class"
LONGEST = 300.0  # seconds for the checks of a hand-in; some of the class never end
# what differs from run to run: places, and how long something took
_VARIES = re.compile(r"file://\S*|/\S*/|\d+(?:\.\d+)? (?:ms|s|times)\b")


def oldest() -> list[str]:
    """What a student may have at the least, as requirement lines; what is older on some systems alone comes first."""
    lines: dict[str, str] = {}
    for line in Edition(COURSE, ROOT).student_dependencies():
        lines.setdefault(package_name(line), line.partition(";")[0].replace(">=", "=="))
    return list(lines.values())


def environment(folder: Path) -> Path:
    """A Python that has them."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-cache-dir", *oldest()], check=True)
    return python


def said(python: Path, folder: Path) -> tuple[int, str]:
    """Exit code and words of `pytest exercises`."""
    done = subprocess.run(
        [python, "-m", "pytest", "exercises", "-p", "no:cacheprovider"],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "COLUMNS": "80",
        },
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )
    return done.returncode, _VARIES.sub("…", done.stdout + done.stderr)


def main() -> int:
    """Prints what differs, and a line for each hand-in."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--python", type=Path, help="one that has the oldest packages")
    parser.add_argument("hand_ins", nargs="*", type=Path, default=sorted(CLASS.iterdir()), metavar="HAND-IN")
    options = parser.parse_args()
    modules = [e.module for e in exercises()]
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        python = options.python or environment(Path(scratch) / "oldest")
        print(*oldest())
        for number, path in enumerate([ROOT / "exercises", ROOT / "solutions", *options.hand_ins]):
            folder = Path(scratch) / f"{number}"
            for name, content in student.packages(Edition(COURSE, ROOT))[0].files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
            for module, text in read_submission(path, modules).modules.items():
                (folder / "exercises" / f"{module}.py").write_text(text, encoding="utf-8")
            try:
                old, new = said(python, folder), said(Path(sys.executable), folder)
            except subprocess.TimeoutExpired:
                wrong += path not in options.hand_ins  # stubs and solutions have to end
                print(f"{path.name}: left out, it did not end within {LONGEST:g} s")
                continue
            right = old == new and "Traceback" not in old[1] and (old[0] == 0 or path.name != "solutions")
            wrong += not right
            print(f"{path.name}: {'the same' if right else 'NOT the same'}, exit code {old[0]}")
            for line in [] if right else [*old[1].splitlines(), "", *new[1].splitlines()]:
                print(f"    {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
