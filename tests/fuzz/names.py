"""File names: which exercise a file is, whose it is, and what a report may be called."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from random import Random

from autograder.classes.class_list import CLASS
from autograder.classes.published import PUBLISHED
from autograder.report.history import HISTORY
from autograder.report.pages.dashboard import DASHBOARD
from autograder.report.pseudonyms import KEY
from autograder.submissions import filenames, submission
from autograder.submissions.filenames import exercise_number, looks_like_one, recognise
from autograder.submissions.submission import student_names
from exercises.feedback.catalogue import exercises
from tests.fuzz.choices import Choices
from tests.fuzz.engine import Target, holds

MODULES = [e.module for e in exercises()]
OF_THE_CLASS = ("grades.csv", CLASS, PUBLISHED, DASHBOARD, HISTORY, KEY)
PIECES = (
    *MODULES, "ex3", "EX3_Conv2d", "ex 3", "exercise3", "ex03", "ex3_conv2d_v2", ".py", ".PY", ".txt",
    ".ipynb", ".zip",
    " (1)", "-2", "(12345)", " - Copy", " copy", "_copy", " copy 2", " (copy)", "Copy of ", " - Kopie",
    "doejane_12345_678901_", "doejane_late_12345_678901_", "Jane Doe_123_assignsubmission_file_",
    "hw_s123_attempt_",
    "2026-11-22-10-11-12", "_", "123-456 - Jane Doe - Nov 22, 2026 1011 AM - ", " ", "-", "a", "İ", "ß", "K",
    "ﬁ", "²", "٣",
    "\n", "\0", "\udcff", "\u202e", "e\u0301", "é", "É",
    "x" * 260, "_1" * 120, "a_1_" * 60, " - " * 80, "(1)" * 60, "…",
    "CON", "nul", "a.results", ".results", "grades", "results.json", ".", "..", "'", '"', "[red]", "<b>", "=1",
    "test_", "dashboard", "dashboard.htm", "class", "class.jsn", "published", "pseudonyms.key", "history.jsonl",
)  # fmt: skip


def name(choices: Choices) -> str:
    """A file's name in pieces; never one that a file cannot have."""
    pieces = [
        choices.pick(PIECES) if not choices.flag(8) else chr(choices.below(0xD800))
        for _ in range(1 + choices.below(6))
    ]
    made = "".join(pieces).replace("/", "").replace("\0", "")
    return made if made not in ("", ".", "..") else "x"


def run(data: bytes) -> None:
    """Some names of one class."""
    choices = Choices(data)
    names = [name(choices) for _ in range(1 + choices.below(5))]
    for each in names:
        path = PurePosixPath(*(["folder"] * choices.below(2)), each)
        found = recognise(path, MODULES)
        if found:
            holds(found.path == path and found.module in MODULES, "a file is one of the exercises", found)
            holds(path.suffix.lower() == ".py", "an exercise is a Python file", path)
            holds(found.owner is None or found.owner, "an owner has a name", found)
            holds(found.rank == max(found.rank, found.rank), "ranks can be compared", found)
        meant = looks_like_one(path, MODULES)
        if meant:
            holds(exercise_number(meant) == MODULES.index(meant) + 1, "what is meant is an exercise", meant)
    check_names([Path("class", each) for each in names])


def check_names(paths: Sequence[Path]) -> None:
    """The names of reports differ, and are fit for files."""
    given = student_names(paths)
    holds(set(given) == set(paths), "every hand-in has a name", given)
    files = [f"{name}{ending}" for name in given.values() for ending in (".json", ".results.json", ".html")]
    same = {
        unicodedata.normalize("NFC", unicodedata.normalize("NFC", file).casefold())
        for file in [*files, *OF_THE_CLASS]
    }
    holds(len(same) == len(files) + len(OF_THE_CLASS), "no report is written over another", given)
    for each in given.values():
        holds(each.isprintable() and each.strip(), "a name can be printed", each)
        holds(not set(each) & set('<>:"/\\|?*'), "a name can be used on every system", each)
        holds(len(f"{each}.results.json".encode()) <= 255, "a name is short enough for a file", each)


def seeds() -> Sequence[bytes]:
    """Random ones."""
    random = Random(0)
    return [random.randbytes(size) for size in (4, 8, 16, 24) for _ in range(20)]


TARGET = Target("names", "names of files and students", (filenames, submission), run, seeds)
