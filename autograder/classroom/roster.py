"""The class list: who is in the class, what they are called, and which hand-in is whose.

A hand-in is matched by identifier first, of the same kind where both sides tell it, then by name. A match that is
not one to one is none: it is said, and nobody gets somebody else's grade.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.archive import SubmissionError, shown
from autograder.classroom.found import Found

_MAX_BYTES = 20_000_000
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
}
_TELLING_NAMES = ("Canvas", "Moodle", "Gradescope")  # elsewhere a name may be an identifier
_PERHAPS = "nothing handed in under this name, but {} hand-ins were matched with nobody"
_HIDDEN = "Participant"  # the name in Moodle's folders where marking is anonymous
_IDS = ("login", "sid", "email", "canvas_id", "moodle_id")


@dataclass(frozen=True)
class Row:
    """One student of the class: a name, and the identifiers by kind."""

    name: str
    ids: Mapping[str, str]

    @property
    def login(self) -> str:
        """The identifier that people use, as far as there is one."""
        return next((self.ids[kind] for kind in _IDS if kind in self.ids), "")


def read_roster(path: Path) -> list[Row]:
    """The students of a CSV file with a line of titles; columns in any order, commas, semicolons or tabs.

    Raises:
        SubmissionError: if it cannot be read, or has neither names nor identifiers.
    """
    label = f"--roster {shown(path)}"
    lines = read_table(path)
    columns: dict[str, int] = {}
    for index, title in enumerate(lines[0] if lines else []):
        kind = _COLUMNS.get("".join(letter for letter in title.casefold() if letter.isalnum()))
        if kind is not None:
            columns.setdefault(kind, index)
    if not columns.keys() & {"name", "last", *_IDS}:
        raise SubmissionError(f"{label}: the first line must name a column name, student, login or email")
    rows = []
    for line in lines[1:]:
        cells = {
            kind: line[at].strip() for kind, at in columns.items() if at < len(line) and line[at].strip()
        }
        ids = {kind: cells[kind] for kind in _IDS if kind in cells}
        if "moodle_id" in ids:
            ids["moodle_id"] = ids["moodle_id"].split()[-1]  # "Participant 77"
        name = cells.get("name") or f"{cells.get('first', '')} {cells.get('last', '')}".strip()
        # Canvas puts a line with the points possible under its titles
        if (name or ids) and not (name.casefold() == "points possible" and not ids):
            rows.append(Row(name or next(iter(ids.values())), ids))
    return list({(row.name, *sorted(row.ids.items())): row for row in rows}.values())


def read_table(path: Path) -> list[list[str]]:
    """The lines of a class list that are not empty, the titles first.

    Raises:
        SubmissionError: if it cannot be read.
    """
    label = f"--roster {shown(path)}"
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise SubmissionError(f"{label}: {error.strerror or 'cannot be read'}") from error
    except UnicodeDecodeError as error:
        raise SubmissionError(f"{label}: not UTF-8 text; save it as CSV UTF-8") from error
    if len(content) > _MAX_BYTES or "\0" in text:
        raise SubmissionError(f"{label}: no class list; give a CSV file")
    titles = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=titles.count)
    try:
        return [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(line)]
    except csv.Error as error:
        raise SubmissionError(f"{label}: {error}") from error


def with_roster(found: Sequence[Found], rows: Sequence[Row]) -> list[Found]:
    """The hand-ins under the roster's names and in its order, then those of others; all that are in it appear."""
    match: dict[int, int] = {}  # hand-in → row
    notes: dict[int, str] = {}
    for keys_of_found, keys_of_row in (
        (lambda each: _kinds(each.ids), lambda row: _kinds(row.ids)),
        (_identifiers, lambda row: {_key(each) for each in row.ids.values()}),
        (lambda each: _name_keys(each.name), lambda row: _name_keys(row.name)),
    ):
        _match_once(found, rows, match, notes, keys_of_found, keys_of_row)
    by_row = {row: hand_in for hand_in, row in match.items()}
    listed = []
    lost = len(found) - len(match)
    for number, row in enumerate(rows):
        if number not in by_row:
            listed.append(
                Found(row.name, login=row.login, ids=row.ids, doubt=_PERHAPS.format(lost) if lost else "")
            )
            continue
        each = found[by_row[number]]
        sure = bool(_kinds(each.ids) & _kinds(row.ids)) and _agree(each, row)  # id and name say the same
        listed.append(
            replace(
                each,
                name=row.name,
                login=each.login or row.login,
                ids={**row.ids, **each.ids},
                doubt="" if sure else each.doubt,
            )
        )
    for index, each in enumerate(found):
        if index not in match:
            why = notes.get(index, "not in the roster")
            listed.append(replace(each, doubt=why).noting(why))
    return listed


