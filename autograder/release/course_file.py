"""Reads `course.toml`, where a course says what it is about, and says what an author has to fix."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.release.header import SourceError
from autograder.report.policy import TABLE as POLICY
from autograder.report.policy import PolicyError, policy_of
from exercises.feedback.catalogue import CourseInfo, Track

NAME = "course.toml"
_TEXTS = ("title", "slug", "keyword", "goal", "praise", "allowed")
_TABLES = ("tracks", "packages", "limits", "links")
_POINTS = ("counted", "extra", "ready", "none")
_SLUG = re.compile(r"[a-z][a-z0-9_-]{0,40}")


@dataclass(frozen=True)
class CourseFile:
    """What stands in `course.toml`: the course with the tracks that are asked for, and the names of all of them.

    Exercises of the tracks in `ready` are given ready-made where others build on them.
    """

    info: CourseInfo
    tracks: tuple[str, ...]
    ready: tuple[str, ...]


def read_course(solutions: Path) -> CourseFile:
    """What stands in `course.toml` of a folder of solutions.

    Raises:
        SourceError: for whatever an author has to fix in it.
    """
    path = solutions / NAME
    try:
        text = path.read_bytes().decode("utf-8-sig")
        told = tomllib.loads(text)
    except FileNotFoundError:
        raise SourceError(path, 1, "is missing; it gives the course its title and its limits") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourceError(path, 1, f"is not TOML: {error}") from error
    for name, complaint in _complaints(told):
        line = next((n for n, each in enumerate(text.split("\n"), 1) if re.match(rf"\[?{name}\b", each)), 1)
        raise SourceError(path, line, f"{name}: {complaint}")
    asked = {name: each for name, each in told["tracks"].items() if each["points"] in ("counted", "extra")}
    info = CourseInfo(
        **{name: told[name] for name in _TEXTS},
        tracks={name: Track(each["heading"], each["points"] == "extra") for name, each in asked.items()},
        packages=tuple(told["packages"]["available"]),
        silent=tuple(told["packages"]["silent"]),
        call_seconds=float(told["limits"]["call_seconds"]),
        memory_mib=told["limits"]["memory_mib"],
        links=told["links"],
    )
    ready = tuple(name for name, each in told["tracks"].items() if each["points"] == "ready")
    return CourseFile(info, tuple(told["tracks"]), ready)


def as_entry(course: CourseInfo) -> dict[str, Any]:
    """The course as the manifest has it."""
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in asdict(course).items()
    }


def _complaints(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong, with the names under which it stands."""
    # the policy is for who grades a class, and in nothing that is given out
    known, may_be = (*_TEXTS, *_TABLES), (*_TEXTS, *_TABLES, POLICY)
    wrong = [(name, f"is none of {', '.join(known)}") for name in told if name not in may_be]
    wrong += [(name, "is missing") for name in known if name not in told]
    wrong += [(name, "has to be text") for name in _TEXTS if not _is_text(told.get(name, "x"))]
    wrong += [
        (name, "has to be a table") for name in (*_TABLES, POLICY) if not isinstance(told.get(name, {}), dict)
    ]
    if wrong:
        return wrong
    try:
        policy_of(told.get(POLICY, {}))
    except PolicyError as error:
        wrong += [(POLICY, each) for each in error.complaints]
    if not _SLUG.fullmatch(told["slug"]):
        wrong.append(("slug", f"is for names of files: small letters, digits, - and _, not {told['slug']!r}"))
    if told["keyword"] != told["keyword"].casefold():
        wrong.append(("keyword", "has to be in small letters: it is looked for in titles in any letters"))
    if not told["tracks"]:
        wrong.append(("tracks", "needs at least one"))
    wrong += [
        ("links", f"{key} has to begin with https://")
        for key, value in told["links"].items()
        if _is_text(value) and not value.startswith("https://")
    ]
    wrong += [
        ("links", f"{key} has to be text") for key, value in told["links"].items() if not _is_text(value)
    ]
    wrong += [each for name, track in told["tracks"].items() for each in _of_track(name, track)]
    if not wrong and "counted" not in (track["points"] for track in told["tracks"].values()):
        wrong.append(("tracks", 'the points of one at least have to be "counted": they are the total'))
    lists, numbers = ("available", "silent"), ("call_seconds", "memory_mib")
    wrong += _of_table("packages", told["packages"], lists, "a list of names", _is_list_of_text)
    wrong += _of_table("limits", told["limits"], numbers, "a number above 0", _is_positive)
    if not wrong and not isinstance(told["limits"]["memory_mib"], int):
        wrong.append(("limits", "memory_mib has to be a whole number"))
    return wrong


def _of_track(name: str, told: Any) -> list[tuple[str, str]]:
    if not isinstance(told, dict) or {*told} != {"heading", "points"}:
        return [("tracks", f"{name} has to have a heading and points, and nothing else")]
    if not _is_text(told["heading"]):
        return [("tracks", f"the heading of {name} has to be text")]
    if told["points"] not in _POINTS:
        return [("tracks", f"the points of {name} have to be one of {', '.join(_POINTS)}")]
    return []


def _of_table(
    table: str, told: Mapping[str, Any], names: tuple[str, ...], what: str, fits: Callable[[Any], bool]
) -> list[tuple[str, str]]:
    wrong = [(table, f"{name} is none of {', '.join(names)}") for name in told if name not in names]
    return wrong + [(table, f"{name} has to be {what}") for name in names if not fits(told.get(name))]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
