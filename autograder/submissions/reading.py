"""One hand-in, from its files to the texts that are graded, with a note on whatever is missing or left out."""

from __future__ import annotations

import hashlib
import json
import keyword
import os
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from autograder.report.text import first_of
from autograder.submissions.archive import (
    MAX_SOURCES_BYTES,
    FileTree,
    FolderTree,
    SubmissionError,
    Tree,
    ZipTree,
    shown,
)
from autograder.submissions.choice import (
    Choice,
    Kind,
    Source,
    cell_numbers,
    choose,
    listed,
    taken_from,
    written,
)
from autograder.submissions.filenames import Named, exercise_number, looks_like_one
from autograder.submissions.source_text import UnusableText
from autograder.submissions.sources import Sources, is_set_up_or_test, written_files
from autograder.submissions.submission import Submission, path_name
from exercises.feedback.catalogue import exercises

MAX_NOTES = 200
# An extra module of such a name would hide what exercises import.
_TAKEN_NAMES = sys.stdlib_module_names | {"torch", "numpy", "PIL", "pytest", "exercises", "autograder"}


def read(path: Path, modules: Sequence[str]) -> Submission:
    """What `submission.read_submission` promises, read by this process.

    Raises:
        SubmissionError: where nothing can be graded, or where nobody can tell what is meant.
    """
    absolute = Path(os.path.abspath(path))
    if absolute.is_symlink():
        raise SubmissionError(f"{shown(absolute.name)} is a link; give the file or folder that it points to")
    with _open_tree(absolute) as tree:
        reading = Reading(tree, modules)
        reading.read()
    return Submission(
        student=path_name(absolute),
        path=path,
        modules=reading.modules,
        extras=reading.extras,
        notebook=reading.notebook,
        notes=tuple(first_of(reading.notes, "{} more remarks like these are left out", MAX_NOTES)),
        digest=_digest(reading.modules, reading.extras, reading.notebook),
    )


def _open_tree(path: Path) -> Tree:
    if path.is_dir():
        return FolderTree(path)
    if not path.is_file():
        raise SubmissionError(f"{shown(path)}: there is no such file or folder")
    suffix = path.suffix.lower()
    if suffix not in (".py", ".ipynb", ".zip"):
        raise SubmissionError(f"{shown(path.name)} is no hand-in; give a folder, a .zip, an .ipynb or a .py")
    return ZipTree(path) if suffix == ".zip" else FileTree(path)


