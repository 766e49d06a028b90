"""What is released: one state of a checkout, with one seed."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, StrictUndefined

from autograder import __version__
from autograder.grading.grade import DEFAULT_SEED, suites_digest
from autograder.paths import AUTOGRADER, FOR_AUTHORS, ROOT, SOLUTIONS, TEMPLATES
from autograder.release.source import Source, read_sources
from exercises.feedback.catalogue import Exercise
from exercises.feedback.course import Course
from exercises.paths import EXERCISES, FOR_FEEDBACK, PLAYGROUND, PLAYGROUND_SCRIPT

# torch's builds for the CPU alone; the usual one brings gigabytes of CUDA on Linux
CPU_BUILDS = "https://download.pytorch.org/whl/cpu"
_LINUX = "sys_platform == 'linux'"
_TEXT = (".py", ".md", ".json", ".toml", ".txt", ".html", ".css", ".js", ".svg", ".yml", ".yaml", ".sh")


class ReleaseError(Exception):
    """A release that must not be written, or cannot be built; says what and where."""


@dataclass(frozen=True)
class Edition:
    """A checkout of a course, and the seed of the hidden inputs of its autograders."""

    course: Course
    root: Path
    seed: int = DEFAULT_SEED

    @cached_property
    def sources(self) -> list[Source]:
        """The solutions of the exercises that are given, as text."""
        given = {exercise.module for exercise in self.catalogue}
        return [source for source in self._all_sources if source.module in given]

    @cached_property
    def _all_sources(self) -> list[Source]:
        return read_sources(self.root / SOLUTIONS.name)

    @cached_property
    def _left_out(self) -> frozenset[str]:
        """What files and folders of exercises that are not given are called, without what comes after the dot."""
        others = {source.module for source in self._all_sources} - {source.module for source in self.sources}
        tests = {f"test_{module.split('_')[0]}" for module in others}
        return frozenset(others - self.course.info.ready.keys() | tests)

    @property
    def catalogue(self) -> tuple[Exercise, ...]:
        """The exercises."""
        return self.course.exercises

    @cached_property
    def commit(self) -> str:
        """The commit's hash, with "-changed" where files differ from it; "unknown" without git."""
        try:
            head = self._git("rev-parse", "HEAD")
            changed = self._git("status", "--porcelain", "--untracked-files=no")
        except (OSError, subprocess.CalledProcessError):
            return "unknown"
        return head + "-changed" * bool(changed)

    def _git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.root), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    @cached_property
    def provenance(self) -> Mapping[str, Any]:
        """What any grade can be traced to; for autograders, since it tells the seed."""
        return {
            "version": __version__,
            "commit": self.commit,
            "seed": self.seed,
            "suites": suites_digest(self.course),
            "constraints": hashlib.sha256(self.constraints).hexdigest(),
            "requirements": self.pinned,
        }

    @cached_property
    def constraints(self) -> bytes:
        """`constraints.txt`: the versions that the test suite passed with."""
        return self._read(self.root / "constraints.txt")

    @cached_property
    def requirements(self) -> list[str]:
        """What a grading machine installs, as requirement lines."""
        return [*self._project["dependencies"], *self._project["optional-dependencies"]["grader"]]

    @cached_property
    def pinned(self) -> list[str]:
        """Those with the versions that the suite passed with."""
        pins = self._pins
        lines: dict[str, str] = {}  # by package, since one may be asked for twice
        for requirement in self.requirements:
            name, marker = package_name(requirement), requirement.partition(";")[2]
            if name.lower() not in pins:
                raise ReleaseError(f"constraints.txt does not pin {name}")
            lines.setdefault(
                name, f"{name}=={pins[name.lower()]}" + (f"; {marker.strip()}" if marker else "")
            )
        return list(lines.values())

    @cached_property
    def installed(self) -> list[str]:
        """The same as a grading machine's `requirements.txt` has it.

        On Linux with torch's build for the CPU. Only the index `CPU_BUILDS` has that, so that where it is missing, an
        installation fails at once, and does not take the usual build.
        """
        linux, others = f"; {_LINUX}", f"; {_LINUX.replace('==', '!=')}"
        return [
            each
            for line in self.pinned
            for each in (
                (f"{line}+cpu{linux}", f"{line}{others}") if package_name(line) == "torch" else (line,)
            )
        ]

    @cached_property
    def torch_for_cpu(self) -> str:
        """What makes `pip install` on Linux take torch's build for the CPU, or fail."""
        return f"torch=={self._pins['torch']}+cpu --extra-index-url {CPU_BUILDS}"

    @cached_property
    def _pins(self) -> Mapping[str, str]:
        lines = self.constraints.decode("utf-8").splitlines()
        found = (line.partition("==") for line in lines)
        return {name.lower(): version for name, _, version in found if version}

    @cached_property
    def _project(self) -> Mapping[str, Any]:
        project: dict[str, Any] = tomllib.loads(self._read(self.root / "pyproject.toml").decode())["project"]
        return project

    @property
    def project(self) -> str:
        """The package's name."""
        return str(self._project["name"])

    def student_dependencies(self) -> list[str]:
        """What a student installs, as requirement lines."""
        return list(self._project["dependencies"])

    def exercise_files(self) -> dict[str, bytes]:
        """All that a student gets of `exercises/`."""
        return self._tree("exercises")

    def pictures(self) -> dict[str, bytes]:
        """`img/`, without the scripts that draw it and the page about them."""
        return self._tree("img", lambda name: name.endswith((".png", ".gif", "/README.md")))

    def feedback_files(self) -> dict[str, bytes]:
        """What failure messages are made with."""
        return self._tree("exercises", below(*FOR_FEEDBACK))

    def playground_files(self) -> dict[str, bytes]:
        """What else of the student's package hand-ins may mention: the playground, and the tutorial's pictures."""
        playground = self._tree("exercises", below(PLAYGROUND_SCRIPT, PLAYGROUND))
        return playground | self._tree("img", lambda name: name.endswith((".png", ".gif")))

    def grader_files(self) -> dict[str, bytes]:
        """The autograder as it travels to a platform: sandbox, hidden suites, entry points, `release.json`."""
        authoring = below(*FOR_AUTHORS)
        files = self._tree("autograder", lambda name: not authoring(name))
        files |= self.feedback_files() | self.playground_files()
        files["requirements.txt"] = ("\n".join(self.installed) + "\n").encode()
        files["constraints.txt"] = self.constraints
        files["release.json"] = as_bytes(self.provenance)
        return files

    def template(self, name: str) -> bytes:
        """A file of `autograder/release/templates/`."""
        return self._read(self.root / TEMPLATES.relative_to(ROOT) / name)

    def page(self, name: str, **words: Any) -> bytes:
        """One of these files with what the course says of itself in it, a Jinja2 template."""
        kind = name.rpartition(".")[2]
        pages = Environment(
            autoescape=kind == "html", keep_trailing_newline=True, trim_blocks=True, undefined=StrictUndefined
        )
        of_course = {"course": self.course.info, "exercises": self.catalogue, "points": self.points}
        template = pages.from_string(self.template(name).decode("utf-8"))
        return template.render(**of_course, torch_for_cpu=self.torch_for_cpu, **words).encode("utf-8")

    @property
    def points(self) -> int:
        """All that can be earned, beside extra points."""
        return sum(e.points for e in self.catalogue if not e.extra)

    def _tree(self, folder: str, wanted: Callable[[str], bool] = lambda name: True) -> dict[str, bytes]:
        names = sorted(path.relative_to(self.root).as_posix() for path in _files(self.root / folder))
        return {
            name: self._read(self.root / name)
            for name in names
            if wanted(name) and self._left_out.isdisjoint(p.split(".")[0] for p in PurePosixPath(name).parts)
        }

    def _read(self, path: Path) -> bytes:
        content = path.read_bytes()
        # a checkout on Windows may have other line ends
        return content.replace(b"\r\n", b"\n") if path.suffix in _TEXT or not path.suffix else content


def package_name(requirement: str) -> str:
    """What a requirement line is about."""
    return re.split(r"[^\w.-]", requirement.strip(), maxsplit=1)[0]


def below(*paths: Path) -> Callable[[str], bool]:
    """Whether a file of a release is one of these paths of the checkout, or in one of them."""
    names = [
        path.relative_to(
            AUTOGRADER.parent if path.is_relative_to(AUTOGRADER) else EXERCISES.parent
        ).as_posix()
        for path in paths
    ]
    return lambda file: any(file == name or file.startswith(f"{name}/") for name in names)


def as_bytes(data: Any) -> bytes:
    """JSON for a file of a release."""
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _files(folder: Path) -> Iterator[Path]:
    """The files of a folder, without what Python, editors and version control leave in it."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith(".") or path.name in ("__pycache__",) or path.name.endswith((".pyc", "~")):
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path
