"""Whole hand-ins on disk, as folder, zip or single file: a Submission or a SubmissionError.

Nothing that lies outside is read.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from autograder.submissions import archive, filenames, notebook, reading, submission
from autograder.submissions.submission import Submission, SubmissionError, find_submissions
from tests.fuzz import names, notebooks
from tests.fuzz.choices import Choices
from tests.fuzz.engine import MEMORY, Target, holds
from tests.fuzz.zips import check_line

_FOLDER = TemporaryDirectory(prefix="fuzz-handins-", dir=MEMORY)
_ROOT = Path(_FOLDER.name).resolve()
_CLASS = _ROOT / "class"
SECRET = "NOBODY_MAY_READ_THIS"
_OUTSIDE = _ROOT / "outside"
_OUTSIDE.mkdir()
(_OUTSIDE / "ex3_conv2d.py").write_text(f"{SECRET} = 1\n")
(_OUTSIDE / "secret.ipynb").write_text(
    json.dumps({"cells": [{"cell_type": "code", "source": f"{SECRET} = 2"}]})
)
_FOLDERS = (
    "exercises",
    "Exercises",
    "tests",
    "feedback",
    "a",
    "b",
    "__MACOSX",
    ".git",
    "ex3",
    "deep",
    "__pycache__",
)
_SOURCES = (
    b"x = 1\n", b"", b"\xff\xfe\0", b"# coding: latin-1\nx = '\xe4'\n", b"\0", b"def f(): pass\r\n",
    b"\xef\xbb\xbfx = 1\n",
    b"# coding: zlib\n", b"PK\x03\x04", b"x = " + b"1" * 3000,
)  # fmt: skip


def run(data: bytes) -> None:
    """One hand-in."""
    choices = Choices(data)
    shutil.rmtree(_CLASS, ignore_errors=True)
    _CLASS.mkdir()
    kind = choices.below(6)
    if kind == 1:
        path = _CLASS / f"student{choices.pick(('.py', '.PY', '.ipynb', '.txt', '', '.zip', '.tar'))}"
        path.write_bytes(_content(choices, path.name))
        odd = False
    else:
        path = _CLASS / "student"
        path.mkdir()
        odd = _fill(path, choices, 0)
    found = _read(path)
    if kind == 2 and not odd:
        packed = _read(_packed(path))
        both = isinstance(found, Submission) and isinstance(packed, Submission)
        # a zip may not hold what a folder may: names with a backslash
        if both or not any("\\" in str(p) for p in path.rglob("*")):
            holds(
                _told(found) == _told(packed),
                "a zip of a folder is the folder",
                (_told(found), _told(packed)),
            )
    if kind == 3 and not odd and isinstance(found, Submission):
        moved = _CLASS / "elsewhere"
        path.rename(moved)
        again = _read(moved)
        holds(_told(found) == _told(again), "the digest is of what is handed in, not of where it lies")
    if kind == 4:
        _find(choices)


def _told(found: Submission | str) -> str:
    return found.digest if isinstance(found, Submission) else "unreadable"


def _read(path: Path) -> Submission | str:
    """The submission, or the error; both looked at."""
    try:
        found = reading.read(path, names.MODULES)
    except SubmissionError as error:
        check_line(str(error), "an error")
        return str(error)
    holds(reading.read(path, names.MODULES).digest == found.digest, "the same hand-in has the same digest")
    holds(set(found.modules) <= set(names.MODULES), "modules are exercises", found.modules)
    for note in found.notes:
        check_line(note, "a note")
    holds(len(found.notes) < 2100, "notes are counted", len(found.notes))
    for text in (*found.modules.values(), *found.extras.values(), *(found.notebook or ())):
        holds(SECRET not in text, "nothing outside is read", text)
        holds("\0" not in text and "\r" not in text, "texts have line feeds alone", text)
        text.encode("utf-8")
    for name in found.extras:
        holds(name.isidentifier() and name not in found.modules, "extras can be imported", name)
    return found


def _find(choices: Choices) -> None:
    """A class folder with a few more in it."""
    for _ in range(choices.below(4)):
        _entry(_CLASS, choices, 3)
    try:
        paths = find_submissions(_CLASS, names.MODULES)
    except SubmissionError as error:
        check_line(str(error), "an error")
        return
    holds(paths and all(p == _CLASS or p.parent == _CLASS for p in paths), "hand-ins lie in the class", paths)
    names.check_names(paths)


def _fill(folder: Path, choices: Choices, depth: int) -> bool:
    """Puts things into a folder; whether anything but files and folders is among them."""
    odd = [_entry(folder, choices, depth) for _ in range(1 + choices.below(4))]
    return any(odd)


def _entry(folder: Path, choices: Choices, depth: int) -> bool:
    kind = choices.below(10)
    if kind in (6, 7) and depth < 3:
        inner = folder / choices.pick(_FOLDERS)
        if os.path.lexists(inner) and (inner.is_symlink() or not inner.is_dir()):
            return False
        inner.mkdir(exist_ok=True)
        return _fill(inner, choices, depth + 1)
    name = choices.pick((*names.MODULES, "model", "torch", "conftest", "test_x", "class", "ex3"))
    name += choices.pick((".py", ".py", ".py", ".ipynb", ".txt", ".zip"))
    if kind in (4, 5):
        name = names.name(choices).encode("utf-8", "surrogateescape")[:200].decode("utf-8", "surrogateescape")
    path = folder / name
    if os.path.lexists(path):
        return False
    if kind == 8:
        target = choices.pick(
            (_OUTSIDE, _OUTSIDE / "ex3_conv2d.py", _OUTSIDE / "secret.ipynb", folder, Path("/dev/zero"), path)
        )
        path.symlink_to(target)
    elif kind == 9 and hasattr(os, "mkfifo"):
        os.mkfifo(path)
    else:
        path.write_bytes(_content(choices, name))
        return False
    return True


def _content(choices: Choices, name: str) -> bytes:
    if choices.flag(8):
        return choices.bytes(60)
    if name.lower().endswith(".ipynb"):
        return json.dumps(notebooks.made(choices)).encode()
    source: bytes = choices.pick(_SOURCES)
    return source


def _packed(folder: Path) -> Path:
    path = _CLASS / "student.zip"
    with zipfile.ZipFile(path, "w") as file:
        for each in sorted(p for p in folder.rglob("*") if p.is_file()):
            file.writestr(
                each.relative_to(folder).as_posix().encode("utf-8", "replace").decode(), each.read_bytes()
            )
    return path


def seeds() -> Sequence[bytes]:
    """Random ones of each kind."""
    random = Random(0)
    return [
        bytes([kind]) + random.randbytes(size) for kind in range(6) for size in (20, 40, 80) for _ in range(4)
    ]


TARGET = Target("handins", "whole hand-ins", (submission, reading, archive, filenames, notebook), run, seeds)
