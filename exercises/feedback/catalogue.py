"""What there is to do: the course and its exercises with their points, names and hints, read from `manifest.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from exercises.paths import EXERCISES, MANIFEST


@dataclass(frozen=True)
class Track:
    """Exercises that belong together. `extra` says that their points are shown beside the others, not among them."""

    heading: str
    extra: bool = False


@dataclass(frozen=True)
class Exercise:
    """One exercise. `builds_on` names the modules it may import directly; `hidden` counts hidden checks.

    `extra` says that its points are shown beside those of the others, and not among them.
    """

    number: int
    module: str
    title: str
    points: int
    minutes: int
    exports: tuple[str, ...]
    builds_on: tuple[str, ...]
    forbids: tuple[str, ...]
    hints: Mapping[str, tuple[str, ...]]
    hidden: Mapping[str, int]
    track: str
    extra: bool

    @property
    def name(self) -> str:
        """The short name, such as "ex3"."""
        return f"ex{self.number}"


@dataclass(frozen=True)
class CourseInfo:
    """What a course says of itself, in `solutions/course.toml`.

    Attributes:
        title: as it stands over every page.
        slug: for names of files and folders.
        keyword: what the title of its assignment has in it, in lower case, where an LMS has many.
        goal: what students will do, as a sentence.
        praise: what they have done once every check passes; it goes on from "Well done: every check passes, ".
        allowed: what is fair where ready-made code is not, as a sentence.
        tracks: by name; an exercise belongs to one.
        packages: what a hand-in may import beside Python's own modules.
        silent: what it may import and call as well, but draws nothing while it is graded.
        call_seconds: for one call of a student's function.
        memory_mib: for one process of a hand-in, in MiB.
        links: addresses that pages of the course lead to, by name.
        ready: modules that exercises build on and that are given ready-made, with what each exports.
    """

    title: str
    slug: str
    keyword: str
    goal: str
    praise: str
    allowed: str
    tracks: Mapping[str, Track]
    packages: tuple[str, ...]
    silent: tuple[str, ...]
    call_seconds: float
    memory_mib: int
    links: Mapping[str, str]
    ready: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def notebook(self) -> str:
        """The file that has all exercises as one notebook."""
        return f"{self.slug}.ipynb"

    def available(self) -> str:
        """What can be imported, in words."""
        return f"{', '.join(self.packages)} and Python's own modules"


@cache
def course_info(manifest: Path = MANIFEST) -> CourseInfo:
    """What the course says of itself."""
    told = json.loads(manifest.read_text(encoding="utf-8"))["course"]
    told |= {name: tuple(told[name]) for name in ("packages", "silent")}
    told["tracks"] = {name: Track(**each) for name, each in told["tracks"].items()}
    told["ready"] = {module: tuple(names) for module, names in told.get("ready", {}).items()}
    return CourseInfo(**told)


@cache
def exercises(manifest: Path = MANIFEST) -> tuple[Exercise, ...]:
    """All exercises in their order."""
    return as_exercises(json.loads(manifest.read_text(encoding="utf-8"))["exercises"])


def as_exercises(entries: Iterable[Mapping[str, Any]]) -> tuple[Exercise, ...]:
    """The exercises of a manifest's entries."""
    return tuple(
        Exercise(
            number=e["number"],
            module=e["module"],
            title=e["title"],
            points=e["points"],
            minutes=e["minutes"],
            exports=tuple(e["exports"]),
            builds_on=tuple(e["builds_on"]),
            forbids=tuple(e["forbids"]),
            hints={name: tuple(hints) for name, hints in e["hints"].items()},
            hidden=e["hidden"],
            track=e["track"],
            extra=e["extra"],
        )
        for e in entries
    )


def exercise_in(path: Path) -> Exercise | None:
    """The exercise whose file this is; None if it is no student's file."""
    return next((e for e in exercises() if path == EXERCISES / f"{e.module}.py"), None)


def earlier(module: str, catalogue: tuple[Exercise, ...]) -> tuple[Exercise, ...]:
    """All exercises that a module builds on, directly or through others, in their order."""
    found = built_on(module, {e.module: e.builds_on for e in catalogue})
    return tuple(e for e in catalogue if e.module in found)


def built_on(module: str, builds_on: Mapping[str, Sequence[str]]) -> set[str]:
    """All that a module builds on, directly or through others, from what each names."""
    found: set[str] = set()
    waiting = [*builds_on[module]]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += builds_on[name]
    return found