class Reading:
    """What one hand-in gives: `modules`, `extras`, `notebook` and `notes` as in `Submission`."""

    def __init__(self, tree: Tree, modules: Sequence[str]) -> None:
        known = {e.module: e.exports for e in exercises()}
        self.extra = {e.module for e in exercises() if e.extra}
        self.wanted = modules
        self.tree = tree
        self.exports = {module: known.get(module, ()) for module in modules}
        self.held = Sources(tree, self.exports)
        self.modules: dict[str, str] = {}
        self.extras: dict[str, str] = {}
        self.notebook: tuple[str, ...] | None = None
        self.notes: list[str] = []

    def read(self) -> None:
        """Reads it.

        Raises:
            SubmissionError: if there is nothing to grade, or nobody can tell what is meant.
        """
        self.held.read()
        self.notes += self.tree.notes
        self._must_be_of_one_student(
            each
            for each in self.held.named
            if any(s.path == each.path and self._is_work(s) for s in self.held.found)
        )
        choice = choose(self.tree.label, self.held.found, self.exports, self.held.scripts)
        if choice.by_module:
            self._take(choice)
        else:
            self._take_what_nobody_has_written()
        self._must_be_of_some_size()
        self.notes += self.held.unreadable.values()
        for path in self.held.unopened:
            self.notes.append(f"{shown(path)} lies packed inside the hand-in and is not opened")

    def _is_work(self, source: Source) -> bool:
        return any(written(source, module, self.exports) for module in self.wanted)

    # --- what is written -------------------------------------------------------------------------------------

    def _take(self, choice: Choice) -> None:
        cells = choice.cells
        self.notebook = tuple(text for source in cells for text in source.texts) if cells else None
        self.notes += [*choice.notes, *taken_from(choice), *cell_numbers(cells)]
        chosen = set(choice.by_module.values())
        folders = {source.path.parent for source in chosen}
        for module in self.wanted:
            source = choice.by_module.get(module)
            if source is None:
                self._take_unwritten(module, cells, folders, chosen)
            elif source.kind in (Kind.FILE, Kind.CELL):
                self.modules[module] = source.texts[0]
        from_notebooks = {s.path for s in chosen if s.kind in (Kind.CELL, Kind.NOTEBOOK)}
        for path in sorted(from_notebooks):
            self.notes += self.held.notebooks[path].notes
        self._tell_of_others(chosen, from_notebooks)
        self._read_extras(folders, {source.path for source in cells})
        self._add_files_of(from_notebooks)

    def _take_unwritten(
        self, module: str, cells: Sequence[Source], folders: Collection[PurePosixPath], chosen: set[Source]
    ) -> None:
        """A stub is taken where there is one, so that the report says "not written" and not "missing"."""
        if any(not source.code.stubs.isdisjoint(self.exports[module]) for source in cells):
            return
        stubs = [source for source in self.held.found if source.module == module]
        if stubs:
            stub = max(stubs, key=lambda s: (s.path.parent in folders, -s.kind, s.rank))
            self.modules[module] = stub.texts[0]
            chosen.add(stub)
        elif not cells and not any(each.module == module for each in self.held.named):
            self._tell_missing(module)

    def _tell_missing(self, module: str) -> None:
        if module not in self.extra:  # who does not go further need not be told so
            self.notes.append(f"{module}.py is missing: {_no_points(module)}")

    def _tell_of_others(self, chosen: set[Source], from_notebooks: Collection[PurePosixPath]) -> None:
        """Says of what is named as an exercise, and of notebooks, why it does not count."""
        told = " ".join(self.notes)
        unwritten: dict[PurePosixPath, list[str]] = {}
        for source in self.held.found:
            if source in chosen or source.path in from_notebooks or f"not {source.title}" in told:
                continue
            if self._is_work(source):
                self.notes.append(f"{source.title} is not read: what it answers was found elsewhere")
            elif source.kind is Kind.FILE:
                unwritten.setdefault(source.path.parent, []).append(source.path.name)
            elif source.kind is Kind.NOTEBOOK and source.code.stubs:
                self.notes.append(f"{source.title} is not read: nothing is written in it")
            elif source.kind is Kind.NOTEBOOK:
                self.notes.append(f"{source.title} is not read: it defines nothing that is asked for")
        for folder, names in unwritten.items():
            self.notes.append(f"{listed(names)} in {_in_words(folder)} not read: nothing is written there")
        for path, reason in self.held.unusable.items():
            module = next(each.module for each in self.held.named if each.path == path)
            answered = self.notebook is not None or module in self.modules
            self.notes.append(f"{shown(path)} {reason}{'' if answered else f': {_no_points(module)}'}")

    # --- what nobody has written: what was asked for is told apart by names alone ------------------------------

    def _take_what_nobody_has_written(self) -> None:
        named = self.held.named
        if not named or all(s.code.stubs for s in self.held.found if s.kind is Kind.FILE):
            self._must_have_read_everything()
        if named:
            self._read_modules(named)
            self.notes += [f"{shown(path)} is not read: the .py files count" for path in self.held.notebooks]
            return
        notebooks = [source for source in self.held.found if source.kind is Kind.NOTEBOOK]
        blank = [source for source in [*notebooks, *self.held.scripts()] if source.code.stubs]
        different = {source.texts: source for source in blank or notebooks}
        if len(different) > 1:
            names = listed([source.path for source in different.values()])
            raise SubmissionError(f"{self.tree.label}: {names} are several notebooks; hand in one of them")
        if not different:
            raise SubmissionError(self._nothing_found())
        (source,) = different.values()
        self.notebook = source.texts
        self.notes += [
            f"{other.title} is not read: {source.title} counts" for other in notebooks if other is not source
        ]
        self._read_extras({source.path.parent}, {source.path})
        if source.kind is Kind.NOTEBOOK:
            self.notes += self.held.notebooks[source.path].notes
            cells = [s for s in self.held.found if s.kind is Kind.CELL and s.path == source.path]
            self.modules |= {cell.module: cell.texts[0] for cell in cells}
            self._add_files_of([source.path])

    def _must_have_read_everything(self) -> None:
        """Where nothing is written in what can be read, the work may be in what cannot."""
        for reason in self.held.unreadable.values():
            raise SubmissionError(
                reason if reason.startswith(self.tree.label) else f"{self.tree.label}: {reason}"
            )
        if self.held.unopened and self.held.named:
            packed = listed(self.held.unopened)
            raise SubmissionError(
                f"{self.tree.label}: nothing is written in the .py files, and {packed} cannot be opened here; "
                "hand in a .zip or the files themselves"
            )

    def _read_modules(self, named: Sequence[Named]) -> None:
        folders = self._folders(named)
        taken = [found for found in named if found.path.parent in folders]
        self._must_be_of_one_student(taken)
        for module in self.wanted:
            copies = [found for found in taken if found.module == module]
            if copies:
                self._read_module(module, max(copies, key=lambda found: found.rank), copies)
            else:
                self._tell_missing(module)
        for folder in sorted({found.path.parent for found in named} - folders):
            others = [found.path.name for found in named if found.path.parent == folder]
            self.notes.append(
                f"{listed(others)} in {_in_words(folder)} not read: exercises were found elsewhere"
            )
        self._read_extras(folders)

    def _folders(self, named: Sequence[Named]) -> set[PurePosixPath]:
        """The folders that count: the top and its `exercises/`, once wrapping folders are off."""
        holding = {found.path.parent for found in named}
        base = PurePosixPath()
        while True:
            nested = {folder for folder in holding if folder.parent == base and folder != base}
            here = {folder for folder in nested if folder.name.casefold() == "exercises"}
            if base in holding:
                here.add(base)
            if here:
                return here
            depth = len(base.parts)
            inner = {PurePosixPath(*folder.parts[: depth + 1]) for folder in holding}
            if len(inner) > 1:
                break
            base = inner.pop()
        # A folder for each exercise is fine, two hand-ins side by side are not.
        for module in self.wanted:
            copies = {found.path for found in named if found.module == module}
            if len({path.parent for path in copies}) > 1:
                raise SubmissionError(f"{self.tree.label}: {listed(sorted(copies))}: hand in one of them")
        return holding

    def _read_module(self, module: str, chosen: Named, copies: Sequence[Named]) -> None:
        others = [found.path for found in copies if found is not chosen]
        if others:
            self.notes.append(f"{shown(chosen.path)} was taken for {module}, not {listed(others)}")
        try:
            self.modules[module] = self.held.text(chosen.path)
        except UnusableText as error:
            self.notes.append(f"{shown(chosen.path)} {error}: {_no_points(module)}")

    def _nothing_found(self) -> str:
        wanted = ", ".join(f"{module}.py" for module in self.wanted)
        held = f"it holds {listed(self.held.paths)}" if self.held.paths else "it is empty"
        notes = "".join(f"; {note}" for note in self.notes[:1])
        return f"{self.tree.label}: no exercise found; looked for {wanted} or one notebook, but {held}{notes}"

    # --- what goes with it ------------------------------------------------------------------------------------

    def _must_be_of_one_student(self, named: Iterable[Named]) -> None:
        owners = sorted({found.owner for found in named if found.owner})
        if len(owners) > 1:
            raise SubmissionError(
                f"{self.tree.label}: files of several students ({listed(owners)}); make a folder for each"
            )

    def _read_extras(self, folders: Iterable[PurePosixPath], answers: Collection[PurePosixPath] = ()) -> None:
        """The modules beside the answers; a script that is an answer may be imported as well."""
        named = {each.path for each in self.held.named}
        for path in self.held.paths:
            if path.parent not in folders or path in named:
                continue
            meant = looks_like_one(path, self.wanted)
            if meant is not None and path not in answers:
                self.notes.append(
                    f"{shown(path)} is not read as an exercise: if it is {meant}, name it {meant}.py"
                )
            if path.suffix.lower() != ".py" or not _can_be_extra(path.stem):
                continue
            if self._is_free(path.stem, shown(path)):
                try:
                    self.extras[path.stem] = self.held.text(path)
                except UnusableText as error:
                    self.notes.append(f"{shown(path)} {error}: it cannot be imported")

    def _add_files_of(self, notebooks: Iterable[PurePosixPath]) -> None:
        """The modules that cells write and that are no exercises; where one lies in the hand-in too, it counts."""
        for path in notebooks:
            files = {file.name: file for file in written_files(self.held.notebooks[path])}
            for file in files.values():
                name = PurePosixPath(file.name).stem
                is_exercise = any(s.kind is Kind.CELL and s.texts == (file.text,) for s in self.held.found)
                if not _can_be_extra(name) or is_exercise or self.extras.get(name) == file.text:
                    continue
                if self._is_free(name, f"{shown(file.name)} of cell {file.cell}"):
                    self.extras[name] = file.text

    def _must_be_of_some_size(self) -> None:
        """Answers come first; of the other modules the largest are left out, since no student writes them."""
        allowed = f"{MAX_SOURCES_BYTES >> 20} MiB of source"
        room = MAX_SOURCES_BYTES - sum(map(_size, [*self.modules.values(), *(self.notebook or ())]))
        if room < 0:
            raise SubmissionError(
                f"{self.tree.label}: more than {allowed} in what answers exercises; take out what is no answer"
            )
        sizes = {name: _size(text) for name, text in self.extras.items()}
        over, left_out = sum(sizes.values()) - room, []
        for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
            if over <= 0:
                break
            over -= sizes[name]
            left_out.append(f"{name}.py")
            del self.extras[name]
        if left_out:
            self.notes.append(
                f"{listed(left_out)} cannot be imported: there is more than {allowed}, and the largest files "
                "that answer no exercise are left out"
            )

    def _is_free(self, name: str, told: str) -> bool:
        if name in _TAKEN_NAMES:
            self.notes.append(f"{told} is not read: its name hides the package {name}")
        elif name in self.extras:
            self.notes.append(f"{told} is not read: there is another {name}.py")
        else:
            return True
        return False


def _size(text: str) -> int:
    return len(text.encode("utf-8"))


def _can_be_extra(name: str) -> bool:
    if name == "exercises":  # students get it beside the exercises, so that each can be run by itself
        return False
    return name.isidentifier() and not keyword.iskeyword(name) and not is_set_up_or_test(name)


def _in_words(folder: PurePosixPath) -> str:
    return "the top of the hand-in" if folder == PurePosixPath() else f"{shown(folder)}/"


def _no_points(module: str) -> str:
    return f"0 points for exercise {exercise_number(module)}"


def _digest(modules: Mapping[str, str], extras: Mapping[str, str], notebook: tuple[str, ...] | None) -> str:
    # JSON keeps apart what plain concatenation would run together.
    content = json.dumps([modules, extras, notebook], sort_keys=True)
    return hashlib.sha256(content.encode("ascii")).hexdigest()