def _match_once(
    found: Sequence[Found],
    rows: Sequence[Row],
    match: dict[int, int],
    notes: dict[int, str],
    keys_of_found: Callable[[Found], Iterable[object]],
    keys_of_row: Callable[[Row], Iterable[object]],
) -> None:
    """Matches what is left on both sides where a key belongs to one of each."""
    taken = set(match.values())
    rows_of: dict[object, set[int]] = {}
    for number, row in enumerate(rows):
        if number not in taken:
            for key in keys_of_row(row):
                rows_of.setdefault(key, set()).add(number)
    choices: dict[int, set[int]] = {}
    wanted: dict[int, set[int]] = {}
    for index, each in enumerate(found):
        if index in match:
            continue
        numbers = {number for key in keys_of_found(each) for number in rows_of.get(key, ())}
        choices[index] = {number for number in numbers if _may_be(each, rows[number])}
        for number in choices[index]:
            wanted.setdefault(number, set()).add(index)
    for index, numbers in choices.items():
        if len(numbers) == 1 and len(wanted[next(iter(numbers))]) == 1:
            match[index] = next(iter(numbers))
            notes.pop(index, None)
        elif numbers:
            name = shown(rows[min(numbers)].name)
            many = max(len(numbers), *(len(wanted[number]) for number in numbers))
            notes[index] = (
                f"not matched with {name} of the roster: {many} hand-ins or rows fit, see whose it is"
            )


def _may_be(each: Found, row: Row) -> bool:
    """No identifier of one kind differs; where none is of one kind, the names agree if both sides have some."""
    kinds = each.ids.keys() & row.ids.keys()
    if kinds == {"moodle_id"} and each.name != _HIDDEN and row.name not in row.ids.values():
        # of a group's folder the number is the group's: some participant may have the same
        return _key(each.ids["moodle_id"]) == _key(row.ids["moodle_id"]) and _agree(each, row)
    if kinds:
        return all(_key(each.ids[kind]) == _key(row.ids[kind]) for kind in kinds)
    told = each.platform in _TELLING_NAMES and row.name not in row.ids.values()
    return not told or _agree(each, row)


def _agree(each: Found, row: Row) -> bool:
    return bool(_name_keys(each.name) & _name_keys(row.name)) or not _name_keys(row.name)


def _kinds(ids: Mapping[str, str]) -> set[tuple[str, str]]:
    return {(kind, _key(text)) for kind, text in ids.items()}


def _identifiers(each: Found) -> set[str]:
    """What may be an identifier of a kind that is not told: a folder's name, a platform's number."""
    return {_key(text) for text in (each.login, each.name, *each.ids.values()) if text}


def _key(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def _name_keys(name: str) -> set[str]:
    """A name without blanks and signs, begun with any of its words: "Doe, Jane", "Jane Doe", "doejane"."""
    kept = "".join(
        letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in _key(name).replace("'", "")
    )
    words = kept.split()
    return {"".join(words[at:] + words[:at]) for at in range(len(words))}
