"""Gradescope's export: a folder for each submission, and a YAML file that says whose it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import yaml

from autograder.submissions.archive import SubmissionError, shown
from autograder.submissions.downloads.download import MAX_METADATA_BYTES
from autograder.submissions.downloads.found import Found
from autograder.submissions.downloads.names import METADATA
from autograder.submissions.downloads.times import time_in_utc

# The C parser is much faster.
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MAX_DEPTH = 50

_NO_TIME = datetime.fromisoformat("0001-01-02T00:00:00+00:00")


def gradescope(folder: Path, entries: Sequence[Path]) -> tuple[list[Found], list[Path]]:
    """The hand-ins of an export, and what else lies there.

    Of a group, each member gets the hand-in. Of several hand-ins of one student the last counts.

    Raises:
        SubmissionError: if the metadata cannot be read; without them nobody knows whose a folder is.
    """
    submissions = _metadata(folder / METADATA)
    here = {each.name: each for each in entries}
    students: dict[str, list[tuple[datetime, int, str, Found]]] = {}
    for number, (key, about) in enumerate(submissions.items()):
        people = _people(about)
        when = _time(about)
        order = int(found[0]) if (found := re.findall(r"[0-9]{1,18}", key)) else number
        for index, person in enumerate(people):
            notes = []
            others = [each["name"] or each["email"] or each["sid"] for each in people if each is not person]
            if others:
                notes.append(f"handed in together with {', '.join(shown(each) for each in others)}")
            path = here.get(key)
            if path is None:
                notes.append(f"{METADATA} names {shown(key)}, which is not there")
            ids = {kind: person[kind] for kind in ("sid", "email") if person[kind]}
            login = person["sid"] or person["email"]
            name = person["name"] or login or key
            entry = Found(name, path, (), login, tuple(notes), ids, "Gradescope", submitted=when)
            # without any identifier, two of one name stay two
            who = (person["email"] or person["sid"]).casefold() or f"\0{key} {index}"
            students.setdefault(who, []).append((when or _NO_TIME, order, key, entry))
    found_ = [_last(each) for each in students.values()]
    found_ += [
        Found(
            each.name,
            each,
            (),
            "",
            (f"{METADATA} does not say whose {shown(each.name)} is",),
            {},
            "Gradescope",
        )
        for each in entries
        if each.name not in submissions and each.name.startswith("submission_") and each.is_dir()
    ]
    taken = set(submissions) | {METADATA} | {each.path.name for each in found_ if each.path}
    return found_, [each for each in entries if each.name not in taken]


def _last(entries: list[tuple[datetime, int, str, Found]]) -> Found:
    *earlier, (_, _, key, last) = sorted(entries, key=lambda each: each[:2])
    if earlier:
        names = ", ".join(shown(each[2]) for each in earlier)
        last = last.noting(
            f"{len(entries)} hand-ins: {shown(key)} was taken, not {names}: it is the later one"
        )
    return last


def _metadata(path: Path) -> dict[str, dict[str, object]]:
    try:
        if path.stat().st_size > MAX_METADATA_BYTES:
            raise SubmissionError(f"{METADATA}: more than {MAX_METADATA_BYTES // 1_000_000} MB")
        content = _plain_yaml(path.read_bytes())
    except OSError as error:
        raise SubmissionError(f"{METADATA}: {error.strerror or 'cannot be read'}") from error
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise SubmissionError(f"{METADATA} cannot be read: {shown(reason)}") from error
    if not isinstance(content, dict):
        raise SubmissionError(f"{METADATA} cannot be read: it does not list submissions")
    return {str(key): about if isinstance(about, dict) else {} for key, about in content.items()}


def _plain_yaml(content: bytes) -> object:
    """The first document, made of dicts, lists and strings alone: no tag means anything, and "No" is a name.

    PyYAML's own ways from events to data call themselves for each level, and in C they crash on a hundred thousand.
    """
    top: list[object] = []
    open_: list[list[object] | dict[str, object]] = [top]
    keys: list[str | None] = [None]
    for event in yaml.parse(content, _Loader):
        if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            open_.pop()
            keys.pop()
            continue
        value: object
        if isinstance(event, yaml.ScalarEvent):
            value = event.value
        elif isinstance(event, yaml.MappingStartEvent):
            value = {}
        elif isinstance(event, yaml.SequenceStartEvent):
            value = []
        elif isinstance(event, yaml.AliasEvent):
            value = ""
        elif isinstance(event, yaml.DocumentEndEvent):
            break
        else:
            continue
        holder, key = open_[-1], keys[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif key is None:
            if not isinstance(value, str):
                raise ValueError("a key that is no text")
            keys[-1] = value
        else:
            if key in holder:
                raise ValueError(f"{shown(key)} is there twice")
            holder[key] = value
            keys[-1] = None
        if isinstance(value, (dict, list)):
            if len(open_) > _MAX_DEPTH:
                raise ValueError("nested too deep")
            open_.append(value)
            keys.append(None)
    return top[0] if top else None


def _people(about: dict[str, object]) -> list[dict[str, str]]:
    people = about.get(":submitters")
    found = []
    for each in people if isinstance(people, list) else []:
        if isinstance(each, dict):
            fields = {kind: each.get(f":{kind}", "") for kind in ("name", "sid", "email")}
            found.append(
                {kind: text.strip() if isinstance(text, str) else "" for kind, text in fields.items()}
            )
    for person in found:
        for kind in ("sid", "email"):
            if person[kind] in ("null", "~"):
                person[kind] = ""
    # a submission of nobody is a hand-in all the same
    return found or [{"name": "", "sid": "", "email": ""}]


def _time(about: dict[str, object]) -> datetime | None:
    text = about.get(":created_at")
    if isinstance(text, dict):  # a Ruby object with its tag taken off
        text = text.get("utc", "")
    return time_in_utc(text) if isinstance(text, str) else None
