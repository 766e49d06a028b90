"""Begins an exercise: solution, topic, hidden suite and public check, with an example that is right as it stands."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder.paths import ROOT, SOLUTIONS, SUITES, TEMPLATES
from autograder.release.source import Source, read_sources
from autograder.release.stubs import TABLE_BEGINS
from exercises.feedback.course import Course
from exercises.feedback.tutorial import HEADING, anchor
from exercises.paths import CHECKS, TOPICS, TUTORIAL

MAX_TITLE_CHARS = 32  # with it, the screen of the public checks fits into 80 columns
_NAME = re.compile(r"ex([1-9][0-9]*)_([a-z][a-z0-9_]*)")


class CannotBegin(Exception):
    """An exercise cannot be begun as it was asked for; says what to do."""


def begin(course: Course, root: Path, name: str, title: str, points: str, track: str = "") -> list[Path]:
    """Writes the four files of a new exercise; gives their paths.

    Args:
        course: to which it is added.
        root: its checkout.
        name: of the module, such as "ex8_name"; the word after the number becomes the example's function.
        title: one line.
        points: as it was typed.
        track: that it belongs to; the course's first, if it is empty.

    Raises:
        CannotBegin: if it cannot be; then nothing is written.
        SourceError: if a solution that is there already has to be fixed first.
    """
    sources = read_sources(root / SOLUTIONS.name)
    number, function = _named(name, sources)
    if track and track not in course.info.tracks:
        raise CannotBegin(f"there is no track {track!r}: course.toml has {', '.join(course.info.tracks)}")
    words: dict[str, Any] = {
        "number": number,
        "function": function,
        "points": _points(points),
        "track": track,
        **_titles(title),
        # what all others forbid, this one should
        "forbids": [rule for rule in course.rules if all(rule in s.header.forbids for s in sources)],
        "rules": list(course.rules),
        **_section(root / TUTORIAL.relative_to(ROOT)),
    }
    places = {
        "solution": SOLUTIONS / f"{name}.py",
        "topic": TOPICS / f"{name}.py",
        "suite": SUITES / f"{name}.py",
        "test": CHECKS / f"test_ex{number}.py",
    }
    paths = {kind: root / place.relative_to(ROOT) for kind, place in places.items()}
    for path in paths.values():
        if path.exists():
            raise CannotBegin(f"{path.relative_to(root).as_posix()} is there already: move it away first")
    pages = Environment(  # the templates lie in the checkout: no wheel has them
        loader=FileSystemLoader(root / TEMPLATES.relative_to(ROOT) / "new"),
        keep_trailing_newline=True,
        trim_blocks=True,
        undefined=StrictUndefined,
        autoescape=False,
    )
    texts = {kind: pages.get_template(f"{kind}.py.jinja").render(words) for kind in paths}
    for kind, path in paths.items():
        path.write_text(texts[kind], encoding="utf-8", newline="\n")
    return list(paths.values())


def _named(name: str, sources: Sequence[Source]) -> tuple[int, str]:
    """The number and the word of an exercise's name, which is that of the next exercise."""
    following = max((source.header.exercise for source in sources), default=0) + 1
    match = _NAME.fullmatch(name)
    if match is None:
        raise CannotBegin(
            f"{name!r} is no name for an exercise: it is ex, a number, _ and a word in small letters, such as "
            f"ex{following}_name"
        )
    number, word = int(match[1]), match[2]
    for source in sources:
        if source.header.exercise == number:
            raise CannotBegin(
                f"exercise {number} is {source.module} already: the next one is ex{following}_{word}"
            )
    if number != following:
        raise CannotBegin(f"exercise {number} would leave a gap: the next one is ex{following}_{word}")
    if keyword.iskeyword(word) or keyword.issoftkeyword(word) or hasattr(builtins, word):
        raise CannotBegin(
            f"{word} means something in Python, and cannot name a function here: take another word"
        )
    for source in sources:
        if word in source.header.exports:
            raise CannotBegin(f"{source.module} has a function {word} already: take another word")
    return number, word


def _points(typed: str) -> int:
    if not (typed.isascii() and typed.isdecimal() and int(typed) > 0):
        raise CannotBegin(f"--points has to be a whole number above 0, not {typed!r}")
    return int(typed)


def _titles(title: str) -> dict[str, str]:
    """The title, as it is written in each kind of place."""
    title = title.strip()
    if not title or not title.isprintable() or len(title) > MAX_TITLE_CHARS:
        raise CannotBegin(f"--title has to be one line of 1 to {MAX_TITLE_CHARS} characters, not {title!r}")
    return {
        "title": title,
        "title_in_yaml": yaml.safe_dump(title, allow_unicode=True, width=10_000).split("\n")[0],
        "title_in_docstring": title.replace("\\", "\\\\").replace('"', '\\"').removesuffix("."),
    }


def _section(tutorial: Path) -> dict[str, str]:
    """A section of the tutorial to send students to, until there is a better one: where it lists the exercises."""
    text = tutorial.read_text(encoding="utf-8") if tutorial.is_file() else ""
    before = (
        HEADING.findall(text.partition(TABLE_BEGINS)[0])
        if TABLE_BEGINS in text
        else HEADING.findall(text)[:1]
    )
    if not before:
        return {"section": "the text", "anchor": ""}
    return {"section": before[-1], "anchor": anchor(before[-1])}
