"""What in a hand-in may be an answer: named files, notebooks, files that cells write, and what lies in zips.

Reading is bounded over everything together. A notebook or a zip that cannot be read costs itself alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from autograder.submissions.archive import (
    MAX_NOTEBOOK_BYTES,
    MAX_SOURCE_BYTES,
    SubmissionError,
    Tree,
    shown,
)
from autograder.submissions.choice import Exports, Kind, Source
from autograder.submissions.filenames import ARCHIVES, Named, original_name, recognise
from autograder.submissions.notebook import Notebook, WrittenFile, read_notebook
from autograder.submissions.source_text import UnusableText, source_text
from autograder.submissions.written import Code, code_of
from exercises.paths import NO_ANSWERS, PLAYGROUND, PLAYGROUND_SCRIPT

# Folders of the exercise package whose Python files are never an answer.
_OTHER_FOLDERS = frozenset(folder.name for folder in NO_ANSWERS)
_NEVER_READ = frozenset({"conftest", "setup", "__init__", "__main__"})
# what students are given: to import from there is no work
_PACKAGE = (
    "exercises",
    "exercises.notebook",
    *(f"{package}{path.stem}" for path in (PLAYGROUND, PLAYGROUND_SCRIPT) for package in ("exercises.", "")),
)
_MAX_CHARS = 1024 * 1024  # characters of one hand-in; what is beyond them counts as work
_CELL = re.compile(r"^# (?:%%|In\s?\[[\d ]*\]:?).*$", re.MULTILINE)


class Sources:
    """What may answer exercises in one hand-in.

    `paths` are all files that count, sorted, and `named` those that are called like an exercise. `unreadable` and
    `unusable` say of notebooks and zips, and of Python files, why they could not be read.
    """

    def __init__(self, tree: Tree, exports: Exports) -> None:
        self.tree = tree
        self.exports = exports
        self.paths: list[PurePosixPath] = []
        self.named: list[Named] = []
        self.found: list[Source] = []
        self.notebooks: dict[PurePosixPath, Notebook] = {}
        self.unreadable: dict[PurePosixPath, str] = {}
        self.unusable: dict[PurePosixPath, str] = {}
        self.unopened: list[PurePosixPath] = []
        self._texts: dict[PurePosixPath, str | UnusableText] = {}
        self._asked = {name for names in exports.values() for name in names}
        self._room = _MAX_CHARS
        self._scripts: list[Source] | None = None

    def read(self) -> None:
        """Looks for everything; zips inside come last, so that they take no room from what lies open."""
        outside = list(self.tree.files)
        self._take_in(outside)
        for path in sorted(p for p in outside if p.suffix.lower() in ARCHIVES and not _is_of_the_package(p)):
            self._open(path)
        for source in self.found:
            self._follow_stars(source.code)

    def scripts(self) -> Sequence[Source]:
        """The Python files that are named as no exercise, each as the cells of a notebook."""
        if self._scripts is None:
            known = {each.path for each in self.named}
            self._scripts = []
            for path in self.paths:
                if path.suffix.lower() != ".py" or path in known or is_set_up_or_test(path.stem):
                    continue
                try:
                    text = self.text(path)
                except (UnusableText, SubmissionError):
                    continue
                if not any(name in text for name in self._asked):
                    continue  # however much there is of what a student keeps beside the answers
                cells = tuple(_CELL.split(text))
                code = self._code(text, self._of_the_package())
                self._scripts.append(Source(Kind.SCRIPT, path, shown(path), cells, code))
        return self._scripts

    def text(self, path: PurePosixPath) -> str:
        """A Python file's text, read once.

        Raises:
            UnusableText: if it is none.
            SubmissionError: if the hand-in is too large.
        """
        if path not in self._texts:
            try:
                content = self.tree.read(path, MAX_SOURCE_BYTES)
                if content is None:
                    raise UnusableText("is larger than 1 MiB, too much for a source file")
                self._texts[path] = source_text(content)
            except UnusableText as error:
                self._texts[path] = error
        text = self._texts[path]
        if isinstance(text, UnusableText):
            raise text
        return text

    def _take_in(self, paths: Sequence[PurePosixPath]) -> None:
        new = sorted(path for path in paths if not _is_of_the_package(path))
        self.paths = sorted([*self.paths, *new])
        for path in new:
            if named := recognise(path, tuple(self.exports)):
                self._add_file(named)
        for path in new:  # after the small files, so that they take no room from those
            if path.suffix.lower() == ".ipynb":
                self._add_notebook(path)

    def _open(self, path: PurePosixPath) -> None:
        if path.suffix.lower() != ".zip":
            self.unopened.append(path)
            return
        before = set(self.tree.files)
        try:
            self.tree.open_zip(path)
            inside = sorted(self.tree.files.keys() - before)
            self._take_in(inside)
            self.unopened += [each for each in inside if each.suffix.lower() in ARCHIVES]
        except SubmissionError as error:
            self.unreadable[path] = str(error)

    def _add_file(self, named: Named) -> None:
        self.named.append(named)
        try:
            text = self.text(named.path)
        except UnusableText as error:
            self.unusable[named.path] = str(error)
            return
        own = {named.module, f"exercises.{named.module}", *_PACKAGE}
        copy_of = (Kind.FILE, named.path.parent, named.module)
        code = self._code(text, own)
        title = shown(named.path)
        self.found.append(
            Source(Kind.FILE, named.path, title, (text,), code, named.module, copy_of, named.rank)
        )

    def _add_notebook(self, path: PurePosixPath) -> None:
        label = shown(path.name)
        try:
            content = self.tree.read(path, MAX_NOTEBOOK_BYTES)
            if content is None:
                size = MAX_NOTEBOOK_BYTES // 1_000_000
                raise SubmissionError(f"{label}: more than {size} MB; clear the outputs and hand it in again")
            notebook = read_notebook(content, label)
        except SubmissionError as error:
            self.unreadable[path] = str(error)
            return
        self.notebooks[path] = notebook
        name = original_name(path)
        copy_of = (Kind.NOTEBOOK, path.parent, name.stem) if name else ()
        rank = (name.again, name.serial) if name else ()
        code = Code()
        for cell in notebook.cells:
            code.add(self._code(cell, self._of_the_package()))
        self.found.append(Source(Kind.NOTEBOOK, path, shown(path), notebook.cells, code, "", copy_of, rank))
        for order, file in enumerate(written_files(notebook)):
            named = recognise(PurePosixPath(file.name), tuple(self.exports))
            if named:
                own = {named.module, f"exercises.{named.module}", *_PACKAGE}
                title = f"cell {file.cell} of {shown(path)}"
                same = (Kind.CELL, path, named.module)
                code = self._code(file.text, own)
                self.found.append(
                    Source(Kind.CELL, path, title, (file.text,), code, named.module, same, (order,))
                )

    def _of_the_package(self) -> set[str]:
        return {*self.exports, *(f"exercises.{module}" for module in self.exports), *_PACKAGE}

    def _code(self, text: str, not_work: Collection[str]) -> Code:
        self._room -= len(text)
        if self._room < 0:
            # nobody looks for names in it again: its hash tells it from others
            digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
            return Code(written=set(self._asked), texts=dict.fromkeys(self._asked, digest))
        return code_of(text, self._asked, not_work)

    def _follow_stars(self, code: Code) -> None:
        """`from mine import *` brings what `mine.py` defines."""
        wanted = {module.rpartition(".")[2] for module in code.stars}
        for path in self.paths if wanted else ():
            if path.suffix.lower() == ".py" and path.stem in wanted:
                try:
                    text = self.text(path)
                except UnusableText:
                    continue
                brought = self._code(text, self._of_the_package()).written - code.written
                code.written |= brought
                code.texts.update(dict.fromkeys(brought, text))


def written_files(notebook: Notebook) -> list[WrittenFile]:
    """The files that a notebook writes, with what is appended to them; one written twice is there twice."""
    parts: list[tuple[WrittenFile, list[str]]] = []
    latest: dict[str, list[str]] = {}
    for file in notebook.files:
        if file.appends and file.name in latest:
            latest[file.name].append(file.text)
        else:
            latest[file.name] = [file.text]
            parts.append((file, latest[file.name]))
    return [replace(file, text="\n".join(texts)) for file, texts in parts]


def is_set_up_or_test(name: str) -> bool:
    """Whether a module of this name is no answer and nothing that one needs."""
    return name in _NEVER_READ or name.startswith("test_") or name.endswith("_test")


def _is_of_the_package(path: PurePosixPath) -> bool:
    return any(part.casefold() in _OTHER_FOLDERS for part in path.parts[:-1])
