"""From what is handed in to named source texts; nothing is imported or executed.

A hand-in is a folder, a zip, a notebook or a single `.py` file. `find_submissions` tells which hand-ins
a path holds, `read_submission` reads one, `student_names` gives each its name in the reports.
"""

from __future__ import annotations

import hashlib
import json
import keyword
import os
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.archive import (
    MAX_SOURCE_BYTES,
    FileTree,
    FolderTree,
    SubmissionError,
    Tree,
    UnusableText,
    ZipTree,
    is_skipped,
    shown,
    source_text,
)
from autograder.filenames import Named, exercise_number, looks_like_one, recognise
from autograder.notebook import MAX_NOTEBOOK_BYTES, code_cells

__all__ = [
    "Submission",
    "SubmissionError",
    "find_submissions",
    "fit_for_file",
    "read_submission",
    "report_files",
    "student_names",
]

# Folders of the exercise package whose Python files are never an answer.
_OTHER_FOLDERS = frozenset({"tests", "feedback", "visualizer"})

_NEVER_EXTRAS = frozenset({"conftest", "setup", "__init__", "__main__"})
# An extra module of such a name would hide what exercises import.
_TAKEN_NAMES = sys.stdlib_module_names | {"torch", "numpy", "PIL", "pytest", "exercises", "autograder"}

_ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz")
_MAX_LISTED = 4
_MAX_NAME_BYTES = 200
_NOT_IN_NAMES = frozenset('<>:"/\\|?*')  # somewhere, so that reports can be copied to anywhere


@dataclass(frozen=True)
class Submission:
    """One hand-in, as text.

    `modules` has the source text by exercise module, for those found, and `extras` that of the other
    modules beside them. A hand-in that is a notebook has its code cells in `notebook` and no modules.
    `notes` says in one line each what is missing, was ignored, or was taken out of two. `digest` is a
    SHA-256 over the names and texts above; student, path and notes do not count.
    """

    student: str
    path: Path
    modules: Mapping[str, str]
    extras: Mapping[str, str]
    notebook: tuple[str, ...] | None
    notes: tuple[str, ...]
    digest: str


def read_submission(path: Path, modules: Sequence[str]) -> Submission:
    """Read one hand-in, looking for the exercise modules named.

    Raises SubmissionError where nothing can be graded; whatever costs only some exercises is a note.
    """
    absolute = Path(os.path.abspath(path))
    if absolute.is_symlink():
        raise SubmissionError(f"{shown(path.name)} is a link; give the file or folder that it points to")
    with _open_tree(absolute) as tree:
        reading = _Reading(tree, modules)
        reading.read()
    return Submission(
        student=_plain_name(absolute),
        path=path,
        modules=reading.modules,
        extras=reading.extras,
        notebook=reading.notebook,
        notes=tuple(reading.notes),
        digest=_digest(reading.modules, reading.extras, reading.notebook),
    )


def find_submissions(path: Path, modules: Sequence[str]) -> list[Path]:
    """The hand-ins at a path, sorted: the path itself, or what a folder of hand-ins holds.

    A sub-folder with nothing to grade is a hand-in all the same: it shall show up, not disappear.
    """
    if path.is_file():
        return [path]
    entries = _visible(path)
    roots = [path, *(entry for entry in entries if entry.name.casefold() == "exercises" and entry.is_dir())]
    if any(_holds_exercises(root, modules) for root in roots):
        return [path]
    # other archives are no hand-ins, but somebody meant them to be one: they get a row that says so
    endings = (".ipynb", *_ARCHIVES)
    found = [entry for entry in entries if entry.is_dir() or entry.suffix.lower() in endings]
    notebooks = [entry for entry in found if entry.suffix.lower() == ".ipynb" and not entry.is_dir()]
    if notebooks == found and len(found) == 1:
        return [path]
    if not found:
        raise SubmissionError(
            f"{shown(path)}: no hand-in found; it should hold {modules[0]}.py and so on, "
            "or a folder, zip or notebook for each student"
        )
    return found


