"""Reads the YAML header of a solution module and says which line an author has to fix."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HINTS_PER_EXPORT = 3

_FENCE = "# ---"
_FIELDS = ("exercise", "title", "points", "minutes", "exports", "builds_on", "forbids", "hints")
_OPTIONAL = ("track",)


class SourceError(Exception):
    """What an author has to fix, and where: the file and the line."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        self.path = path
        self.line = line
        self.message = message
        shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        super().__init__(f"{shown.as_posix()}:{line}: {message}")


@dataclass(frozen=True)
class Header:
    """The YAML header. `builds_on` names the direct predecessors only; `hints` go from vague to plain.

    `track` is empty for the course's first.
    """

    exercise: int
    title: str
    points: int
    minutes: int
    exports: tuple[str, ...]
    builds_on: tuple[str, ...]
    forbids: tuple[str, ...]
    hints: Mapping[str, tuple[str, ...]]
    track: str = ""


def read_header(path: Path, lines: Sequence[str]) -> tuple[Header, Mapping[str, range], int]:
    """The header, the lines of each of its fields, and the line that closes it."""
    if lines[0].rstrip() != _FENCE:
        raise SourceError(
            path, 1, f"the file starts with its header, a comment block after a line {_FENCE!r}"
        )
    block: list[str] = []
    for line in lines[1:]:
        if line.rstrip() == _FENCE:
            break
        if not line.startswith("#"):
            raise SourceError(path, 2 + len(block), f"the header has no closing {_FENCE!r} before this line")
        block.append(line.removeprefix("#").removeprefix(" "))
    else:
        raise SourceError(path, 1, f"the header has no closing {_FENCE!r}")
    end = 2 + len(block)
    try:
        node = yaml.compose("\n".join(block), Loader=yaml.SafeLoader)
        values: dict[str, Any] = yaml.safe_load("\n".join(block))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "unreadable"
        raise SourceError(
            path, 2 + (mark.line if mark else 0), f"the header is not YAML: {problem}"
        ) from error
    if not isinstance(node, yaml.MappingNode):
        raise SourceError(path, 2, "the header has to be a list of 'field: value' lines")
    keys = [(str(key.value), 2 + key.start_mark.line) for key, _ in node.value]
    stops = [line for _, line in keys[1:]] + [end]
    spans: dict[str, range] = {}
    for (name, line), stop in zip(keys, stops, strict=True):
        if name not in _FIELDS + _OPTIONAL or name in spans:
            complaint = "occurs twice" if name in spans else f"is none of {', '.join(_FIELDS + _OPTIONAL)}"
            raise SourceError(path, line, f"header field {name!r} {complaint}")
        spans[name] = range(line, stop)
    for name in _FIELDS + _OPTIONAL:
        if name not in spans:
            if name in _OPTIONAL:
                continue
            raise SourceError(path, 1, f"the header lacks the field {name!r}")
        wrong = _complaint(path, name, values)
        if wrong:
            raise SourceError(path, spans[name].start, f"{name}: {wrong}")
    return _header(values), spans, end


def _header(values: Mapping[str, Any]) -> Header:
    return Header(
        exercise=values["exercise"],
        title=values["title"],
        points=values["points"],
        minutes=values["minutes"],
        exports=tuple(values["exports"]),
        builds_on=tuple(values["builds_on"]),
        forbids=tuple(values["forbids"]),
        hints={name: tuple(hints) for name, hints in values["hints"].items()},
        track=values.get("track", ""),
    )


def _complaint(path: Path, name: str, values: Mapping[str, Any]) -> str | None:
    """What is wrong with one field, given that the fields before it are right."""
    value = values[name]
    if name in ("exercise", "points", "minutes"):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            return f"has to be a whole number from 1, not {value!r}"
        if name == "exercise" and _number(path.stem) != value:
            return f"is {value}, but the file is named {path.name}"
        return None
    if name in ("title", "track"):
        return None if isinstance(value, str) and value.strip() else f"has to be text, not {value!r}"
    if name == "hints":
        return _hints_complaint(value, values["exports"])
    if not _is_list_of_text(value) or len(set(value)) < len(value):
        return f"has to be a list of different names, not {value!r}"
    if name == "exports" and not value:
        return "has to name at least one function or class"
    if name == "builds_on":
        known = {other.stem for other in path.parent.glob("ex*_*.py")}
        for other in value:
            if other not in known:
                return f"there is no module {other}"
            if (_number(other) or 0) >= values["exercise"]:
                return f"{other} is not an earlier exercise"
    return None


def _hints_complaint(hints: Any, exports: Sequence[str]) -> str | None:
    if not isinstance(hints, dict) or set(hints) != set(exports):
        return f"needs one entry for each export: {', '.join(exports)}"
    for name, texts in hints.items():
        if not _is_list_of_text(texts) or len(texts) != HINTS_PER_EXPORT:
            return f"{name} needs a list of {HINTS_PER_EXPORT} texts (quote a text that holds a colon)"
    return None


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)


def _number(module: str) -> int | None:
    """3 for "ex3_name"."""
    match = re.match(r"ex([1-9][0-9]*)_", module)
    return int(match[1]) if match else None
