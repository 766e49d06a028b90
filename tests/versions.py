"""Tries each Python that is found with the oldest and the newest packages that pyproject.toml takes: `make versions`.

    python -m tests.versions [--python PATH ...] [--packages oldest newest]

Each pair is an environment in a temporary folder, made by uv. In it, what students see of stubs, solutions and some
wrong hand-ins (`pytest exercises`) has to be what they see here, and `autograder check` and the grades of the sample
class have to be as here, and the pretended GPU has to tell and refuse what it does here. A torch that is too old to
grade has to be refused in one sentence; then the oldest one for the grader takes its place. Prints a table; ends with
0 if all was right. `UV_TORCH_BACKEND=cpu` spares gigabytes of CUDA where torch's own index can be reached.
"""

from __future__ import annotations

import argparse
import csv
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from autograder.course import COURSE
from autograder.release import student
from autograder.release.edition import Edition
from autograder.report.grades import GRADES
from autograder.sandbox.torch_version import OLDEST
from autograder.submissions.submission import read_submission
from exercises.paths import ROOT
from tests.parallel import overlaid
from tests.student_part import seen

SUBMISSIONS = ROOT / "tests" / "submissions"
MINORS = range(11, 15)  # of Python 3
WRONG = 10  # hand-ins, of all kinds
LONGEST = 900.0  # seconds for a command
RESOLUTIONS = {"oldest": "lowest-direct", "newest": "highest"}
# what differs from run to run: places, how long something took, and what a layer drew to start with
_VARIES = re.compile(
    r"file://\S*|/\S*/|\d+(?:\.\d+)? (?:ms|s|times)\b|(?<=\|value\| at most )\S+\nyours: +\S+"
)


class InstallError(Exception):
    """Packages that cannot be had for this Python; says what uv said last."""


@dataclass(frozen=True)
class Environment:
    """A Python with packages of its own."""

    folder: Path
    base: str
    packages: str  # of RESOLUTIONS

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.folder / "bin" / "python"

    def make(self) -> None:
        """Makes it, without packages."""
        self._uv("venv", "--quiet", "--python", self.base, str(self.folder))

    def install(self, *what: str) -> None:
        """Installs what pyproject.toml names.

        Args:
            what: further options of `uv pip install`, such as an extra.

        Raises:
            InstallError: if there are no such packages.
        """
        resolution = ("--resolution", RESOLUTIONS[self.packages])
        into = ("--quiet", "--no-build", "--python", str(self.python))
        self._uv("pip", "install", *into, *resolution, "--requirements", str(ROOT / "pyproject.toml"), *what)

    def version(self, package: str) -> str:
        """Of an installed package."""
        text = f"from importlib.metadata import version; print(version({package!r}))"
        return subprocess.run(
            [self.python, "-c", text], capture_output=True, text=True, check=True
        ).stdout.strip()

    def _uv(self, *arguments: str) -> None:
        cache = {"UV_CACHE_DIR": str(self.folder.parent / "cache"), "UV_PYTHON_DOWNLOADS": "never"}
        here = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        uv = shutil.which("uv", path=here)
        if uv is None:
            raise InstallError("there is no uv: pip install uv")
        done = subprocess.run([uv, *arguments], env=cache | os.environ, capture_output=True, text=True)
        if done.returncode:
            raise InstallError(" ".join(done.stderr.split())[-400:])