def student_names(paths: Iterable[Path]) -> dict[Path, str]:
    """A name for each hand-in, fit for a report's file name and unique even where case does not count.

    The stem of the file or the folder's name; where hand-ins share it, the full name; then -2, -3.
    """
    unique = list(dict.fromkeys(paths))
    absolute = {path: Path(os.path.abspath(path)) for path in unique}
    stems = {path: _plain_name(absolute[path]) for path in unique}
    shared = Counter(name.casefold() for name in stems.values())
    names: dict[Path, str] = {}
    used: set[str] = set()
    for path in unique:
        base = stems[path] if shared[stems[path].casefold()] == 1 else fit_for_file(absolute[path].name)
        name, number = base, 1
        while used & report_files(name):
            number += 1
            name = f"{base}-{number}"
        used |= report_files(name)
        names[path] = name
    return names


def report_files(name: str) -> set[str]:
    """What a student's report files are called but for `.json`, as file systems tell names apart.

    Where case counts for nothing, an accent may not care either whether it is a letter's part or its own.
    """
    same = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return {same, f"{same}.results"}


class _Reading:
    """What one hand-in gives, collected step by step."""

    def __init__(self, tree: Tree, modules: Sequence[str]) -> None:
        self.wanted = modules
        self.tree = tree
        self.paths = sorted(path for path in tree.files if not _is_of_the_package(path))
        self.modules: dict[str, str] = {}
        self.extras: dict[str, str] = {}
        self.notebook: tuple[str, ...] | None = None
        self.notes = list(tree.notes)

    def read(self) -> None:
        named = [found for path in self.paths if (found := recognise(path, self.wanted))]
        notebooks = [path for path in self.paths if path.suffix.lower() == ".ipynb"]
        if named:
            self._read_modules(named)
            self.notes += [f"{shown(path)} is not read: the .py files count" for path in notebooks]
        elif len(notebooks) == 1:
            self._read_notebook(notebooks[0])
        elif notebooks:
            names = _listed(notebooks)
            raise SubmissionError(f"{self.tree.label}: {names} are several notebooks; hand in one of them")
        else:
            raise SubmissionError(self._nothing_found())
        for path in self.paths:
            if path.suffix.lower() in _ARCHIVES:
                self.notes.append(f"{shown(path)} lies packed inside the hand-in and is not opened")

    def _read_modules(self, named: Sequence[Named]) -> None:
        folders = self._folders(named)
        taken = [found for found in named if found.path.parent in folders]
        owners = sorted({found.owner for found in taken if found.owner})
        if len(owners) > 1:
            raise SubmissionError(
                f"{self.tree.label}: files of several students ({_listed(owners)}); make a folder for each"
            )
        for module in self.wanted:
            copies = [found for found in taken if found.module == module]
            if copies:
                self._read_module(module, max(copies, key=lambda found: found.rank), copies)
            else:
                self.notes.append(f"{module}.py is missing: {_no_points(module)}")
        for folder in sorted({found.path.parent for found in named} - folders):
            where = "the top of the hand-in" if folder == PurePosixPath() else f"{shown(folder)}/"
            others = [found.path.name for found in named if found.path.parent == folder]
            self.notes.append(f"{_listed(others)} in {where} not read: exercises were found elsewhere")
        self._read_extras(folders, {found.path for found in named})

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
                raise SubmissionError(f"{self.tree.label}: {_listed(sorted(copies))}: hand in one of them")
        return holding

    def _read_module(self, module: str, chosen: Named, copies: Sequence[Named]) -> None:
        others = [found.path for found in copies if found is not chosen]
        if others:
            self.notes.append(f"{shown(chosen.path)} was taken for {module}, not {_listed(others)}")
        try:
            self.modules[module] = self._text(chosen.path)
        except UnusableText as error:
            self.notes.append(f"{shown(chosen.path)} {error}: {_no_points(module)}")

    def _read_extras(self, folders: Iterable[PurePosixPath], known: Iterable[PurePosixPath]) -> None:
        for path in self.paths:
            if path.parent not in folders or path in known:
                continue
            meant = looks_like_one(path, self.wanted)
            if meant is not None:
                self.notes.append(
                    f"{shown(path)} is not read as an exercise: if it is {meant}, name it {meant}.py"
                )
            name = path.stem
            importable = name.isidentifier() and not keyword.iskeyword(name)
            if path.suffix.lower() != ".py" or not importable or _is_set_up_or_test(name):
                continue
            if name in _TAKEN_NAMES:
                self.notes.append(f"{shown(path)} is not read: its name hides the package {name}")
            elif name in self.extras:
                self.notes.append(f"{shown(path)} is not read: there is another {name}.py")
            else:
                try:
                    self.extras[name] = self._text(path)
                except UnusableText as error:
                    self.notes.append(f"{shown(path)} {error}: it cannot be imported")

    def _read_notebook(self, path: PurePosixPath) -> None:
        label = shown(path.name)
        content = self.tree.read(path, MAX_NOTEBOOK_BYTES)
        if content is None:
            size = MAX_NOTEBOOK_BYTES // 1_000_000
            raise SubmissionError(f"{label}: more than {size} MB; clear the outputs and hand it in again")
        self.notebook, notes = code_cells(content, label)
        self.notes += notes
        self._read_extras({path.parent}, ())

    def _text(self, path: PurePosixPath) -> str:
        content = self.tree.read(path, MAX_SOURCE_BYTES)
        if content is None:
            raise UnusableText("is larger than 1 MiB, too much for a source file")
        return source_text(content)

    def _nothing_found(self) -> str:
        wanted = ", ".join(f"{module}.py" for module in self.wanted)
        held = f"it holds {_listed(self.paths)}" if self.paths else "it is empty"
        notes = "".join(f"; {note}" for note in self.notes[:1])
        return f"{self.tree.label}: no exercise found; looked for {wanted} or one notebook, but {held}{notes}"


