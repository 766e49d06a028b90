"""The formats of class downloads, once they are folders: each tells its students apart by the platform's own ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath

from autograder.submissions.archive import SubmissionError, shown
from autograder.submissions.downloads import names
from autograder.submissions.downloads.found import File, Found, visible
from autograder.submissions.downloads.gradescope import gradescope
from autograder.submissions.downloads.times import time_there
from autograder.submissions.filenames import recognise
from autograder.submissions.submission import find_submissions

TIMESTAMP = "timestamp.txt"
_MAX_STAMP_CHARS = 100
_SUBMISSIONS = (".ipynb", ".zip", ".rar", ".7z", ".tar", ".gz", ".tgz")


def found_in(path: Path, modules: Sequence[str]) -> list[Found]:
    """The hand-ins at a path, in whatever format it is.

    Raises:
        SubmissionError: if there is none, or a file of the platform's cannot be read.
    """
    return _of_a_platform(path, modules) or [Found("", each) for each in find_submissions(path, modules)]


def _of_a_platform(path: Path, modules: Sequence[str]) -> list[Found]:
    """The hand-ins of a download, which may lie in folders around it; none if it is no download."""
    while path.is_dir() and not path.is_symlink():
        entries = visible(path)
        if _is_one_submission(entries, modules):
            break
        if (path / names.METADATA).is_file():
            found, others = gradescope(path, entries)
            return found + _stray(others)
        if found := _moodle(entries) or _canvas(entries) or _nbgrader(path, modules):
            return found
        if len(entries) != 1:
            break
        (path,) = entries
    return []


def _is_one_submission(entries: Sequence[Path], modules: Sequence[str]) -> bool:
    inner = [each for each in entries if each.name.casefold() == "exercises" and each.is_dir()]
    listed = [PurePosixPath(each.name) for each in entries]
    listed += [PurePosixPath("exercises", each.name) for folder in inner for each in visible(folder)]
    return names.is_one_submission(listed, modules)


def _moodle(entries: Sequence[Path]) -> list[Found]:
    read = [(each, names.moodle_name(each.name)) for each in entries]
    students: dict[tuple[str, str], list[tuple[Path, names.MoodleName]]] = {}
    for each, taken_apart in read:
        if taken_apart is not None:
            students.setdefault((taken_apart.name, taken_apart.id), []).append((each, taken_apart))
    found = []
    for (name, number), parts in students.items():
        ids = {"moodle_id": number} if number else {}
        folders = [each for each, part in parts if part.type == "file" and not part.rest]
        files = [File(each, part.rest) for each, part in parts if part.type == "file" and part.rest]
        others = [each for each, part in parts if part.type != "file"]
        notes = [f"{shown(each.name)} is not read: the files count" for each in others if folders or files]
        path = folders[0] if folders else others[0] if others and not files else None
        if folders and files:
            notes += [f"{shown(each.path.name)} is not read: the folder counts" for each in files]
            files = []
        found.append(Found(name, path, tuple(files), number, tuple(notes), ids, "Moodle"))
        found += [Found(name, each, (), number, (), ids, "Moodle") for each in folders[1:]]
    return found + _stray([each for each, taken_apart in read if taken_apart is None]) if found else []


def _canvas(entries: Sequence[Path]) -> list[Found]:
    read = {each: name for each in entries if not each.is_dir() and (name := names.canvas_name(each.name))}
    count: dict[tuple[str, str, int], int] = {}
    for name in read.values():
        count[name.name, name.user, name.file] = count.get((name.name, name.user, name.file), 0) + 1
    students: dict[tuple[str, str], list[tuple[Path, names.CanvasName]]] = {}
    doubtful: dict[tuple[str, str], str] = {}
    for each, name in read.items():
        other = name.other_reading
        if other is not None and count[name.name, name.user, name.file] > 1:
            name = other  # no two files have one id, so that was the user's
        elif other is not None:
            doubtful[name.name, name.user] = (
                f"{shown(each.name)} may also be read as user {other.user}'s, {shown(other.name)}; see whose it is"
            )
        students.setdefault((name.name, name.user), []).append((each, name))
    users: dict[str, int] = {}
    for _, user in students:
        users[user] = users.get(user, 0) + 1
    found = []
    for (label, user), parts in students.items():
        late = any(name.late for _, name in parts)
        notes = ["late"] if late else []
        if (label, user) in doubtful:
            notes.append(doubtful[label, user])
        if users[user] > 1:
            notes.append(f"Canvas user {user} appears under {users[user]} names; each has its own row")
        files = tuple(File(each, name.rest, name.file) for each, name in parts)
        ids = {"canvas_id": user}
        doubt = doubtful.get((label, user), "")
        called = label or user
        found.append(Found(called, None, files, user, tuple(notes), ids, "Canvas", doubt, late=late))
    return found + _stray([each for each in entries if each not in read]) if found else []


def _nbgrader(path: Path, modules: Sequence[str]) -> list[Found]:
    """The hand-ins in `submitted/`, or of the course around it."""
    inside = path / names.SUBMITTED
    is_course = any(
        (path / name).exists() for name in ("gradebook.db", "nbgrader_config.py", "source", "release")
    )
    if path.name != names.SUBMITTED and inside.is_dir() and (is_course or len(visible(path)) == 1):
        path = inside
    if path.name != names.SUBMITTED:
        return []
    students = [each for each in visible(path) if each.is_dir() and not each.is_symlink()]
    assignments = {each: [a for a in visible(each) if a.is_dir() and not a.is_symlink()] for each in students}
    known = {assignment.name for each in students for assignment in assignments[each]}
    if not known or any(not _is_folder_of_folders(each) for each in students):
        return []
    if len(known) > 1:
        known = {a.name for each in students for a in assignments[each] if _holds_ours(a, modules)}
    if len(known) != 1:
        listed = ", ".join(sorted(shown(name) for name in known)) or "none with our exercises"
        raise SubmissionError(
            f"{shown(path)}: which assignment? It has {listed}; use --nbgrader with --assignment"
        )
    (wanted,) = known
    found = []
    for each in students:
        folder = each / wanted
        held = {entry.name for entry in visible(folder)} - {TIMESTAMP}
        place = names.submission_in(folder) if held else None
        ids = {"login": each.name}
        found.append(Found(each.name, place, (), each.name, (), ids, "nbgrader", submitted=stamped(folder)))
    return found + _stray([each for each in visible(path) if each not in students])


def stamped(folder: Path) -> datetime | None:
    """When nbgrader's exchange took a hand-in, as it wrote it beside it."""
    try:
        with (folder / TIMESTAMP).open(encoding="utf-8", errors="replace") as file:
            return time_there(file.read(_MAX_STAMP_CHARS))
    except OSError:
        return None


def _is_folder_of_folders(folder: Path) -> bool:
    return all(each.is_dir() for each in visible(folder))


def _holds_ours(folder: Path, modules: Sequence[str]) -> bool:
    return any(
        each.name == names.NOTEBOOK or recognise(PurePosixPath(each.name), modules) is not None
        for each in visible(folder)
    )


def _stray(entries: Sequence[Path]) -> list[Found]:
    """What lies among a platform's files without its marks: somebody may have put a late hand-in there."""
    meant = [each for each in entries if each.is_dir() or each.suffix.lower() in _SUBMISSIONS]
    told = "{} is not named as the platform names hand-ins"
    return [Found("", each, notes=(told.format(shown(each.name)),)) for each in meant]
