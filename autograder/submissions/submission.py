"""From what is handed in to named source texts; nothing is imported or executed.

A hand-in is a folder, a zip, a notebook or a single `.py` file. `find_submissions` tells which hand-ins
a path holds, `read_submission` reads one, `student_names` gives each its name in the reports.
"""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.submissions.archive import SubmissionError, is_skipped, shown
from autograder.submissions.child import ReadingError, TooMuchToRead, child
from autograder.submissions.filenames import ARCHIVES, recognise
from autograder.submissions.frames import by_name

__all__ = [
    "ReadingError",
    "Submission",
    "SubmissionError",
    "TooMuchToRead",
    "find_submissions",
    "fit_for_file",
    "path_name",
    "read_ahead",
    "read_submission",
    "read_tokens",
    "report_files",
    "student_names",
    "visible",
]

_MAX_NAME_BYTES = 200
_NOT_IN_NAMES = frozenset('<>:"/\\|?*')  # somewhere, so that reports can be copied to anywhere


@dataclass(frozen=True)
class Submission:
    """One hand-in, as text.

    `modules` has the source text by exercise module, for those that are files, and `extras` that of the other
    modules beside them. `notebook` has the code cells, those of several notebooks one after the other, which answer
    every exercise that is not in `modules`; it is None where no notebook counts. `notes` says in one line each what
    is missing, was ignored, was taken out of two, or came from several places. `digest` is a
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
    """Read one hand-in, looking for the exercise modules named; a process of its own does it, see `child`.

    Raises:
        SubmissionError: where nothing can be graded, or where nobody can tell what is meant; whatever costs only
            some exercises is a note.
        ReadingError: if no hand-in can be read.
    """
    (_, digest), texts, extras, notes, *cells = _asked("submission", path, modules)
    return Submission(
        student=path_name(path),
        path=path,
        modules=by_name(texts),
        extras=by_name(extras),
        notebook=tuple(cells[0]) if cells else None,
        notes=tuple(notes),
        digest=digest,
    )


def read_ahead(path: Path, modules: Sequence[str]) -> None:
    """Has a hand-in read meanwhile that `read_submission` is about to be asked for."""
    child().expect(_request("submission", path, modules))


def read_tokens(path: Path, modules: Sequence[str]) -> dict[str, list[str]]:
    """What `tokens.own_tokens` says of a hand-in, by exercise; raises what `read_submission` raises."""
    _, tokens = _asked("tokens", path, modules)
    return {name: words.split("\n") if words else [] for name, words in by_name(tokens).items()}


def _asked(wanted: str, path: Path, modules: Sequence[str]) -> list[list[str]]:
    label = shown(Path(os.path.abspath(path)).name)
    answer = child().ask(label, _request(wanted, path, modules))
    match answer[0]:
        case ["refused", problem]:
            raise SubmissionError(problem)
        case ["broken", where]:
            raise TooMuchToRead(f"{label}: could not be read here: {where}")
    return answer


def _request(wanted: str, path: Path, modules: Sequence[str]) -> list[Sequence[str]]:
    return [[wanted, os.path.abspath(path)], modules]


def find_submissions(path: Path, modules: Sequence[str]) -> list[Path]:
    """The hand-ins at a path, sorted: the path itself, or what a folder of hand-ins holds.

    A sub-folder with nothing to grade is a hand-in all the same: it shall show up, not disappear.
    """
    if path.is_file():
        return [path]
    entries = visible(path)
    roots = [path, *(entry for entry in entries if entry.name.casefold() == "exercises" and entry.is_dir())]
    if any(_holds_exercises(root, modules) for root in roots):
        return [path]
    # other archives are no hand-ins, but somebody meant them to be one: they get a row that says so
    endings = (".ipynb", *ARCHIVES)
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
    stems = {path: path_name(absolute[path]) for path in unique}
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


def visible(folder: Path) -> list[Path]:
    """What lies in a folder but for systems' and editors' files, sorted.

    Raises:
        SubmissionError: if the folder cannot be opened.
    """
    try:
        entries = [entry for entry in folder.iterdir() if not is_skipped(PurePosixPath(entry.name, "x"))]
    except FileNotFoundError as error:
        raise SubmissionError(f"{shown(folder)}: there is no such file or folder") from error
    except OSError as error:
        raise SubmissionError(f"{shown(folder)}: {error.strerror or 'cannot be opened'}") from error
    return sorted(entries, key=lambda entry: (entry.name.casefold(), entry.name))


def _holds_exercises(folder: Path, modules: Sequence[str]) -> bool:
    return any(recognise(PurePosixPath(entry.name), modules) and entry.is_file() for entry in visible(folder))


def path_name(path: Path) -> str:
    """The student's name, as far as the path of the hand-in tells it."""
    path = Path(os.path.abspath(path))
    return fit_for_file(path.name if path.is_dir() else path.stem)


def fit_for_file(name: str) -> str:
    """The name with nothing in it that some file system, terminal or reader of file names stumbles over."""
    fit = (letter if letter.isprintable() and letter not in _NOT_IN_NAMES else "_" for letter in name)
    name = "".join(fit).strip() or "submission"
    if not name.strip("."):  # a folder of that name is another one
        name = f"_{name}"
    while len(name.encode("utf-8")) > _MAX_NAME_BYTES:
        name = name[:-1]
    return name.rstrip()  # where it was cut: what fits is not fitted again
