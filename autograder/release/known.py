"""The hand-ins that every built zip is proved with: stubs, solutions, and a few of the corpus, where there is one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.paths import TESTS
from autograder.release.edition import Edition
from autograder.release.notebook import answered, as_notebook, cells
from autograder.submissions.submission import read_submission

CORPUS = ("émile", "Фатима", "ivan")  # half done, three misconceptions, a forbidden call


@dataclass(frozen=True)
class KnownSubmission:
    """A hand-in as source texts by module; `name` is plain ASCII, fit for a folder and a login."""

    name: str
    modules: Mapping[str, str]

    def write_files(self, folder: Path) -> Path:
        """Writes one `.py` file per module; gives the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for module, text in self.modules.items():
            (folder / f"{module}.py").write_text(text, encoding="utf-8", newline="\n")
        return folder

    def notebook(self, edition: Edition) -> NotebookNode:
        """The student's notebook with these answers in it."""
        return as_notebook(answered(cells(edition), self.modules))


def copies(unpacked: Path, submissions: Sequence[KnownSubmission]) -> Iterator[tuple[KnownSubmission, Path]]:
    """Stubs and solutions, each with a fresh copy of an unpacked zip to work in.

    For zips that hold public checks alone: those see less than hidden ones, so others get other points there.
    """
    for submission in submissions:
        if submission.name in ("stubs", "solutions"):
            with tempfile.TemporaryDirectory(prefix="unpacked-") as scratch:
                yield submission, Path(shutil.copytree(unpacked, Path(scratch) / "work"))


def known_submissions(edition: Edition) -> list[KnownSubmission]:
    """Stubs, solutions and the corpus's, read from the checkout."""
    modules = [e.module for e in edition.catalogue]
    places = {"stubs": edition.root / "exercises", "solutions": edition.root / "solutions"}
    corpus = [edition.root / TESTS.name / "submissions" / "class" / name for name in CORPUS]
    # one that answers no exercise that is asked for is none
    corpus = [place for place in corpus if any((place / f"{module}.py").is_file() for module in modules)]
    places |= {f"corpus{number}": place for number, place in enumerate(corpus, 1)}
    found = []
    for name, path in places.items():
        submission = read_submission(path, modules)
        found.append(KnownSubmission(name, submission.modules))
    return found