@dataclass
class Trial:
    """Hand-ins, and what is said of them here."""

    scratch: Path
    problems: list[str] = field(default_factory=list)

    @cached_property
    def folders(self) -> Mapping[str, Path]:
        """Students' folders by what lies in them."""
        wrong = sorted((SUBMISSIONS / "wrong").iterdir())
        submissions = {
            "stubs": read_submission(ROOT / "exercises", [e.module for e in COURSE.exercises]),
            "solutions": read_submission(ROOT / "solutions", [e.module for e in COURSE.exercises]),
        } | {path.stem: overlaid(path)[0] for path in wrong[:: len(wrong) // WRONG][:WRONG]}
        [given_out, *_] = student.packages(Edition(COURSE, ROOT))
        folders = {}
        for name, submission in submissions.items():
            folders[name] = folder = self.scratch / "students" / name
            for file, content in given_out.files.items():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).write_bytes(content)
            for module, text in submission.modules.items():
                (folder / "exercises" / f"{module}.py").write_text(text, encoding="utf-8")
        return folders

    @cached_property
    def words(self) -> Mapping[str, tuple[int, str]]:
        """What `pytest exercises` says of each, here."""
        return {name: _seen(Path(sys.executable), folder) for name, folder in self.folders.items()}

    @cached_property
    def grades(self) -> Mapping[str, str]:
        """Of the sample class, here."""
        return self._graded(Path(sys.executable), "here")

    def student(self, environment: Environment, name: str) -> str:
        """How many hand-ins are told the same in an environment; what differs is a problem."""
        same = 0
        for kind, folder in self.folders.items():
            code, text = _seen(environment.python, folder)
            right = (code, text) == self.words[kind] and "Traceback" not in text
            right &= (code == 0) == (kind == "solutions")
            same += right
            if not right:
                self.problems.append(f"{name}: {kind} is not told what it is told here, exit code {code}")
                self.problems += _difference(self.words[kind][1], text)
        return f"{same} of {len(self.folders)} as here"

    def refusal(self, environment: Environment, name: str) -> str:
        """How a torch is refused that is too old to grade."""
        out = self.scratch / "graded" / f"{name} refused"
        for command in (["check"], ["grade", str(SUBMISSIONS / "class"), "--out", str(out)]):
            done = _autograder(environment.python, self.scratch, *command)
            told = done.stderr.strip()
            parts = (environment.version("torch"), f"needs {OLDEST} or newer", "pip install")
            if (
                done.returncode != 2
                or "\n" in told
                or not all(part in told for part in parts)
                or out.exists()
            ):
                self.problems += [f"{name}: not refused in one sentence, exit code {done.returncode}", told]
                return "WRONGLY REFUSED"
        return "refused"

    def grader(self, environment: Environment, name: str) -> str:
        """Whether the package proves itself in an environment, and how many of the class have the same grade."""
        done = _autograder(environment.python, self.scratch, "check")
        if done.returncode:
            self.problems += [f"{name}: autograder check ended with {done.returncode}", done.stderr.strip()]
            return "FAILS"
        report = self.scratch / "rehearsal.md"
        command = ["-m", "tests.cuda", "confined", "answers", "--rehearse", "--out", str(report)]
        done = subprocess.run(
            [environment.python, *command], cwd=ROOT, capture_output=True, text=True, timeout=LONGEST
        )
        if done.returncode:
            self.problems += [f"{name}: the pretended GPU is not as it should be", done.stderr.strip()]
        found = self._graded(environment.python, name)
        other = {who for who in self.grades.keys() | found if found.get(who) != self.grades.get(who)}
        self.problems += [
            f"{name}: {who} has {found.get(who)}, here {self.grades.get(who)}" for who in sorted(other)
        ]
        return f"passes, {len(self.grades.keys() - other)} of {len(self.grades)} grades as here"

    def _graded(self, python: Path, name: str) -> Mapping[str, str]:
        out = self.scratch / "graded" / name
        _autograder(
            python, self.scratch, "grade", str(SUBMISSIONS / "class"), "--device", "cpu", "-o", str(out)
        )
        with (out / GRADES).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return {row["student"]: row["total"] for row in rows}


def rows(trial: Trial, environment: Environment) -> Iterator[list[str]]:
    """What comes of an environment: a row of the table for each torch that is tried in it."""
    environment.make()
    environment.install()
    version = ".".join(map(str, _version_of(environment.base)))

    def told(students: str, grader: str) -> list[str]:
        seen = [environment.version(each) for each in ("torch", "numpy", "pillow", "pytest")]
        return [version, environment.packages, *seen, students, grader]

    name = f"Python {version}, {environment.packages}"
    students = trial.student(environment, name)
    torch = environment.version("torch")
    if tuple(map(int, torch.split(".")[:2])) < tuple(map(int, OLDEST.split("."))):
        kept = environment.folder.parent / "torch.txt"
        kept.write_text(f"torch=={torch}\n", encoding="utf-8")
        environment.install("--extra", "class", "--override", str(kept))
        yield told(students, trial.refusal(environment, name))
        name, students = f"{name} for the grader", "–"
    environment.install("--extra", "release")  # which holds what `autograder check` needs
    yield told(students, trial.grader(environment, name))


def pythons() -> list[str]:
    """One Python of each minor version that is found here, on the path or where pyenv keeps them."""
    found = []
    for minor in MINORS:
        kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"3.{minor}.*/bin/python"))
        for path in filter(None, [shutil.which(f"python3.{minor}"), *map(str, kept)]):
            if _version_of(path)[:2] == (3, minor):
                found.append(path)
                break
        else:
            print(f"Python 3.{minor} is not here: left out", file=sys.stderr)
    return found


def _version_of(python: str) -> tuple[int, ...]:
    text = "import sys; print(*sys.version_info[:3])"
    done = subprocess.run([python, "-c", text], capture_output=True, text=True)
    return tuple(map(int, done.stdout.split())) if done.returncode == 0 else ()


def _seen(python: Path, folder: Path) -> tuple[int, str]:
    """Exit code and words of `pytest exercises`, without what differs from run to run."""
    code, text = seen(python, folder)
    return code, _VARIES.sub("…", text)


def _autograder(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [python, "-m", "autograder", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )


def _difference(here: str, there: str) -> Sequence[str]:
    lines = difflib.unified_diff(here.splitlines(), there.splitlines(), "here", "there", n=0, lineterm="")
    return [f"    {line}" for line in lines]


def main() -> int:
    """Prints the table as it comes, and what was wrong after it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--python", nargs="+", metavar="PATH", help="instead of all that are found")
    parser.add_argument("--packages", nargs="+", choices=RESOLUTIONS, default=list(RESOLUTIONS))
    options = parser.parse_args()
    print("| Python | packages | torch | numpy | pillow | pytest | student's part | grader |")
    print(f"|{' --- |' * 8}")
    with tempfile.TemporaryDirectory(prefix="versions-") as scratch:
        trial = Trial(Path(scratch))
        for base in options.python or pythons():
            for packages in options.packages:
                environment = Environment(Path(scratch) / "environment", base, packages)
                try:
                    for row in rows(trial, environment):
                        print(f"| {' | '.join(row)} |", flush=True)
                except (InstallError, subprocess.TimeoutExpired) as error:
                    trial.problems.append(f"{base}, {packages}: {error}")
                shutil.rmtree(environment.folder, ignore_errors=True)
    for line in trial.problems:
        print(line)
    return 1 if trial.problems else 0


if __name__ == "__main__":
    sys.exit(main())
