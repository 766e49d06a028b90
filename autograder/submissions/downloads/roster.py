"""The class list: who is in the class, and what they are called."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.submissions.archive import SubmissionError, shown

NEVER = "-"  # what Moodle writes for a time that never came
GITHUB = "github"  # the kind of identifier that is a user name there

_MAX_BYTES = 20_000_000
_MOST_LISTED = 8  # titles in a message
_OF_EXCEL = (b"PK\3\4", b"\xd0\xcf\x11\xe0")  # how its files begin, the newer and the older ones
# a column's title, with nothing but its letters and digits → what it holds; the first of a kind counts
_COLUMNS = {
    **dict.fromkeys(("name", "student", "fullname", "studentname"), "name"),
    **dict.fromkeys(("firstname", "givenname"), "first"),
    **dict.fromkeys(("lastname", "surname", "familyname"), "last"),
    **dict.fromkeys(("login", "sisloginid", "loginid", "username", "netid"), "login"),
    **dict.fromkeys(("sid", "studentid", "sisuserid", "idnumber"), "sid"),
    **dict.fromkeys(("email", "emailaddress", "mail"), "email"),
    **dict.fromkeys(("id", "canvasid", "canvasuserid"), "canvas_id"),
    **dict.fromkeys(("identifier", "participantid", "moodleid"), "moodle_id"),
    **dict.fromkeys(("submitted", "submittedat", "submissiontime", "lastmodifiedsubmission"), "submitted"),
    **dict.fromkeys(("githubusername", "githublogin", "githubname", "github"), GITHUB),
}
_IDS = ("login", "sid", "email", "canvas_id", "moodle_id", GITHUB)
_NOT_LINKED = "not linked"  # what GitHub has for a student without an account there
# how spreadsheets are told what separates columns; one that saves it again may add separators
_SEPARATOR = re.compile(r"""["']?sep=(\\t|[^"'\r\n\w])["']?[\s,;]*""", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """One student of the class: a name, the identifiers by kind, and when the hand-in came, if the list tells it."""

    name: str
    ids: Mapping[str, str]
    submitted: str = ""

    @property
    def login(self) -> str:
        """The identifier that people use, as far as there is one."""
        return next((self.ids[kind] for kind in _IDS if kind in self.ids), "")


def read_roster(path: Path, label: str = "") -> list[Row]:
    """The students of a CSV file with a line of titles; columns in any order, commas, semicolons or tabs.

    Args:
        path: the file.
        label: what it is called where it cannot be read; by default the class list.

    Raises:
        SubmissionError: if it cannot be read, or has neither names nor identifiers.
    """
    label = label or f"--roster {shown(path)}"
    lines = read_table(path, label)
    columns: dict[str, int] = {}
    for index, title in enumerate(lines[0]):
        kind = _COLUMNS.get("".join(letter for letter in title.casefold() if letter.isalnum()))
        if kind is not None:
            columns.setdefault(kind, index)
    if not columns.keys() & {"name", "last", *_IDS}:
        raise SubmissionError(
            f"{label}: no column is called name, student, login or email; the first line has {_listed(lines[0])}"
        )
    of_github = GITHUB in columns
    rows = []
    for line in lines[1:]:
        cells = {
            kind: line[at].strip() for kind, at in columns.items() if at < len(line) and line[at].strip()
        }
        if of_github:
            cells = _of_github(cells)
        ids = {kind: cells[kind] for kind in _IDS if kind in cells}
        if "moodle_id" in ids:
            ids["moodle_id"] = ids["moodle_id"].split()[-1]  # "Participant 77"
        name = cells.get("name") or f"{cells.get('first', '')} {cells.get('last', '')}".strip()
        # Canvas puts a line with the points possible under its titles
        if (name or ids) and not (name.casefold() == "points possible" and not ids):
            when = cells.get("submitted", "")
            rows.append(Row(name or next(iter(ids.values())), ids, "" if when == NEVER else when))
    return list({(row.name, *sorted(row.ids.items())): row for row in rows}.values())


def _of_github(cells: Mapping[str, str]) -> dict[str, str]:
    """A line of GitHub Classroom's roster, where `identifier` is what the teacher calls the student."""
    known = {kind: text for kind, text in cells.items() if text.casefold() != _NOT_LINKED}
    called = known.pop("moodle_id", "")
    if "@" in called:
        known.setdefault("email", called)
        called = known.get("name", called)
    return known | ({"name": called} if called else {})


def read_table(path: Path, label: str = "") -> list[list[str]]:
    """The lines of a CSV file that are not empty, the titles first; see `read_rows`."""
    return [line for _, line in read_rows(path, label)]


def read_rows(path: Path, label: str = "") -> list[tuple[int, list[str]]]:
    """The same, each with its number as a spreadsheet shows it: lines that are empty count.

    Args:
        path: the file.
        label: what it is called where it cannot be read; by default the class list.

    Raises:
        SubmissionError: if it cannot be read, or has none.
    """
    label = label or f"--roster {shown(path)}"
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise SubmissionError(f"{label}: {error.strerror or 'cannot be read'}") from error
    except UnicodeDecodeError as error:
        what = "an Excel file" if content.startswith(_OF_EXCEL) else "not UTF-8 text"
        raise SubmissionError(f"{label}: {what}; save it as CSV UTF-8") from error
    if len(content) > _MAX_BYTES or "\0" in text:
        raise SubmissionError(f"{label}: no table; give a CSV file")
    text, delimiter = separated(text)
    try:
        read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        lines = [(number, line) for number, line in enumerate(read, 1) if any(line)]
    except csv.Error as error:  # as of a cell that has no end
        raise SubmissionError(f"{label}: no CSV file, or a quotation mark is not closed ({error})") from error
    if not any(cell.strip() for _, line in lines for cell in line):
        raise SubmissionError(f"{label}: is empty; give a class list with a line of titles")
    return lines


def separated(text: str) -> tuple[str, str]:
    """The text of a table without a line that tells what separates columns, and what does."""
    first, _, rest = text.lstrip().partition("\n")
    told = _SEPARATOR.fullmatch(first.strip(" \r"))
    if told:
        text, first = rest, rest.lstrip().partition("\n")[0]
    delimiter = told[1].replace("\\t", "\t") if told else ""
    return text, delimiter if delimiter and delimiter in first else max(",;\t", key=first.count)


def _listed(titles: Sequence[str]) -> str:
    found = [shown(title.strip()) for title in titles if title.strip()]
    return ", ".join(found[:_MOST_LISTED]) + (", …" if len(found) > _MOST_LISTED else "") or "no titles"
