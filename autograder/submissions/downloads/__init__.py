"""From what an instructor downloads to one entry for each student.

    for entry in class_of(Path("submissions.zip"), modules, roster, scratch): ...read_submission(entry.path)...

The formats are told apart by what lies in the folder or zip, never by a flag. What each is known from:

- Canvas: `lib/content_zipper.rb` and `Attachment.make_unique_filename` of instructure/canvas-lms. A file is
  `<name>[_LATE]_<user id>_<file id>_<file name>`: the name is the sortable one in lower case with nothing but
  word characters left; anonymous assignments have no name and `anon_<id>` for the user id; text and links are
  `..._text.html` and `..._link.html`. The third number is the file's, not the hand-in's. A zip holds only the last
  attempt. Of a group the name and the user id of one member are in it.
- Moodle: `mod/assign/classes/downloader.php` of moodle/moodle. A folder is
  `<full name>_<id>_assignsubmission_file`, in older versions with `_` at the end; without folders, the file's name
  follows. `_` in names becomes a blank. The grading worksheet calls the id "Participant <id>"
  (`gradingtable.php`). Groups have their own name and id.
- Gradescope: published tools that read its export, since its own help does not describe it:
  `submission_metadata.yml` maps a folder to `:submitters:` (`:name:`, `:sid:`, `:email:`) and `:created_at:`. That
  the folder of the export is called `assignment_<id>_export`, and that only the submission which counts is in it,
  is common knowledge.
- nbgrader: its documentation, `submitted/{student_id}/{assignment_id}/{notebook_id}.ipynb`.
- Rosters: `lib/gradebook_exporter.rb` of Canvas, `gradingtable.php` of Moodle; the columns of Gradescope and of
  GitHub Classroom are common knowledge. All are read leniently.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from autograder.report.canvas_feedback import HandedIn
from autograder.submissions.archive import SubmissionError, shown
from autograder.submissions.downloads.download import class_zip, unpack
from autograder.submissions.downloads.formats import found_in
from autograder.submissions.downloads.found import Found, gather, safe_name, sole_file
from autograder.submissions.downloads.matching import Matching
from autograder.submissions.downloads.names import owner_of
from autograder.submissions.downloads.roster import read_roster
from autograder.submissions.submission import fit_for_file, report_files, student_names

__all__ = ["ClassSubmission", "class_of", "classes_of"]

_ANYWAY = "--roster-anyway takes it all the same"
_TWICE = "{} hand-ins carry the name {}: each has its own row"


@dataclass(frozen=True)
class ClassSubmission:
    """What one student handed in.

    `student` is unique in the class and fit for a file name. `path` is what `read_submission` takes, None where
    nothing was handed in. `login` is the platform's or the roster's identifier, and `ids` has all that is known by
    kind, for files to import: `canvas_id`, `moodle_id`, `sid`, `login`, `email`. `name` is the student's name
    as it was found. `doubt` says why it may be another's, or nobody's: no LMS is told a grade then.
    `submitted` is when, in the platform's time zone where it tells none, None where nobody knows; `late` says that
    the platform marked it as late.
    `canvas_files` are those of Canvas's download, by whose ids it knows what comes back.
    """

    student: str
    path: Path | None
    login: str = ""
    notes: tuple[str, ...] = ()
    name: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    doubt: str = ""
    submitted: datetime | None = None
    late: bool = False
    canvas_files: tuple[HandedIn, ...] = ()


def class_of(
    path: Path,
    modules: Sequence[str],
    roster: Path | None = None,
    scratch: Path | None = None,
    roster_anyway: bool = False,
) -> list[ClassSubmission]:
    """The hand-ins at a path, one for each student, in the order they are found.

    Args:
        path: a hand-in, a folder of hand-ins, or a platform's download.
        modules: the exercise modules to look for.
        roster: a CSV file; whoever is in it and handed in nothing gets an entry without a path.
        scratch: an existing folder for what has to be unpacked or sorted; by default a temporary one that lasts as
            long as this process.
        roster_anyway: whether to take a roster that knows hardly any of the hand-ins.

    Raises:
        SubmissionError: if there is no hand-in at all, or the roster or the download as a whole cannot be read, or
            the roster looks like another class's.
    """
    return classes_of([path], modules, roster, scratch, roster_anyway)


def classes_of(
    paths: Sequence[Path],
    modules: Sequence[str],
    roster: Path | None = None,
    scratch: Path | None = None,
    roster_anyway: bool = False,
) -> list[ClassSubmission]:
    """The same for several paths taken together."""
    rows = read_roster(roster) if roster is not None else []
    # one folder for each run: two runs may share a scratch folder
    room = Path(tempfile.mkdtemp(prefix="class-", dir=scratch))
    if scratch is None:
        atexit.register(shutil.rmtree, room, ignore_errors=True)
    found: list[Found] = []
    for number, path in enumerate(dict.fromkeys(paths)):
        entries = _found(path, modules, room / f"unpacked-{number}")
        found += [_from(each, path) for each in entries] if len(paths) > 1 else entries
    found = _said_twice(_named(found))
    if roster is not None:
        matching = Matching(found, rows)
        if not roster_anyway and (why := matching.strangers()):
            raise SubmissionError(f"--roster {shown(roster)} {why}. Is it this class? {_ANYWAY}")
        found = matching.listed()
    handed_in = []
    for number, (each, student) in enumerate(zip(found, _unique_names(found), strict=True)):
        place, notes = each.path, each.notes
        if each.files:
            place, more = gather(each.files, room / "students" / str(number) / safe_name(student))
            notes += more
        if place is not None:
            place, more = sole_file(place)
            notes += more
        files = tuple(HandedIn(file.rank, file.name) for file in each.files if each.platform == "Canvas")
        whose = (each.login, notes, each.name, each.ids, each.doubt)
        handed_in.append(ClassSubmission(student, place, *whose, each.submitted, each.late, files))
    return handed_in


def _found(path: Path, modules: Sequence[str], target: Path) -> list[Found]:
    if path.suffix.lower() != ".zip" or not path.is_file() or path.is_symlink():
        return found_in(path, modules)
    tree = class_zip(path, modules)
    if tree is None:
        return found_in(path, modules)
    with tree:
        trouble = unpack(tree, target)
    found = found_in(target, modules)
    if not any(each.platform for each in found):  # it only looked like a class
        return found_in(path, modules)
    notes: dict[str, list[str]] = {}
    for at, note in trouble:
        notes.setdefault(owner_of(at), []).append(note)
    entries, told = [], set()
    for each in found:
        owners = each.owners(target)
        entries.append(each.noting(*(note for owner in sorted(owners) for note in notes.get(owner, ()))))
        told |= owners
    # whoever has nothing that came out of the zip shows up all the same
    for owner in sorted(notes.keys() - told):
        empty = target.with_name(f"{target.name}-empty") / safe_name(owner)
        empty.mkdir(parents=True, exist_ok=True)
        entries.append(Found(owner, empty, notes=tuple(notes[owner])))
    return entries


def _from(entry: Found, path: Path) -> Found:
    """A student's zip may look like a class's, so that it shows which file named whom."""
    if entry.platform == "":
        return entry
    return entry.noting(f"found in {shown(path.name)}, a download of {entry.platform}")


def _named(found: Sequence[Found]) -> list[Found]:
    """Names for those whom no platform names, from their files."""
    given = student_names(each.path for each in found if not each.name and each.path)
    count = Counter(_stem(path) for path in given)
    named = []
    for each in found:
        if each.name or each.path is None:
            named.append(each)
            continue
        many = count[_stem(each.path)]
        notes = [_TWICE.format(many, shown(each.path.stem))] if many > 1 else []
        named.append(replace(each, name=given[each.path]).noting(*notes))
    return named


def _stem(path: Path) -> str:
    return _label(path.name if path.is_dir() else path.stem)


def _said_twice(found: Sequence[Found]) -> list[Found]:
    """A note on each of several hand-ins that carry one name: they may be one student's, or namesakes'."""
    labels = [_label(each.name) for each in found]
    count = Counter(labels)
    return [
        each.noting(_TWICE.format(count[label], shown(each.name))) if count[label] > 1 else each
        for each, label in zip(found, labels, strict=True)
    ]


def _label(name: str) -> str:
    return min(report_files(name), key=len)


def _unique_names(found: Sequence[Found]) -> list[str]:
    """Names for reports: the student's, with the identifier where it is shared, and a number where that is."""
    fit = [fit_for_file(each.name or each.login) for each in found]
    shared = Counter(_label(name) for name in fit)
    names: list[str] = []
    used: set[str] = set()
    for each, name in zip(found, fit, strict=True):
        base = name
        if shared[_label(name)] > 1 and each.login and each.login != each.name:
            base = fit_for_file(f"{name[:80]} ({each.login[:80]})")
        unique, number = base, 1
        while report_files(unique) & used:
            number += 1
            unique = f"{base}-{number}"
        used |= report_files(unique)
        names.append(unique)
    return names