def _open_tree(path: Path) -> Tree:
    if path.is_dir():
        return FolderTree(path)
    if not path.is_file():
        raise SubmissionError(f"{shown(path)}: there is no such file or folder")
    suffix = path.suffix.lower()
    if suffix not in (".py", ".ipynb", ".zip"):
        raise SubmissionError(f"{shown(path.name)} is no hand-in; give a folder, a .zip, an .ipynb or a .py")
    return ZipTree(path) if suffix == ".zip" else FileTree(path)


def _visible(folder: Path) -> list[Path]:
    try:
        entries = [entry for entry in folder.iterdir() if not is_skipped(PurePosixPath(entry.name, "x"))]
    except FileNotFoundError as error:
        raise SubmissionError(f"{shown(folder)}: there is no such file or folder") from error
    except OSError as error:
        raise SubmissionError(f"{shown(folder)}: {error.strerror or 'cannot be opened'}") from error
    return sorted(entries, key=lambda entry: (entry.name.casefold(), entry.name))


def _holds_exercises(folder: Path, modules: Sequence[str]) -> bool:
    return any(
        recognise(PurePosixPath(entry.name), modules) and entry.is_file() for entry in _visible(folder)
    )


def _is_of_the_package(path: PurePosixPath) -> bool:
    return any(part.casefold() in _OTHER_FOLDERS for part in path.parts[:-1])


def _is_set_up_or_test(name: str) -> bool:
    return name in _NEVER_EXTRAS or name.startswith("test_") or name.endswith("_test")


def _no_points(module: str) -> str:
    return f"0 points for exercise {exercise_number(module)}"


def _listed(names: Sequence[object]) -> str:
    """The first few names, safe to print, and how many more there are."""
    text = ", ".join(shown(name) for name in names[:_MAX_LISTED])
    more = len(names) - _MAX_LISTED
    return f"{text} and {more} more" if more > 0 else text


def _plain_name(path: Path) -> str:
    return fit_for_file(path.name if path.is_dir() else path.stem)


def fit_for_file(name: str) -> str:
    """The name with nothing in it that some file system, terminal or reader of file names stumbles over."""
    fit = (letter if letter.isprintable() and letter not in _NOT_IN_NAMES else "_" for letter in name)
    name = "".join(fit).strip() or "submission"
    while len(name.encode("utf-8")) > _MAX_NAME_BYTES:
        name = name[:-1]
    return name


def _digest(modules: Mapping[str, str], extras: Mapping[str, str], notebook: tuple[str, ...] | None) -> str:
    # JSON keeps apart what plain concatenation would run together.
    content = json.dumps([modules, extras, notebook], sort_keys=True)
    return hashlib.sha256(content.encode("ascii")).hexdigest()
